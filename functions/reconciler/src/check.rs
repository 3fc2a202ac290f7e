//! One invoice that is watched: is it paid, is its time over?

use jiff::SignedDuration;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::attempt::Attempt;
use shared::domain::invoice::settle::Settlement;
use shared::providers::tripay::Tripay;
use shared::stores::invoices::Cause;
use shared::stores::sweeps::Sweep;
use shared::workflows::ask_tripay::{AskError, ask, ask_about_all};

use crate::handler::App;

/// How long past its time an invoice waits for a word from Tripay. By then every code has ended;
/// a payment that is reported later still goes to a person.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

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
    /// Tripay, or the store, could not be asked.
    Unanswered,
}

/// Asks what there is to ask about one invoice, and stores the answers. Logs what failed.
pub async fn check(app: &App, tripay: &Tripay, sweep: &Sweep, invoice: Invoice, cause: &Cause) -> Checked {
    let number = invoice.number.clone();
    let correlation_id = &cause.correlation_id;
    match try_check(app, tripay, sweep, invoice, cause).await {
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
    invoice: Invoice,
    cause: &Cause,
) -> Result<Checked, AskError> {
    if invoice.is_due(cause.now) {
        return expire(app, tripay, invoice, cause).await;
    }
    let live = invoice.live_attempts().filter(|attempt| attempt.is_to_be_asked(sweep.since, sweep.until));
    let live: Vec<Attempt> = live.cloned().collect();
    let mut checked = Checked::NothingNew;
    for attempt in live {
        let asked = ask(tripay, &app.invoices, &invoice, &attempt, cause).await?;
        checked = found(asked.settlement).unwrap_or(checked);
    }
    Ok(checked)
}

/// Ends an invoice whose time is over, unless Tripay says that it was paid.
async fn expire(app: &App, tripay: &Tripay, invoice: Invoice, cause: &Cause) -> Result<Checked, AskError> {
    let waited = cause.now.duration_since(invoice.expires_at);
    let number = invoice.number.clone();
    let mut give_up = false;
    match ask_about_all(tripay, &app.invoices, invoice, cause).await {
        Ok(asked) => match found(asked.settlement) {
            Some(checked) => return Ok(checked),
            None if !asked.is_clear => return Ok(Checked::Unanswered),
            None => {}
        },
        Err(error) if waited < PATIENCE => return Err(error),
        Err(error) => {
            tracing::warn!(invoice = %number, %error, "expired without a word from Tripay");
            give_up = true;
        }
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
