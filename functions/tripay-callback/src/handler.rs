//! The story of one callback.

use std::net::IpAddr;

use http::Response;
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use shared::lambda::correlation;
use shared::lambda::metrics::Metric;
use shared::providers::tripay::callback::{Callback, ForeignReport};
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;
use shared::stores::unmatched_reports::UnmatchedReport;
use shared::workflows::settle_payment::{self, Settling};

use crate::app::App;
use crate::reply;

/// Opens a callback, settles what it names, and answers.
pub async fn handle(app: &App, request: Request) -> Response<String> {
    let cause = Cause::new(correlation::of_request(request.headers()), Timestamp::now());
    let callback = match app.open(request.headers(), source_address(&request), request.body()).await {
        Ok(callback) => callback,
        Err(error) => {
            app.metrics.count(Metric::WebhookRefused);
            tracing::warn!(correlationId = cause.correlation_id, %error, "callback refused");
            return reply::refused(error);
        }
    };
    match settle(app, &callback, &cause).await {
        Ok(Some(settling)) => {
            settle_payment::count(&app.metrics, settling);
            log(&callback, settling, &cause);
            reply::acknowledged()
        }
        Ok(None) => {
            tracing::info!(correlationId = cause.correlation_id, "test callback: it names no transaction");
            reply::acknowledged()
        }
        Err(error) => {
            app.metrics.count(Metric::RequestFailed);
            tracing::error!(correlationId = cause.correlation_id, %error, "callback not stored");
            reply::send_again()
        }
    }
}

async fn settle(app: &App, callback: &Callback, cause: &Cause) -> Result<Option<Settling>, StoreError> {
    match callback {
        Callback::Test => Ok(None),
        Callback::Report(report) => {
            settle_payment::settle(&app.invoices, &app.unmatched, report, cause).await.map(Some)
        }
        Callback::Foreign(report) => {
            let kept = app.unmatched.keep(foreign(report, cause)).await?;
            Ok(Some(Settling::Unmatched(kept)))
        }
    }
}

fn foreign(report: &ForeignReport, cause: &Cause) -> UnmatchedReport {
    UnmatchedReport {
        reference: report.reference.clone(),
        merchant_ref: report.merchant_ref.clone(),
        status: report.status.as_str().to_owned(),
        amount: report.amount.minor(),
        received_at: cause.now,
        raw: report.raw.clone(),
    }
}

fn log(callback: &Callback, settling: Settling, cause: &Cause) {
    let (merchant_ref, reference, status) = match callback {
        Callback::Report(report) => {
            (report.merchant_ref.to_string(), report.reference.to_string(), report.status.as_str())
        }
        Callback::Foreign(report) => {
            (report.merchant_ref.clone(), report.reference.clone(), report.status.as_str())
        }
        Callback::Test => return,
    };
    let outcome = format!("{settling:?}");
    let correlation_id = &cause.correlation_id;
    tracing::info!(
        correlationId = correlation_id,
        merchantRef = merchant_ref,
        reference,
        status,
        outcome,
        "callback"
    );
}

/// The address that API Gateway saw.
fn source_address(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_ref()?.parse().ok(),
        _ => None,
    }
}
