//! Events of bonuses as they are stored.

use serde::{Deserialize, Serialize};

use super::outbox::StoredEventKind;
use crate::domain::bonus::{Bonus, BonusEvent, Refusal, Refuser};

/// The bonus an event speaks of, and who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBonus {
    /// The receipt that earned it.
    pub receipt_id: String,
    /// Whose it is.
    pub user_id: String,
    /// Where they are told.
    pub chat: i64,
    /// Their language.
    pub locale: String,
    /// The phone, masked.
    pub recipient: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
    /// The bill at Portmone, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<String>,
}

/// A bonus that was not paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBonusFailure {
    /// The bonus.
    pub bonus: StoredBonus,
    /// Whether Portmone refused, and not we.
    pub is_by_portmone: bool,
    /// A stable name, or Portmone's opaque code.
    pub code: String,
    /// In words; in Portmone's where it refused.
    pub reason: String,
}

/// A bonus that a person has to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBonusTrouble {
    /// The bonus.
    pub bonus: StoredBonus,
    /// What is known.
    pub reason: String,
}

impl StoredBonus {
    fn of(bonus: &Bonus) -> Self {
        Self {
            receipt_id: bonus.receipt.to_string(),
            user_id: bonus.user.to_string(),
            chat: bonus.chat.0,
            locale: bonus.locale.code().to_owned(),
            recipient: bonus.recipient.clone(),
            amount_minor: bonus.amount.minor(),
            currency: bonus.amount.currency().code().to_owned(),
            bill: bonus.bill.as_ref().map(ToString::to_string),
        }
    }
}

impl StoredEventKind {
    /// The stored form of a bonus's event.
    pub fn of_bonus(bonus: &Bonus, event: &BonusEvent) -> Self {
        let stored = StoredBonus::of(bonus);
        match event {
            BonusEvent::Wanted => Self::BonusWanted { receipt_id: stored.receipt_id },
            BonusEvent::Initiated => Self::BonusInitiated(stored),
            BonusEvent::Succeeded => Self::BonusSucceeded(stored),
            BonusEvent::Failed(Refusal { by, code, reason }) => Self::BonusFailed(StoredBonusFailure {
                bonus: stored,
                is_by_portmone: *by == Refuser::Portmone,
                code: code.clone(),
                reason: reason.clone(),
            }),
            BonusEvent::TimedOut => Self::BonusTimedOut(stored),
            BonusEvent::ReviewOpened(reason) => {
                Self::BonusReviewOpened(StoredBonusTrouble { bonus: stored, reason: reason.clone() })
            }
            BonusEvent::Disagreed(reason) => {
                Self::BonusDisagreed(StoredBonusTrouble { bonus: stored, reason: reason.clone() })
            }
            BonusEvent::Refunded => Self::BonusRefunded(stored),
        }
    }
}
