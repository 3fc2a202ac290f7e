//! `GET /api/admin/sms/billing-stats`: bills by state for today, this week and this month, and who used most.
//!
//! Read from the list of bills by month, within bounds, and held for five minutes. Amounts of different currencies are
//! never added.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use shared::decimal::Decimal;
use shared::domain::money::{Currency, Money};
use shared::domain::sms::bill::{BillState, SmsBill};
use shared::domain::sms::rhythm::{date_of, midnight};
use shared::rest::auth::Admin;
use shared::rest::replies::{self, Refusal};
use shared::stores::invoices::Cause;
use shared::stores::sms_bills::listing::Filter;
// The runtime's clock, so that a test can move it.
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::app::App;
use crate::bill_views::word;

/// How long an answer is given again.
const HELD: Duration = Duration::from_secs(5 * 60);
/// How many days are looked at: no month and no week began before.
const DAYS: i32 = 31;
/// Bills in one read: one more would need a second look for the place.
const PART: u8 = 99;
/// Most reads: some ten thousand bills.
const MOST_READS: usize = 100;
/// How many users are shown in each currency.
const MOST_USERS: usize = 10;

/// The last answer.
#[derive(Debug, Default)]
pub struct HeldStats(Mutex<Option<(Timestamp, String, Instant)>>);

/// How bills fare. Days, weeks (from Sunday) and months are those of UTC, by when bills were made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsStatsView)]
pub struct StatsView {
    /// Of the last 31 days.
    stats: ByWord,
    /// Of this month.
    monthly_stats: ByWord,
    /// Of this week.
    weekly_stats: ByWord,
    /// Of today.
    daily_stats: ByWord,
    /// Those with the highest paid bills of this month: up to ten in each currency.
    top_users: Vec<TopUser>,
    /// All of `stats` in one.
    summary: SummaryView,
    /// Whether all bills of the time were looked at; otherwise only the newest ones were.
    is_complete: bool,
    /// When this was found: the same is answered for five minutes.
    #[schema(value_type = String, format = DateTime)]
    generated_at: Timestamp,
}

/// Bills by state.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[schema(as = SmsStatsByWord)]
pub struct ByWord {
    /// To be charged, just being charged, or in doubt.
    pending: Sum,
    /// Paid.
    paid: Sum,
    /// Refused, whether they are tried again or not.
    failed: Sum,
    /// Cancelled.
    cancelled: Sum,
}

/// Bills added up.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsStatsSum)]
pub struct Sum {
    /// How many bills.
    count: u64,
    /// What they charge, by currency.
    total_cost: Amounts,
    /// How many messages they charge for.
    total_messages: u64,
}

/// Amounts by currency, such as `{"USD": 12.35}`.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[schema(as = SmsAmounts, value_type = BTreeMap<String, Decimal>)]
pub struct Amounts(BTreeMap<&'static str, Decimal>);

/// A user with high bills.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsTopUser)]
pub struct TopUser {
    /// Their id.
    #[serde(rename = "_id")]
    id: String,
    /// What they paid.
    total_cost: Decimal,
    /// In which currency.
    currency: &'static str,
    /// For how many messages.
    total_messages: u64,
    /// With how many bills.
    billing_count: u64,
}

/// Everything in one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsStatsSummary)]
pub struct SummaryView {
    /// All bills.
    total_billings: u64,
    /// What was paid, by currency.
    total_revenue: Amounts,
    /// What is pending, by currency.
    total_pending: Amounts,
    /// Messages of what is paid or pending.
    total_messages: u64,
    /// Of the bills that were paid or failed, how many of a hundred were paid; 0 where there is none.
    success_rate: u64,
}

/// What is added up while bills are read.
#[derive(Debug, Default)]
struct Tally {
    windows: [HashMap<(&'static str, Currency), Group>; 4],
    users: HashMap<(String, Currency), Group>,
}

/// Bills of one kind.
#[derive(Debug, Default, Clone, Copy)]
struct Group {
    count: u64,
    messages: u64,
    minor: i64,
}

/// When the windows begin: 31 days ago, the month, the week, the day.
#[derive(Debug, Clone, Copy)]
struct Windows([Timestamp; 4]);

/// How bills fare: by state, for today, this week and this month; and who used most.
#[utoipa::path(get, path = "/api/admin/sms/billing-stats", operation_id = "show_sms_billing_stats", tag = "sms",
    security(("admin" = [])), responses((status = 200, body = StatsView)))]
pub async fn show(
    State(app): State<&'static App>,
    _admin: Admin,
    Extension(cause): Extension<Cause>,
) -> Result<Response, Refusal> {
    if let Some(held) = app.stats.current(cause.now) {
        return Ok(replies::text(StatusCode::OK, "application/json", held));
    }
    let windows = Windows::at(cause.now);
    let (tally, is_complete) = app.tally(&windows, cause.now).await?;
    let view = tally.view(is_complete, cause.now);
    let text = serde_json::to_string(&view).unwrap_or_default();
    *app.stats.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((cause.now, text, Instant::now()));
    replies::json(StatusCode::OK, &view)
}

impl HeldStats {
    /// The last answer, while it is held and of today.
    fn current(&self, now: Timestamp) -> Option<String> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (found_at, text, at) = held?;
        (at.elapsed() < HELD && date_of(found_at) == date_of(now)).then_some(text)
    }
}

