//! What is known by an order's id at Billz: which order of ours it is, and which job pays it.

use serde::{Deserialize, Serialize};

use super::in_place_of;
use crate::domain::identifier::{BillzOrderId, JobId, OrderId};
use crate::stores::stored_draft::parsed;
use crate::stores::table::{Change, Key, StoreError, write};

const SORT_KEY: &str = "BILLZ_ORDER";

/// What is known by an order's id at Billz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Billz's id of the order.
    pub billz_order: BillzOrderId,
    /// What its sender calls it, where a job placed it as a whole.
    pub order: Option<OrderId>,
    /// The job that pays it, or paid it.
    pub payment_job: Option<JobId>,
}

/// What is known, and the version of it that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPointer {
    /// What is known.
    pub pointer: Pointer,
    /// Its version; 0 when nothing is stored.
    pub version: u64,
}

/// Whether a job may pay an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentClaim {
    /// It may, and nobody else.
    Ours,
    /// Another job pays it, or paid it.
    Taken {
        /// Which.
        by: JobId,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PointerItem {
    pk: String,
    sk: String,
    version: u64,
    billz_order: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment_job: Option<String>,
}

pub(super) fn key(billz_order: &BillzOrderId) -> Key {
    Key { pk: format!("{SORT_KEY}#{billz_order}"), sk: SORT_KEY }
}

impl HeldPointer {
    /// Nothing is known of an order.
    pub fn new(billz_order: BillzOrderId) -> Self {
        Self { pointer: Pointer { billz_order, order: None, payment_job: None }, version: 0 }
    }

    /// What is known now, in place of what was read.
    ///
    /// # Errors
    /// When it cannot be an item: a defect of ours.
    pub fn changed(&self) -> Result<Change, StoreError> {
        let item = write(&PointerItem::of(&self.pointer, self.version.saturating_add(1)))?;
        Ok(Change::Put(item, in_place_of(self.version)))
    }
}

impl PointerItem {
    pub(super) fn of(pointer: &Pointer, version: u64) -> Self {
        let Key { pk, sk } = key(&pointer.billz_order);
        Self {
            pk,
            sk: sk.to_owned(),
            version,
            billz_order: pointer.billz_order.to_string(),
            order_id: pointer.order.as_ref().map(ToString::to_string),
            payment_job: pointer.payment_job.as_ref().map(ToString::to_string),
        }
    }

    pub(super) fn held(self) -> Result<HeldPointer, StoreError> {
        let read = || -> Result<Pointer, String> {
            Ok(Pointer {
                billz_order: parsed("billz_order", &self.billz_order)?,
                order: self.order_id.as_deref().map(|id| parsed("order_id", id)).transpose()?,
                payment_job: self.payment_job.as_deref().map(|id| parsed("payment_job", id)).transpose()?,
            })
        };
        let pointer = read().map_err(|reason| StoreError::Corrupt { key: self.pk.clone(), reason })?;
        Ok(HeldPointer { pointer, version: self.version })
    }
}
