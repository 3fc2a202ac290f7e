//! Deliveries: one item for each notification and channel. It is the log of what was sent.

mod item;
pub mod listing;

use jiff::Timestamp;

use self::item::{DeliveryItem, key};
use super::commit_mark::commit_mark;
use super::table::{Expected, StoreError, Table};
use crate::domain::identifier::UserId;
use crate::domain::notification::delivery::{Claim, Delivery, Outcome, Standing};
use crate::domain::notification::delivery_id::DeliveryId;

/// How often a change is decided anew when others change the delivery at the same time.
const MAX_CONFLICTS: usize = 3;

/// The deliveries.
#[derive(Debug, Clone)]
pub struct Deliveries {
    table: Table,
}

/// What is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Names it.
    pub id: DeliveryId,
    /// The event's name.
    pub event: String,
    /// Who is told; none for the operators.
    pub user: Option<UserId>,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// The notice as JSON, to be sent again; none where it holds secrets, which are never kept.
    pub content: Option<String>,
}

/// A delivery as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The delivery.
    pub delivery: Delivery,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// The notice as JSON; none where it holds secrets.
    pub content: Option<String>,
    version: u64,
    commit: String,
}

/// What a request to deliver found.
#[derive(Debug)]
pub enum Claiming {
    /// It is claimed: send it, then [`Deliveries::finish`].
    Send(Box<Kept>),
    /// There is nothing to do.
    Settled,
    /// Somebody is at it; look again after so many seconds.
    Busy {
        /// Seconds, at least one.
        wait_seconds: u64,
    },
    /// Somebody died at it. It is uncertain from now on.
    Lost,
}

/// What to do with a delivery that was looked at.
enum Decision<T> {
    /// Commit it as it is now.
    Commit(T),
    /// Leave it as it was.
    Leave(T),
}

