//! What jobs mean for the orders we keep, and who may place and pay them.

use jiff::Timestamp;
use shared::domain::billz::job::Standing;
use shared::domain::billz::operation::{Operation, Refusal};
use shared::domain::billz::order::{NewOrder, OrderRecord, OrderStage, PaidOrder};
use shared::domain::billz::work::{NewClient, Work};
use shared::domain::identifier::BillzOrderId;
use shared::queues::batch::Delivery;
use shared::stores::billz_orders::pointer::PaymentClaim;
use shared::stores::billz_orders::{HeldOrder, changed};
use shared::stores::table::{Change, StoreError};
use shared::workflows::store_trouble::put_off;

use crate::running::Running;

impl Running<'_> {
    /// Takes the order that is to be placed for this job: of all jobs that name it, one places it.
    pub async fn begin_order(&mut self) -> Result<(), Delivery> {
        let Work::PlaceOrder(order) = &self.work else { return Ok(()) };
        let kept = self.taking.app.stores.orders.get(&order.id).await.map_err(|error| put_off(&error))?;
        let job = &self.held.job.id;
        let version = match &kept {
            None => 0,
            Some(HeldOrder { record, .. }) if record.job == *job && !record.stage.is_free() => return Ok(()),
            Some(HeldOrder { record, version }) if record.stage.is_free() => *version,
            Some(HeldOrder { record, .. }) => {
                let reason = format!("the job {} places, or placed, the same order", record.job);
                self.held.job.progress.refusal = Some(Refusal::new(Refusal::ORDER_TAKEN, reason));
                return Ok(());
            }
        };
        let record = self.record_of(order);
        let taken = changed(&record, version, Timestamp::now()).map_err(|error| put_off(&error))?;
        self.save(vec![taken]).await
    }

    fn record_of(&self, order: &NewOrder) -> OrderRecord {
        OrderRecord {
            order: order.clone(),
            job: self.held.job.id.clone(),
            created_at: self.held.job.created_at,
            stage: OrderStage::Placing,
            billz_order: None,
            billz_number: None,
            billz_client: None,
            postponed_at: None,
            paid: None,
        }
    }

    /// What has to be ours before an operation is begun. False when it is another job's: then this one is refused.
    pub async fn claim(&mut self, operation: &Operation) -> Result<bool, Delivery> {
        let Operation::Pay { order, .. } = operation else { return Ok(true) };
        let claimed = self.taking.app.stores.orders.claim_payment(order, &self.held.job.id).await;
        match claimed.map_err(|error| put_off(&error))? {
            PaymentClaim::Ours => Ok(true),
            PaymentClaim::Taken { by } => {
                let reason = format!("the job {by} pays, or paid, the same order");
                self.held.job.progress.refusal = Some(Refusal::new(Refusal::PAYMENT_TAKEN, reason));
                Ok(false)
            }
        }
    }

    /// What the end of the job changes in what we keep of its order.
    pub async fn order_after(&mut self) -> Result<Vec<Change>, StoreError> {
        let now = Timestamp::now();
        let (work, standing) = (self.work.clone(), self.held.job.standing.clone());
        match (&work, &standing) {
            (Work::PlaceOrder(order), _) => self.placed(order, now).await,
            (Work::MakePayment { order, total, .. }, Standing::Succeeded { .. }) => {
                let progress = &self.held.job.progress;
                // What somebody else paid is what Billz says, if it says so.
                let amount = match progress.paid {
                    true => Some(*total),
                    false => progress.seen.as_ref().and_then(|seen| seen.total),
                };
                self.change_order(order, |record| {
                    if record.paid.is_none() {
                        record.paid = amount.map(|amount| PaidOrder { amount, at: now });
                    }
                })
                .await
            }
            (Work::MakePayment { order, .. }, standing) => self.unpaid(order, standing).await,
            (Work::PostponeOrder { order, .. }, Standing::Succeeded { .. }) => {
                self.change_order(order, |record| record.postponed_at = Some(now)).await
            }
            (Work::CancelPostpone { order }, Standing::Succeeded { .. }) => {
                self.change_order(order, |record| record.postponed_at = None).await
            }
            (Work::DeleteOrder { order }, Standing::Succeeded { .. }) => {
                self.change_order(order, |record| {
                    record.stage = OrderStage::Deleted;
                    record.postponed_at = None;
                })
                .await
            }
            (_, _) => Ok(Vec::new()),
        }
    }

    async fn placed(&self, order: &NewOrder, now: Timestamp) -> Result<Vec<Change>, StoreError> {
        let orders = &self.taking.app.stores.orders;
        let job = &self.held.job;
        let Some(HeldOrder { mut record, version }) = orders.get(&order.id).await? else {
            return Ok(Vec::new());
        };
        if record.job != job.id {
            return Ok(Vec::new());
        }
        record.stage = match job.standing {
            Standing::Succeeded { .. } => OrderStage::Placed,
            _ if job.progress.leaves_something() => OrderStage::GivenUp,
            _ => OrderStage::Refused,
        };
        if record.stage == OrderStage::Refused {
            return Ok(vec![changed(&record, version, now)?]);
        }
        record.billz_order = job.progress.order.clone();
        record.billz_number = job.progress.order_number.clone();
        record.billz_client = job.progress.client.clone();
        record.postponed_at = (job.progress.postponed && !job.progress.returned).then_some(now);
        let mut changes = vec![changed(&record, version, now)?];
        if let Some(billz_order) = &job.progress.order {
            let mut held = orders.pointer(billz_order).await?;
            held.pointer.order = Some(order.id.clone());
            changes.push(held.changed()?);
        }
        Ok(changes)
    }

    /// Another job may pay what this one certainly did not. What a person gave up may be paid: nobody else may.
    async fn unpaid(&self, order: &BillzOrderId, standing: &Standing) -> Result<Vec<Change>, StoreError> {
        if matches!(standing, Standing::Refused { refusal, .. } if refusal.code == Refusal::GIVEN_UP) {
            return Ok(Vec::new());
        }
        let mut held = self.taking.app.stores.orders.pointer(order).await?;
        if held.pointer.payment_job.as_ref() != Some(&self.held.job.id) {
            return Ok(Vec::new());
        }
        held.pointer.payment_job = None;
        Ok(vec![held.changed()?])
    }

    /// Changes the order of ours that has this id at Billz, if one has; people are told of it by its own number.
    async fn change_order(
        &mut self,
        billz_order: &BillzOrderId,
        change: impl Fn(&mut OrderRecord),
    ) -> Result<Vec<Change>, StoreError> {
        let orders = &self.taking.app.stores.orders;
        let Some(id) = orders.pointer(billz_order).await?.pointer.order else { return Ok(Vec::new()) };
        let Some(HeldOrder { mut record, version }) = orders.get(&id).await? else { return Ok(Vec::new()) };
        if record.billz_order.as_ref() != Some(billz_order) {
            // It was placed anew since: this is about the one before.
            return Ok(Vec::new());
        }
        let subject = &mut self.held.job.subject;
        subject.order = Some(id.to_string());
        subject.customer = record.order.client.as_ref().map(NewClient::name);
        subject.total = subject.total.or(Some(record.order.price()));
        change(&mut record);
        Ok(vec![changed(&record, version, Timestamp::now())?])
    }
}
