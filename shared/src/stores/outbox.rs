//! The events that a change leaves on its item, for the relay to read from the table's stream.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::billz_jobs::event::StoredBillzJob;
use super::bonus_events::{StoredBonus, StoredBonusFailure, StoredBonusTrouble};
use super::sms_events::{StoredLimitNear, StoredSmsBill, StoredSmsTrouble, StoredSmsUser};
use crate::domain::billz::job::{BillzJob, JobEvent};
use crate::domain::invoice::event::{
    ExpiredEvent, ExpiringEvent, InvoiceEvent, PaidEvent, PayableCode, ReviewOpenedEvent,
};
use crate::domain::panel_failure::PanelFailure;
use crate::domain::sms::account::{AccountEvent, SmsAccount};
use crate::domain::sms::bill::{BillEvent, SmsBill};
use crate::domain::support_task::{SupportTask, TaskEvent};

/// One event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// The same for every delivery of the event: aggregate, version, index.
    pub id: String,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// When the change was committed.
    pub occurred_at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: StoredEventKind,
}

/// What happened, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum StoredEventKind {
    /// The money for an order is there.
    #[serde(rename = "invoice.paid")]
    InvoicePaid(StoredPayment),
    /// The money for an order went back.
    #[serde(rename = "invoice.refunded")]
    InvoiceRefunded(StoredPayment),
    /// An invoice's time ran out unpaid.
    #[serde(rename = "invoice.expired")]
    InvoiceExpired(StoredEnd),
    /// An invoice's time will run out soon.
    #[serde(rename = "invoice.expiring")]
    InvoiceExpiring(StoredReminder),
    /// A person has to decide about money that came.
    #[serde(rename = "invoice.review_opened")]
    InvoiceReviewOpened(StoredQuestion),
    /// A support task is to be made.
    #[serde(rename = "support_task.submitted")]
    TaskSubmitted {
        /// The attempt that is to be made.
        attempt: u32,
    },
    /// A support task is in the panel.
    #[serde(rename = "support_task.created")]
    TaskCreated(StoredTask),
    /// A support task is not in the panel.
    #[serde(rename = "support_task.failed")]
    TaskFailed(StoredTaskTrouble),
    /// A person has to look whether a support task is in the panel.
    #[serde(rename = "support_task.review_opened")]
    TaskReviewOpened(StoredTaskTrouble),
    /// A job at Billz ended.
    #[serde(rename = "billz_job.ended")]
    BillzJobEnded(StoredBillzJob),
    /// A job at Billz that had ended was asked for again.
    #[serde(rename = "billz_job.repeated")]
    BillzJobRepeated(StoredBillzJob),
    /// A person has to look what became of a job at Billz.
    #[serde(rename = "billz_job.review_opened")]
    BillzJobReviewOpened(StoredBillzJob),
    /// A job at Billz is to be gone on with.
    #[serde(rename = "billz_job.resumed")]
    BillzJobResumed(StoredBillzJob),
    /// A user's SMS reached a limit: what is open is to be billed.
    #[serde(rename = "sms_usage.limit_reached")]
    SmsLimitReached(StoredSmsUser),
    /// A user's SMS are near a limit.
    #[serde(rename = "sms_usage.limit_near")]
    SmsLimitNear(StoredLimitNear),
    /// An SMS bill is to be charged.
    #[serde(rename = "sms_bill.charge_wanted")]
    SmsChargeWanted(StoredSmsBill),
    /// An SMS bill is paid.
    #[serde(rename = "sms_bill.paid")]
    SmsBillPaid(StoredSmsBill),
    /// An SMS bill could not be charged.
    #[serde(rename = "sms_bill.charge_failed")]
    SmsChargeFailed(StoredSmsTrouble),
    /// A person has to look whether an SMS bill was charged.
    #[serde(rename = "sms_bill.review_opened")]
    SmsReviewOpened(StoredSmsTrouble),
    /// Portmone reported about a bill.
    #[serde(rename = "portmone_bill.reported")]
    PortmoneBillReported {
        /// Portmone's id of the bill.
        bill: String,
    },
    /// A person wants a bonus to be gone on with.
    #[serde(rename = "bonus.wanted")]
    BonusWanted {
        /// The receipt that earned it.
        receipt_id: String,
    },
    /// A bonus is being paid out.
    #[serde(rename = "bonus.initiated")]
    BonusInitiated(StoredBonus),
    /// A bonus is paid out.
    #[serde(rename = "bonus.succeeded")]
    BonusSucceeded(StoredBonus),
    /// A bonus could not be paid out.
    #[serde(rename = "bonus.failed")]
    BonusFailed(StoredBonusFailure),
    /// Nobody knew in time whether a bonus was paid.
    #[serde(rename = "bonus.timed_out")]
    BonusTimedOut(StoredBonus),
    /// A person has to look whether a bonus was paid.
    #[serde(rename = "bonus.review_opened")]
    BonusReviewOpened(StoredBonusTrouble),
    /// Something was reported about a bonus that does not fit, and changed nothing.
    #[serde(rename = "bonus.disagreed")]
    BonusDisagreed(StoredBonusTrouble),
    /// The payment of a bonus came back.
    #[serde(rename = "bonus.refunded")]
    BonusRefunded(StoredBonus),
}

