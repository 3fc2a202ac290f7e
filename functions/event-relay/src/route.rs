//! Which messages tell which event to whom.

use serde::Serialize;
use shared::domain::money::CurrencyError;
use shared::notices::Notice;
use shared::notices::field::WebAddress;
use shared::notices::payment_confirmed::PaymentConfirmed;
use shared::notices::payment_expired::PaymentExpired;
use shared::notices::payment_expiring::PaymentExpiring;
use shared::notices::payment_needs_review::PaymentNeedsReview;
use shared::queues::analytics_event::AnalyticsEvent;
use shared::queues::billz_job::ResumeJob;
use shared::queues::billz_reply::BillzReply;
use shared::queues::bonus_work::BonusWork;
use shared::queues::notification::{self, Notification};
use shared::queues::order_update::{self, OrderPayment, OrderUpdate};
use shared::queues::sms_charge::SmsCharge;
use shared::queues::support_task::SupportTaskRequest;
use shared::stores::outbox::{
    StoredEnd, StoredEvent, StoredEventKind, StoredPayment, StoredQuestion, StoredReminder,
};

use crate::billz_route;
use crate::bonus_route;
use crate::mail::Destination;
use crate::sms_route;
use crate::task_route::{created, failed, needs_looking, request};

/// A message, by the queue it goes to.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Message {
    /// To the order service.
    OrderUpdate(OrderUpdate),
    /// To the customer, to whoever asked for a task, or to the operators.
    Notification(Notification),
    /// To who makes tasks in the panel.
    SupportTask(SupportTaskRequest),
    /// To the service that asked for a job at Billz.
    BillzReply(BillzReply),
    /// To who pays at Billz.
    BillzPayment(ResumeJob),
    /// To who does all else at Billz.
    BillzOperation(ResumeJob),
    /// To who bills SMS and charges for them.
    SmsCharge(SmsCharge),
    /// To who pays bonuses out.
    BonusWork(BonusWork),
    /// To the company's analytics.
    Analytics(AnalyticsEvent),
}

