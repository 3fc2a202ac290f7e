//! Billz is checked, against the played one and a table in the process.

use std::collections::BTreeMap;

use sandbox::billz::{CARD_PAYMENT_TYPE_ID, CASH_PAYMENT_TYPE_ID, CASHBOX_ID, SECRET_TOKEN, SHOP_ID};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use serde_json::{Value, json};
use shared::providers::billz::BillzCredentials;

use super::company::Door;
use super::{Chosen, check};
use crate::dlq::tests::bench::Bench;
use crate::doctor::functions::Functions;

/// Settings as `billz-consumer` has them, with a pace that no test waits for.
pub fn functions(settings: &[(&str, &str)]) -> Functions {
    let usual = [("BILLZ_TABLE", BILLZ_ORDERS), ("BILLZ_REQUEST_GAP_MS", "1")];
    let environment =
        usual.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Functions::of(BTreeMap::from([("billz-consumer", environment)]))
}

/// An integration key.
pub fn key(secret_token: &str) -> BillzCredentials {
    BillzCredentials { secret_token: secret_token.into() }
}

/// The played Billz, at which anybody may ask as fast as they like.
pub async fn billz() -> (Running, String) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let unlimited = json!({ "perSecond": 0 });
    sandbox.control("PUT", "/_control/billz/settings/limit", &unlimited).await.unwrap();
    let url = format!("{}/billz", sandbox.url());
    (sandbox, url)
}

/// Lets calls of this operation go wrong.
pub async fn fault(sandbox: &Running, operation: &str, fault: &str) {
    let wish = json!({ "party": "billz", "operation": operation, "fault": fault, "times": 5 });
    sandbox.control("POST", "/_control/faults", &wish).await.unwrap();
}

/// Whether all was well, and what was told.
async fn told(bench: &Bench, url: &str, secret: &str, chosen: Chosen<'_>) -> (anyhow::Result<bool>, String) {
    let door = Door::find(&bench.deployment, &functions(&[]), url, key(secret)).await.unwrap();
    let mut told = Vec::new();
    let checked = check(&door, chosen, &mut |line| told.push(line)).await;
    (checked, told.join("\n"))
}

#[tokio::test]
async fn every_id_that_a_deployment_needs_is_listed_with_four_calls_and_no_token() {
    let (bench, (sandbox, url)) = (Bench::start().await, billz().await);
    let (checked, words) = told(&bench, &url, SECRET_TOKEN, Chosen::default()).await;
    assert!(checked.unwrap(), "{words}");
    for line in [
        format!("  {SHOP_ID}  Main Store"),
        format!("  {CASHBOX_ID}  Cashbox 1"),
        format!("  {CASH_PAYMENT_TYPE_ID}  Cash"),
        format!("  {CARD_PAYMENT_TYPE_ID}  Card terminal"),
    ] {
        assert!(words.lines().any(|told| told == line), "{line:?} is not in:\n{words}");
    }
    assert!(words.starts_with("let in: the token is good for 24 hours\n"), "{words}");
    let (_, log) = sandbox.control("GET", "/_control/log?party=billz", &Value::Null).await.unwrap();
    let seen: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|call| call["operation"].as_str().unwrap()).collect();
    assert_eq!(seen, ["login", "list_shops", "list_cash_boxes", "list_payment_types"]);
    assert_eq!(bench.wire.count("PutItem"), 4, "each in its turn");
}

#[tokio::test]
async fn what_is_set_is_marked_and_what_is_set_wrong_is_told() {
    let (bench, (_sandbox, url)) = (Bench::start().await, billz().await);
    let chosen = Chosen { shop: Some(SHOP_ID), cash_box: Some(SHOP_ID) };
    let (checked, words) = told(&bench, &url, SECRET_TOKEN, chosen).await;
    assert!(!checked.unwrap());
    assert!(words.contains(&format!("{SHOP_ID}  Main Store  (this one is set)")), "{words}");
    assert!(words.contains(&format!("FAILED  {SHOP_ID} is set, and is none of these")), "{words}");
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why_and_asks_for_nothing_more() {
    let (bench, (sandbox, url)) = (Bench::start().await, billz().await);
    let (checked, words) = told(&bench, &url, "another-key", Chosen::default()).await;
    let error = checked.unwrap_err().to_string();
    assert!(error.contains("does not accept the integration key") && error.contains("the secret `billz`"));
    assert!(words.is_empty() && !error.contains("another-key"), "{error}");
    let (_, log) = sandbox.control("GET", "/_control/log?party=billz", &Value::Null).await.unwrap();
    assert_eq!(log["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_that_is_refused_hides_no_other() {
    let (bench, (sandbox, url)) = (Bench::start().await, billz().await);
    let wish = json!({ "party": "billz", "operation": "list_cash_boxes", "fault": "refuse", "status": 403,
        "message": "access denied" });
    sandbox.control("POST", "/_control/faults", &wish).await.unwrap();
    let (checked, words) = told(&bench, &url, SECRET_TOKEN, Chosen::default()).await;
    assert!(!checked.unwrap());
    assert!(words.contains("access denied") && words.contains("give the role of the integration key"));
    assert!(words.contains("Main Store") && words.contains("Card terminal"), "{words}");
}

#[tokio::test]
async fn a_billz_that_cannot_be_asked_is_told_with_what_to_look_at() {
    let (bench, (sandbox, url)) = (Bench::start().await, billz().await);
    for (how, advice) in [
        ("limit", "too many calls come from this address"),
        ("cut_before", "is BillzBaseUrl right"),
        ("server_error", "is BillzBaseUrl right"),
        ("garbage", "is BillzBaseUrl right"),
    ] {
        fault(&sandbox, "login", how).await;
        let (checked, _) = told(&bench, &url, SECRET_TOKEN, Chosen::default()).await;
        let error = checked.unwrap_err().to_string();
        assert!(error.contains(advice), "{how}: {error}");
        sandbox.control("DELETE", "/_control/faults", &Value::Null).await.unwrap();
    }
    let (checked, _) = told(&bench, "http://127.0.0.1:1", SECRET_TOKEN, Chosen::default()).await;
    assert!(checked.unwrap_err().to_string().contains("may this machine (and the functions) reach it"));
}

#[tokio::test]
async fn without_an_address_or_a_key_nobody_is_asked() {
    let bench = Bench::start().await;
    for (url, secret) in [("api-admin.billz.ai", SECRET_TOKEN), ("https://api-admin.billz.ai", " ")] {
        let found = Door::find(&bench.deployment, &functions(&[]), url, key(secret)).await;
        let error = found.err().unwrap().to_string();
        assert!(error.contains("is no address, or the secret test/billz has no secretToken"), "{error}");
    }
    let off = super::reach(&bench.deployment, &functions(&[])).await;
    assert!(off.err().unwrap().to_string().contains("BillzBaseUrl is empty"));
}
