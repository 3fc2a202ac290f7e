//! An SMS bill as it is stored. Flat, like other items.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::money::{Currency, Money};
use crate::domain::sms::bill::{BillState, Charging, SmsBill, Standing, Word};
use crate::domain::sms::bill_number::BillNumber;
use crate::domain::sms::switch_account::SwitchAccount;
use crate::stores::due;
use crate::stores::invoices::Cause;
use crate::stores::outbox::{StoredEvent, StoredEventKind};
use crate::stores::stored_draft::parsed;
use crate::stores::stored_usage::StoredUsage;
use crate::stores::table::{Key, StoreError};

const SORT_KEY: &str = "SMS_BILL";
/// How long a bill is kept after it was paid or cancelled: twelve months.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);
/// The list of bills that somebody has to look at. Its index holds keys only.
pub(super) const DUE: &str = "SMS_BILLS_DUE";

/// The item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BillItem {
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
    number: String,
    user: String,
    period_start: Timestamp,
    period_end: Timestamp,
    usage: StoredUsage,
    amount_minor: i64,
    currency: String,
    created_at: Timestamp,
    is_told: bool,
    attempts: u32,
    refusals: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tried_accounts: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    processed_by: Option<String>,
    standing: StoredStanding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    /// Written for the relay; what was told is of no use to whoever reads the item.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredStanding {
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charging: Option<StoredCharging>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredCharging {
    account: u32,
    since: Timestamp,
    asked: u32,
    look_at: Timestamp,
}

/// The key of a bill.
pub(super) fn key(number: &BillNumber) -> Key {
    Key { pk: format!("{SORT_KEY}#{number}"), sk: SORT_KEY }
}

/// The number that a key names.
pub(super) fn number_of(pk: &str) -> Option<&str> {
    pk.strip_prefix(SORT_KEY)?.strip_prefix('#')
}

/// The list of the bills in one state.
pub(super) fn state_partition(state: BillState) -> String {
    format!("SMS_BILL_STATE#{}", state.as_str())
}

/// The list of the bills made in one month, such as `2026-11`.
pub(super) fn month_partition(month: &str) -> String {
    format!("SMS_BILLS#{month}")
}

/// The list of a user's bills.
pub(super) fn user_partition(user: &str) -> String {
    format!("SMS_BILLS_OF#{user}")
}

/// A bill's place in lists.
pub(super) fn position(bill: &SmsBill) -> String {
    format!("{:.3}#{}", bill.created_at, bill.number)
}

impl BillItem {
    /// The item of a bill as it is to be written.
    pub(super) fn of(bill: &SmsBill, version: u64, cause: &Cause) -> Self {
        let event = |(index, event)| StoredEvent {
            id: format!("{}.{version}.{index}", bill.number),
            correlation_id: cause.correlation_id.clone(),
            occurred_at: cause.now,
            event: StoredEventKind::of_sms_bill(bill, event),
        };
        let outbox: Vec<StoredEvent> = bill.outbox.iter().enumerate().map(event).collect();
        let Key { pk, sk } = key(&bill.number);
        let position = position(bill);
        let month = position.get(..7).unwrap_or_default();
        let due = bill.due_at();
        let ended = match &bill.standing {
            Standing::Paid { at, .. } | Standing::Cancelled { at, .. } => Some(*at),
            Standing::AwaitingApproval
            | Standing::Ready { .. }
            | Standing::Charging(_)
            | Standing::Failed { .. }
            | Standing::GivenUp { .. }
            | Standing::NeedsReview { .. } => None,
        };
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: state_partition(bill.state()),
            gsi1sk: position.clone(),
            gsi2pk: month_partition(month),
            gsi2sk: position.clone(),
            gsi3pk: due.map(|_| DUE.to_owned()),
            gsi3sk: due.map(|at| due::position(at, bill.number.as_str())),
            gsi4pk: user_partition(bill.user.as_str()),
            gsi4sk: position.clone(),
            version,
            number: bill.number.to_string(),
            user: bill.user.to_string(),
            period_start: bill.start,
            period_end: bill.end,
            usage: StoredUsage::of(&bill.usage),
            amount_minor: bill.amount.minor(),
            currency: bill.amount.currency().code().to_owned(),
            created_at: bill.created_at,
            is_told: bill.is_told,
            attempts: bill.attempts,
            refusals: bill.refusals,
            tried_accounts: bill.tried_accounts.iter().map(|account| account.number()).collect(),
            processed_by: bill.processed_by.clone(),
            standing: StoredStanding::of(&bill.standing),
            ttl: ended.map(|at| at.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second()),
            outbox_size: Some(outbox.len()).filter(|size| *size > 0),
            outbox,
        }
    }

    /// What was stored, checked again.
    pub(super) fn bill(self) -> Result<SmsBill, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<SmsBill, String> {
        let currency: Currency = parsed("currency", &self.currency)?;
        let usage = self.usage.usage()?;
        let totals = usage.totals().map_err(|error| error.to_string())?;
        let amount = Money::new(self.amount_minor, currency);
        let tried: Result<Vec<SwitchAccount>, String> =
            self.tried_accounts.into_iter().map(account).collect();
        if amount != totals.cost.rounded(currency) {
            return Err("its amount is not the sum of its lines".to_owned());
        }
        Ok(SmsBill {
            number: parsed("number", &self.number)?,
            user: parsed("user", &self.user)?,
            start: self.period_start,
            end: self.period_end,
            usage,
            totals,
            amount,
            created_at: self.created_at,
            is_told: self.is_told,
            attempts: self.attempts,
            refusals: self.refusals,
            tried_accounts: tried?,
            processed_by: self.processed_by,
            standing: self.standing.standing()?,
            outbox: Vec::new(),
        })
    }
}

