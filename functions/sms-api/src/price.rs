//! `POST /internal/sms/price`: what messages cost, and why.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::decimal::Decimal;
use shared::domain::identifier::UserId;
use shared::domain::money::Currency;
use shared::domain::sms::rate_deck::{DeckId, Rate};
use shared::rest::auth::Service;
use shared::rest::command::Command;
use shared::rest::replies::{self, Refusal, no_such, unprocessable};
use shared::workflows::price_sms::{Described, Messages, Priced};
use utoipa::ToSchema;

use crate::app::App;
use crate::decks::RateView;

/// Messages whose price is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceSms {
    /// Who sends them: their rate deck counts. Either this or `deckId`.
    #[schema(example = "user-1")]
    user_id: Option<String>,
    /// The rate deck.
    #[schema(example = "standard")]
    deck_id: Option<String>,
    /// The number that they go to; not kept.
    #[schema(example = "+998901234567")]
    to: Option<String>,
    /// Its first digits.
    prefix: Option<String>,
    /// The country as the rate deck names it: of its rates the dearest counts.
    country: Option<String>,
    /// What one of them says; not kept.
    text: Option<String>,
    /// How many parts one of them has, where its text is not told; 1 when neither is.
    segments: Option<u32>,
    /// How many; 1 when not given.
    #[schema(minimum = 1, maximum = 1_000_000)]
    messages: Option<u64>,
}

/// What they cost, and why.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceView {
    /// The rate deck.
    deck_id: String,
    /// Its rate that counts: that of the longest prefix.
    rate: RateView,
    /// `GSM-7` or `UCS-2`; null where the text was not told.
    encoding: Option<&'static str>,
    /// Parts of one of them.
    segments: u32,
    /// How many there are.
    messages: u64,
    /// Parts of all of them.
    total_segments: u64,
    /// What they cost together.
    total: Decimal,
    /// The currency of it.
    currency: &'static str,
}

/// Explains a price: the rate that counts, the parts that a text takes, and what all of it costs.
#[utoipa::path(post, path = "/internal/sms/price", operation_id = "price_sms", request_body = PriceSms, tag = "sms",
    security(("service" = [])),
    responses((status = 200, body = PriceView), (status = 404, description = "No such rate deck"),
        (status = 422, description = "A field is wrong (`invalid_body`), no rate fits or the user has no deck (`no_rate`), or the deck is in another currency than the user is billed in (`other_currency`)")))]
pub async fn explain(
    State(app): State<&'static App>,
    _service: Service,
    command: Command<PriceSms>,
) -> Result<Response, Refusal> {
    let wish = &command.wish;
    let messages = wish.messages()?;
    let (deck, currency) = app.deck_of(wish).await?;
    let deck = app.usage.tariffs.deck(&deck).await?.ok_or_else(|| no_such("rate deck"))?;
    let priced = messages.price(Some(&deck), currency.unwrap_or(deck.currency()));
    let no_rate = || unprocessable("no_rate", "no rate of the deck fits");
    let priced = priced.map_err(|error| unprocessable(error.code(), error.to_string()))?;
    let Priced { line, rate: Some(rate) } = priced else { return Err(no_rate()) };
    replies::json(
        StatusCode::OK,
        &PriceView {
            deck_id: deck.id().to_string(),
            rate: RateView::of(&rate),
            encoding: messages.encoding.map(|encoding| encoding.as_str()),
            segments: messages.segments_of_one,
            messages: messages.count,
            total_segments: messages.segments(),
            total: Decimal::of_micros(line.cost),
            currency: deck.currency().code(),
        },
    )
}

impl PriceSms {
    fn messages(&self) -> Result<Messages, Refusal> {
        let described = Described {
            to: self.to.as_deref(),
            prefix: self.prefix.as_deref(),
            country: self.country.as_deref(),
            text: self.text.as_deref(),
            segments: self.segments,
            messages: self.messages,
            cost: None,
        };
        Messages::read(&described).map_err(|error| unprocessable("invalid_body", error.to_string()))
    }
}

impl App {
    /// The deck that is meant, and the currency that it has to be in, where that is known.
    async fn deck_of(&self, wish: &PriceSms) -> Result<(DeckId, Option<Currency>), Refusal> {
        let wrong = |field: &str, error: &dyn std::fmt::Display| {
            unprocessable("invalid_body", format!("{field}: {error}"))
        };
        match (&wish.user_id, &wish.deck_id) {
            (None, Some(deck)) => Ok((deck.parse().map_err(|error| wrong("deckId", &error))?, None)),
            (Some(user), None) => {
                let user: UserId = user.parse().map_err(|error| wrong("userId", &error))?;
                let terms = self.usage.terms.current().await?;
                let settings = terms.of(&self.usage.accounts.get(&user).await?.account.overrides);
                let no_deck = || unprocessable("no_rate", "no rate deck is set for this user");
                Ok((settings.deck.value.ok_or_else(no_deck)?, Some(settings.currency.value)))
            }
            (None, None) | (Some(_), Some(_)) => {
                Err(unprocessable("invalid_body", "either userId or deckId is needed"))
            }
        }
    }
}

impl RateView {
    /// A rate as it is shown.
    pub fn of(rate: &Rate) -> Self {
        Self {
            prefix: rate.prefix.as_str().to_owned(),
            country: rate.country.as_str().to_owned(),
            price: Decimal::of_micros(rate.price),
            per: rate.per.as_str().to_owned(),
        }
    }
}
