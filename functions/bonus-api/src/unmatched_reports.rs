//! `GET /api/admin/portmone/unmatched-reports`: what Portmone reported about bills that no bonus has.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::decimal::Decimal;
use shared::domain::bonus::report::{BillReport, PortmoneBill, ReportedOutcome};
use shared::rest::auth::Admin;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

const LIST: &str = "portmone unmatched reports";

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UnmatchedQuery {
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// A bill at Portmone that no bonus has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnmatchedBill<'a> {
    /// Portmone's id of the bill.
    #[schema(example = "966666666")]
    bill_id: &'a str,
    /// What was reported about it, in the order in which it came.
    reports: Vec<BillReportView<'a>>,
}

/// What Portmone reported about a bill.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillReportView<'a> {
    /// `paid`, `failed` or `refunded`.
    #[schema(example = "paid")]
    outcome: &'static str,
    /// Portmone's code, of `failed`. Opaque.
    code: Option<&'a str>,
    /// Portmone's words, of `failed`.
    reason: Option<&'a str>,
    /// How much was paid or given back, where it is said.
    #[schema(example = 120.35)]
    amount: Option<Decimal>,
    /// Of the amount.
    #[schema(example = "UAH")]
    currency: Option<&'static str>,
    /// Who was paid, by Portmone's id, where it is said.
    payee: Option<&'a str>,
    /// Whose account there, masked, where it is said.
    recipient: Option<&'a str>,
    /// Which of Portmone's interfaces it came by: `direct`, `biller`, `registry` or `gateway`.
    #[schema(example = "biller")]
    source: &'static str,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The report itself, with numbers of phones masked.
    words: &'a str,
}

/// Bills that Portmone reported about and that no bonus has, the last reported first. A bill that was reported about
/// before we knew that it is ours is among them until we do. They are kept for 400 days after the last report.
#[utoipa::path(get, path = "/api/admin/portmone/unmatched-reports", operation_id = "list_unmatched_reports",
    params(UnmatchedQuery), tag = "bonuses", security(("admin" = [])),
    responses((status = 200, body = Page<UnmatchedBill<'static>>), (status = 422, description = "A parameter is wrong (`invalid_parameter`)")))]
pub async fn list(
    State(app): State<&'static App>,
    _admin: Admin,
    Parameters(query): Parameters<UnmatchedQuery>,
) -> Result<Response, Refusal> {
    let after = place(&app.edge.cursors, LIST, query.cursor.as_deref())?;
    let (bills, next) = app.bills.unmatched(after.as_ref(), limit(query.limit)?).await?;
    let items = bills.iter().map(UnmatchedBill::of).collect();
    let next_cursor = next.map(|place| app.edge.cursors.write(LIST, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

impl<'a> UnmatchedBill<'a> {
    fn of(bill: &'a PortmoneBill) -> Self {
        Self { bill_id: bill.id.as_str(), reports: bill.reports.iter().map(BillReportView::of).collect() }
    }
}

impl<'a> BillReportView<'a> {
    fn of(report: &'a BillReport) -> Self {
        let (code, reason) = match &report.outcome {
            ReportedOutcome::Failed { code, reason } => (Some(code.as_str()), Some(reason.as_str())),
            ReportedOutcome::Paid | ReportedOutcome::Refunded => (None, None),
        };
        Self {
            outcome: report.outcome.as_str(),
            code,
            reason,
            amount: report.amount.map(Decimal::of_money),
            currency: report.amount.map(|amount| amount.currency().code()),
            payee: report.payee.as_ref().map(|payee| payee.as_str()),
            recipient: report.recipient.as_deref(),
            source: report.source.as_str(),
            received_at: report.received_at,
            words: &report.words,
        }
    }
}