/// The support task an event speaks of, and who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTask {
    /// Who asked for it.
    pub user_id: String,
    /// Where they asked.
    pub chat: i64,
    /// The language of that chat.
    pub locale: String,
    /// `maintenance` or `uninstall`.
    pub kind: String,
    /// What is to be done, in the words of who asked. Empty where an older release wrote the event.
    #[serde(default)]
    pub description: String,
    /// The customer's name.
    pub customer: String,
    /// The customer's login name.
    pub username: String,
    /// The workers' names.
    pub workers: Vec<String>,
    /// Whether the panel was asked to send WhatsApp messages.
    pub whats_app: bool,
    /// Which attempt it was.
    pub attempt: u32,
}

/// A support task that was not plainly made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTaskTrouble {
    /// The task.
    pub task: StoredTask,
    /// Which failure it is, such as `TASK_CREATE_HTTP_ERROR`.
    pub code: String,
    /// What is known, in words.
    pub detail: String,
    /// Whether trying again can help.
    pub retryable: bool,
}

/// The payment an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPayment {
    /// The order's id.
    pub order_id: String,
    /// The customer's id.
    pub user_id: String,
    /// What counted, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
    /// The provider's reference.
    pub reference: String,
    /// When it was paid, or given back.
    pub at: Timestamp,
}

/// An invoice that was not paid in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEnd {
    /// The order's id.
    pub order_id: String,
    /// The customer's id.
    pub user_id: String,
    /// What the order costs, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
    /// Until when it could be paid.
    pub at: Timestamp,
}

/// An invoice that can still be paid, but not for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReminder {
    /// The order's id.
    pub order_id: String,
    /// The customer's id.
    pub user_id: String,
    /// What the customer has to pay, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// The provider's page for the chosen code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_url: Option<String>,
    /// The chosen code, to type in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// A picture of the chosen code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_image_url: Option<String>,
}

/// The report that opened a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredQuestion {
    /// The order's id.
    pub order_id: String,
    /// The customer's id.
    pub user_id: String,
    /// The name of the disagreement, such as `paid_twice`.
    pub reason: String,
    /// What the report speaks of, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
    /// The provider's reference in it.
    pub reference: String,
}

impl StoredEvent {
    /// What the event happened to: the first part of its id.
    pub fn aggregate(&self) -> &str {
        // From the right: an aggregate's own id may have points in it.
        self.id.rsplitn(3, '.').nth(2).unwrap_or(&self.id)
    }
}

impl StoredEventKind {
    /// The stored form of an event.
    pub fn of(event: &InvoiceEvent) -> Self {
        match event {
            InvoiceEvent::Paid(paid) => Self::InvoicePaid(StoredPayment::of(paid)),
            InvoiceEvent::Refunded(refunded) => Self::InvoiceRefunded(StoredPayment::of(refunded)),
            InvoiceEvent::Expired(expired) => Self::InvoiceExpired(StoredEnd::of(expired)),
            InvoiceEvent::Expiring(expiring) => Self::InvoiceExpiring(StoredReminder::of(expiring)),
            InvoiceEvent::ReviewOpened(opened) => Self::InvoiceReviewOpened(StoredQuestion::of(opened)),
        }
    }
}

impl StoredEventKind {
    /// The stored form of a task's event.
    pub fn of_task(task: &SupportTask, event: &TaskEvent) -> Self {
        let trouble = |failure: &PanelFailure| StoredTaskTrouble {
            task: StoredTask::of(task),
            code: failure.code.as_str().to_owned(),
            detail: failure.detail.clone(),
            retryable: failure.code.is_retryable(),
        };
        match event {
            TaskEvent::Submitted => Self::TaskSubmitted { attempt: task.attempt },
            TaskEvent::Created => Self::TaskCreated(StoredTask::of(task)),
            TaskEvent::Failed(failure) => Self::TaskFailed(trouble(failure)),
            TaskEvent::ReviewOpened(failure) => Self::TaskReviewOpened(trouble(failure)),
        }
    }
}

