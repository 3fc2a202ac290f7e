//! A user's SMS account as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::identifier::UserId;
use crate::domain::sms::account::{OpenPeriod, SeenAtSwitch, SmsAccount};
use crate::domain::sms::rhythm::Schedule;
use crate::domain::sms::settings::Settings;
use crate::domain::sms::switch_account::SwitchAccount;
use crate::stores::due;
use crate::stores::invoices::Cause;
use crate::stores::outbox::{StoredEvent, StoredEventKind};
use crate::stores::stored_draft::parsed;
use crate::stores::stored_overrides::StoredOverrides;
use crate::stores::stored_usage::StoredUsage;
use crate::stores::table::{Key, StoreError};

const SORT_KEY: &str = "SMS_ACCOUNT";
/// Most of a user's id in the id of an event, in bytes.
const SHORT: usize = 64;

/// The item. The index holds its keys only: a run reads the names of those that are due, and not what they used.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccountItem {
    pk: String,
    sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi3pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi3sk: Option<String>,
    /// Grows with each commit.
    pub version: u64,
    user: String,
    overrides: StoredOverrides,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billed_through: Option<Timestamp>,
    periods: Vec<StoredPeriod>,
    awaiting_approval: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen_at_switch: Option<StoredSeen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told_near: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_reached_at: Option<Timestamp>,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    /// Written for the relay; what was told is of no use to whoever reads the item.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredPeriod {
    start: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<Timestamp>,
    latest: Timestamp,
    currency: String,
    usage: StoredUsage,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredSeen {
    account: u32,
    currency: String,
    at: Timestamp,
}

/// The key of an account.
pub(super) fn key(user: &UserId) -> Key {
    Key { pk: format!("{SORT_KEY}#{user}"), sk: SORT_KEY }
}

/// The user that a key names.
pub(super) fn user_of(pk: &str) -> Option<&str> {
    pk.strip_prefix(SORT_KEY)?.strip_prefix('#')
}

/// The user in the id of an event, which is no longer than other ids: a long one is cut, and told apart by its hash.
fn short(user: &UserId) -> String {
    let user = user.as_str();
    match user.get(..SHORT) {
        Some(beginning) if user.len() > SHORT => {
            format!("{beginning}-{}", hex::encode(Sha256::digest(user)).get(..16).unwrap_or_default())
        }
        _ => user.to_owned(),
    }
}

/// The list of those that a run of this schedule looks at.
pub(super) fn due_partition(schedule: Schedule) -> String {
    format!("SMS_DUE#{}", schedule.as_str())
}

impl AccountItem {
    /// The item of an account as it is to be written.
    pub(super) fn of(account: &SmsAccount, settings: &Settings, version: u64, cause: &Cause) -> Self {
        let event = |(index, event)| StoredEvent {
            id: format!("sms-{}.{version}.{index}", short(&account.user)),
            correlation_id: cause.correlation_id.clone(),
            occurred_at: cause.now,
            event: StoredEventKind::of_sms_account(account, event),
        };
        let outbox: Vec<StoredEvent> = account.outbox.iter().enumerate().map(event).collect();
        let Key { pk, sk } = key(&account.user);
        let due = account.due(settings);
        let period = |period: &OpenPeriod| StoredPeriod {
            start: period.start,
            end: period.end,
            latest: period.latest,
            currency: period.currency.code().to_owned(),
            usage: StoredUsage::of(&period.usage),
        };
        Self {
            pk,
            sk: sk.to_owned(),
            gsi3pk: due.map(|(schedule, _)| due_partition(schedule)),
            gsi3sk: due.map(|(_, end)| due::position(end, account.user.as_str())),
            version,
            user: account.user.to_string(),
            overrides: StoredOverrides::of(&account.overrides),
            billed_through: account.billed_through,
            periods: account.periods.iter().map(period).collect(),
            awaiting_approval: account.awaiting_approval,
            seen_at_switch: account.seen_at_switch.map(|seen| StoredSeen {
                account: seen.account.number(),
                currency: seen.currency.code().to_owned(),
                at: seen.at,
            }),
            told_near: account.told_near,
            limit_reached_at: account.limit_reached_at,
            outbox_size: Some(outbox.len()).filter(|size| *size > 0),
            outbox,
        }
    }

    /// What was stored, checked again.
    pub(super) fn account(self) -> Result<SmsAccount, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<SmsAccount, String> {
        let periods: Result<Vec<OpenPeriod>, String> =
            self.periods.into_iter().map(StoredPeriod::period).collect();
        let periods = periods?;
        let follows = |pair: &[OpenPeriod]| match pair {
            [one, next] => one.end.is_some_and(|end| end <= next.start),
            _ => true,
        };
        if !periods.windows(2).all(follows) {
            return Err("its periods overlap".to_owned());
        }
        Ok(SmsAccount {
            user: parsed("user", &self.user)?,
            overrides: self.overrides.overrides()?,
            billed_through: self.billed_through,
            periods,
            awaiting_approval: self.awaiting_approval,
            seen_at_switch: self.seen_at_switch.map(StoredSeen::seen).transpose()?,
            told_near: self.told_near,
            limit_reached_at: self.limit_reached_at,
            outbox: Vec::new(),
        })
    }
}

impl StoredPeriod {
    fn period(self) -> Result<OpenPeriod, String> {
        let Self { start, end, latest, currency, usage } = self;
        Ok(OpenPeriod { start, end, latest, currency: parsed("currency", &currency)?, usage: usage.usage()? })
    }
}

impl StoredSeen {
    fn seen(self) -> Result<SeenAtSwitch, String> {
        let account = SwitchAccount::new(self.account).ok_or("no account at the switch")?;
        Ok(SeenAtSwitch { account, currency: parsed("currency", &self.currency)?, at: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifier::NotificationId;

    #[test]
    fn the_event_of_any_user_has_an_id_that_notifications_take() {
        let user = |text: &str| text.parse::<UserId>().unwrap();
        assert_eq!(short(&user("user-1")), "user-1");
        let long = ["x".repeat(128), format!("{}y", "x".repeat(127))];
        let [one, other] = long.map(|text| format!("sms-{}.{}.0", short(&user(&text)), u64::MAX));
        assert_ne!(one, other);
        assert!(one.parse::<NotificationId>().is_ok());
    }
}
