//! Where an invoice stands, inside its item.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::parsed;
use crate::domain::invoice::{Payment, Standing};
use crate::domain::money::{Currency, Money};

/// Where an invoice stands, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StoredStanding {
    /// Waits for the money.
    Pending,
    /// Paid.
    Paid {
        /// By this.
        payment: StoredPayment,
    },
    /// Ended unpaid.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Given up.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// Given back.
    Refunded {
        /// What.
        payment: StoredPayment,
        /// When.
        at: Timestamp,
    },
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

impl StoredStanding {
    /// The stored form.
    pub fn of(standing: &Standing) -> Self {
        match standing {
            Standing::Pending => Self::Pending,
            Standing::Paid(payment) => Self::Paid { payment: StoredPayment::of(payment) },
            Standing::Expired { at } => Self::Expired { at: *at },
            Standing::Cancelled { at } => Self::Cancelled { at: *at },
            Standing::Refunded { payment, at } => {
                Self::Refunded { payment: StoredPayment::of(payment), at: *at }
            }
        }
    }

    /// Where the invoice stands.
    ///
    /// # Errors
    /// What is wrong with the stored form.
    pub fn standing(self) -> Result<Standing, String> {
        Ok(match self {
            Self::Pending => Standing::Pending,
            Self::Paid { payment } => Standing::Paid(payment.payment()?),
            Self::Expired { at } => Standing::Expired { at },
            Self::Cancelled { at } => Standing::Cancelled { at },
            Self::Refunded { payment, at } => Standing::Refunded { payment: payment.payment()?, at },
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
