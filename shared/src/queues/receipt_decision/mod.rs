//! What was decided about a receipt. Queue `receipt-decisions`.
//!
//! The form is the receipt system's own: names with underscores, no version, and fields that are none of ours. The
//! original has `receipt_id`, `status`, `eligible` and `reason`; what the payout needs comes with an accepted one. The
//! form is described for its senders by `docs/receipt-decision.schema.json`, which is written from here.

#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Deserialize;

use crate::domain::bonus::accepting::Accepted;
use crate::domain::bonus::msisdn::SealedMsisdn;
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::ReceiptId;
use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};

/// A decision about a receipt: the body of one message to `receipt-decisions`. Fields that are not named here are none of
/// ours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(extend("if" = schema::accepted(), "then" = schema::needed()))
)]
pub struct ReceiptDecision {
    /// The receipt. It earns one bonus, for ever.
    #[cfg_attr(test, schemars(extend("pattern" = schema::id())))]
    pub receipt_id: String,
    /// `accepted`, or anything else.
    pub status: String,
    /// Whether an accepted receipt earns a bonus; it does where nothing is said.
    #[serde(default)]
    pub eligible: Option<bool>,
    /// Why it was not accepted.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whose it is.
    #[serde(default)]
    pub user_id: Option<String>,
    /// Their chat with the bot.
    #[serde(default)]
    pub telegram_id: Option<i64>,
    /// Their language, such as `uk`; the one that is set for all where nothing is said, English where we do not speak it.
    #[serde(default)]
    pub locale: Option<String>,
    /// The phone, as a Fernet token.
    #[serde(default)]
    pub msisdn: Option<Token>,
    /// The bonus, in minor units (kopecks).
    #[serde(default)]
    pub amount: Option<i64>,
    /// The bonus's currency: UAH where nothing is said.
    #[serde(default)]
    pub currency: Option<String>,
}

/// A token as it was sent, whatever it is. What it seals is nobody's to read in a log.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// What a decision means here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A bonus is to be paid out.
    Pay(Box<Accepted>),
    /// None is; the receipt.
    Nothing(ReceiptId),
}

/// What is wrong with a decision. Holds none of its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct ReceiptDecisionError {
    field: &'static str,
    problem: &'static str,
}

const fn wrong(field: &'static str, problem: &'static str) -> ReceiptDecisionError {
    ReceiptDecisionError { field, problem }
}

impl ReceiptDecision {
    /// What it means.
    ///
    /// # Errors
    /// When an accepted one lacks something that a payout needs, or that is not what it should be.
    pub fn meaning(self, default_locale: Locale) -> Result<Meaning, ReceiptDecisionError> {
        let receipt: ReceiptId = self.receipt_id.parse().map_err(|_| wrong("receipt_id", "is not an id"))?;
        if self.status != "accepted" || self.eligible == Some(false) {
            return Ok(Meaning::Nothing(receipt));
        }
        let user = self.user_id.ok_or(wrong("user_id", "is missing"))?;
        let chat = self.telegram_id.ok_or(wrong("telegram_id", "is missing"))?;
        let msisdn = self.msisdn.ok_or(wrong("msisdn", "is missing"))?;
        let minor = self.amount.ok_or(wrong("amount", "is missing"))?;
        if minor <= 0 {
            return Err(wrong("amount", "is not above zero"));
        }
        let currency = match self.currency {
            Some(code) => code.parse().map_err(|_| wrong("currency", "is not one that is known"))?,
            None => Currency::Uah,
        };
        let locale = self.locale.map_or(default_locale, |tag| Locale::of_tag(&tag));
        Ok(Meaning::Pay(Box::new(Accepted {
            receipt,
            user: user.parse().map_err(|_| wrong("user_id", "is not an id"))?,
            chat: ChatId(chat),
            locale,
            msisdn: SealedMsisdn::new(&msisdn.0).map_err(|_| wrong("msisdn", "is not a Fernet token"))?,
            amount: Money::new(minor, currency),
        })))
    }
}
