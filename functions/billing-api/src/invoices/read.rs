//! `GET /api/v1/billing/invoices` and `GET /api/v1/billing/invoices/{id}`.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::rest::auth::User;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal};
use shared::stores::transactions::Filter;
use utoipa::IntoParams;

use super::own;
use crate::app::App;
use crate::views::InvoiceView;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// The caller's invoices, newest first.
#[utoipa::path(get, path = "/api/v1/billing/invoices", operation_id = "list_invoices", params(ListQuery), tag = "invoices",
    security(("user" = [])),
    responses((status = 200, body = Page<InvoiceView>), (status = 422, description = "The cursor is not from this list")))]
pub async fn list(
    State(app): State<&'static App>,
    User(user): User,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Response, Refusal> {
    let name = format!("invoices of {user}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let filter = Filter { customer: Some(user), ..Filter::default() };
    let listing = app.invoices.list(&filter, after.as_ref(), limit(query.limit)?).await?;
    let items = listing.invoices.iter().map(InvoiceView::of).collect();
    let next_cursor = listing.next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

/// One of the caller's invoices.
#[utoipa::path(get, path = "/api/v1/billing/invoices/{id}", params(("id" = String, Path)), tag = "invoices",
    security(("user" = [])),
    responses((status = 200, body = InvoiceView), (status = 404, description = "No such invoice of the caller's")))]
pub async fn get(
    State(app): State<&'static App>,
    User(user): User,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let invoice = own(app, &user, &id).await?;
    replies::json(StatusCode::OK, &InvoiceView::of(&invoice))
}
