//! `POST /api/v1/billing/invoices/{id}/pay`: a code to pay with, through the chosen channel.
//!
//! Tripay makes a second payable transaction for the same `merchant_ref`, so the attempt is
//! committed before Tripay is called, the call is made once, and after a lost answer Tripay is asked.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::number::AttemptNumber;
use shared::domain::invoice::pay::{ChannelChoice, ChoiceError};
use shared::domain::payment_channel::{PaymentChannel, PaymentChannelError};
use shared::lambda::problem::Problem;
use shared::providers::tripay::{Customer, NewTransaction, OfferedChannel, Tripay, TripayError};
use shared::providers::user_service::User as Payer;
use shared::rest::auth::User;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, conflict, no_such, provider_failed, unprocessable};
use shared::retry::{Retry, Verdict};
use shared::stores::invoices::Cause;
use shared::workflows::ask_tripay::ask;
use utoipa::ToSchema;

use super::{ask_failed, count_disagreement, own};
use crate::app::App;
use crate::views::InvoiceView;

/// How often one request may find the end of an earlier attempt before it makes its own.
const MAX_ROUNDS: usize = 3;

/// How to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayInvoice {
    /// Paydesk's name of the channel; Tripay's codes are understood too.
    #[schema(example = "BCA_VA")]
    channel: String,
}

/// Gives a code to pay an invoice with. Asking again gives the same code; another channel, another code.
#[utoipa::path(post, path = "/api/v1/billing/invoices/{id}/pay", request_body = PayInvoice, params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "invoices", security(("user" = [])),
    responses((status = 200, body = InvoiceView), (status = 404, description = "No such invoice of the caller's"),
        (status = 409, description = "It cannot be paid any more, or a code is just being made"),
        (status = 422, description = "The channel is unknown or does not take the amount"),
        (status = 502, description = "Tripay refused"),
        (status = 503, description = "Tripay cannot be reached; try again")))]
pub async fn pay(
    State(app): State<&'static App>,
    User(user): User,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<PayInvoice>,
) -> Result<Response, Refusal> {
    once(&app.edge, user.as_str(), &command, &cause, async {
        let channel = command
            .wish
            .channel
            .parse()
            .map_err(|error: PaymentChannelError| unprocessable("channel_unknown", error.to_string()))?;
        let invoice = own(app, &user, &id).await?;
        let paid = code_for(app, invoice, channel, &cause).await?;
        replies::json(StatusCode::OK, &InvoiceView::of(&paid))
    })
    .await
}

/// The invoice with an open code for the channel.
async fn code_for(
    app: &App,
    invoice: Invoice,
    channel: PaymentChannel,
    cause: &Cause,
) -> Result<Invoice, Refusal> {
    let tripay = app.tripay().await?;
    // What the answer will be, so that nothing is committed that cannot be carried through.
    let foreseen = invoice.clone().choose_channel(channel, cause.now).map_err(choice_refused)?;
    if let ChannelChoice::Ready(number) = foreseen
        && invoice.chosen == Some(number)
    {
        return Ok(invoice);
    }
    let offered = offered_channel(app, &tripay, channel, &invoice).await?;
    let payer = app.users.user(&invoice.order.customer).await.map_err(|error| provider_failed(&error))?;
    let payer = payer
        .ok_or_else(|| unprocessable("customer_unknown", "the user service does not know the customer"))?;
    for _ in 0..MAX_ROUNDS {
        let choose = |invoice: &mut Invoice| invoice.choose_channel(channel, cause.now);
        let changed = app.invoices.change(&invoice.number, cause, choose).await?;
        let changed = changed.ok_or_else(|| no_such("invoice"))?;
        match changed.outcome.map_err(choice_refused)? {
            ChannelChoice::Ready(_) => return Ok(changed.invoice),
            ChannelChoice::Submit(number) => {
                return create(app, &tripay, changed.invoice, number, &offered, &payer, cause).await;
            }
            ChannelChoice::Ask(number) => settle_doubt(app, &tripay, &changed.invoice, number, cause).await?,
        }
    }
    Err(in_progress())
}

