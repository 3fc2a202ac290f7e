//! What a billing run would do: who would be charged what. Nothing is written or sent.

use axum::response::Response;
use futures::future::try_join_all;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use shared::decimal::Decimal;
use shared::domain::identifier::UserId;
use shared::domain::sms::account::{ClosedPeriod, SmsAccount, Through};
use shared::domain::sms::settings::{Settings, Terms};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::rest::paging::{limit, place};
use shared::rest::replies::{self, Refusal};
use shared::stores::table::StoreError;
use utoipa::ToSchema;

use crate::app::App;
use crate::runs::{PeriodView, RunQuery, Wanted};

/// Who would be charged what.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsDryRunView)]
pub struct DryRunView {
    /// It is one.
    dry_run: bool,
    /// The period that the run would close.
    period: PeriodView,
    /// The bills that it would make of this part of the users, the longest due first.
    items: Vec<WouldCharge>,
    /// To be sent as `cursor` for the next part; null at the end.
    next_cursor: Option<String>,
}

/// A bill that a run would make.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsWouldCharge)]
pub struct WouldCharge {
    /// Whose.
    user_id: String,
    /// The first instant of its period.
    #[schema(value_type = String, format = DateTime)]
    period_start: Timestamp,
    /// The first instant after its period.
    #[schema(value_type = String, format = DateTime)]
    period_end: Timestamp,
    /// Messages that are charged.
    messages: u64,
    /// Messages that failed: these are free.
    failed_messages: u64,
    /// What would be charged.
    amount: Decimal,
    /// In which currency.
    currency: &'static str,
    /// The account at the switch.
    sippy_account_id: Option<u32>,
    /// Whether it would be charged at once.
    would_charge: bool,
    /// Why not: `no_switch_account`, `awaits_approval` or `nothing_to_pay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl App {
    /// Shows a part of what a run would do.
    pub async fn dry_run(&self, wanted: Wanted, query: &RunQuery) -> Result<Response, Refusal> {
        let list = format!("sms dry run {} {}", wanted.schedule.as_str(), wanted.through);
        let after = place(&self.edge.cursors, &list, query.cursor.as_deref())?;
        let terms = self.usage.terms.latest().await?;
        let accounts = &self.usage.accounts;
        let due = accounts.due(wanted.schedule, wanted.through, after.as_ref(), limit(query.limit)?).await?;
        let looked = due.items.iter().map(|user| self.would_charge(user, wanted.through, &terms));
        let items = try_join_all(looked).await?.into_iter().flatten().collect();
        let next_cursor = due.next.map(|place| self.edge.cursors.write(&list, &place));
        let view = DryRunView { dry_run: true, period: wanted.period(), items, next_cursor };
        replies::json(StatusCode::OK, &view)
    }

    async fn would_charge(
        &self,
        user: &UserId,
        through: Timestamp,
        terms: &Terms,
    ) -> Result<Vec<WouldCharge>, StoreError> {
        let mut account = self.usage.accounts.get(user).await?.account;
        let settings = terms.of(&account.overrides);
        Ok(closed(&mut account, through, &settings)
            .iter()
            .filter_map(|period| WouldCharge::of(user, period, &settings))
            .collect())
    }
}

/// The periods that a run would close.
fn closed(account: &mut SmsAccount, through: Timestamp, settings: &Settings) -> Vec<ClosedPeriod> {
    std::iter::from_fn(|| account.close(Through::Due(through), settings)).collect()
}

impl WouldCharge {
    fn of(user: &UserId, period: &ClosedPeriod, settings: &Settings) -> Option<Self> {
        // Recording sees that sums fit.
        let totals = period.usage.totals().ok()?;
        let amount = totals.cost.rounded(period.currency);
        let reason = if !amount.is_positive() {
            Some("nothing_to_pay")
        } else if !settings.auto_processing.value {
            Some("awaits_approval")
        } else {
            settings.switch_account.is_none().then_some("no_switch_account")
        };
        Some(Self {
            user_id: user.to_string(),
            period_start: period.start,
            period_end: period.end,
            messages: totals.messages,
            failed_messages: totals.failed,
            amount: Decimal::of_money(amount),
            currency: period.currency.code(),
            sippy_account_id: settings.switch_account.map(SwitchAccount::number),
            would_charge: reason.is_none(),
            reason,
        })
    }
}
