//! Markers of usage events: each counts once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::identifier::UserId;
use crate::domain::sms::usage::{Sent, UsageEvent, UsageId};
use crate::stores::table::Key;

const SORT_KEY: &str = "SMS_USAGE";
/// An event that comes again after this long would count again.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 396);

/// The item: what the event said, so that another under its id is told apart.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MarkerItem {
    pk: String,
    sk: String,
    version: u64,
    user: String,
    id: String,
    used_at: Timestamp,
    recorded_at: Timestamp,
    what: StoredSent,
    ttl: i64,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct StoredSent {
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<i64>,
    messages: u64,
}

/// The key of an event's marker.
pub(super) fn key(user: &UserId, id: &UsageId) -> Key {
    // Neither can hold a `#`.
    Key { pk: format!("{SORT_KEY}#{user}#{id}"), sk: SORT_KEY }
}

impl MarkerItem {
    /// The marker of an event that counts from `now`.
    pub(super) fn of(user: &UserId, event: &UsageEvent, now: Timestamp) -> Self {
        let Key { pk, sk } = key(user, &event.id);
        Self {
            pk,
            sk: sk.to_owned(),
            version: 1,
            user: user.to_string(),
            id: event.id.to_string(),
            used_at: event.at,
            recorded_at: now,
            what: StoredSent::of(&event.sent),
            ttl: now.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second(),
        }
    }

    /// Whether it is that of this very event. Its price is not compared: it may have changed since.
    pub(super) fn is_of(&self, event: &UsageEvent) -> bool {
        let what = StoredSent::of(&event.sent);
        self.what.messages == what.messages
            && self.what.segments == what.segments
            && self.what.country == what.country
    }
}

impl StoredSent {
    fn of(sent: &Sent) -> Self {
        match sent {
            Sent::Failed(messages) => Self { messages: *messages, ..Self::default() },
            Sent::Messages(line) => Self {
                country: Some(line.country.as_str().to_owned()),
                prefix: line.prefix.as_ref().map(|prefix| prefix.as_str().to_owned()),
                rate: Some(line.rate.millionths()),
                segments: Some(line.segments),
                cost: Some(line.cost.millionths()),
                messages: line.messages,
            },
        }
    }
}
