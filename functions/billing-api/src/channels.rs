//! `GET /api/v1/billing/channels`: how can I pay, and what does it cost?

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::money::Money;
use shared::rest::auth::User;
use shared::rest::paging::Parameters;
use shared::rest::replies::{self, Refusal, provider_failed, unprocessable};
use shared::workflows::channel_list::WayToPay;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// A way to pay an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelView {
    /// Paydesk's name, to be sent when paying.
    #[schema(example = "BCA_VA")]
    channel: &'static str,
    /// Its name, for people.
    #[schema(example = "BCA Virtual Account")]
    name: String,
    /// `VIRTUAL_ACCOUNT`, `EWALLET`, `QRIS` or `CONVENIENCE_STORE`.
    method: &'static str,
    /// Smallest amount it takes, in rupiah.
    minimum_amount: i64,
    /// Largest amount it takes, in rupiah.
    maximum_amount: i64,
    /// What the customer pays on top, in rupiah; null when no amount was given.
    customer_fee: Option<i64>,
    /// What the merchant bears, in rupiah; null when no amount was given.
    merchant_fee: Option<i64>,
    /// Its logo.
    icon_url: Option<String>,
}

/// What to tell channels for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChannelQuery {
    /// The amount to be paid, in rupiah: only channels that take it are listed, with their fees.
    amount: Option<i64>,
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelsView {
    /// The channels the merchant offers.
    items: Vec<ChannelView>,
}

/// The payment channels that are offered, with their fees for an amount.
#[utoipa::path(get, path = "/api/v1/billing/channels", operation_id = "list_channels", params(ChannelQuery), tag = "invoices",
    security(("user" = [])), responses((status = 200, body = ChannelsView)))]
pub async fn list(
    State(app): State<&'static App>,
    _user: User,
    Parameters(query): Parameters<ChannelQuery>,
) -> Result<Response, Refusal> {
    let amount = query.amount.map(Money::rupiah);
    if amount.is_some_and(|amount| !amount.is_positive()) {
        return Err(unprocessable("invalid_parameter", "amount is a positive number"));
    }
    let items = views(app, amount).await?;
    replies::json(StatusCode::OK, &ChannelsView { items })
}

/// The channels that take `amount`, with their fees; all of them when there is no amount.
///
/// # Errors
/// When Tripay cannot be asked.
pub async fn views(app: &App, amount: Option<Money>) -> Result<Vec<ChannelView>, Refusal> {
    let ways = app.channels.ways_to_pay(&app.tripay().await?, amount).await;
    let ways = ways.map_err(|error| provider_failed(&error))?;
    Ok(ways.into_iter().map(view).collect())
}

fn view(WayToPay { offered, fee }: WayToPay) -> ChannelView {
    ChannelView {
        channel: offered.channel.as_str(),
        name: offered.name,
        method: offered.channel.method().as_str(),
        minimum_amount: offered.minimum.minor(),
        maximum_amount: offered.maximum.minor(),
        customer_fee: fee.as_ref().map(|fee| fee.customer.minor()),
        merchant_fee: fee.as_ref().map(|fee| fee.merchant.minor()),
        icon_url: offered.icon_url,
    }
}
