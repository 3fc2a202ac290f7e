//! What the events of jobs at Billz are, as messages: who asked is answered, the staff is told, and a job that a
//! person decided about is gone on with.

use shared::domain::billz::job::JobState;
use shared::domain::billz::work::JobKind;
use shared::domain::money::Currency;
use shared::notices::Notice;
use shared::notices::billz_failed::BillzFailed;
use shared::notices::billz_order_changed::BillzOrderChanged;
use shared::queues::billz_job::ResumeJob;
use shared::stores::billz_jobs::event::StoredBillzJob;
use shared::stores::outbox::StoredEvent;
use shared::workflows::tell_billz_job;

use crate::route::{Message, Untellable, notification};

/// The end of a job: for who asked, and for the staff where it concerns them.
///
/// # Errors
/// When the reply cannot be written.
pub fn ended(event: &StoredEvent, job: &StoredBillzJob) -> Result<Vec<Message>, Untellable> {
    let notice = if job.state != JobState::Succeeded.as_str() {
        // Refused, or dead.
        Some(Notice::BillzFailed(failed(job, false)))
    } else {
        job.is_told.then(|| Notice::BillzOrderChanged(changed(job)))
    };
    let told = notice.map(|notice| Message::Notification(notification(event, None, notice)));
    Ok(replied(event, job)?.into_iter().chain(told).collect())
}

/// A job that was over and was asked for again: for who asked. The staff knows.
///
/// # Errors
/// When the reply cannot be written.
pub fn repeated(event: &StoredEvent, job: &StoredBillzJob) -> Result<Vec<Message>, Untellable> {
    Ok(replied(event, job)?.into_iter().collect())
}

/// A job that waits for a person: for who asked, and for those who decide.
///
/// # Errors
/// When the reply cannot be written.
pub fn review_opened(event: &StoredEvent, job: &StoredBillzJob) -> Result<Vec<Message>, Untellable> {
    let told = notification(event, None, Notice::BillzFailed(failed(job, true)));
    Ok(replied(event, job)?.into_iter().chain([Message::Notification(told)]).collect())
}

/// A job that a person decided about: for who does it, on the queue that its kind is sent to.
pub fn resumed(job: &StoredBillzJob) -> Message {
    let resume = ResumeJob { resume: job.job.clone() };
    match JobKind::of_name(&job.kind) {
        Some(JobKind::MakePayment) => Message::BillzPayment(resume),
        _ => Message::BillzOperation(resume),
    }
}

/// The answer to who asked, if they want one. There is one queue for all of them.
fn replied(event: &StoredEvent, job: &StoredBillzJob) -> Result<Option<Message>, Untellable> {
    if job.reply_queue.is_none() {
        return Ok(None);
    }
    Ok(Some(Message::BillzReply(tell_billz_job::reply(&event.id, job)?)))
}

fn changed(job: &StoredBillzJob) -> BillzOrderChanged {
    let (billz_id, billz_number) = (job.billz_order.clone(), job.billz_number.clone());
    // Where its sender has no number of their own for it, Billz's tells people most.
    let sent_as = job.order.clone().filter(|order| Some(order) != billz_id.as_ref());
    let known_as = [sent_as, billz_number.clone(), billz_id.clone()].into_iter().flatten().next();
    let order = known_as.unwrap_or_else(|| job.job.clone());
    BillzOrderChanged {
        status: status(&job.kind).to_owned(),
        amount: job.total_minor,
        currency: job.total_minor.map(|_| Currency::Uzs),
        customer: job.customer.clone(),
        // Nothing is said twice.
        billz_id: billz_id.filter(|id| *id != order),
        billz_number: billz_number.filter(|number| *number != order),
        order,
    }
}

/// What a job that is done made of its order; a kind that nobody is told of goes by its own name.
fn status(kind: &str) -> &str {
    match JobKind::of_name(kind) {
        Some(JobKind::CreateOrder) => "created",
        Some(JobKind::PlaceOrder) => "placed",
        Some(JobKind::PostponeOrder) => "postponed",
        Some(JobKind::CancelPostpone) => "returned",
        Some(JobKind::MakePayment) => "paid",
        Some(JobKind::DeleteOrder) => "deleted",
        Some(
            JobKind::CreateClient
            | JobKind::AddItem
            | JobKind::AddClient
            | JobKind::CreateDiscount
            | JobKind::GetOrder,
        )
        | None => kind,
    }
}

fn failed(job: &StoredBillzJob, needs_review: bool) -> BillzFailed {
    let order = job.order.clone();
    BillzFailed {
        job: job.job.clone(),
        kind: job.kind.clone(),
        billz_id: job.billz_order.clone().filter(|id| Some(id) != order.as_ref()),
        order_id: order,
        reason: job.reason.clone().or_else(|| job.code.clone()).unwrap_or_default(),
        needs_review,
        product: job.product.clone(),
    }
}
