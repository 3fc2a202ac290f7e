//! One invoice that is watched: is it paid, is its time over, or nearly?

use std::time::Duration;

use jiff::SignedDuration;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::attempt::Attempt;
use shared::domain::invoice::remind::Reminder;
use shared::domain::invoice::settle::Settlement;
use shared::providers::tripay::Tripay;
use shared::stores::invoice_item::Versioned;
use shared::stores::invoices::Cause;
use shared::stores::sweeps::Sweep;
use shared::workflows::ask_tripay::{AskError, ask_about, ask_about_all};
use tokio::time::timeout;

use crate::handler::App;

/// How long past its time an invoice waits for a word from Tripay. By then every code has ended;
/// a payment that is reported later still goes to a person.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// Time for one invoice, however many codes it has.
const TIME_FOR_ONE: Duration = Duration::from_secs(40);

/// A reminder waits for the sweep that asks about the code it shows, lest somebody is reminded who has
/// paid; but not into the last so many minutes. Every live code is asked about at least this often.
const LAST_MOMENT: SignedDuration = SignedDuration::from_mins(15);

/// What looking at an invoice brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It stands as it stood.
    NothingNew,
    /// It was paid, and we had not been told.
    Healed,
    /// Money moved in a way that does not fit, and we had not been told.
    Disagrees,
    /// Its time is over.
    Expired,
    /// Its time is nearly over, and the customer is told.
    Reminded,
    /// Tripay, or the store, could not be asked.
    Unanswered,
}

/// Asks what there is to ask about one invoice, and stores the answers. Logs what failed.
pub async fn check(app: &App, tripay: &Tripay, sweep: &Sweep, read: Versioned, cause: &Cause) -> Checked {
    let number = read.invoice.number.clone();
    let correlation_id = &cause.correlation_id;
    let Ok(tried) = timeout(TIME_FOR_ONE, try_check(app, tripay, sweep, read, cause)).await else {
        tracing::warn!(correlationId = correlation_id, invoice = %number, "invoice not checked in time");
        return Checked::Unanswered;
    };
    match tried {
        Ok(checked) => {
            if checked != Checked::NothingNew {
                tracing::info!(correlationId = correlation_id, invoice = %number, outcome = ?checked, "invoice checked");
            }
            checked
        }
        Err(error) => {
            tracing::warn!(correlationId = correlation_id, invoice = %number, %error, "invoice not checked");
            Checked::Unanswered
        }
    }
}

async fn try_check(
    app: &App,
    tripay: &Tripay,
    sweep: &Sweep,
    read: Versioned,
    cause: &Cause,
) -> Result<Checked, AskError> {
    let invoice = read.invoice.clone();
    if invoice.is_due(cause.now) {
        return expire(app, tripay, invoice, cause).await;
    }
    let live = invoice.live_attempts().filter(|attempt| attempt.is_to_be_asked(sweep.since, sweep.until));
    let live: Vec<Attempt> = live.cloned().collect();
    let asked = ask_about(tripay, &app.invoices, invoice, &live, cause).await;
    match (found(asked.settlement), asked.failure) {
        (Some(checked), _) => Ok(checked),
        (None, Some(error)) => Err(error),
        (None, None) if asked.is_clear && is_time_to_remind(app, &asked.invoice, &live, cause) => {
            remind(app, read, cause).await
        }
        (None, None) => Ok(Checked::NothingNew),
    }
}

/// Whether to remind the customer in this sweep, which asked about `asked`.
fn is_time_to_remind(app: &App, invoice: &Invoice, asked: &[Attempt], cause: &Cause) -> bool {
    let shown = invoice.chosen_attempt().filter(|attempt| attempt.is_payable(cause.now));
    let is_last_moment = invoice.expires_at.duration_since(cause.now) <= LAST_MOMENT;
    invoice.is_to_be_reminded(cause.now, app.reminder_lead_time)
        && (is_last_moment
            || shown.is_none_or(|shown| asked.iter().any(|attempt| attempt.number == shown.number)))
}

/// Reminds the customer, with one write: the invoice is only read again when it was changed since the
/// sweep came by.
async fn remind(app: &App, read: Versioned, cause: &Cause) -> Result<Checked, AskError> {
    let decide = |invoice: &mut Invoice| invoice.remind(cause.now, app.reminder_lead_time);
    let changed = app.invoices.change_from(read, cause, decide).await?;
    Ok(match changed.map(|changed| changed.outcome) {
        Some(Reminder::Given) => Checked::Reminded,
        Some(Reminder::NotDue) | None => Checked::NothingNew,
    })
}

/// Ends an invoice whose time is over, unless Tripay says that it was paid.
async fn expire(app: &App, tripay: &Tripay, invoice: Invoice, cause: &Cause) -> Result<Checked, AskError> {
    let waited = cause.now.duration_since(invoice.expires_at);
    let number = invoice.number.clone();
    let mut give_up = false;
    let asked = ask_about_all(tripay, &app.invoices, invoice, cause).await;
    match (found(asked.settlement), asked.failure) {
        (Some(checked), _) => return Ok(checked),
        (None, Some(error)) if waited < PATIENCE => return Err(error),
        (None, Some(error)) => {
            tracing::warn!(invoice = %number, %error, "expired without a word from Tripay");
            give_up = true;
        }
        (None, None) if !asked.is_clear => return Ok(Checked::Unanswered),
        (None, None) => {}
    }
    let end = |invoice: &mut Invoice| {
        if give_up { invoice.expire_unanswered(cause.now) } else { invoice.expire(cause.now) }
    };
    let changed = app.invoices.change(&number, cause, end).await?;
    let ended = changed.is_some_and(|changed| changed.outcome.is_ok());
    Ok(if ended { Checked::Expired } else { Checked::NothingNew })
}

/// What a report that was asked for brought, if anything that matters here.
fn found(settlement: Settlement) -> Option<Checked> {
    match settlement {
        Settlement::Settled | Settlement::Refunded => Some(Checked::Healed),
        Settlement::Disagrees(_) => Some(Checked::Disagrees),
        Settlement::Expired => Some(Checked::Expired),
        Settlement::AttemptEnded | Settlement::AlreadyKnown => None,
    }
}
