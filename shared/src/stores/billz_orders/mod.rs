//! Orders that jobs place at Billz: one item each, and beside it what an order is known by at Billz.
//!
//! An order is written in the transaction that writes its job, so that neither is ever without the other.

pub mod item;
pub mod pointer;

use jiff::Timestamp;

use self::item::OrderItem;
use self::pointer::{HeldPointer, PaymentClaim, PointerItem};
use super::table::{Change, Expected, Item, StoreError, Table, write};
use crate::domain::billz::order::OrderRecord;
use crate::domain::identifier::{BillzOrderId, JobId, OrderId};

/// How often a change is tried when others change the same item.
const MAX_CONFLICTS: usize = 3;

/// The orders.
#[derive(Debug, Clone)]
pub struct BillzOrders {
    table: Table,
}

/// An order, and the version of it that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldOrder {
    /// The order.
    pub record: OrderRecord,
    /// Its version.
    pub version: u64,
}

/// The item of an order that was never there, for the transaction that also writes its job.
///
/// # Errors
/// When it cannot be an item: a defect of ours.
pub fn new_order(record: &OrderRecord, now: Timestamp) -> Result<Item, StoreError> {
    write(&OrderItem::of(record, 1, now))
}

/// An order in place of the `version` that was read of it; 0 when it was never there. One that was refused or deleted
/// goes 90 days after `now`.
///
/// # Errors
/// When it cannot be an item: a defect of ours.
pub fn changed(record: &OrderRecord, version: u64, now: Timestamp) -> Result<Change, StoreError> {
    let item = write(&OrderItem::of(record, version.saturating_add(1), now))?;
    Ok(Change::Put(item, in_place_of(version)))
}

/// What must be there where `version` was read; 0 stands for nothing.
fn in_place_of(version: u64) -> Expected {
    match version {
        0 => Expected::Absent,
        version => Expected::Version(version),
    }
}

impl BillzOrders {
    /// The orders in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The order that its senders call so.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, id: &OrderId) -> Result<Option<HeldOrder>, StoreError> {
        let item: Option<OrderItem> = self.table.get(&item::key(id)).await?;
        item.map(OrderItem::held).transpose()
    }

    /// What is known by an order's id at Billz; nothing, at version 0, where nothing is.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn pointer(&self, billz_order: &BillzOrderId) -> Result<HeldPointer, StoreError> {
        let item: Option<PointerItem> = self.table.get(&pointer::key(billz_order)).await?;
        item.map_or_else(|| Ok(HeldPointer::new(billz_order.clone())), PointerItem::held)
    }

    /// Claims the payment of an order at Billz for a job: of all jobs that want to pay it, one may. It may claim
    /// it again.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn claim_payment(
        &self,
        billz_order: &BillzOrderId,
        job: &JobId,
    ) -> Result<PaymentClaim, StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let mut held = self.pointer(billz_order).await?;
            match &held.pointer.payment_job {
                Some(other) if other != job => return Ok(PaymentClaim::Taken { by: other.clone() }),
                Some(_) => return Ok(PaymentClaim::Ours),
                None => held.pointer.payment_job = Some(job.clone()),
            }
            match self.write_pointer(&held).await {
                // Or by ourselves, whose answer was lost: reading again tells.
                Err(StoreError::Conflict) => {}
                written => return written.map(|()| PaymentClaim::Ours),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Lets other jobs pay an order that this one did not. Nothing when it has no claim.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn release_payment(&self, billz_order: &BillzOrderId, job: &JobId) -> Result<(), StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let mut held = self.pointer(billz_order).await?;
            if held.pointer.payment_job.as_ref() != Some(job) {
                return Ok(());
            }
            held.pointer.payment_job = None;
            match self.write_pointer(&held).await {
                Err(StoreError::Conflict) => {}
                written => return written,
            }
        }
        Err(StoreError::Conflict)
    }

    async fn write_pointer(&self, held: &HeldPointer) -> Result<(), StoreError> {
        let item = PointerItem::of(&held.pointer, held.version.saturating_add(1));
        self.table.put(&item, in_place_of(held.version)).await
    }
}
