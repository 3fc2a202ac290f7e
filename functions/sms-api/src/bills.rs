//! `/api/admin/sms/billing`: bills, and what people decide about them.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use shared::domain::identifier::UserId;
use shared::domain::sms::bill::deciding::{Decided, Decision};
use shared::domain::sms::bill::{BillState, SmsBill, Standing};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::rhythm::midnight;
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, conflict, no_such, unprocessable};
use shared::stores::invoices::Cause;
use shared::stores::sms_bills::ChangedBill;
use shared::stores::sms_bills::listing::Filter;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::bill_views::{BillView, WORDS, word};

/// Longest reason, in letters.
const MAX_REASON: usize = 500;

/// Which bills.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillQuery {
    /// `pending`, `paid`, `failed` or `cancelled`, in small letters; or one state: `PENDING`, `CHARGING`, `PAID`, `FAILED`,
    /// `GIVEN_UP`, `CANCELLED`, `NEEDS_REVIEW`. In any when not given.
    status: Option<String>,
    /// Of this user.
    user_id: Option<String>,
    /// Of periods that begin on this day (`2026-11-21`, in UTC) or at this instant, or later.
    start_date: Option<String>,
    /// Of periods that begin on this day or before, or before this instant.
    end_date: Option<String>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// Which bill is to be charged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcessBill {
    /// Its number.
    #[schema(example = "SMS-20261121-7K3M9QZX")]
    billing_id: String,
}

/// Why a bill is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBill {
    /// In words: 1 to 500 letters.
    reason: String,
}

/// What a person decides about a bill in doubt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveBill {
    /// The debit that was looked at. Whoever is late decides nothing about the one after it.
    #[schema(minimum = 1, example = 1)]
    attempt: u32,
    /// What is decided.
    resolution: BillResolution,
}

/// `paid`: somebody saw the payment at the switch. `not_paid`: there is none, and it is charged again. `cancel`: it is
/// given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillResolution {
    Paid,
    NotPaid,
    Cancel,
}

/// A bill that somebody decided about.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedBill {
    /// What happened, for people.
    message: &'static str,
    /// The bill as it is now.
    billing: BillView,
}

/// SMS bills, newest first. A part may hold fewer items than asked for while there are more: `nextCursor` says. Without a
/// user and a state, those of the last 26 months. Paid and cancelled bills are gone after twelve months.
#[utoipa::path(get, path = "/api/admin/sms/billing", operation_id = "list_sms_bills", params(BillQuery), tag = "sms",
    security(("admin" = [])),
    responses((status = 200, body = Page<BillView>), (status = 422, description = "A parameter is wrong (`invalid_parameter`)")))]
pub async fn list(
    State(app): State<&'static App>,
    _admin: Admin,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<BillQuery>,
) -> Result<Response, Refusal> {
    let wrong = |name: &str, error: &dyn std::fmt::Display| {
        unprocessable("invalid_parameter", format!("{name}: {error}"))
    };
    let filter = Filter {
        user: query
            .user_id
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error| wrong("userId", &error))?,
        states: query.status.as_deref().map(states).transpose()?.unwrap_or_default(),
        from: query.start_date.as_deref().map(|text| instant("startDate", text, 0)).transpose()?,
        to: query.end_date.as_deref().map(|text| instant("endDate", text, 1)).transpose()?,
    };
    let name = format!("sms bills {filter:?}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let (bills, next) = app.bills.list(&filter, after.as_ref(), limit(query.limit)?, cause.now).await?;
    let next_cursor = next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items: bills.iter().map(BillView::of).collect(), next_cursor })
}

/// One SMS bill, by its number.
#[utoipa::path(get, path = "/api/admin/sms/billing/{id}", operation_id = "show_sms_bill", params(("id" = String, Path)),
    tag = "sms", security(("admin" = [])),
    responses((status = 200, body = BillView), (status = 404, description = "No such bill")))]
pub async fn one(
    State(app): State<&'static App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let bill = app.bills.get(&number(&id)?).await?.ok_or_else(|| no_such("SMS bill"))?;
    replies::json(StatusCode::OK, &BillView::of(&bill))
}

/// Has a bill charged: one that waits for approval, failed, or was given up. It answers 202, and not 200 with a result:
/// the debit is made by the worker, which alone speaks to the switch, so that no two ever charge one bill. What becomes
/// of it is shown at `/api/admin/sms/billing/{id}`. One that is just being charged is left to it.
#[utoipa::path(post, path = "/api/admin/sms/billing", operation_id = "process_sms_bill", request_body = ProcessBill,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "sms", security(("admin" = [])),
    responses((status = 202, body = DecidedBill), (status = 404, description = "No such bill"),
        (status = 409, description = "It is paid, cancelled or in doubt (`not_pending`), or its user has no account at the switch (`no_switch_account`)")))]
pub async fn process(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Extension(cause): Extension<Cause>,
    command: Command<ProcessBill>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let number = number(&command.wish.billing_id)?;
        let bill = app.bills.get(&number).await?.ok_or_else(|| no_such("SMS bill"))?;
        let terms = app.usage.terms.current().await?;
        if app.usage.accounts.get(&bill.user).await?.account.overrides.switch_account.is_none() {
            return Err(conflict("no_switch_account", "User does not have a Sippy account ID"));
        }
        let decide = |bill: &mut SmsBill| bill.process(admin.as_str(), cause.now);
        let changed = app.bills.change(&number, &terms, &cause, decide).await?;
        let ChangedBill { outcome, bill } = changed.ok_or_else(|| no_such("SMS bill"))?;
        match outcome {
            Decided::Done => tell(&cause, &bill, "process", &admin),
            Decided::AlreadyDone if matches!(bill.standing, Standing::Charging(_)) => {}
            Decided::AlreadyDone | Decided::NotOpen => {
                let state = bill.state().as_str();
                return Err(conflict(
                    "not_pending",
                    format!("SMS billing record is not pending: it is {state}"),
                ));
            }
        }
        let message = "SMS billing is being processed";
        replies::json(StatusCode::ACCEPTED, &DecidedBill { message, billing: BillView::of(&bill) })
    })
    .await
}

