//! The attempts to pay inside an invoice's item.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::parsed;
use crate::domain::invoice::attempt::{Attempt, Instruction, Progress, Transaction};
use crate::domain::invoice::number::AttemptNumber;
use crate::domain::money::{Currency, Money};

/// An attempt as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredAttempt {
    number: u8,
    channel: String,
    submitted_at: Timestamp,
    progress: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<StoredTransaction>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredTransaction {
    reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    qr_string: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    qr_image_url: Option<String>,
    amount_to_pay_minor: i64,
    expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    instructions: Vec<StoredInstruction>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredInstruction {
    title: String,
    steps: Vec<String>,
}

impl StoredAttempt {
    /// The stored form of an attempt.
    pub fn of(attempt: &Attempt) -> Self {
        let refusal = match &attempt.progress {
            Progress::Refused(reason) => Some(reason.clone()),
            _ => None,
        };
        Self {
            number: attempt.number.get(),
            channel: attempt.channel.to_string(),
            submitted_at: attempt.submitted_at,
            progress: attempt.progress.as_str().to_owned(),
            refusal,
            transaction: attempt.transaction().map(StoredTransaction::of),
        }
    }

    /// The attempt.
    ///
    /// # Errors
    /// What is wrong with the stored form.
    pub fn attempt(self, currency: Currency) -> Result<Attempt, String> {
        let transaction = self.transaction.map(|stored| stored.transaction(currency)).transpose()?;
        let progress = match (self.progress.as_str(), transaction, self.refusal) {
            ("SUBMITTING", None, None) => Progress::Submitting,
            ("OPEN", Some(transaction), None) => Progress::Open(transaction),
            ("PAID", transaction, None) => Progress::Paid(transaction),
            ("ENDED", transaction, None) => Progress::Ended(transaction),
            ("ABSENT", None, None) => Progress::Absent,
            ("REFUSED", None, Some(reason)) => Progress::Refused(reason),
            (other, _, _) => return Err(format!("attempts.progress {other:?} does not fit its transaction")),
        };
        Ok(Attempt {
            number: attempt_number(self.number)?,
            channel: parsed("attempts.channel", &self.channel)?,
            submitted_at: self.submitted_at,
            progress,
        })
    }
}

impl StoredTransaction {
    fn of(transaction: &Transaction) -> Self {
        let instruction =
            |way: &Instruction| StoredInstruction { title: way.title.clone(), steps: way.steps.clone() };
        Self {
            reference: transaction.reference.to_string(),
            code: transaction.code.clone(),
            url: transaction.url.clone(),
            checkout_url: transaction.checkout_url.clone(),
            qr_string: transaction.qr_string.clone(),
            qr_image_url: transaction.qr_image_url.clone(),
            amount_to_pay_minor: transaction.amount_to_pay.minor(),
            expires_at: transaction.expires_at,
            instructions: transaction.instructions.iter().map(instruction).collect(),
        }
    }

    fn transaction(self, currency: Currency) -> Result<Transaction, String> {
        let instruction = |way: StoredInstruction| Instruction { title: way.title, steps: way.steps };
        Ok(Transaction {
            reference: parsed("attempts.transaction.reference", &self.reference)?,
            code: self.code,
            url: self.url,
            checkout_url: self.checkout_url,
            qr_string: self.qr_string,
            qr_image_url: self.qr_image_url,
            amount_to_pay: Money::new(self.amount_to_pay_minor, currency),
            expires_at: self.expires_at,
            instructions: self.instructions.into_iter().map(instruction).collect(),
        })
    }
}

/// The number of an attempt.
///
/// # Errors
/// When it is 0.
pub fn attempt_number(number: u8) -> Result<AttemptNumber, String> {
    AttemptNumber::new(number).ok_or_else(|| "attempts are counted from 1".to_owned())
}
