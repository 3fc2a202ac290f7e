//! `/api/admin`: what persons have to decide, and their decisions.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::invoice::review::{Decision, Review, ReviewError};
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::paging::{Page, Parameters, limit};
use shared::rest::replies::{self, Refusal, conflict, no_such, unprocessable};
use shared::stores::invoices::Cause;
use shared::stores::transactions::Filter;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::transactions::{page, state};
use crate::views::{EvidenceView, UnmatchedView};

/// Which invoices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InvoiceQuery {
    /// In this state, such as `needs_review`; all when not given.
    state: Option<String>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// How many unmatched reports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UnmatchedQuery {
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
}

/// A decision about money that does not fit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveInvoice {
    /// `accept_payment`: it counts as paid. `money_returned`: it was given back outside Paydesk.
    /// `dismiss`: the invoice stands as it stood.
    #[schema(example = "accept_payment")]
    decision: String,
    /// Why, in 1 to 500 characters.
    reason: String,
}

/// Invoices with their evidence, newest first.
#[utoipa::path(get, path = "/api/admin/invoices", params(InvoiceQuery), tag = "operations",
    security(("admin" = [])), responses((status = 200, body = Page<EvidenceView>)))]
pub async fn invoices(
    State(app): State<&'static App>,
    _admin: Admin,
    Parameters(query): Parameters<InvoiceQuery>,
) -> Result<Response, Refusal> {
    let state = query.state.as_deref().map(state).transpose()?;
    let filter = Filter { state, ..Filter::default() };
    page(app, &filter, query.limit, query.cursor.as_deref()).await
}

/// One invoice with its evidence.
#[utoipa::path(get, path = "/api/admin/invoices/{id}", params(("id" = String, Path)), tag = "operations",
    security(("admin" = [])),
    responses((status = 200, body = EvidenceView), (status = 404, description = "No such invoice")))]
pub async fn invoice(
    State(app): State<&'static App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let number: InvoiceNumber = id.parse().map_err(|_| no_such("invoice"))?;
    let invoice = app.invoices.get(&number).await?.ok_or_else(|| no_such("invoice"))?;
    replies::json(StatusCode::OK, &EvidenceView::of(&invoice))
}

/// Decides about an invoice that needs review.
#[utoipa::path(post, path = "/api/admin/invoices/{id}/resolve", request_body = ResolveInvoice, params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "operations", security(("admin" = [])),
    responses((status = 200, body = EvidenceView), (status = 404, description = "No such invoice"),
        (status = 409, description = "Nothing is to be decided"), (status = 422, description = "The decision is unknown")))]
pub async fn resolve(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<ResolveInvoice>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let wish = &command.wish;
        let decision = Decision::ALL.into_iter().find(|decision| decision.as_str() == wish.decision);
        let known = Decision::ALL.map(Decision::as_str).join(", ");
        let decision = decision
            .ok_or_else(|| unprocessable("unknown_decision", format!("the decisions are {known}")))?;
        let number: InvoiceNumber = id.parse().map_err(|_| no_such("invoice"))?;
        let decide = |invoice: &mut Invoice| {
            let reason = wish.reason.clone();
            invoice.decide(Review { decision, reason, decided_by: admin.clone(), decided_at: cause.now })
        };
        let changed = app.invoices.change(&number, &cause, decide).await?.ok_or_else(|| no_such("invoice"))?;
        changed.outcome.map_err(|error| match error {
            ReviewError::NothingToDecide => conflict("nothing_to_decide", error.to_string()),
            ReviewError::NoPaymentInQuestion => conflict("no_payment_in_question", error.to_string()),
            ReviewError::ReasonMissing => unprocessable("reason_missing", error.to_string()),
        })?;
        let decision = decision.as_str();
        tracing::info!(correlationId = cause.correlation_id, invoice = %number, decision, by = %admin, "review closed");
        replies::json(StatusCode::OK, &EvidenceView::of(&changed.invoice))
    })
    .await
}

/// Proved payment reports that name no invoice of ours, newest first.
#[utoipa::path(get, path = "/api/admin/unmatched-reports", params(UnmatchedQuery), tag = "operations",
    security(("admin" = [])), responses((status = 200, body = Page<UnmatchedView>)))]
pub async fn unmatched(
    State(app): State<&'static App>,
    _admin: Admin,
    Parameters(query): Parameters<UnmatchedQuery>,
) -> Result<Response, Refusal> {
    let reports = app.unmatched.newest(limit(query.limit)?).await?;
    let items = reports.into_iter().map(UnmatchedView::of).collect();
    replies::json(StatusCode::OK, &Page { items, next_cursor: None })
}