/// Cancels a bill that was certainly not charged: what was used in its period is not billed again. Cancelled twice is
/// cancelled once.
#[utoipa::path(post, path = "/api/admin/sms/billing/{id}/cancel", operation_id = "cancel_sms_bill",
    request_body = CancelBill, params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "sms", security(("admin" = [])),
    responses((status = 200, body = DecidedBill), (status = 404, description = "No such bill"),
        (status = 409, description = "It is paid, in doubt, or may just be being charged (`not_open`)"),
        (status = 422, description = "The reason is missing or too long (`invalid_body`)")))]
pub async fn cancel(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<CancelBill>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let reason = command.wish.reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON || reason.chars().any(char::is_control) {
            let detail = format!("reason: 1 to {MAX_REASON} letters on one line");
            return Err(unprocessable("invalid_body", detail));
        }
        let decide = |bill: &mut SmsBill| bill.cancel(reason, cause.now);
        app.decide(&id, &admin, &cause, "cancel", "SMS billing cancelled", decide).await
    })
    .await
}

/// Decides about a bill of which nobody knows whether it was charged. Look at the switch first: the payment's notes
/// begin with the bill's number. The same decision twice is taken once.
#[utoipa::path(post, path = "/api/admin/sms/billing/{id}/resolve", operation_id = "resolve_sms_bill",
    request_body = ResolveBill, params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "sms", security(("admin" = [])),
    responses((status = 200, body = DecidedBill), (status = 404, description = "No such bill"),
        (status = 409, description = "It is in no doubt, or in doubt about another debit than the one named (`not_open`)"),
        (status = 422, description = "The resolution is unknown, or the attempt is missing (`invalid_body`)")))]
pub async fn resolve(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<ResolveBill>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let (decision, decided) = match command.wish.resolution {
            BillResolution::Paid => (Decision::Paid, "paid"),
            BillResolution::NotPaid => (Decision::NotPaid, "not_paid"),
            BillResolution::Cancel => (Decision::Cancel, "give_up"),
        };
        let attempt = command.wish.attempt;
        let decide = |bill: &mut SmsBill| bill.resolve(attempt, decision, admin.as_str(), cause.now);
        app.decide(&id, &admin, &cause, decided, "SMS billing resolved", decide).await
    })
    .await
}

impl App {
    /// Takes a person's decision about a bill, and shows the bill.
    async fn decide(
        &self,
        id: &str,
        admin: &UserId,
        cause: &Cause,
        decided: &str,
        message: &'static str,
        decide: impl Fn(&mut SmsBill) -> Decided,
    ) -> Result<Response, Refusal> {
        let terms = self.usage.terms.current().await?;
        let changed = self.bills.change(&number(id)?, &terms, cause, decide).await?;
        let ChangedBill { outcome, bill } = changed.ok_or_else(|| no_such("SMS bill"))?;
        match outcome {
            Decided::Done => tell(cause, &bill, decided, admin),
            Decided::AlreadyDone => {}
            Decided::NotOpen => {
                let (state, attempt) = (bill.state().as_str(), bill.attempts);
                let detail = format!("that cannot be decided now: the bill is {state}, at attempt {attempt}");
                return Err(conflict("not_open", detail));
            }
        }
        replies::json(StatusCode::OK, &DecidedBill { message, billing: BillView::of(&bill) })
    }
}

/// Says in the log who decided what.
pub fn tell(cause: &Cause, bill: &SmsBill, decided: &str, admin: &UserId) {
    let (correlation_id, state) = (&cause.correlation_id, bill.state().as_str());
    tracing::info!(correlationId = correlation_id, bill = %bill.number, decided, state, by = %admin, "bill decided");
}

fn number(id: &str) -> Result<BillNumber, Refusal> {
    id.parse().map_err(|_| no_such("SMS bill"))
}

/// The states that a word means.
fn states(name: &str) -> Result<Vec<BillState>, Refusal> {
    let wanted = |state: &BillState| {
        if WORDS.contains(&name) { word(*state) == name } else { state.as_str().eq_ignore_ascii_case(name) }
    };
    let found: Vec<BillState> = BillState::ALL.into_iter().filter(wanted).collect();
    if found.is_empty() {
        let states = BillState::ALL.map(BillState::as_str).join(", ");
        return Err(unprocessable("invalid_parameter", format!("status: {}, or {states}", WORDS.join(", "))));
    }
    Ok(found)
}

/// An instant, or the beginning of a day in UTC and so many days after it.
fn instant(name: &str, text: &str, days: i32) -> Result<Timestamp, Refusal> {
    let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-21".len());
    let of_day = day.and_then(|day| midnight(day.checked_add(days.days()).ok()?));
    let wrong = || {
        let detail = format!("{name}: a day such as 2026-11-21, or an instant such as 2026-11-21T00:00:00Z");
        unprocessable("invalid_parameter", detail)
    };
    of_day.or_else(|| text.parse().ok()).ok_or_else(wrong)
}
