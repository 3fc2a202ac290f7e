//! `POST /api/v1/billing/invoices`: the invoice of an order.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::tz::TimeZone;
use serde::Deserialize;
use shared::domain::identifier::{OrderId, UserId};
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::invoice::{Invoice, InvoiceState, IssueError};
use shared::rest::auth::User;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, conflict, no_such, provider_failed, unprocessable};
use shared::stores::invoices::{Cause, Creation};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::channels::{self, ChannelView};
use crate::views::InvoiceView;

/// Which order to make an invoice for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateInvoice {
    /// The order service's id.
    order_id: String,
}

/// Makes the invoice of an order, or gives the one it has.
#[utoipa::path(post, path = "/api/v1/billing/invoices", tag = "invoices", request_body = CreateInvoice,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    security(("user" = [])),
    responses((status = 201, body = InvoiceView, description = "Made now"),
        (status = 200, body = InvoiceView, description = "The order had it"),
        (status = 404, description = "No such order of the caller's"),
        (status = 409, description = "The order is paid or cancelled"),
        (status = 422, description = "The order cannot be invoiced, or the body is wrong")))]
pub async fn create(
    State(app): State<&'static App>,
    User(user): User,
    Extension(cause): Extension<Cause>,
    command: Command<CreateInvoice>,
) -> Result<Response, Refusal> {
    once(&app.edge, user.as_str(), &command, &cause, async {
        let order_id: OrderId = command.wish.order_id.parse().map_err(|_| no_such("order"))?;
        let (status, invoice) = match app.invoices.for_order(&order_id).await? {
            Some(invoice) => (StatusCode::OK, own(invoice, &user)?),
            None => issue(app, &user, &order_id, &cause).await?,
        };
        let channels = offered(app, &invoice).await?;
        replies::json(status, &InvoiceView::of(&invoice).with_channels(channels))
    })
    .await
}

async fn issue(
    app: &App,
    user: &UserId,
    order_id: &OrderId,
    cause: &Cause,
) -> Result<(StatusCode, Invoice), Refusal> {
    let found = app.orders.order(order_id).await.map_err(|error| provider_failed(&error))?;
    let found = found.filter(|found| found.order.customer == *user).ok_or_else(|| no_such("order"))?;
    if !found.is_open {
        return Err(conflict("order_closed", "the order is paid or cancelled"));
    }
    let now = cause.now;
    let expires_at = now.saturating_add(app.payment.lifetime).unwrap_or(now);
    let (_, random) = Uuid::new_v4().as_u64_pair();
    let number = InvoiceNumber::new(now.to_zoned(TimeZone::UTC).date(), random);
    let invoice = Invoice::issue(number, found.order, now, expires_at).map_err(|error| match error {
        IssueError::CurrencyNotCollected(_) => unprocessable("currency_not_collected", error.to_string()),
        IssueError::NothingToPay => unprocessable("nothing_to_pay", error.to_string()),
    })?;
    match app.invoices.create(invoice, cause).await? {
        Creation::Created(invoice) => {
            tracing::info!(correlationId = cause.correlation_id, invoice = %invoice.number, "invoice made");
            Ok((StatusCode::CREATED, invoice))
        }
        Creation::Existing(invoice) => Ok((StatusCode::OK, own(invoice, user)?)),
    }
}

fn own(invoice: Invoice, user: &UserId) -> Result<Invoice, Refusal> {
    if invoice.order.customer == *user { Ok(invoice) } else { Err(no_such("order")) }
}

/// The ways to pay it, while it can be paid.
async fn offered(app: &App, invoice: &Invoice) -> Result<Vec<ChannelView>, Refusal> {
    if invoice.state() != InvoiceState::Pending {
        return Ok(Vec::new());
    }
    channels::views(app, Some(invoice.order.amount)).await
}
