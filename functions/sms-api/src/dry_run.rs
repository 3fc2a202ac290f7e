//! What a billing run would do: who would be charged what. Nothing is written or sent.

use axum::response::Response;
use futures::future::try_join_all;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use shared::decimal::Decimal;
use shared::domain::identifier::UserId;
use shared::domain::sms::outlook::{ExpectedBill, Outcome, outlook};
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
    pub async fn dry_run(
        &self,
        wanted: Wanted,
        query: &RunQuery,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let list = format!("sms dry run {} {}", wanted.schedule.as_str(), wanted.through);
        let after = place(&self.edge.cursors, &list, query.cursor.as_deref())?;
        let terms = self.usage.terms.latest().await?;
        let accounts = &self.usage.accounts;
        let due = accounts.due(wanted.schedule, wanted.through, after.as_ref(), limit(query.limit)?).await?;
        let looked = due.items.iter().map(|user| self.would_charge(user, wanted.through, &terms, now));
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
        now: Timestamp,
    ) -> Result<Vec<WouldCharge>, StoreError> {
        let account = self.usage.accounts.get(user).await?.account;
        let settings = terms.of(&account.overrides);
        // Recording sees that sums fit.
        let bills = outlook(account, &settings, through, now).unwrap_or_default();
        Ok(bills.iter().map(|bill| WouldCharge::of(user, bill, &settings)).collect())
    }
}

impl WouldCharge {
    fn of(user: &UserId, bill: &ExpectedBill, settings: &Settings) -> Self {
        let ExpectedBill { period, totals, amount, outcome } = bill;
        let reason = match outcome {
            Outcome::Charged(_) => None,
            Outcome::NoSwitchAccount => Some("no_switch_account"),
            Outcome::AwaitsApproval => Some("awaits_approval"),
            Outcome::NothingToPay => Some("nothing_to_pay"),
        };
        Self {
            user_id: user.to_string(),
            period_start: period.start,
            period_end: period.end,
            messages: totals.messages,
            failed_messages: totals.failed,
            amount: Decimal::of_money(*amount),
            currency: period.currency.code(),
            sippy_account_id: settings.switch_account.map(SwitchAccount::number),
            would_charge: reason.is_none(),
            reason,
        }
    }
}
