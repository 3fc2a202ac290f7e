//! Answers to requests that carried an `Idempotency-Key`, so that a repeat gets the first answer.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Expected, Key, StoreError, Table};

/// How long a request may run before a repeat of it may run instead. Longer than any function's timeout.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
const NAME: &str = "REQUEST";

/// The idempotency keys.
#[derive(Debug, Clone)]
pub struct IdempotencyKeys {
    table: Table,
}

/// Names a request: who sends it, to which route, under which key, with which content.
#[derive(Debug, Clone)]
pub struct KeyedRequest {
    /// Who, where and the key itself, in one text.
    pub name: String,
    /// Hash of the content.
    pub fingerprint: String,
}

/// An answer as it was first given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Beginning {
    /// It is new: do it, then `finish`.
    Started(Running),
    /// It was answered: give this answer again.
    Answered(KeptAnswer),
    /// It is being done at the moment; it may be asked again after this long.
    StillRunning {
        /// Seconds until it can be clear.
        retry_after_seconds: i64,
    },
    /// The key was used for another content.
    OtherContent,
}

/// The right to do a request.
#[derive(Debug)]
pub struct Running {
    item: RequestItem,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RequestItem {
    pk: String,
    sk: String,
    version: u64,
    /// Drawn anew for each claim: whoever lost the answer to its claim knows it again by this.
    claim: String,
    fingerprint: String,
    lease_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<KeptAnswer>,
    /// Unix seconds at which DynamoDB may delete the item.
    ttl: i64,
}

impl IdempotencyKeys {
    /// The keys in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Claims a request.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn begin(&self, request: &KeyedRequest, now: Timestamp) -> Result<Beginning, StoreError> {
        let mut item = RequestItem {
            pk: format!("{NAME}#{}", request.name),
            sk: NAME.to_owned(),
            version: 1,
            claim: Uuid::new_v4().simple().to_string(),
            fingerprint: request.fingerprint.clone(),
            lease_until: later(now, LEASE),
            answer: None,
            ttl: later(now, KEPT).as_second(),
        };
        match self.table.put(&item, Expected::Absent).await {
            Ok(()) => return Ok(Beginning::Started(Running { item })),
            Err(StoreError::Conflict) => {}
            Err(other) => return Err(other),
        }
        let key = Key { pk: item.pk.clone(), sk: NAME };
        let Some(known) = self.table.get::<RequestItem>(&key).await? else {
            return Err(StoreError::Conflict);
        };
        if known.claim == item.claim {
            return Ok(Beginning::Started(Running { item }));
        }
        if known.fingerprint != request.fingerprint {
            return Ok(Beginning::OtherContent);
        }
        if let Some(answer) = known.answer {
            return Ok(Beginning::Answered(answer));
        }
        let left = known.lease_until.duration_since(now).as_secs();
        if known.lease_until > now {
            return Ok(Beginning::StillRunning { retry_after_seconds: left.max(1) });
        }
        item.version = known.version.saturating_add(1);
        match self.table.put(&item, Expected::Version(known.version)).await {
            Ok(()) => Ok(Beginning::Started(Running { item })),
            Err(StoreError::Conflict) => Ok(Beginning::StillRunning { retry_after_seconds: LEASE.as_secs() }),
            Err(other) => Err(other),
        }
    }

    /// Keeps the answer to a request that was begun.
    ///
    /// # Errors
    /// `Conflict` when the right to do it was lost; otherwise when the store is unavailable.
    pub async fn finish(&self, running: Running, answer: KeptAnswer) -> Result<(), StoreError> {
        self.store(running, |item| item.answer = Some(answer)).await
    }

    /// Gives up the right to do a request that failed, so that it can be tried again at once.
    ///
    /// # Errors
    /// `Conflict` when the right to do it was lost; otherwise when the store is unavailable.
    pub async fn release(&self, running: Running) -> Result<(), StoreError> {
        self.store(running, |item| item.lease_until = Timestamp::UNIX_EPOCH).await
    }

    async fn store(&self, running: Running, change: impl FnOnce(&mut RequestItem)) -> Result<(), StoreError> {
        let mut item = running.item;
        let expected = Expected::Version(item.version);
        item.version = item.version.saturating_add(1);
        change(&mut item);
        self.table.put(&item, expected).await
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}
