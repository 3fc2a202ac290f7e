//! `docs/openapi.json` says what the code does. `make openapi` writes it anew.

use sandbox::testbed::openapi;
use sandbox::testbed::rest::documentation::{Part, try_out};
use sandbox::testbed::rest::trigger::Trigger;
use utoipa::OpenApi;

use super::bench::{Bench, trigger};
use crate::openapi::ApiDocument;

const FUNCTION: &str = "sms-api";

#[test]
fn the_checked_in_document_is_the_generated_one() {
    openapi::hold(FUNCTION, &ApiDocument::openapi());
}

#[test]
fn every_route_is_documented_and_nothing_else() {
    openapi::hold_routes(FUNCTION, &ApiDocument::openapi(), 19);
}

#[tokio::test]
async fn every_documented_operation_is_protected_as_documented_and_reaches_its_handler() {
    let bench = Bench::start().await;
    let parts = [
        Part { prefix: "/api/admin/", proof: Some("admin"), sample: trigger("stats") },
        Part { prefix: "/api/cron/", proof: Some("cron"), sample: trigger("run") },
        Part { prefix: "/api/user/", proof: Some("user"), sample: trigger("summary") },
        Part { prefix: "/internal/", proof: Some("service"), sample: trigger("check") },
    ];
    let samples = [("{id}", "standard")];
    let send = async |trigger: &Trigger| bench.send(trigger).await;
    try_out(&ApiDocument::openapi(), &parts, &samples, send).await;
}
