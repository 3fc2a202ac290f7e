//! The story of one callback.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use futures::{StreamExt, stream};
use http::{HeaderValue, Response, header};
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use shared::domain::bonus::report::{BillReport, Heard};
use shared::domain::identifier::PortmoneBillId;
use shared::lambda::correlation;
use shared::lambda::metrics::Metric;
use shared::providers::portmone::callback::{CallbackError, Dialect, Incoming, Notice, UnreadBill};
use shared::providers::portmone::reply::{self, Reply};
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;

use crate::app::App;

/// How many bills of a registry are written at the same time.
const AT_ONCE: usize = 16;
/// How many bills of a registry are named in its line.
const NAMED: usize = 50;

/// The reports of a notice, by bill, in the order in which they stand there.
type ByBill = BTreeMap<String, (PortmoneBillId, Vec<BillReport>)>;

/// What became of a report.
struct Told {
    bill: PortmoneBillId,
    outcome: &'static str,
    source: &'static str,
    kept: Result<Heard, StoreError>,
}

/// Opens a callback, keeps what it reports, and answers.
pub async fn handle(app: &App, request: Request) -> Response<String> {
    let cause = Cause::new(correlation::of_request(request.headers()), Timestamp::now());
    let (from, certificate) = seen_by_gateway(&request);
    let incoming = Incoming {
        headers: request.headers(),
        from,
        client_certificate_pem: certificate,
        body: request.body(),
        received_at: cause.now,
    };
    let reply = match app.open(&incoming).await {
        Ok(Notice::Reports { dialect, reports, unread }) => {
            keep_all(app, dialect, reports, &unread, &cause).await
        }
        Ok(Notice::Requests { payee, payers }) => {
            let correlation_id = &cause.correlation_id;
            tracing::info!(correlationId = correlation_id, payers = payers.len(), "asked what payers owe");
            reply::nobody_owes(&payee, &payers)
        }
        Err(error) => {
            // Of Portmone's own that is not kept one is too many, of forgeries it is not.
            let metric =
                if error.is_proved() { Metric::PortmoneReportNotKept } else { Metric::WebhookRefused };
            app.metrics.count(metric);
            tracing::warn!(correlationId = cause.correlation_id, %error, "callback refused");
            reply::refused(error, Dialect::suggested_by(request.headers()), cause.now)
        }
    };
    response(reply)
}

/// Keeps every report, or asks for all of them again: what is kept already is known when it comes again. Bills that
/// cannot be read are refused, and are in nobody else's way.
async fn keep_all(
    app: &App,
    dialect: Dialect,
    reports: Vec<(PortmoneBillId, BillReport)>,
    unread: &[UnreadBill],
    cause: &Cause,
) -> Reply {
    let keep = |(bill, reports)| keep(app, bill, reports, cause);
    let told = stream::iter(by_bill(reports).into_values()).map(keep).buffer_unordered(AT_ONCE);
    let told = told.concat().await;
    let is_full = told.iter().any(|told| matches!(told.kept, Ok(Heard::TooMany)));
    if is_full || !unread.is_empty() {
        app.metrics.count(Metric::PortmoneReportNotKept);
    }
    log_unread(unread, cause);
    if told.iter().any(|told| !matches!(told.kept, Ok(Heard::Kept | Heard::Repeated))) {
        app.metrics.count(Metric::RequestFailed);
        told.iter().for_each(|told| log_lost(told, cause));
        return reply::send_again(dialect, cause.now);
    }
    log_kept(&told, cause);
    match unread.first() {
        None => reply::acknowledged(dialect, cause.now),
        Some(UnreadBill { what, .. }) => {
            reply::refused(CallbackError::Unreadable { dialect, what }, dialect, cause.now)
        }
    }
}

/// Two reports on one bill must not come in each other's way.
fn by_bill(reports: Vec<(PortmoneBillId, BillReport)>) -> ByBill {
    let mut bills = ByBill::new();
    for (bill, report) in reports {
        bills.entry(bill.to_string()).or_insert_with(|| (bill, Vec::new())).1.push(report);
    }
    bills
}

/// Keeps the reports on one bill, one after the other.
async fn keep(app: &App, bill: PortmoneBillId, reports: Vec<BillReport>, cause: &Cause) -> Vec<Told> {
    let mut told = Vec::new();
    for report in reports {
        let kept = app.bills.keep(&bill, &report, cause).await;
        let (outcome, source) = (report.outcome.as_str(), report.source.as_str());
        told.push(Told { bill: bill.clone(), outcome, source, kept });
    }
    told
}

/// One line for the whole callback, if anything of it is kept.
fn log_kept(told: &[Told], cause: &Cause) {
    if told.is_empty() {
        return;
    }
    let bills: Vec<&str> = told.iter().take(NAMED).map(|told| told.bill.as_str()).collect();
    let heard = |told: &Told| told.kept.as_ref().ok().map(|heard| format!("{} {heard:?}", told.outcome));
    let outcomes: BTreeSet<String> = told.iter().filter_map(heard).collect();
    tracing::info!(
        correlationId = cause.correlation_id,
        bills = bills.join(" "),
        reports = told.len(),
        source = told.first().map(|told| told.source),
        outcome = Vec::from_iter(outcomes).join(", "),
        "callback"
    );
}

/// One line for all bills that cannot be read: which, in which states, and why. Never what else stands in them.
fn log_unread(unread: &[UnreadBill], cause: &Cause) {
    if unread.is_empty() {
        return;
    }
    let bills = unread.iter().filter_map(|unread| unread.bill.as_ref());
    let bills: Vec<&str> = bills.take(NAMED).map(PortmoneBillId::as_str).collect();
    let states: BTreeSet<&str> = unread.iter().filter_map(|unread| unread.state.as_deref()).collect();
    let wrong: BTreeSet<&str> = unread.iter().map(|unread| unread.what).collect();
    tracing::warn!(
        correlationId = cause.correlation_id,
        bills = bills.join(" "),
        unread = unread.len(),
        states = states.into_iter().take(NAMED).collect::<Vec<_>>().join(", "),
        error = wrong.into_iter().collect::<Vec<_>>().join(", "),
        "bills that cannot be read"
    );
}

/// A line for a report that was not kept.
fn log_lost(told: &Told, cause: &Cause) {
    let Told { bill, outcome, source, kept } = told;
    let error = match kept {
        Ok(Heard::Kept | Heard::Repeated) => return,
        Ok(Heard::TooMany) => "too many different reports are kept of this bill".to_owned(),
        Err(error) => error.to_string(),
    };
    let correlation_id = &cause.correlation_id;
    tracing::error!(correlationId = correlation_id, %bill, outcome, source, error, "callback not stored");
}

/// The address and the client certificate that API Gateway saw: what headers say of them is the caller's own claim.
fn seen_by_gateway(request: &Request) -> (Option<IpAddr>, Option<&str>) {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return (None, None);
    };
    let from = context.http.source_ip.as_ref().and_then(|from| from.parse().ok());
    let certificate = context.authentication.as_ref().and_then(|shown| shown.client_cert.as_ref());
    (from, certificate.and_then(|certificate| certificate.client_cert_pem.as_deref()))
}

fn response(reply: Reply) -> Response<String> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    let content_type = HeaderValue::from_static(reply.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
