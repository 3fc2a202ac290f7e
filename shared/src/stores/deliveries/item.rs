//! A delivery as it is stored.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Kept;
use crate::domain::notification::delivery::{Delivery, Standing};
use crate::domain::notification::delivery_id::DeliveryId;
use crate::stores::newest_first::month_of;
use crate::stores::table::{Key, StoreError};

const SORT_KEY: &str = "DELIVERY";
/// How long a delivery is kept: twelve months.
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct DeliveryItem {
    pub(super) pk: String,
    pub(super) sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1sk: Option<String>,
    gsi2pk: String,
    gsi2sk: String,
    pub(super) version: u64,
    /// Drawn anew for each commit: whoever lost the answer to its commit knows it again by this.
    pub(super) commit: String,
    id: String,
    event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    correlation_id: String,
    created_at: Timestamp,
    round: u32,
    attempts: u32,
    standing: StoredStanding,
    /// The notice as JSON, to be sent again; none where it holds secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// Unix seconds at which DynamoDB may delete the item.
    ttl: i64,
}

/// Where the delivery stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
enum StoredStanding {
    Queued {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_error: Option<String>,
    },
    Submitting {
        since: Timestamp,
    },
    Sent {
        at: Timestamp,
        message_id: String,
    },
    Failed {
        at: Timestamp,
        reason: String,
        refused: bool,
    },
    Uncertain {
        at: Timestamp,
        reason: String,
    },
    Bounced {
        at: Timestamp,
        reason: String,
    },
    Suppressed {
        at: Timestamp,
        reason: String,
    },
}

/// The key of a delivery.
pub(super) fn key(id: &DeliveryId) -> Key {
    Key { pk: format!("{SORT_KEY}#{id}"), sk: SORT_KEY }
}

/// Partition of the index `gsi1`: all deliveries to one person.
pub(super) fn user_partition(user: &str) -> String {
    format!("USER#{user}")
}

/// Partition of the index `gsi2`: all deliveries of one month, such as `2026-11`.
pub(super) fn month_partition(month: &str) -> String {
    format!("MONTH#{month}")
}

/// Sort key of the indexes: by the time of making, then by id. It begins with the month.
pub(super) fn position(created_at: Timestamp, id: &str) -> String {
    format!("{created_at:.3}#{id}")
}

impl DeliveryItem {
    /// The item of a delivery in its next version.
    pub(super) fn of(
        delivery: &Delivery,
        correlation_id: String,
        content: Option<String>,
        version: u64,
        commit: String,
    ) -> Self {
        let Key { pk, sk } = key(&delivery.id);
        let id = delivery.id.to_string();
        let position = position(delivery.created_at, &id);
        let user_id = delivery.user.as_ref().map(ToString::to_string);
        let until = delivery.created_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: user_id.as_deref().map(user_partition),
            gsi1sk: user_id.is_some().then(|| position.clone()),
            gsi2pk: month_partition(month_of(&position)),
            gsi2sk: position,
            version,
            commit,
            id,
            event: delivery.event.clone(),
            user_id,
            correlation_id,
            created_at: delivery.created_at,
            round: delivery.round,
            attempts: delivery.attempts,
            standing: StoredStanding::of(&delivery.standing),
            content,
            ttl: until.as_second(),
        }
    }

    /// The delivery, checked.
    pub(super) fn kept(self) -> Result<Kept, StoreError> {
        let corrupt = |reason: &str| StoreError::Corrupt { key: self.pk.clone(), reason: reason.to_owned() };
        let id: DeliveryId = self.id.parse().map_err(|_| corrupt("no id of a delivery"))?;
        if key(&id).pk != self.pk {
            return Err(corrupt("its id is another's"));
        }
        let user = self.user_id.as_deref().map(str::parse).transpose();
        let user = user.map_err(|_| corrupt("no id of a user"))?;
        let delivery = Delivery {
            id,
            event: self.event,
            user,
            created_at: self.created_at,
            round: self.round,
            attempts: self.attempts,
            standing: self.standing.standing(),
        };
        Ok(Kept {
            delivery,
            correlation_id: self.correlation_id,
            content: self.content,
            version: self.version,
            commit: self.commit,
        })
    }
}

impl StoredStanding {
    fn of(standing: &Standing) -> Self {
        match standing.clone() {
            Standing::Queued { last_error } => Self::Queued { last_error },
            Standing::Submitting { since } => Self::Submitting { since },
            Standing::Sent { at, message_id } => Self::Sent { at, message_id },
            Standing::Failed { at, reason, refused } => Self::Failed { at, reason, refused },
            Standing::Uncertain { at, reason } => Self::Uncertain { at, reason },
            Standing::Bounced { at, reason } => Self::Bounced { at, reason },
            Standing::Suppressed { at, reason } => Self::Suppressed { at, reason },
        }
    }

    fn standing(self) -> Standing {
        match self {
            Self::Queued { last_error } => Standing::Queued { last_error },
            Self::Submitting { since } => Standing::Submitting { since },
            Self::Sent { at, message_id } => Standing::Sent { at, message_id },
            Self::Failed { at, reason, refused } => Standing::Failed { at, reason, refused },
            Self::Uncertain { at, reason } => Standing::Uncertain { at, reason },
            Self::Bounced { at, reason } => Standing::Bounced { at, reason },
            Self::Suppressed { at, reason } => Standing::Suppressed { at, reason },
        }
    }
}
