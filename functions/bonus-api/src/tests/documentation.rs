//! `docs/openapi.json` says what the code does. `make openapi` writes it anew.

use sandbox::testbed::openapi::{self, documented, routed};
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
    assert_eq!(documented(&ApiDocument::openapi()), routed(FUNCTION));
    assert_eq!(routed(FUNCTION).len(), 7, "the routes are found in the source");
}

#[tokio::test]
async fn every_documented_operation_is_protected_as_documented_and_reaches_its_handler() {
    let document = serde_json::to_value(ApiDocument::openapi()).unwrap();
    let bench = Bench::start().await;
    for (path, method) in documented(&ApiDocument::openapi()) {
        let security = &document["paths"][&path][&method]["security"][0];
        let (proof, case) = match path.starts_with("/api/admin/") {
            true => ("admin", "bonuses"),
            false => ("service", "payout"),
        };
        assert!(security[proof].is_array(), "{method} {path}: {security}");
        let at = path.replace("{receiptId}", RECEIPT);
        let trigger = Trigger::of(case).at(&at).method(&method.to_uppercase()).query("");
        let bare = trigger.clone().without_header("authorization").without_header("x-internal-api-key");
        bench.send(&bare).await.problem(401, "unauthenticated");
        let answer = bench.send(&trigger).await;
        let code = answer.body["code"].as_str().unwrap_or_default();
        assert!(
            !["no_such_route", "method_not_allowed", "unauthenticated", "forbidden"].contains(&code),
            "{method} {path}: {code}"
        );
    }
}
