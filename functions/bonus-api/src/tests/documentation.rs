//! `docs/openapi.json` says what the code does. `make openapi` writes it anew.

use sandbox::testbed::openapi;
use sandbox::testbed::rest::documentation::{Part, try_out};
use sandbox::testbed::rest::trigger::Trigger;
use utoipa::OpenApi;

use super::bench::{Bench, RECEIPT};
use crate::openapi::ApiDocument;

const FUNCTION: &str = "bonus-api";

#[test]
fn the_checked_in_document_is_the_generated_one() {
    openapi::hold(FUNCTION, &ApiDocument::openapi());
}

#[test]
fn every_route_is_documented_and_nothing_else() {
    openapi::hold_routes(FUNCTION, &ApiDocument::openapi(), 7);
}

#[tokio::test]
async fn every_documented_operation_is_protected_as_documented_and_reaches_its_handler() {
    let bench = Bench::start().await;
    let parts = [
        Part { prefix: "/api/admin/", proof: Some("admin"), sample: Trigger::of("bonuses") },
        Part { prefix: "/internal/", proof: Some("service"), sample: Trigger::of("payout") },
    ];
    let samples = [("{receiptId}", RECEIPT)];
    let send = async |trigger: &Trigger| bench.send(trigger).await;
    try_out(&ApiDocument::openapi(), &parts, &samples, send).await;
}
