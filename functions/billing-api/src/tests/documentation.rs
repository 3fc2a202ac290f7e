//! `docs/openapi.json` says what the code does. `make openapi` writes it anew.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use utoipa::OpenApi;

use super::bench::Bench;
use super::trigger::Trigger;
use crate::openapi::ApiDocument;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every path and method that is documented.
fn documented() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&ApiDocument::openapi().to_pretty_json().unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &Value)| -> Vec<(String, String)> {
        let there = METHODS.into_iter().filter(|method| item.get(method).is_some());
        there.map(|method| (path.clone(), method.to_owned())).collect()
    };
    paths.iter().flat_map(methods).collect()
}

/// Every path and method of `routes.rs`.
fn routed() -> BTreeSet<(String, String)> {
    let source = include_str!("../routes.rs");
    let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once('"'));
    let methods = |(path, handlers): (&str, &str)| -> Vec<(String, String)> {
        let there = METHODS.into_iter().filter(|method| handlers.contains(&format!("{method}(")));
        there.map(|method| (path.to_owned(), method.to_owned())).collect()
    };
    routes.flat_map(methods).collect()
}

#[test]
fn the_checked_in_document_is_the_generated_one() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let generated = ApiDocument::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(checked_in == generated, "docs/openapi.json is not what the code says: run `make openapi`");
}

#[test]
fn every_route_is_documented_and_nothing_else() {
    assert_eq!(documented(), routed());
    assert_eq!(routed().len(), 12, "the routes are found in the source");
}

#[tokio::test]
async fn every_documented_operation_reaches_its_handler() {
    let bench = Bench::start().await;
    for (path, method) in documented() {
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
    let document: Value = serde_json::from_str(&ApiDocument::openapi().to_pretty_json().unwrap()).unwrap();
    let bench = Bench::start().await;
    for (path, method) in documented() {
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