const AWAITING_APPROVAL: &str = "AWAITING_APPROVAL";
const READY: &str = "READY";
const CHARGING: &str = "CHARGING";
const FAILED: &str = "FAILED";
const GIVEN_UP: &str = "GIVEN_UP";
const PAID: &str = "PAID";
const CANCELLED: &str = "CANCELLED";
const NEEDS_REVIEW: &str = "NEEDS_REVIEW";

const WORDS: [(Word, &str); 4] =
    [(Word::Switch, "SWITCH"), (Word::Found, "FOUND"), (Word::Person, "PERSON"), (Word::Nothing, "NOTHING")];

impl StoredStanding {
    fn of(standing: &Standing) -> Self {
        let stands = |state: &str| Self { state: state.to_owned(), ..Self::default() };
        match standing {
            Standing::AwaitingApproval => stands(AWAITING_APPROVAL),
            Standing::Ready { not_before, reason } => {
                Self { until: Some(*not_before), reason: reason.clone(), ..stands(READY) }
            }
            Standing::Charging(charging) => {
                Self { charging: Some(StoredCharging::of(charging)), ..stands(CHARGING) }
            }
            Standing::Failed { at, reason, retry_at } => {
                Self { at: Some(*at), until: Some(*retry_at), reason: Some(reason.clone()), ..stands(FAILED) }
            }
            Standing::GivenUp { at, reason } => {
                Self { at: Some(*at), reason: Some(reason.clone()), ..stands(GIVEN_UP) }
            }
            Standing::Paid { at, payment, word } => {
                let name = WORDS.iter().find(|(known, _)| known == word).map(|(_, name)| (*name).to_owned());
                Self { at: Some(*at), payment: *payment, word: name, ..stands(PAID) }
            }
            Standing::Cancelled { at, reason } => {
                Self { at: Some(*at), reason: Some(reason.clone()), ..stands(CANCELLED) }
            }
            Standing::NeedsReview { since, charging, evidence } => Self {
                at: Some(*since),
                reason: Some(evidence.clone()),
                charging: Some(StoredCharging::of(charging)),
                ..stands(NEEDS_REVIEW)
            },
        }
    }

    fn standing(self) -> Result<Standing, String> {
        let there = |time: Option<Timestamp>| time.ok_or_else(|| "a standing without its time".to_owned());
        let said = |reason: Option<String>| reason.ok_or_else(|| "a standing without its reason".to_owned());
        let debit = |charging: Option<StoredCharging>| {
            charging.ok_or_else(|| "a standing without its debit".to_owned())?.charging()
        };
        Ok(match self.state.as_str() {
            AWAITING_APPROVAL => Standing::AwaitingApproval,
            READY => Standing::Ready { not_before: there(self.until)?, reason: self.reason },
            CHARGING => Standing::Charging(debit(self.charging)?),
            FAILED => Standing::Failed {
                at: there(self.at)?,
                reason: said(self.reason)?,
                retry_at: there(self.until)?,
            },
            GIVEN_UP => Standing::GivenUp { at: there(self.at)?, reason: said(self.reason)? },
            PAID => {
                let named = |(_, name): &&(Word, &str)| self.word.as_deref() == Some(*name);
                let (word, _) = WORDS.iter().find(named).ok_or("paid by nobody's word")?;
                Standing::Paid { at: there(self.at)?, payment: self.payment, word: *word }
            }
            CANCELLED => Standing::Cancelled { at: there(self.at)?, reason: said(self.reason)? },
            NEEDS_REVIEW => Standing::NeedsReview {
                since: there(self.at)?,
                charging: debit(self.charging)?,
                evidence: said(self.reason)?,
            },
            other => return Err(format!("there is no standing {other:?}")),
        })
    }
}

impl StoredCharging {
    fn of(charging: &Charging) -> Self {
        let Charging { account, since, asked, look_at } = *charging;
        Self { account: account.number(), since, asked, look_at }
    }

    fn charging(self) -> Result<Charging, String> {
        Ok(Charging {
            account: account(self.account)?,
            since: self.since,
            asked: self.asked,
            look_at: self.look_at,
        })
    }
}

fn account(number: u32) -> Result<SwitchAccount, String> {
    SwitchAccount::new(number).ok_or_else(|| "no account at the switch".to_owned())
}
