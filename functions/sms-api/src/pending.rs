//! `POST /api/admin/sms/billing/process-pending`: has everything charged that waits for a person or failed, in parts.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::identifier::UserId;
use shared::domain::sms::bill::deciding::Decided;
use shared::domain::sms::bill::{BillState, SmsBill, Standing};
use shared::domain::sms::settings::Terms;
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::cursor::CursorError;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::invoices::Cause;
use shared::stores::place::Place;
use shared::stores::sms_bills::listing::Filter;
use utoipa::ToSchema;

use crate::app::App;
use crate::bills::tell;

/// The list of all, as its cursors know it.
const LIST: &str = "sms bills to process";
/// Most bills that one request looks at.
const PART: u8 = 50;
/// The lists that are gone through, in this order.
const STATES: [BillState; 3] = [BillState::Pending, BillState::Failed, BillState::GivenUp];
/// Between the state and the place in its list.
const BEHIND_STATE: char = '|';

/// Where to go on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessPending {
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// What became of a part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsPendingView)]
pub struct PendingView {
    /// For people.
    message: String,
    /// How many are being charged now.
    processed_count: usize,
    /// How many waited or had failed, of those that this part looked at.
    total_pending: usize,
    /// Each of them.
    results: Vec<PendingResult>,
    /// Whether there are more to look at.
    has_more: bool,
    /// To be sent as `cursor` for the next part; null at the end.
    next_cursor: Option<String>,
}

/// What became of a bill.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsPendingResult)]
pub struct PendingResult {
    /// Its number.
    billing_id: String,
    /// `processing` or `skipped`.
    status: &'static str,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Has bills charged that wait for approval, failed, or were given up: up to 50 in one request, then `nextCursor` goes on.
/// Bills that are on their way already are left to it. It answers 202: the debits are made by the worker.
#[utoipa::path(post, path = "/api/admin/sms/billing/process-pending", operation_id = "process_pending_sms_bills",
    request_body(content = ProcessPending, description = "May be empty"),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "sms", security(("admin" = [])),
    responses((status = 202, body = PendingView), (status = 422, description = "The cursor is not ours (`invalid_cursor`)")))]
pub async fn process(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Extension(cause): Extension<Cause>,
    command: Command<ProcessPending>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let (state, after) = app.begin(command.wish.cursor.as_deref())?;
        let filter = Filter { states: vec![state], ..Filter::default() };
        let (bills, next) = app.bills.list(&filter, after.as_ref(), PART, cause.now).await?;
        let terms = app.usage.terms.current().await?;
        let mut results = Vec::new();
        for bill in bills.iter().filter(|bill| waits(bill)) {
            results.push(app.process_one(bill, &admin, &terms, &cause).await?);
        }
        let next = match next {
            Some(place) => Some(format!("{}{BEHIND_STATE}{}", state.as_str(), place.as_str())),
            None => after_state(state).map(|state| format!("{}{BEHIND_STATE}", state.as_str())),
        };
        let next_cursor = next.map(|text| app.edge.cursors.write(LIST, &Place::from_proved(text)));
        let processed = results.iter().filter(|result| result.status == "processing").count();
        let total = results.len();
        let message = match total {
            0 => "No pending or failed billings found".to_owned(),
            _ => format!("Processed {processed} of {total} pending billings"),
        };
        let view = PendingView {
            message,
            processed_count: processed,
            total_pending: total,
            results,
            has_more: next_cursor.is_some(),
            next_cursor,
        };
        replies::json(StatusCode::ACCEPTED, &view)
    })
    .await
}

impl App {
    /// The list to read, and the place in it.
    fn begin(&self, cursor: Option<&str>) -> Result<(BillState, Option<Place>), Refusal> {
        let [first, ..] = STATES;
        let Some(cursor) = cursor else { return Ok((first, None)) };
        let refused = |error: CursorError| unprocessable("invalid_cursor", error.to_string());
        let place = self.edge.cursors.read(LIST, cursor).map_err(refused)?;
        let (state, place) = place.as_str().split_once(BEHIND_STATE).ok_or_else(|| refused(CursorError))?;
        let state = STATES.into_iter().find(|known| known.as_str() == state);
        let after = (!place.is_empty()).then(|| Place::from_proved(place.to_owned()));
        Ok((state.ok_or_else(|| refused(CursorError))?, after))
    }

    async fn process_one(
        &self,
        bill: &SmsBill,
        admin: &UserId,
        terms: &Terms,
        cause: &Cause,
    ) -> Result<PendingResult, Refusal> {
        let skipped = |reason| PendingResult {
            billing_id: bill.number.to_string(),
            status: "skipped",
            reason: Some(reason),
        };
        let account = self.usage.accounts.get(&bill.user).await?.account;
        if account.overrides.switch_account.is_none() {
            return Ok(skipped("User does not have a Sippy account ID"));
        }
        let decide = |bill: &mut SmsBill| {
            // Lists follow with a delay: somebody may have decided meanwhile.
            if waits(bill) { Some(bill.process(admin.as_str(), cause.now)) } else { None }
        };
        match self.bills.change(&bill.number, terms, cause, decide).await? {
            Some(changed) if changed.outcome == Some(Decided::Done) => {
                tell(cause, &changed.bill, "process", admin);
                Ok(PendingResult { billing_id: bill.number.to_string(), status: "processing", reason: None })
            }
            Some(_) | None => Ok(skipped("it is on its way, or decided about, already")),
        }
    }
}

/// Whether a bill waits for somebody to have it charged.
fn waits(bill: &SmsBill) -> bool {
    match bill.standing {
        Standing::AwaitingApproval | Standing::Failed { .. } | Standing::GivenUp { .. } => true,
        Standing::Ready { .. }
        | Standing::Charging(_)
        | Standing::Paid { .. }
        | Standing::Cancelled { .. }
        | Standing::NeedsReview { .. } => false,
    }
}

fn after_state(state: BillState) -> Option<BillState> {
    STATES.into_iter().skip_while(|known| *known != state).nth(1)
}
