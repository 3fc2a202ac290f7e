//! `/api/user/billing-summary` and `/api/user/billing-history`: what a user used, and their own bills.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::decimal::Decimal;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::bill::BillState;
use shared::domain::sms::settings::Settings;
use shared::domain::sms::usage::Totals;
use shared::rest::auth::User;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal};
use shared::stores::invoices::Cause;
use shared::stores::sms_bills::listing::Filter;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::bill_views::{BillView, word};

/// Most pending bills that are counted.
const MOST_COUNTED: u8 = 100;

/// Which part of the bills.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// What a user used, against their limits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SmsSummaryView)]
pub struct SummaryView {
    /// All of it.
    summary: Summary,
}

/// What a user used, against their limits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsSummary)]
pub struct Summary {
    /// What is not billed yet.
    current_usage: CurrentUsage,
    /// Bills that are not paid yet; 100 at most are counted.
    pending_billings: usize,
    /// Until when the user is billed; null before the first bill.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_billing_date: Option<Timestamp>,
    /// When the next period ends; null where a limit ends it, or no bills are made.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_billing_date: Option<Timestamp>,
    /// How much of the limits is used.
    usage_percent: UsagePercent,
    /// What the amounts are in.
    #[schema(example = "USD")]
    currency: &'static str,
    /// How the user is billed.
    settings: OwnSettings,
}

/// What is not billed yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsCurrentUsage)]
pub struct CurrentUsage {
    /// What it costs.
    total_cost: Decimal,
    /// How many messages went out.
    total_messages: u64,
    /// How many failed: these are free.
    failed_messages: u64,
    /// Bills that are not paid yet; 100 at most are counted.
    pending_billings: usize,
}

/// How many of a hundred parts of each limit are used: 100 at most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SmsUsagePercent)]
pub struct UsagePercent {
    /// Of the amount.
    cost: u64,
    /// Of the messages.
    messages: u64,
}

/// How a user is billed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsOwnSettings)]
pub struct OwnSettings {
    /// `daily`, `weekly`, `monthly` or `threshold`.
    billing_frequency: &'static str,
    /// What may be used before a bill is made, where limits end periods.
    max_amount: Decimal,
    /// How many messages may be sent before a bill is made, likewise.
    max_messages: u64,
    /// At which amount the user is told that the limit is near.
    notification_threshold: Decimal,
    /// Whether bills are charged by themselves.
    auto_processing: bool,
}

/// What the caller used and is not billed for, against their limits; their pending bills, and when the next bill is
/// made. May be held by the caller for five minutes; whoever just changed something asks with `Cache-Control: no-cache`
/// and gets what counts at that moment: nothing is held here.
#[utoipa::path(get, path = "/api/user/billing-summary", operation_id = "show_own_sms_summary", tag = "sms",
    security(("user" = [])), responses((status = 200, body = SummaryView)))]
pub async fn summary(
    State(app): State<&'static App>,
    User(user): User,
    Extension(cause): Extension<Cause>,
) -> Result<Response, Refusal> {
    let pending = BillState::ALL.into_iter().filter(|state| word(*state) == "pending").collect();
    let filter = Filter { user: Some(user.clone()), states: pending, ..Filter::default() };
    let (terms, held, pending) = tokio::join!(
        app.usage.terms.current(),
        app.usage.accounts.get(&user),
        app.bills.list(&filter, None, MOST_COUNTED, cause.now)
    );
    let (account, (pending, _)) = (held?.account, pending?);
    let settings = terms?.of(&account.overrides);
    let summary = Summary::of(&account, &settings, pending.len(), cause.now);
    let mut response = replies::json(StatusCode::OK, &SummaryView { summary })?;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    headers.insert(VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}

/// The caller's own bills, newest first. A part may hold fewer items than asked for while there are more: `nextCursor`
/// says.
#[utoipa::path(get, path = "/api/user/billing-history", operation_id = "list_own_sms_bills", params(HistoryQuery),
    tag = "sms", security(("user" = [])), responses((status = 200, body = Page<BillView>)))]
pub async fn history(
    State(app): State<&'static App>,
    User(user): User,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<HistoryQuery>,
) -> Result<Response, Refusal> {
    let name = format!("sms bills of {user}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let filter = Filter { user: Some(user), ..Filter::default() };
    let (bills, next) = app.bills.list(&filter, after.as_ref(), limit(query.limit)?, cause.now).await?;
    let next_cursor = next.map(|place| app.edge.cursors.write(&name, &place));
    let items = bills.iter().map(BillView::for_its_user).collect();
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

impl Summary {
    fn of(account: &SmsAccount, settings: &Settings, pending: usize, now: Timestamp) -> Self {
        // Recording sees that sums fit.
        let used = account.used_percent(settings);
        let Totals { messages, failed, cost } = account.open(settings.currency.value).unwrap_or_default();
        Self {
            current_usage: CurrentUsage {
                total_cost: Decimal::of_micros(cost),
                total_messages: messages,
                failed_messages: failed,
                pending_billings: pending,
            },
            pending_billings: pending,
            last_billing_date: account.billed_through,
            next_billing_date: account.next_bill_at(settings, now),
            usage_percent: UsagePercent { cost: used.cost.into(), messages: used.messages.into() },
            currency: settings.currency.value.code(),
            settings: OwnSettings {
                billing_frequency: settings.frequency.value.as_str(),
                max_amount: Decimal::of_micros(settings.max_amount.value),
                max_messages: settings.max_messages.value,
                notification_threshold: Decimal::of_micros(settings.notification_threshold.value),
                auto_processing: settings.auto_processing.value,
            },
        }
    }
}
