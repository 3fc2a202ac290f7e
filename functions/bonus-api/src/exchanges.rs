//! `GET /api/admin/portmone/exchanges`: what was said between us and others about bonuses, for disputes.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::domain::dialogue::ChatId;
use shared::rest::auth::Admin;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::portmone_exchanges::{KeptExchange, Whose};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// Whose exchanges: exactly one of the first four.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExchangeQuery {
    /// Of the bonus for this receipt.
    receipt_id: Option<String>,
    /// Of this bonus: another name for the same.
    bonus_id: Option<String>,
    /// Of this bill at Portmone.
    bill_id: Option<String>,
    /// Of all bonuses that are told about in this chat.
    telegram_id: Option<i64>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// A call and its answer, or a report.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeView<'a> {
    /// The receipt, and so the bonus.
    receipt_id: &'a str,
    /// The same.
    bonus_id: &'a str,
    /// Its number among those of the bonus: the step that people speak of.
    number: u32,
    /// The bill, as far as it was known then.
    #[schema(example = "523")]
    bill_id: Option<&'a str>,
    /// The chat in which its user is told.
    telegram_id: i64,
    /// What it was about: `bills.create`, `bills.pay`, `top-up`, or `report`.
    #[schema(example = "bills.pay")]
    method: &'a str,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What was asked, or reported.
    request: &'a str,
    /// What was answered; null where nobody knows, and for reports.
    answer: Option<&'a str>,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Timestamp>,
}

/// What was asked of Portmone and the telecom, what they answered, and what Portmone reported, newest first. Passwords and
/// numbers of phones are masked before anything is kept; it is kept for 100 days.
#[utoipa::path(get, path = "/api/admin/portmone/exchanges", operation_id = "list_portmone_exchanges",
    params(ExchangeQuery), tag = "bonuses", security(("admin" = [])),
    responses((status = 200, body = Page<ExchangeView<'static>>),
        (status = 422, description = "A parameter is wrong, or it is not exactly one whose exchanges are wanted (`invalid_parameter`)")))]
pub async fn list(
    State(app): State<&'static App>,
    _admin: Admin,
    Parameters(query): Parameters<ExchangeQuery>,
) -> Result<Response, Refusal> {
    let whose = query.whose()?;
    let name = format!("portmone exchanges {whose:?}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let (exchanges, next) = app.exchanges.list(&whose, after.as_ref(), limit(query.limit)?).await?;
    let items = exchanges.iter().map(ExchangeView::of).collect();
    let next_cursor = next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

impl ExchangeQuery {
    /// Whose exchanges are wanted.
    fn whose(&self) -> Result<Whose, Refusal> {
        let Self { receipt_id, bonus_id, bill_id, telegram_id, limit: _, cursor: _ } = self;
        match (receipt_id, bonus_id, bill_id, telegram_id) {
            (Some(id), None, None, None) => {
                Ok(Whose::Receipt(id.parse().map_err(|error| wrong("receiptId", &error))?))
            }
            (None, Some(id), None, None) => {
                Ok(Whose::Receipt(id.parse().map_err(|error| wrong("bonusId", &error))?))
            }
            (None, None, Some(id), None) => {
                Ok(Whose::Bill(id.parse().map_err(|error| wrong("billId", &error))?))
            }
            (None, None, None, Some(id)) => Ok(Whose::Chat(ChatId(*id))),
            _ => {
                let detail = "exactly one of receiptId, bonusId, billId and telegramId says whose exchanges";
                Err(unprocessable("invalid_parameter", detail))
            }
        }
    }
}

fn wrong(name: &str, error: &dyn std::fmt::Display) -> Refusal {
    unprocessable("invalid_parameter", format!("{name}: {error}"))
}

impl<'a> ExchangeView<'a> {
    fn of(exchange: &'a KeptExchange) -> Self {
        let receipt = exchange.receipt.as_str();
        Self {
            receipt_id: receipt,
            bonus_id: receipt,
            number: exchange.number,
            bill_id: exchange.bill.as_deref(),
            telegram_id: exchange.chat,
            method: &exchange.method,
            at: exchange.at,
            request: &exchange.request,
            answer: exchange.answer.as_deref(),
            answered_at: exchange.answered_at,
        }
    }
}
