//! `GET /internal/bonuses/{receiptId}`: how a payout stands, for the system that reads receipts.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use shared::domain::bonus::{Bonus, BonusState};
use shared::domain::identifier::ReceiptId;
use shared::rest::auth::Service;
use shared::rest::replies::{self, Refusal, no_such};
use utoipa::ToSchema;

use crate::app::App;

/// How the payout for a receipt stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutView<'a> {
    /// The receipt.
    #[schema(example = "3f0c2a9e-7d1b-4a55-9f0e-2b8c6d1e4a77")]
    receipt_id: &'a str,
    /// The state of its bonus, such as `NEEDS_REVIEW`.
    #[schema(example = "DONE")]
    state: &'static str,
    /// The same in the receipt system's words: `created`, `in_progress`, `success` or `failed`. `in_progress` is said as
    /// long as nobody knows, and while a person has to look; `failed` of what was refused, given up or given back.
    #[schema(example = "success")]
    payout_status: &'static str,
    /// The bill at Portmone; null until one is known.
    #[schema(example = "523")]
    bill_id: Option<&'a str>,
}

impl<'a> PayoutView<'a> {
    fn of(bonus: &'a Bonus) -> Self {
        let state = bonus.state();
        Self {
            receipt_id: bonus.receipt.as_str(),
            state: state.as_str(),
            payout_status: payout_status(state),
            bill_id: bonus.bill.as_ref().map(|bill| bill.as_str()),
        }
    }
}

/// How the payout for a receipt stands. A receipt that was not accepted has none.
#[utoipa::path(get, path = "/internal/bonuses/{receiptId}", operation_id = "show_payout",
    params(("receiptId" = String, Path)), tag = "bonuses", security(("service" = [])),
    responses((status = 200, body = PayoutView<'static>), (status = 404, description = "The receipt has no bonus")))]
pub async fn show(
    State(app): State<&'static App>,
    _service: Service,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let receipt: ReceiptId = id.parse().map_err(|_| no_such("bonus"))?;
    let bonus = app.bonuses.get(&receipt).await?.ok_or_else(|| no_such("bonus"))?;
    replies::json(StatusCode::OK, &PayoutView::of(&bonus))
}

fn payout_status(state: BonusState) -> &'static str {
    match state {
        BonusState::Created => "created",
        BonusState::MakingBill
        | BonusState::BillMade
        | BonusState::Paying
        | BonusState::Paid
        | BonusState::ToppingUp
        | BonusState::NeedsReview => "in_progress",
        BonusState::Done => "success",
        BonusState::Refused | BonusState::Cancelled | BonusState::Refunded => "failed",
    }
}
