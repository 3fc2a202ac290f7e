//! How an accepted receipt becomes a bonus.

use jiff::Timestamp;

use super::limits::Limits;
use super::msisdn::{MsisdnError, SealedMsisdn};
use super::payees::Payees;
use super::{Bonus, Refusal, Refuser, Standing, Wait};
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::{ReceiptId, UserId};
use crate::domain::locale::Locale;
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;

/// What an accepted receipt earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The receipt.
    pub receipt: ReceiptId,
    /// Whose it is.
    pub user: UserId,
    /// Where they are told about it.
    pub chat: ChatId,
    /// Their language.
    pub locale: Locale,
    /// The phone, sealed.
    pub msisdn: SealedMsisdn,
    /// How much.
    pub amount: Money,
}

impl Bonus {
    /// The bonus for a receipt whose phone was unsealed. What cannot be paid out is refused from the beginning, so
    /// that people see it.
    pub fn new(
        accepted: Accepted,
        phone: Result<&PhoneNumber, MsisdnError>,
        payees: &Payees,
        limits: &Limits,
        now: Timestamp,
    ) -> Self {
        let Accepted { receipt, user, chat, locale, msisdn, amount } = accepted;
        let payee = phone.ok().and_then(|phone| payees.of(phone)).cloned();
        let mut bonus = Self {
            receipt,
            user,
            chat,
            locale,
            msisdn,
            recipient: phone.map(PhoneNumber::masked).unwrap_or_default(),
            payee,
            amount,
            created_at: now,
            counted_on: None,
            bill: None,
            payments: 0,
            unreached: 0,
            first_payment_at: None,
            last_payment_at: None,
            has_lost_answer: false,
            tries: 0,
            reports_heard: 0,
            is_reported_paid: false,
            reported_failure: None,
            is_contradicted: false,
            exchanges: 0,
            decided: None,
            standing: Standing::Created(Wait::none(now)),
            outbox: Vec::new(),
            evidence: Vec::new(),
        };
        let unpayable = match phone {
            Err(error) => Some((Refusal::INVALID_MSISDN, error.to_string())),
            Ok(_) if bonus.payee.is_none() => {
                Some((Refusal::NO_PAYEE, "no payee is set for this number".to_owned()))
            }
            Ok(_) if amount.currency() != limits.highest.currency() => {
                let ours = limits.highest.currency().code();
                Some((Refusal::WRONG_CURRENCY, format!("bonuses are paid in {ours}")))
            }
            Ok(_) if amount.minor() > limits.highest.minor() => {
                Some(("amount_limit", format!("a bonus is at most {}", limits.highest)))
            }
            Ok(_) => None,
        };
        if let Some((code, reason)) = unpayable {
            bonus.refuse(Refusal { by: Refuser::Paydesk, code: code.to_owned(), reason }, now);
        }
        bonus
    }

    /// Whether it is the bonus for just this. The same number is sealed in another way each time, and is not compared.
    pub fn is_for(&self, accepted: &Accepted) -> bool {
        self.receipt == accepted.receipt && self.user == accepted.user && self.amount == accepted.amount
    }
}