impl App {
    /// Adds up the bills of the windows, the newest first.
    async fn tally(&self, windows: &Windows, now: Timestamp) -> Result<(Tally, bool), Refusal> {
        let Windows([since, ..]) = *windows;
        let (mut tally, mut after) = (Tally::default(), None);
        for _ in 0..MOST_READS {
            let (bills, next) = self.bills.list(&Filter::default(), after.as_ref(), PART, now).await?;
            for bill in &bills {
                if bill.created_at < since {
                    return Ok((tally, true));
                }
                tally.add(bill, windows);
            }
            match next {
                Some(next) => after = Some(next),
                None => return Ok((tally, true)),
            }
        }
        Ok((tally, false))
    }
}

impl Windows {
    fn at(now: Timestamp) -> Self {
        let today = date_of(now);
        let back = |days: i32| today.checked_sub(days.days()).unwrap_or(today);
        let month = Date::new(today.year(), today.month(), 1).unwrap_or(today);
        let week = back(i32::from(today.weekday().to_sunday_zero_offset()));
        Self([back(DAYS), month, week, today].map(|day| midnight(day).unwrap_or(now)))
    }
}

impl Tally {
    fn add(&mut self, bill: &SmsBill, windows: &Windows) {
        let (state, currency) = (word(bill.state()), bill.amount.currency());
        for (groups, begins) in self.windows.iter_mut().zip(windows.0) {
            if bill.created_at >= begins {
                groups.entry((state, currency)).or_default().add(bill);
            }
        }
        let Windows([_, month, ..]) = *windows;
        if bill.state() == BillState::Paid && bill.created_at >= month {
            self.users.entry((bill.user.to_string(), currency)).or_default().add(bill);
        }
    }

    fn view(&self, is_complete: bool, now: Timestamp) -> StatsView {
        let [stats, monthly_stats, weekly_stats, daily_stats] =
            [0, 1, 2, 3].map(|place| self.windows.get(place).map(ByWord::of).unwrap_or_default());
        StatsView {
            summary: SummaryView::of(&stats),
            stats,
            monthly_stats,
            weekly_stats,
            daily_stats,
            top_users: self.top_users(),
            is_complete,
            generated_at: now,
        }
    }

    fn top_users(&self) -> Vec<TopUser> {
        let mut by_currency: BTreeMap<&str, Vec<(&String, Currency, Group)>> = BTreeMap::new();
        for ((user, currency), group) in &self.users {
            by_currency.entry(currency.code()).or_default().push((user, *currency, *group));
        }
        let mut top = Vec::new();
        for mut users in by_currency.into_values() {
            users.sort_by(|(one, _, group), (other, _, of_other)| {
                of_other.minor.cmp(&group.minor).then_with(|| one.cmp(other))
            });
            top.extend(users.into_iter().take(MOST_USERS).map(|(user, currency, group)| TopUser {
                id: user.clone(),
                total_cost: Decimal::of_money(Money::new(group.minor, currency)),
                currency: currency.code(),
                total_messages: group.messages,
                billing_count: group.count,
            }));
        }
        top
    }
}

impl Group {
    fn add(&mut self, bill: &SmsBill) {
        self.count = self.count.saturating_add(1);
        self.messages = self.messages.saturating_add(bill.totals.messages);
        self.minor = self.minor.saturating_add(bill.amount.minor());
    }
}

impl ByWord {
    fn of(groups: &HashMap<(&'static str, Currency), Group>) -> Self {
        let sum = |state: BillState| {
            let mut sum = Sum::default();
            for ((_, currency), group) in groups.iter().filter(|((there, _), _)| *there == word(state)) {
                sum.count = sum.count.saturating_add(group.count);
                sum.total_messages = sum.total_messages.saturating_add(group.messages);
                let amount = Decimal::of_money(Money::new(group.minor, *currency));
                sum.total_cost.0.insert(currency.code(), amount);
            }
            sum
        };
        Self {
            pending: sum(BillState::Pending),
            paid: sum(BillState::Paid),
            failed: sum(BillState::Failed),
            cancelled: sum(BillState::Cancelled),
        }
    }
}

impl SummaryView {
    fn of(stats: &ByWord) -> Self {
        let ByWord { pending, paid, failed, cancelled } = stats;
        let counts = [pending, paid, failed, cancelled].map(|sum| sum.count);
        let tried = paid.count.saturating_add(failed.count);
        // Rounded to the nearest, half up.
        let percent =
            paid.count.saturating_mul(200).saturating_add(tried).checked_div(tried.saturating_mul(2));
        Self {
            total_billings: counts.into_iter().fold(0, u64::saturating_add),
            total_revenue: paid.total_cost.clone(),
            total_pending: pending.total_cost.clone(),
            total_messages: pending.total_messages.saturating_add(paid.total_messages),
            success_rate: percent.unwrap_or(0),
        }
    }
}
