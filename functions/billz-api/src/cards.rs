//! `/internal/billz/cards`: the company's payment methods, and what Billz calls them. Never a bank card.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::domain::billz::card::{Card, CardName, CardNameError, is_card_number};
use shared::domain::identifier::{CardId, Identifier};
use shared::rest::auth::Service;
use shared::rest::command::Command;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, no_such, unprocessable};
use shared::stores::billz_cards::CardChange;
use shared::stores::invoices::Cause;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// The list of all, as its cursors know it.
const LIST: &str = "billz cards";

/// Which payment methods.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CardQuery {
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// A payment method as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutCard {
    /// What jobs call it: `cardId` of `MAKE_PAYMENT`.
    #[schema(example = "cash")]
    id: String,
    /// What people call it: 1 to 100 characters.
    #[schema(example = "Cash")]
    name: String,
    /// Billz's id of the payment type.
    #[schema(example = "c6e84d9b-0ef0-4d5a-886d-147c74a9b051")]
    external_id: String,
    /// Whether it can be paid by; so when not given.
    #[serde(default = "yes")]
    #[schema(default = true)]
    is_active: bool,
}

/// A payment method.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    /// What jobs call it: `cardId` of `MAKE_PAYMENT`.
    #[schema(example = "cash")]
    id: String,
    /// What people call it.
    #[schema(example = "Cash")]
    name: String,
    /// Billz's id of the payment type.
    #[schema(example = "c6e84d9b-0ef0-4d5a-886d-147c74a9b051")]
    external_id: String,
    /// Whether it can be paid by.
    is_active: bool,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// Payment methods, by their id.
#[utoipa::path(get, path = "/internal/billz/cards", operation_id = "list_billz_cards", params(CardQuery), tag = "billz",
    security(("service" = [])), responses((status = 200, body = Page<CardView>)))]
pub async fn list(
    State(app): State<&'static App>,
    _service: Service,
    Parameters(query): Parameters<CardQuery>,
) -> Result<Response, Refusal> {
    let after = place(&app.edge.cursors, LIST, query.cursor.as_deref())?;
    let (cards, next) = app.cards.list(after.as_ref(), limit(query.limit)?).await?;
    let items = cards.iter().map(CardView::of).collect();
    let next_cursor = next.map(|place| app.edge.cursors.write(LIST, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

/// One payment method.
#[utoipa::path(get, path = "/internal/billz/cards/{id}", operation_id = "show_billz_card", params(("id" = String, Path)),
    tag = "billz", security(("service" = [])),
    responses((status = 200, body = CardView), (status = 404, description = "No such payment method")))]
pub async fn one(
    State(app): State<&'static App>,
    _service: Service,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id: CardId = id.parse().map_err(|_| no_such("payment method"))?;
    let card = app.cards.get(&id).await?.ok_or_else(|| no_such("payment method"))?;
    replies::json(StatusCode::OK, &CardView::of(&card))
}

/// Makes a payment method, or replaces the one of that id. The same again changes nothing.
#[utoipa::path(put, path = "/internal/billz/cards", operation_id = "put_billz_card", request_body = PutCard, tag = "billz",
    security(("service" = [])),
    responses((status = 200, body = CardView),
        (status = 422, description = "A field is wrong, or holds the number of a bank card (`card_number`)")))]
pub async fn put(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
    command: Command<PutCard>,
) -> Result<Response, Refusal> {
    let card = command.wish.card(cause.now)?;
    let (card, change) = app.cards.put(&card).await?;
    let put = match change {
        CardChange::Created => Some("created"),
        CardChange::Changed => Some("changed"),
        CardChange::Unchanged => None,
    };
    if let Some(put) = put {
        let (correlation_id, active) = (&cause.correlation_id, card.is_active);
        tracing::info!(correlationId = correlation_id, card = %card.id, paymentType = %card.payment_type, active, put, "payment method put");
    }
    replies::json(StatusCode::OK, &CardView::of(&card))
}

impl PutCard {
    fn card(&self, now: Timestamp) -> Result<Card, Refusal> {
        let name: CardName = self.name.parse().map_err(|error| match error {
            CardNameError::CardNumber => card_number("name"),
            CardNameError::Length => unprocessable("invalid_body", format!("name: {error}")),
        })?;
        Ok(Card {
            id: id("id", &self.id)?,
            name,
            payment_type: id("externalId", &self.external_id)?,
            is_active: self.is_active,
            changed_at: now,
        })
    }
}

impl CardView {
    fn of(card: &Card) -> Self {
        Self {
            id: card.id.to_string(),
            name: card.name.as_str().to_owned(),
            external_id: card.payment_type.to_string(),
            is_active: card.is_active,
            changed_at: card.changed_at,
        }
    }
}

fn yes() -> bool {
    true
}

fn id<Of>(field: &str, text: &str) -> Result<Identifier<Of>, Refusal> {
    if is_card_number(text) {
        return Err(card_number(field));
    }
    text.parse().map_err(|error| unprocessable("invalid_body", format!("{field}: {error}")))
}

fn card_number(field: &str) -> Refusal {
    unprocessable("card_number", format!("{field}: {}", CardNameError::CardNumber))
}
