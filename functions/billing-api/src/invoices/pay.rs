//! `POST /api/v1/billing/invoices/{id}/pay`: a code to pay with, through the chosen channel.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::invoice::pay::ChoiceError;
use shared::domain::payment_channel::PaymentChannelError;
use shared::lambda::problem::Problem;
use shared::rest::auth::User;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{
    self, Refusal, conflict, no_such, provider_disabled, provider_failed, unprocessable,
};
use shared::stores::invoices::Cause;
use shared::workflows::pay_invoice::PayError;
use utoipa::ToSchema;

use super::own;
use crate::app::App;
use crate::views::InvoiceView;

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
        let paid = app.cashier().code_for(invoice, channel, &cause).await.map_err(no_code)?;
        replies::json(StatusCode::OK, &InvoiceView::of(&paid))
    })
    .await
}

/// There is no code.
fn no_code(error: PayError) -> Refusal {
    match error {
        PayError::Disabled => provider_disabled("tripay"),
        PayError::Choice(error) => choice_refused(error),
        PayError::ChannelUnavailable => unprocessable("channel_unavailable", error.to_string()),
        PayError::CustomerUnknown => unprocessable("customer_unknown", error.to_string()),
        PayError::InProgress => {
            let status = StatusCode::CONFLICT;
            Problem::passing(status, "payment_in_progress", error.to_string(), 5).into()
        }
        PayError::NoInvoice => no_such("invoice"),
        PayError::Tripay(error) => provider_failed(&error),
        PayError::Users(error) => provider_failed(&error),
        PayError::Store(error) => error.into(),
    }
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