impl Deliveries {
    /// The deliveries in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The delivery of that id.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, id: &DeliveryId) -> Result<Option<Kept>, StoreError> {
        self.table.get::<DeliveryItem>(&key(id)).await?.map(DeliveryItem::kept).transpose()
    }

    /// Shows that a delivery waits, unless it is known already.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn queue(&self, new: &NewDelivery, now: Timestamp) -> Result<(), StoreError> {
        let delivery = Delivery::queued(new.id.clone(), &new.event, new.user.clone(), now);
        match self.table.put(&new.item(&delivery), Expected::Absent).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Claims a delivery for a request of `round`. In the usual case this is one write and no read.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn claim(&self, new: &NewDelivery, round: u32, now: Timestamp) -> Result<Claiming, StoreError> {
        let mut delivery = Delivery::queued(new.id.clone(), &new.event, new.user.clone(), now);
        let mut own_commit = String::new();
        if delivery.claim(round, now) == Claim::Send {
            let item = new.item(&delivery);
            own_commit.clone_from(&item.commit);
            match self.table.put(&item, Expected::Absent).await {
                Ok(()) => return Ok(Claiming::Send(Box::new(item.kept()?))),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        let claimed = self.change(&new.id, &own_commit, |delivery| match delivery.claim(round, now) {
            claim @ (Claim::Send | Claim::Lost) => Decision::Commit(claim),
            claim @ (Claim::Settled | Claim::Busy { .. }) => Decision::Leave(claim),
        });
        Ok(match claimed.await? {
            // It was our own commit whose answer was lost: what was committed says what was decided.
            Changed::Already(kept) => match kept.delivery.standing {
                Standing::Submitting { .. } => Claiming::Send(Box::new(kept)),
                Standing::Uncertain { .. } => Claiming::Lost,
                Standing::Queued { .. }
                | Standing::Sent { .. }
                | Standing::Failed { .. }
                | Standing::Bounced { .. }
                | Standing::Suppressed { .. } => Claiming::Settled,
            },
            Changed::Decided(Claim::Send, kept) => Claiming::Send(Box::new(kept)),
            Changed::Decided(Claim::Settled, _) => Claiming::Settled,
            Changed::Decided(Claim::Lost, _) => Claiming::Lost,
            Changed::Decided(Claim::Busy { wait }, _) => {
                Claiming::Busy { wait_seconds: wait.unsigned_abs().as_secs().max(1) }
            }
            // Deleted between the refused insert and the read: the next try inserts it.
            Changed::None => return Err(StoreError::Conflict),
        })
    }

    /// Keeps what became of a message that was claimed.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn finish(&self, claimed: Kept, outcome: &Outcome, now: Timestamp) -> Result<(), StoreError> {
        let (id, round) = (claimed.delivery.id.clone(), claimed.delivery.round);
        let mut after = claimed;
        after.delivery.tell(round, outcome.clone(), now);
        let own_commit = match self.commit(&mut after).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict) => after.commit,
            Err(other) => return Err(other),
        };
        let tell = |delivery: &mut Delivery| delivery.tell(round, outcome.clone(), now);
        self.commit_what_changes(&id, &own_commit, tell).await
    }

    /// Keeps that a delivery's message came back. Nothing when there is no such delivery.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn bounce(&self, id: &DeliveryId, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.commit_what_changes(id, "", |delivery| delivery.bounce(reason, now)).await
    }

    /// Closes a delivery that waits and will not be sent by itself any more. Nothing when it does not wait.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn close(&self, id: &DeliveryId, why: &Outcome, now: Timestamp) -> Result<(), StoreError> {
        self.commit_what_changes(id, "", |delivery| delivery.close(why.clone(), now)).await
    }

    async fn commit_what_changes(
        &self,
        id: &DeliveryId,
        own_commit: &str,
        change: impl Fn(&mut Delivery),
    ) -> Result<(), StoreError> {
        let decide = |delivery: &mut Delivery| {
            let before = delivery.clone();
            change(delivery);
            if *delivery == before { Decision::Leave(()) } else { Decision::Commit(()) }
        };
        self.change(id, own_commit, decide).await.map(drop)
    }

    /// Loads, decides, and commits; decides anew when others came first.
    async fn change<T>(
        &self,
        id: &DeliveryId,
        own_commit: &str,
        decide: impl Fn(&mut Delivery) -> Decision<T>,
    ) -> Result<Changed<T>, StoreError> {
        let mut own_commit = own_commit.to_owned();
        for _ in 0..MAX_CONFLICTS {
            let Some(mut kept) = self.get(id).await? else { return Ok(Changed::None) };
            // The answer to our own commit may have been lost and the commit repeated below us.
            if kept.commit == own_commit {
                return Ok(Changed::Already(kept));
            }
            let decided = match decide(&mut kept.delivery) {
                Decision::Leave(decided) => return Ok(Changed::Decided(decided, kept)),
                Decision::Commit(decided) => decided,
            };
            match self.commit(&mut kept).await {
                Ok(()) => return Ok(Changed::Decided(decided, kept)),
                Err(StoreError::Conflict) => own_commit = kept.commit,
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Writes the next version of what was loaded.
    async fn commit(&self, kept: &mut Kept) -> Result<(), StoreError> {
        let before = kept.version;
        let (correlation_id, content) = (kept.correlation_id.clone(), kept.content.clone());
        let version = before.saturating_add(1);
        let item = DeliveryItem::of(&kept.delivery, correlation_id, content, version, commit_mark());
        kept.version = item.version;
        kept.commit.clone_from(&item.commit);
        self.table.put(&item, Expected::Version(before)).await
    }
}

/// What became of a change.
enum Changed<T> {
    /// It was decided, and committed where there was something to commit.
    Decided(T, Kept),
    /// It had been committed already, by this very request.
    Already(Kept),
    /// There is no such delivery.
    None,
}

impl NewDelivery {
    /// The first version of its item.
    fn item(&self, delivery: &Delivery) -> DeliveryItem {
        DeliveryItem::of(delivery, self.correlation_id.clone(), self.content.clone(), 1, commit_mark())
    }
}
