//! `GET /internal/billz/orders/{orderId}`: an order that a job placed, as its sender described it and with what became
//! of it.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use shared::domain::identifier::OrderId;
use shared::rest::auth::Service;
use shared::rest::replies::{self, Refusal, no_such};

use crate::app::App;
use crate::order_views::OrderView;

/// One order, by its sender's number.
#[utoipa::path(get, path = "/internal/billz/orders/{orderId}", operation_id = "show_billz_order",
    params(("orderId" = String, Path)), tag = "billz", security(("service" = [])),
    responses((status = 200, body = OrderView<'static>), (status = 404, description = "No job placed such an order")))]
pub async fn one(
    State(app): State<&'static App>,
    _service: Service,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id: OrderId = id.parse().map_err(|_| no_such("order"))?;
    let held = app.orders.get(&id).await?.ok_or_else(|| no_such("order"))?;
    replies::json(StatusCode::OK, &OrderView::of(&held.record))
}