/// The channel as the merchant offers it at the moment.
async fn offered_channel(
    app: &App,
    tripay: &Tripay,
    channel: PaymentChannel,
    invoice: &Invoice,
) -> Result<OfferedChannel, Refusal> {
    let offered = app.channels.offered(tripay).await.map_err(|error| provider_failed(&error))?;
    let offered = offered.into_iter().find(|offered| offered.channel == channel);
    let offered =
        offered.ok_or_else(|| unprocessable("channel_unavailable", "the channel is not offered"))?;
    let (minimum, maximum) = (offered.minimum.minor(), offered.maximum.minor());
    if (minimum..=maximum).contains(&invoice.order.amount.minor()) {
        return Ok(offered);
    }
    Err(unprocessable("amount_outside_limits", format!("the channel takes {minimum} to {maximum} rupiah")))
}

/// Creates the transaction of a committed attempt: the one place that does.
async fn create(
    app: &App,
    tripay: &Tripay,
    invoice: Invoice,
    number: AttemptNumber,
    offered: &OfferedChannel,
    payer: &Payer,
    cause: &Cause,
) -> Result<Invoice, Refusal> {
    let merchant_ref = invoice.merchant_ref(number);
    let items = invoice.order.items_that_add_up();
    let created = tripay
        .create(&NewTransaction {
            merchant_ref: &merchant_ref,
            code: &offered.code,
            amount: invoice.order.amount,
            items: &items,
            customer: Customer { name: &payer.name, email: &payer.email, phone: payer.phone.as_deref() },
            expires_at: invoice.expires_at,
            callback_url: app.payment.callback_url.as_deref(),
            return_url: app.payment.return_url.as_deref(),
        })
        .await;
    let error = match created {
        Ok(detail) => {
            tracing::info!(correlationId = cause.correlation_id, %merchant_ref, reference = %detail.transaction.reference, "code made");
            let store = |invoice: &mut Invoice| {
                invoice.transaction_created(number, detail.transaction.clone());
                invoice.settle(&detail.report, cause.now)
            };
            let changed = app.invoices.change(&invoice.number, cause, store).await?;
            let changed = changed.ok_or_else(|| no_such("invoice"))?;
            count_disagreement(app, changed.outcome);
            return Ok(changed.invoice);
        }
        Err(error) => error,
    };
    match error.retry() {
        Retry::AskFirst => settle_doubt(app, tripay, &invoice, number, cause).await?,
        Retry::Never | Retry::Safe { .. } => give_up(app, &invoice, number, &error, cause).await?,
    }
    let invoice = app.invoices.get(&invoice.number).await?.ok_or_else(|| no_such("invoice"))?;
    let has_code = invoice.attempt(number).is_some_and(|attempt| attempt.transaction().is_some());
    if has_code { Ok(invoice) } else { Err(provider_failed(&error)) }
}

/// Stores that there is no transaction: Tripay refused, or was never reached.
async fn give_up(
    app: &App,
    invoice: &Invoice,
    number: AttemptNumber,
    error: &TripayError,
    cause: &Cause,
) -> Result<(), Refusal> {
    let store = |invoice: &mut Invoice| match error.retry() {
        Retry::Never => invoice.transaction_refused(number, &error.to_string()),
        Retry::Safe { .. } | Retry::AskFirst => invoice.transaction_absent(number),
    };
    app.invoices.change(&invoice.number, cause, store).await?;
    Ok(())
}

/// Asks Tripay what became of an attempt whose answer was lost.
async fn settle_doubt(
    app: &App,
    tripay: &Tripay,
    invoice: &Invoice,
    number: AttemptNumber,
    cause: &Cause,
) -> Result<(), Refusal> {
    let Some(attempt) = invoice.attempt(number) else { return Ok(()) };
    let asked = ask(tripay, &app.invoices, invoice, attempt, cause).await.map_err(ask_failed)?;
    count_disagreement(app, asked.settlement);
    if asked.is_clear { Ok(()) } else { Err(in_progress()) }
}

fn in_progress() -> Refusal {
    let detail = "a payment code is just being made, please ask again";
    Problem::passing(StatusCode::CONFLICT, "payment_in_progress", detail, 5).into()
}

fn choice_refused(error: ChoiceError) -> Refusal {
    let detail = error.to_string();
    match error {
        ChoiceError::NotPending(_) => conflict("invoice_not_pending", detail),
        ChoiceError::PastDue => conflict("invoice_past_due", detail),
        ChoiceError::TooManyAttempts => conflict("too_many_attempts", detail),
        ChoiceError::AmountOutsideLimits { .. } => unprocessable("amount_outside_limits", detail),
    }
}
