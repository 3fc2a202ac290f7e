//! `POST /api/v1/billing/invoices/{id}/cancel`: the customer gives an invoice up.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::invoice::{EndError, InvoiceState};
use shared::lambda::problem::Problem;
use shared::rest::auth::User;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, conflict, no_such};
use shared::stores::invoices::Cause;
use shared::workflows::ask_tripay::ask_about_all;

use super::{ask_failed, count_disagreement, own};
use crate::app::App;
use crate::views::InvoiceView;

/// Nothing needs to be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelInvoice {}

/// Cancels an unpaid invoice. Tripay cannot cancel a code: if it is paid all the same, a person decides.
#[utoipa::path(post, path = "/api/v1/billing/invoices/{id}/cancel", params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "invoices", security(("user" = [])),
    responses((status = 200, body = InvoiceView), (status = 404, description = "No such invoice of the caller's"),
        (status = 409, description = "It is not waiting for money")))]
pub async fn cancel(
    State(app): State<&'static App>,
    User(user): User,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<CancelInvoice>,
) -> Result<Response, Refusal> {
    once(&app.edge, user.as_str(), &command, &cause, async {
        let invoice = own(app, &user, &id).await?;
        let number = invoice.number.clone();
        if invoice.state() == InvoiceState::Pending {
            // It may be paid already, and the callback be on its way.
            let asked = ask_about_all(&app.tripay().await?, &app.invoices, invoice, &cause).await;
            count_disagreement(app, asked.settlement);
            if let Some(error) = asked.failure {
                return Err(ask_failed(error));
            }
        }
        let changed = app.invoices.change(&number, &cause, |invoice| invoice.cancel(cause.now)).await?;
        let changed = changed.ok_or_else(|| no_such("invoice"))?;
        match changed.outcome {
            Ok(()) => replies::json(StatusCode::OK, &InvoiceView::of(&changed.invoice)),
            Err(error @ EndError::CodeBeingMade) => {
                Err(Problem::passing(StatusCode::CONFLICT, "payment_in_progress", error.to_string(), 5)
                    .into())
            }
            Err(error) => Err(conflict("invoice_not_pending", error.to_string())),
        }
    })
    .await
}
