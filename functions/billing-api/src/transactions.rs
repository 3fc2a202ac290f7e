//! `GET /internal/billing/transactions`: all invoices, for the company's services.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use shared::domain::invoice::InvoiceState;
use shared::domain::payment_channel::PaymentChannel;
use shared::rest::auth::Service;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::transactions::Filter;
use utoipa::IntoParams;

use crate::app::App;
use crate::views::EvidenceView;

/// Which invoices.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TransactionQuery {
    /// In this state, such as `PAID`.
    status: Option<String>,
    /// Made at this time or later (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Made before this time (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Paid, or to be paid, through this channel, such as `BCA_VA`.
    channel: Option<String>,
    /// Of this customer.
    user: Option<String>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// All invoices with their payments and evidence, newest first. A part may hold fewer items than
/// asked for while there are more: `nextCursor` says.
#[utoipa::path(get, path = "/internal/billing/transactions", operation_id = "list_transactions", params(TransactionQuery), tag = "operations",
    security(("service" = [])),
    responses((status = 200, body = Page<EvidenceView>), (status = 422, description = "A filter is wrong")))]
pub async fn list(
    State(app): State<&'static App>,
    _service: Service,
    Parameters(query): Parameters<TransactionQuery>,
) -> Result<Response, Refusal> {
    let wrong = |what: &str| unprocessable("invalid_parameter", format!("{what} is unknown"));
    let channel = query.channel.as_ref().map(|channel| channel.parse::<PaymentChannel>());
    let filter = Filter {
        customer: query.user.as_ref().map(|user| user.parse()).transpose().map_err(|_| wrong("user"))?,
        state: query.status.as_deref().map(state).transpose()?,
        from: query.from,
        to: query.to,
        channel: channel.transpose().map_err(|_| wrong("channel"))?,
    };
    page(app, &filter, query.limit, query.cursor.as_deref()).await
}

/// A part of the list that `filter` describes.
///
/// # Errors
/// When the cursor belongs to another list, or the store is unavailable.
pub async fn page(
    app: &App,
    filter: &Filter,
    wanted: Option<u8>,
    cursor: Option<&str>,
) -> Result<Response, Refusal> {
    let name = format!("transactions {filter:?}");
    let after = place(&app.edge.cursors, &name, cursor)?;
    let listing = app.invoices.list(filter, after.as_ref(), limit(wanted)?).await?;
    let items = listing.invoices.iter().map(EvidenceView::of).collect();
    let next_cursor = listing.next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

/// A state by its name, in upper or lower case.
///
/// # Errors
/// When there is none of that name.
pub fn state(name: &str) -> Result<InvoiceState, Refusal> {
    let found = InvoiceState::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = InvoiceState::ALL.map(InvoiceState::as_str).join(", ");
        unprocessable("invalid_parameter", format!("the states are {known}"))
    })
}