/// Why an event cannot be told to anybody.
#[derive(Debug, thiserror::Error)]
pub enum Untellable {
    /// It speaks of money that we do not know.
    #[error(transparent)]
    Currency(#[from] CurrencyError),
    /// It speaks of something that cannot be written as JSON.
    #[error(transparent)]
    Reply(#[from] serde_json::Error),
}

impl Message {
    /// Where it goes.
    pub fn destination(&self) -> Destination {
        match self {
            Self::OrderUpdate(_) => Destination::OrderUpdates,
            Self::Notification(_) => Destination::Notifications,
            Self::SupportTask(_) => Destination::SupportTasks,
            Self::BillzReply(_) => Destination::BillzReplies,
            Self::BillzPayment(_) => Destination::BillzPayments,
            Self::BillzOperation(_) => Destination::BillzOperations,
            Self::SmsCharge(_) => Destination::SmsCharges,
            Self::BonusWork(_) => Destination::BonusPayouts,
            Self::Analytics(_) => Destination::Analytics,
        }
    }
}

/// All messages of one event.
///
/// # Errors
/// What cannot be told, because nobody could read it.
pub fn messages(event: &StoredEvent) -> Result<Vec<Message>, Untellable> {
    let invoice = event.aggregate();
    let customer = |user_id: &str, notice| Message::Notification(notification(event, Some(user_id), notice));
    Ok(match &event.event {
        StoredEventKind::InvoicePaid(payment) => vec![
            Message::OrderUpdate(order_update(event, OrderPayment::Paid, payment)),
            customer(&payment.user_id, confirmed(invoice, payment)?),
        ],
        // What becomes of the order, and so of the customer, the order service says.
        StoredEventKind::InvoiceRefunded(payment) => {
            vec![Message::OrderUpdate(order_update(event, OrderPayment::Refunded, payment))]
        }
        StoredEventKind::InvoiceExpired(end) => vec![customer(&end.user_id, expired(invoice, end)?)],
        StoredEventKind::InvoiceExpiring(reminder) => {
            vec![customer(&reminder.user_id, expiring(invoice, reminder)?)]
        }
        StoredEventKind::InvoiceReviewOpened(question) => {
            vec![Message::Notification(notification(event, None, needs_review(invoice, question)?))]
        }
        StoredEventKind::TaskSubmitted { attempt } => {
            vec![Message::SupportTask(request(event, *attempt))]
        }
        StoredEventKind::TaskCreated(task) => vec![Message::Notification(created(event, task))],
        StoredEventKind::TaskFailed(trouble) => vec![Message::Notification(failed(event, trouble))],
        StoredEventKind::TaskReviewOpened(trouble) => {
            vec![Message::Notification(needs_looking(event, trouble))]
        }
        StoredEventKind::BillzJobEnded(job) => billz_route::ended(event, job)?,
        StoredEventKind::BillzJobRepeated(job) => billz_route::repeated(event, job)?,
        StoredEventKind::BillzJobReviewOpened(job) => billz_route::review_opened(event, job)?,
        StoredEventKind::BillzJobResumed(job) => vec![billz_route::resumed(job)],
        StoredEventKind::SmsLimitReached(user) => {
            vec![Message::SmsCharge(sms_route::limit_reached(event, user))]
        }
        StoredEventKind::SmsLimitNear(near) => {
            vec![Message::Notification(sms_route::limit_near(event, near)?)]
        }
        StoredEventKind::SmsChargeWanted(bill) => {
            vec![Message::SmsCharge(sms_route::charge_wanted(event, bill))]
        }
        StoredEventKind::SmsBillPaid(bill) => vec![Message::Notification(sms_route::paid(event, bill)?)],
        StoredEventKind::SmsChargeFailed(trouble) => {
            vec![Message::Notification(sms_route::charge_failed(event, trouble)?)]
        }
        StoredEventKind::SmsReviewOpened(trouble) => {
            vec![Message::Notification(sms_route::review_opened(event, trouble)?)]
        }
        StoredEventKind::PortmoneBillReported { bill } => vec![bonus_route::reported(event, bill)],
        StoredEventKind::BonusWanted { receipt_id } => vec![bonus_route::wanted(event, receipt_id)],
        StoredEventKind::BonusInitiated(bonus) => bonus_route::initiated(event, bonus)?,
        StoredEventKind::BonusSucceeded(bonus) => bonus_route::succeeded(event, bonus)?,
        StoredEventKind::BonusFailed(failure) => bonus_route::failed(event, failure)?,
        StoredEventKind::BonusTimedOut(bonus) => bonus_route::timed_out(event, bonus)?,
        StoredEventKind::BonusReviewOpened(trouble) | StoredEventKind::BonusDisagreed(trouble) => {
            vec![bonus_route::needs_review(event, trouble)?]
        }
        StoredEventKind::BonusRefunded(bonus) => bonus_route::refunded(event, bonus)?,
    })
}

fn order_update(event: &StoredEvent, status: OrderPayment, payment: &StoredPayment) -> OrderUpdate {
    OrderUpdate {
        version: order_update::VERSION,
        event_id: event.id.clone(),
        correlation_id: event.correlation_id.clone(),
        order_id: payment.order_id.clone(),
        status,
        reference: payment.reference.clone(),
        amount_minor: payment.amount_minor,
        currency: payment.currency.clone(),
        at: payment.at,
    }
}

/// The message that tells `user_id`, or else the operators.
pub fn notification(event: &StoredEvent, user_id: Option<&str>, notice: Notice) -> Notification {
    Notification {
        version: notification::VERSION,
        id: event.id.clone(),
        correlation_id: event.correlation_id.clone(),
        user_id: user_id.map(str::to_owned),
        notice,
        chat: None,
    }
}

fn confirmed(invoice: &str, payment: &StoredPayment) -> Result<Notice, CurrencyError> {
    Ok(Notice::PaymentConfirmed(PaymentConfirmed {
        invoice: invoice.to_owned(),
        order_id: payment.order_id.clone(),
        amount: payment.amount_minor,
        currency: payment.currency.parse()?,
        paid_at: payment.at,
    }))
}

fn expired(invoice: &str, end: &StoredEnd) -> Result<Notice, CurrencyError> {
    Ok(Notice::PaymentExpired(PaymentExpired {
        invoice: invoice.to_owned(),
        order_id: end.order_id.clone(),
        amount: end.amount_minor,
        currency: end.currency.parse()?,
        expired_at: end.at,
    }))
}

fn expiring(invoice: &str, reminder: &StoredReminder) -> Result<Notice, CurrencyError> {
    // An address that nobody could follow is left out: the reminder is worth telling without it.
    let address = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<WebAddress>().ok());
    Ok(Notice::PaymentExpiring(PaymentExpiring {
        invoice: invoice.to_owned(),
        order_id: reminder.order_id.clone(),
        amount: reminder.amount_minor,
        currency: reminder.currency.parse()?,
        expires_at: reminder.expires_at,
        pay_url: address(&reminder.checkout_url),
        pay_code: reminder.code.clone(),
        qr_image_url: address(&reminder.qr_image_url),
    }))
}

fn needs_review(invoice: &str, question: &StoredQuestion) -> Result<Notice, CurrencyError> {
    Ok(Notice::PaymentNeedsReview(PaymentNeedsReview {
        invoice: invoice.to_owned(),
        order_id: question.order_id.clone(),
        user_id: question.user_id.clone(),
        // By the name that the API, the logs and the documentation have for it.
        reason: question.reason.clone(),
        // A report that does not fit may say anything; a notice shows nothing below zero.
        amount: question.amount_minor.max(0),
        currency: question.currency.parse()?,
        reference: Some(question.reference.clone()),
    }))
}
