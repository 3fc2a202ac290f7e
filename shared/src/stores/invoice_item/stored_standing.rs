//! Where an invoice stands, inside its item.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::parsed;
use crate::domain::invoice::{Payment, Standing};
use crate::domain::money::{Currency, Money};

/// Where an invoice stands, as it is stored: flat, because an enum that is read by a tag inside is read by
/// way of a copy, which takes room in every function.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StoredStanding {
    /// `PENDING`, `PAID`, `EXPIRED`, `CANCELLED` or `REFUNDED`.
    is: String,
    /// Paid, or given back: what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment: Option<StoredPayment>,
    /// Ended, or given back: when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

/// A payment as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredPayment {
    reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    amount_minor: i64,
    currency: String,
    paid_at: Timestamp,
}

const PENDING: &str = "PENDING";
const PAID: &str = "PAID";
const EXPIRED: &str = "EXPIRED";
const CANCELLED: &str = "CANCELLED";
const REFUNDED: &str = "REFUNDED";

impl StoredStanding {
    /// The stored form.
    pub fn of(standing: &Standing) -> Self {
        let stands = |is: &str| Self { is: is.to_owned(), ..Self::default() };
        match standing {
            Standing::Pending => stands(PENDING),
            Standing::Paid(payment) => Self { payment: Some(StoredPayment::of(payment)), ..stands(PAID) },
            Standing::Expired { at } => Self { at: Some(*at), ..stands(EXPIRED) },
            Standing::Cancelled { at } => Self { at: Some(*at), ..stands(CANCELLED) },
            Standing::Refunded { payment, at } => {
                let payment = Some(StoredPayment::of(payment));
                Self { payment, at: Some(*at), ..stands(REFUNDED) }
            }
        }
    }

    /// Where the invoice stands.
    ///
    /// # Errors
    /// What is wrong with the stored form.
    pub fn standing(self) -> Result<Standing, String> {
        let payment = |payment: Option<StoredPayment>| {
            payment.ok_or_else(|| "standing.payment is missing".to_owned())?.payment()
        };
        let at = self.at.ok_or_else(|| "standing.at is missing".to_owned());
        Ok(match self.is.as_str() {
            PENDING => Standing::Pending,
            PAID => Standing::Paid(payment(self.payment)?),
            EXPIRED => Standing::Expired { at: at? },
            CANCELLED => Standing::Cancelled { at: at? },
            REFUNDED => Standing::Refunded { payment: payment(self.payment)?, at: at? },
            other => return Err(format!("standing.is: {other} is no standing")),
        })
    }
}

impl StoredPayment {
    fn of(payment: &Payment) -> Self {
        Self {
            reference: payment.reference.to_string(),
            channel: payment.channel.map(|channel| channel.to_string()),
            amount_minor: payment.amount.minor(),
            currency: payment.amount.currency().code().to_owned(),
            paid_at: payment.paid_at,
        }
    }

    fn payment(self) -> Result<Payment, String> {
        let currency: Currency = parsed("payment.currency", &self.currency)?;
        let channel = self.channel.map(|channel| parsed("payment.channel", &channel)).transpose()?;
        Ok(Payment {
            reference: parsed("payment.reference", &self.reference)?,
            channel,
            amount: Money::new(self.amount_minor, currency),
            paid_at: self.paid_at,
        })
    }
}
