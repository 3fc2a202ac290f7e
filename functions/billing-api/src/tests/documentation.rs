//! `docs/openapi.json` says what the code does. `make openapi` writes it anew.

use sandbox::testbed::openapi::{self, documented, routed};
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::Value;
use utoipa::OpenApi;

use super::bench::Bench;
use crate::openapi::ApiDocument;

const FUNCTION: &str = "billing-api";

#[test]
fn the_checked_in_document_is_the_generated_one() {
    openapi::hold(FUNCTION, &ApiDocument::openapi());
}

#[test]
fn every_route_is_documented_and_nothing_else() {
    assert_eq!(documented(&ApiDocument::openapi()), routed(FUNCTION));
    assert_eq!(routed(FUNCTION).len(), 12, "the routes are found in the source");
}

#[tokio::test]
async fn every_documented_operation_reaches_its_handler() {
    let bench = Bench::start().await;
    for (path, method) in documented(&ApiDocument::openapi()) {
        let path = path.replace("{id}", "INV-20261121-7K3M9QZX");
        let case = if path.starts_with("/internal") { "transactions" } else { "admin-invoices" };
        let trigger = Trigger::of(case).at(&path).method(&method.to_uppercase()).query("");
        let answer = bench.send(&trigger).await;
        let code = answer.body["code"].as_str().unwrap_or_default();
        assert!(
            !["no_such_route", "method_not_allowed", "unauthenticated"].contains(&code),
            "{method} {path}: {code}"
        );
    }
}

#[tokio::test]
async fn what_is_documented_as_protected_is() {
    let document: Value = serde_json::to_value(ApiDocument::openapi()).unwrap();
    let bench = Bench::start().await;
    for (path, method) in documented(&ApiDocument::openapi()) {
        let security = &document["paths"][&path][&method]["security"];
        let trigger = Trigger::of("health").at(&path).method(&method.to_uppercase());
        let answer = bench.send(&trigger).await;
        if path == "/health" {
            assert!(security.is_null());
            assert_eq!(answer.status, 200);
        } else {
            assert!(security.is_array(), "{method} {path}");
            answer.problem(401, "unauthenticated");
        }
    }
}
