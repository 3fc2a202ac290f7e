//! A bonus as it is stored. Flat, like other items.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::standing::{StoredRefusal, StoredStanding};
use crate::domain::bonus::deciding::Decision;
use crate::domain::bonus::msisdn::SealedMsisdn;
use crate::domain::bonus::{Bonus, BonusState};
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::ReceiptId;
use crate::domain::locale::Locale;
use crate::domain::money::Money;
use crate::stores::due;
use crate::stores::invoices::Cause;
use crate::stores::outbox::{StoredEvent, StoredEventKind};
use crate::stores::stored_draft::parsed;
use crate::stores::table::{Key, StoreError};

const SORT_KEY: &str = "BONUS";
/// The list of bonuses that somebody has to look at. Its index holds keys only.
pub(super) const DUE: &str = "BONUSES_DUE";

/// The item. It is never deleted: a receipt earns one bonus, for ever.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BonusItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    gsi1sk: String,
    gsi2pk: String,
    gsi2sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi3pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi3sk: Option<String>,
    gsi4pk: String,
    gsi4sk: String,
    /// Grows with each commit.
    pub version: u64,
    mark: String,
    receipt: String,
    user: String,
    chat: i64,
    locale: String,
    /// Sealed.
    msisdn: String,
    /// Masked.
    recipient: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payee: Option<String>,
    amount_minor: i64,
    currency: String,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bill: Option<String>,
    payments: u32,
    #[serde(default)]
    unreached: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_payment_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_payment_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_lost_answer: bool,
    tries: u32,
    reports_heard: u32,
    is_reported_paid: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reported_failure: Option<StoredRefusal>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_contradicted: bool,
    exchanges: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decided: Option<(u32, String)>,
    standing: StoredStanding,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    /// Written for the relay; what was told is of no use to whoever reads the item.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

/// The key of a bonus.
pub(super) fn key(receipt: &ReceiptId) -> Key {
    Key { pk: format!("{SORT_KEY}#{receipt}"), sk: SORT_KEY }
}

/// The receipt that a key names.
pub(super) fn receipt_of(pk: &str) -> Option<&str> {
    pk.strip_prefix(SORT_KEY)?.strip_prefix('#')
}

/// The list of the bonuses in one state.
pub(super) fn state_partition(state: BonusState) -> String {
    format!("BONUS_STATE#{}", state.as_str())
}

/// The list of the bonuses made in one month, such as `2026-11`.
pub(super) fn month_partition(month: &str) -> String {
    format!("BONUSES#{month}")
}

/// The list of a user's bonuses.
pub(super) fn user_partition(user: &str) -> String {
    format!("BONUSES_OF#{user}")
}

/// A bonus's place in lists.
pub(super) fn position(bonus: &Bonus) -> String {
    format!("{:.3}#{}", bonus.created_at, bonus.receipt)
}

impl BonusItem {
    /// The item of a bonus as it is to be written.
    pub(super) fn of(bonus: &Bonus, version: u64, mark: &str, cause: &Cause) -> Self {
        let event = |(index, event)| StoredEvent {
            id: format!("{}.{version}.{index}", bonus.receipt),
            correlation_id: cause.correlation_id.clone(),
            occurred_at: cause.now,
            event: StoredEventKind::of_bonus(bonus, event),
        };
        let outbox: Vec<StoredEvent> = bonus.outbox.iter().enumerate().map(event).collect();
        let Key { pk, sk } = key(&bonus.receipt);
        let position = position(bonus);
        let month = position.get(..7).unwrap_or_default();
        let due = bonus.due_at();
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: state_partition(bonus.state()),
            gsi1sk: position.clone(),
            gsi2pk: month_partition(month),
            gsi2sk: position.clone(),
            gsi3pk: due.map(|_| DUE.to_owned()),
            gsi3sk: due.map(|at| due::position(at, bonus.receipt.as_str())),
            gsi4pk: user_partition(bonus.user.as_str()),
            gsi4sk: position.clone(),
            version,
            mark: mark.to_owned(),
            receipt: bonus.receipt.to_string(),
            user: bonus.user.to_string(),
            chat: bonus.chat.0,
            locale: bonus.locale.code().to_owned(),
            msisdn: bonus.msisdn.as_str().to_owned(),
            recipient: bonus.recipient.clone(),
            payee: bonus.payee.as_ref().map(ToString::to_string),
            amount_minor: bonus.amount.minor(),
            currency: bonus.amount.currency().code().to_owned(),
            created_at: bonus.created_at,
            counted_on: bonus.counted_on,
            bill: bonus.bill.as_ref().map(ToString::to_string),
            payments: bonus.payments,
            unreached: bonus.unreached,
            first_payment_at: bonus.first_payment_at,
            last_payment_at: bonus.last_payment_at,
            has_lost_answer: bonus.has_lost_answer,
            tries: bonus.tries,
            reports_heard: bonus.reports_heard,
            is_reported_paid: bonus.is_reported_paid,
            reported_failure: bonus.reported_failure.as_ref().map(StoredRefusal::of),
            is_contradicted: bonus.is_contradicted,
            exchanges: bonus.exchanges,
            decided: bonus.decided.map(|(step, decision)| (step, decision.as_str().to_owned())),
            standing: StoredStanding::of(&bonus.standing),
            outbox_size: Some(outbox.len()).filter(|size| *size > 0),
            outbox,
        }
    }

    /// Whether it was written by the commit with that mark.
    pub(super) fn is_marked(&self, mark: &str) -> bool {
        self.mark == mark
    }

    /// What was stored, checked again.
    pub(super) fn bonus(self) -> Result<Bonus, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<Bonus, String> {
        let decided = self.decided.map(|(step, name)| {
            let decision = Decision::ALL.into_iter().find(|decision| decision.as_str() == name);
            decision.map(|decision| (step, decision)).ok_or_else(|| "an unknown decision".to_owned())
        });
        Ok(Bonus {
            receipt: parsed("receipt", &self.receipt)?,
            user: parsed("user", &self.user)?,
            chat: ChatId(self.chat),
            locale: Locale::of_tag(&self.locale),
            msisdn: SealedMsisdn::new(&self.msisdn).map_err(|error| format!("msisdn: {error}"))?,
            recipient: self.recipient,
            payee: self.payee.map(|payee| parsed("payee", &payee)).transpose()?,
            amount: Money::new(self.amount_minor, parsed("currency", &self.currency)?),
            created_at: self.created_at,
            counted_on: self.counted_on,
            bill: self.bill.map(|bill| parsed("bill", &bill)).transpose()?,
            payments: self.payments,
            unreached: self.unreached,
            first_payment_at: self.first_payment_at,
            last_payment_at: self.last_payment_at,
            has_lost_answer: self.has_lost_answer,
            tries: self.tries,
            reports_heard: self.reports_heard,
            is_reported_paid: self.is_reported_paid,
            reported_failure: self.reported_failure.map(StoredRefusal::refusal).transpose()?,
            is_contradicted: self.is_contradicted,
            exchanges: self.exchanges,
            decided: decided.transpose()?,
            standing: self.standing.standing()?,
            outbox: Vec::new(),
            evidence: Vec::new(),
        })
    }
}
