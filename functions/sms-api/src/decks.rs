//! `/api/admin/sms/rate-decks`: what messages cost.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::decimal::Decimal;
use shared::domain::sms::rate_deck::{DeckId, Rate, RateDeck};
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::replies::{self, Refusal, no_such, unprocessable};
use shared::stores::invoices::Cause;
use utoipa::ToSchema;

use crate::app::App;

/// Longest body, in kibibytes: two thousand rates.
const LONGEST_KIB: usize = 512;

/// A rate deck as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutDeck {
    /// What its prices are in: `USD`, `EUR`, `UAH`, `UZS` or `IDR`.
    #[schema(example = "USD")]
    currency: String,
    /// All of its rates: at most 2,000, one for each prefix.
    #[schema(max_items = 2_000)]
    rates: Vec<RateView>,
}

/// What messages to numbers of one prefix cost.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmsRateView)]
pub struct RateView {
    /// The first digits of those numbers, with the country's code first.
    #[schema(example = "99890")]
    pub prefix: String,
    /// Where they are.
    #[schema(example = "Uzbekistan")]
    pub country: String,
    /// The price, with at most six decimals.
    #[schema(example = 0.0375)]
    pub price: Decimal,
    /// What it is for: `segment` (each part of a message) or `message`.
    #[schema(example = "segment")]
    pub per: String,
}

/// A rate deck.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RateDeckView)]
pub struct DeckView {
    /// Its id.
    #[schema(example = "standard")]
    id: String,
    /// What its prices are in.
    #[schema(example = "USD")]
    currency: &'static str,
    /// Its rates, by prefix.
    rates: Vec<RateView>,
}

/// The rate decks.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecksView {
    /// All of them, by id.
    items: Vec<DeckLine>,
}

/// A rate deck in the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RateDeckLine)]
pub struct DeckLine {
    /// Its id.
    #[schema(example = "standard")]
    id: String,
    /// What its prices are in.
    #[schema(example = "USD")]
    currency: &'static str,
    /// How many rates it has.
    rate_count: usize,
}

/// The rate decks, by id, without their rates.
#[utoipa::path(get, path = "/api/admin/sms/rate-decks", operation_id = "list_sms_rate_decks", tag = "sms",
    security(("admin" = [])), responses((status = 200, body = DecksView)))]
pub async fn list(State(app): State<&'static App>, _admin: Admin) -> Result<Response, Refusal> {
    let line = |deck: &RateDeck| DeckLine {
        id: deck.id().to_string(),
        currency: deck.currency().code(),
        rate_count: deck.rates().len(),
    };
    let items = app.decks.list().await?.iter().map(line).collect();
    replies::json(StatusCode::OK, &DecksView { items })
}

/// One rate deck with its rates.
#[utoipa::path(get, path = "/api/admin/sms/rate-decks/{id}", operation_id = "show_sms_rate_deck",
    params(("id" = String, Path)), tag = "sms", security(("admin" = [])),
    responses((status = 200, body = DeckView), (status = 404, description = "No such rate deck")))]
pub async fn one(
    State(app): State<&'static App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id: DeckId = id.parse().map_err(|_| no_such("rate deck"))?;
    let deck = app.decks.get(&id).await?.ok_or_else(|| no_such("rate deck"))?;
    replies::json(StatusCode::OK, &DeckView::of(&deck))
}

/// Makes a rate deck, or replaces the one of that id with all its rates. Prices of messages that were counted stay as
/// they were; other instances count with the new ones within five minutes. A deck whose currency is not that of a
/// user's settings gives them no prices: their usage is refused as `other_currency`.
#[utoipa::path(put, path = "/api/admin/sms/rate-decks/{id}", operation_id = "put_sms_rate_deck",
    request_body = PutDeck, params(("id" = String, Path)), tag = "sms", security(("admin" = [])),
    responses((status = 200, body = DeckView),
        (status = 413, description = "The body has more than 512 KiB (`body_too_long`)"),
        (status = 422, description = "A field is wrong, or a prefix has two rates (`invalid_body`)")))]
pub async fn put(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<PutDeck, LONGEST_KIB>,
) -> Result<Response, Refusal> {
    let deck = command.wish.deck(&id)?;
    app.decks.put(&deck, cause.now).await?;
    app.usage.tariffs.forget(deck.id());
    let (correlation_id, rates) = (&cause.correlation_id, deck.rates().len());
    tracing::info!(correlationId = correlation_id, deck = %deck.id(), rates, by = %admin, "rate deck put");
    replies::json(StatusCode::OK, &DeckView::of(&deck))
}

impl PutDeck {
    fn deck(&self, id: &str) -> Result<RateDeck, Refusal> {
        let wrong = |detail: String| unprocessable("invalid_body", detail);
        let id = id.parse().map_err(|error| wrong(format!("id: {error}")))?;
        let currency = self.currency.parse().map_err(|error| wrong(format!("currency: {error}")))?;
        let mut rates = Vec::with_capacity(self.rates.len());
        for (place, rate) in self.rates.iter().enumerate() {
            rates.push(rate.rate().map_err(|error| wrong(format!("rates[{place}].{error}")))?);
        }
        RateDeck::new(id, currency, rates).map_err(|error| wrong(error.to_string()))
    }
}

impl RateView {
    fn rate(&self) -> Result<Rate, String> {
        Ok(Rate {
            prefix: self.prefix.parse().map_err(|error| format!("prefix: {error}"))?,
            country: self.country.parse().map_err(|error| format!("country: {error}"))?,
            price: self.price.micros().map_err(|error| format!("price: {error}"))?,
            per: self.per.parse().map_err(|error| format!("per: {error}"))?,
        })
    }
}

impl DeckView {
    fn of(deck: &RateDeck) -> Self {
        Self {
            id: deck.id().to_string(),
            currency: deck.currency().code(),
            rates: deck.rates().iter().map(RateView::of).collect(),
        }
    }
}
