//! Which client at Billz a phone number, or a sender's own id, belongs to; and who is making one at the moment.
//!
//! No item of these holds a phone number: the key is a hash of it. The messages of jobs and the orders beside them in
//! the table do hold them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::stored_draft::parsed;
use super::table::{Expected, Key, StoreError, Table};
use crate::domain::identifier::{BillzClientId, ClientId, JobId};
use crate::domain::phone_number::PhoneNumber;

/// How long a job has to make a client before another one may.
const CLAIM: SignedDuration = SignedDuration::from_mins(10);
const BY_PHONE: &str = "CLIENT";
const BY_SYSTEM: &str = "SYSTEM_CLIENT";
/// How often a change is tried when others change the same client.
const MAX_CONFLICTS: usize = 3;

/// What is known of clients at Billz.
#[derive(Debug, Clone)]
pub struct BillzClients {
    table: Table,
}

/// What is known of a phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientStanding {
    /// It is this client's.
    Known(BillzClientId),
    /// A job makes a client of it.
    Claimed {
        /// Which.
        by: JobId,
        /// Until when it alone may.
        until: Timestamp,
    },
    /// Nothing.
    Absent,
}

/// Whether a job may make a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientClaim {
    /// It may, and nobody else.
    Ours,
    /// There is one.
    Known(BillzClientId),
    /// Another job makes one.
    Taken {
        /// Which.
        by: JobId,
        /// Until when it alone may.
        until: Timestamp,
    },
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct ClientItem {
    pk: String,
    sk: String,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billz_client: Option<String>,
    /// The job that learnt the client's id, or makes the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    /// Only while it makes the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed_until: Option<Timestamp>,
}

fn key_of_phone(phone: &PhoneNumber) -> Key {
    let digest = Sha256::digest(phone.digits().as_bytes());
    Key { pk: format!("{BY_PHONE}#{}", hex::encode(digest)), sk: BY_PHONE }
}

fn key_of_system(id: &ClientId) -> Key {
    Key { pk: format!("{BY_SYSTEM}#{id}"), sk: BY_SYSTEM }
}

impl BillzClients {
    /// The clients in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What is known of a phone number. A claim may be over: its time says.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn find(&self, phone: &PhoneNumber) -> Result<ClientStanding, StoreError> {
        let item: Option<ClientItem> = self.table.get(&key_of_phone(phone)).await?;
        item.map_or(Ok(ClientStanding::Absent), |item| item.standing())
    }

    /// Claims the making of a client for ten minutes. The same job may claim it again.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn claim(
        &self,
        phone: &PhoneNumber,
        job: &JobId,
        now: Timestamp,
    ) -> Result<ClientClaim, StoreError> {
        let changed = self.change(key_of_phone(phone), |standing, item| {
            match standing {
                ClientStanding::Known(client) => return Some(ClientClaim::Known(client)),
                ClientStanding::Claimed { by, until } if by != *job && until > now => {
                    return Some(ClientClaim::Taken { by, until });
                }
                ClientStanding::Claimed { .. } | ClientStanding::Absent => {}
            }
            item.job = Some(job.to_string());
            item.claimed_until = Some(now.saturating_add(CLAIM).unwrap_or(Timestamp::MAX));
            None
        });
        Ok(changed.await?.unwrap_or(ClientClaim::Ours))
    }

    /// Keeps which client a phone number belongs to, as a job learnt it. What is known already stays.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn keep(
        &self,
        phone: &PhoneNumber,
        job: &JobId,
        client: &BillzClientId,
    ) -> Result<(), StoreError> {
        let changed = self.change(key_of_phone(phone), |standing, item| {
            if matches!(standing, ClientStanding::Known(_)) {
                return Some(());
            }
            item.billz_client = Some(client.to_string());
            item.job = Some(job.to_string());
            item.claimed_until = None;
            None
        });
        changed.await.map(|_| ())
    }

    /// Lets another job make the client. Nothing when the job has no claim.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn release(&self, phone: &PhoneNumber, job: &JobId) -> Result<(), StoreError> {
        let changed = self.change(key_of_phone(phone), |standing, item| {
            if !matches!(standing, ClientStanding::Claimed { by, .. } if by == *job) {
                return Some(());
            }
            item.job = None;
            item.claimed_until = None;
            None
        });
        changed.await.map(|_| ())
    }

    /// Forgets which client a phone number belongs to, if it is this one.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn forget(&self, phone: &PhoneNumber, client: &BillzClientId) -> Result<(), StoreError> {
        self.forget_at(key_of_phone(phone), client).await
    }

    /// Forgets which client a sender means, if it is this one.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn forget_system(&self, id: &ClientId, client: &BillzClientId) -> Result<(), StoreError> {
        self.forget_at(key_of_system(id), client).await
    }

    async fn forget_at(&self, key: Key, client: &BillzClientId) -> Result<(), StoreError> {
        let changed = self.change(key, |standing, item| {
            if standing != ClientStanding::Known(client.clone()) {
                return Some(());
            }
            (item.billz_client, item.job) = (None, None);
            None
        });
        changed.await.map(|_| ())
    }

    /// The client that a sender calls so.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn of_system(&self, id: &ClientId) -> Result<Option<BillzClientId>, StoreError> {
        let item: Option<ClientItem> = self.table.get(&key_of_system(id)).await?;
        match item.map(|item| item.standing()).transpose()? {
            Some(ClientStanding::Known(client)) => Ok(Some(client)),
            Some(ClientStanding::Claimed { .. } | ClientStanding::Absent) | None => Ok(None),
        }
    }

    /// Keeps which client a sender means; what was said last counts.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn keep_system(&self, id: &ClientId, client: &BillzClientId) -> Result<(), StoreError> {
        let changed = self.change(key_of_system(id), |standing, item| {
            if standing == ClientStanding::Known(client.clone()) {
                return Some(());
            }
            item.billz_client = Some(client.to_string());
            None
        });
        changed.await.map(|_| ())
    }

    /// Reads an item, decides, and writes it; decides anew when others came first. Nothing is written where
    /// `decide` answers something: that is given back.
    async fn change<T>(
        &self,
        key: Key,
        decide: impl Fn(ClientStanding, &mut ClientItem) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let known: Option<ClientItem> = self.table.get(&key).await?;
            let expected = known.as_ref().map_or(Expected::Absent, |known| Expected::Version(known.version));
            let mut item = known.unwrap_or_else(|| ClientItem {
                pk: key.pk.clone(),
                sk: key.sk.to_owned(),
                ..ClientItem::default()
            });
            if let Some(answer) = decide(item.standing()?, &mut item) {
                return Ok(Some(answer));
            }
            item.version = item.version.saturating_add(1);
            match self.table.put(&item, expected).await {
                // Or by ourselves, whose answer was lost: all of these decide the same again.
                Err(StoreError::Conflict) => {}
                written => return written.map(|()| None),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl ClientItem {
    fn standing(&self) -> Result<ClientStanding, StoreError> {
        let read = || -> Result<ClientStanding, String> {
            Ok(match (&self.billz_client, &self.job, self.claimed_until) {
                (Some(client), _, _) => ClientStanding::Known(parsed("billz_client", client)?),
                (None, Some(job), Some(until)) => ClientStanding::Claimed { by: parsed("job", job)?, until },
                (None, None, None) => ClientStanding::Absent,
                (None, _, _) => return Err("a claim without its job or time".to_owned()),
            })
        };
        read().map_err(|reason| StoreError::Corrupt { key: self.pk.clone(), reason })
    }
}