impl StoredEventKind {
    /// The stored form of a job's event.
    pub fn of_job(job: &BillzJob, event: JobEvent) -> Self {
        let job = StoredBillzJob::of(job);
        match event {
            JobEvent::Ended => Self::BillzJobEnded(job),
            JobEvent::Repeated => Self::BillzJobRepeated(job),
            JobEvent::ReviewOpened => Self::BillzJobReviewOpened(job),
            JobEvent::Resumed => Self::BillzJobResumed(job),
        }
    }
}

impl StoredEventKind {
    /// The stored form of an SMS account's event.
    pub fn of_sms_account(account: &SmsAccount, event: &AccountEvent) -> Self {
        match event {
            AccountEvent::LimitReached => Self::SmsLimitReached(StoredSmsUser::of(account)),
            AccountEvent::LimitNear(near) => Self::SmsLimitNear(StoredLimitNear::of(account, near)),
        }
    }

    /// The stored form of an SMS bill's event.
    pub fn of_sms_bill(bill: &SmsBill, event: &BillEvent) -> Self {
        let trouble =
            |reason: &str| StoredSmsTrouble { bill: StoredSmsBill::of(bill), reason: reason.to_owned() };
        match event {
            BillEvent::ChargeWanted => Self::SmsChargeWanted(StoredSmsBill::of(bill)),
            BillEvent::Paid => Self::SmsBillPaid(StoredSmsBill::of(bill)),
            BillEvent::ChargeFailed(reason) => Self::SmsChargeFailed(trouble(reason)),
            BillEvent::ReviewOpened(evidence) => Self::SmsReviewOpened(trouble(evidence)),
        }
    }
}

impl StoredTask {
    fn of(task: &SupportTask) -> Self {
        let draft = &task.draft;
        Self {
            user_id: task.asked_by.to_string(),
            chat: task.chat.0,
            locale: task.locale.code().to_owned(),
            kind: draft.kind.as_str().to_owned(),
            description: draft.description.as_str().to_owned(),
            customer: draft.customer.name.clone(),
            username: draft.customer.username.to_string(),
            workers: draft.workers.as_slice().iter().map(|worker| worker.name.clone()).collect(),
            whats_app: draft.whats_app.is_requested(),
            attempt: task.attempt,
        }
    }
}

impl StoredPayment {
    fn of(event: &PaidEvent) -> Self {
        Self {
            order_id: event.order.to_string(),
            user_id: event.customer.to_string(),
            amount_minor: event.amount.minor(),
            currency: event.amount.currency().code().to_owned(),
            reference: event.reference.to_string(),
            at: event.at,
        }
    }
}

impl StoredEnd {
    fn of(event: &ExpiredEvent) -> Self {
        Self {
            order_id: event.order.to_string(),
            user_id: event.customer.to_string(),
            amount_minor: event.amount.minor(),
            currency: event.amount.currency().code().to_owned(),
            at: event.at,
        }
    }
}

impl StoredReminder {
    fn of(event: &ExpiringEvent) -> Self {
        let code = |part: fn(&PayableCode) -> &Option<String>| {
            event.code.as_ref().and_then(|code| part(code).clone())
        };
        Self {
            order_id: event.order.to_string(),
            user_id: event.customer.to_string(),
            amount_minor: event.amount.minor(),
            currency: event.amount.currency().code().to_owned(),
            expires_at: event.expires_at,
            checkout_url: code(|code| &code.checkout_url),
            code: code(|code| &code.code),
            qr_image_url: code(|code| &code.qr_image_url),
        }
    }
}

impl StoredQuestion {
    fn of(event: &ReviewOpenedEvent) -> Self {
        Self {
            order_id: event.order.to_string(),
            user_id: event.customer.to_string(),
            reason: event.reason.as_str().to_owned(),
            amount_minor: event.amount.minor(),
            currency: event.amount.currency().code().to_owned(),
            reference: event.reference.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_tells_what_it_happened_to_whatever_points_that_has_in_its_name() {
        for (id, aggregate) in [
            ("INV-20261121-7K3M9QZX.4.0", "INV-20261121-7K3M9QZX"),
            ("a.b.c.12.3", "a.b.c"),
            ("2026.11.21.1.0", "2026.11.21"),
            ("..job..1.0", "..job."),
            ("neither-version-nor-index", "neither-version-nor-index"),
        ] {
            let event = StoredEvent {
                id: id.to_owned(),
                correlation_id: "update-4711".to_owned(),
                occurred_at: "2026-11-21T08:00:00Z".parse().unwrap(),
                event: StoredEventKind::TaskSubmitted { attempt: 1 },
            };
            assert_eq!(event.aggregate(), aggregate);
        }
    }
}
