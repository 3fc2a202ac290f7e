//! `GET /api/v1/billing/channels`: how can I pay, and what does it cost?

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::money::Money;
use shared::providers::tripay::{ChannelFee, OfferedChannel, Tripay, TripayError};
use shared::rest::auth::User;
use shared::rest::paging::Parameters;
use shared::rest::replies::{self, Refusal, provider_failed, unprocessable};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// How long Tripay's list is used without asking again.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Tripay's list of channels, as last read.
#[derive(Debug, Default)]
pub struct ChannelList {
    held: RwLock<Option<(Vec<OfferedChannel>, Instant)>>,
}

impl ChannelList {
    /// The channels the merchant offers, at most 10 minutes old.
    ///
    /// # Errors
    /// When Tripay cannot be asked.
    pub async fn offered(&self, tripay: &Tripay) -> Result<Vec<OfferedChannel>, TripayError> {
        if let Some(channels) = self.fresh() {
            return Ok(channels);
        }
        let channels = tripay.channels().await?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some((channels.clone(), Instant::now()));
        Ok(channels)
    }

    fn fresh(&self) -> Option<Vec<OfferedChannel>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(_, read_at)| read_at.elapsed() < KEPT).map(|(channels, _)| channels.clone())
    }
}

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
#[utoipa::path(get, path = "/api/v1/billing/channels", params(ChannelQuery), tag = "invoices",
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
    let tripay = app.tripay().await?;
    let fees = async {
        match amount {
            Some(amount) => tripay.fees(amount).await,
            None => Ok(Vec::new()),
        }
    };
    let both = futures::try_join!(app.channels.offered(&tripay), fees);
    let (offered, fees) = both.map_err(|error| provider_failed(&error))?;
    let takes = |channel: &OfferedChannel| {
        amount.is_none_or(|amount| {
            (channel.minimum.minor()..=channel.maximum.minor()).contains(&amount.minor())
        })
    };
    Ok(offered.into_iter().filter(takes).map(|channel| view(channel, &fees)).collect())
}

fn view(offered: OfferedChannel, fees: &[ChannelFee]) -> ChannelView {
    let fee = fees.iter().find(|fee| fee.code == offered.code);
    ChannelView {
        channel: offered.channel.as_str(),
        name: offered.name,
        method: offered.channel.method().as_str(),
        minimum_amount: offered.minimum.minor(),
        maximum_amount: offered.maximum.minor(),
        customer_fee: fee.map(|fee| fee.customer.minor()),
        merchant_fee: fee.map(|fee| fee.merchant.minor()),
        icon_url: offered.icon_url,
    }
}
