//! The switch is checked, against the played one.

use std::collections::BTreeMap;

use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::sippy::{PASSWORD, USERNAME};
use serde_json::{Value, json};
use shared::domain::money::Currency;
use shared::providers::sippy::SippyCredentials;

use super::check;
use super::switch::reach;
use crate::dlq::tests::bench::Bench;
use crate::doctor::functions::Functions;

/// Settings as `sms-charge-worker` has them.
pub fn functions(settings: &[(&str, &str)]) -> Functions {
    let environment =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Functions::of(BTreeMap::from([("sms-charge-worker", environment)]))
}

/// A login of the switch.
pub fn login(password: &str) -> SippyCredentials {
    SippyCredentials { username: USERNAME.into(), password: password.into() }
}

/// The played switch, and its endpoint.
pub async fn switch() -> (Running, String) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let url = format!("{}/sippy/xmlapi/xmlapi", sandbox.url());
    (sandbox, url)
}

/// Lets calls of this operation go wrong.
pub async fn fault(sandbox: &Running, operation: &str, fault: &str) {
    let wish = json!({ "party": "sippy", "operation": operation, "fault": fault, "times": 5 });
    let (status, answer) = sandbox.control("POST", "/_control/faults", &wish).await.unwrap();
    assert_eq!(status, 200, "{answer}");
}

/// Whether all was well, and what was told.
async fn told(
    url: &str,
    password: &str,
    accounts: &[u32],
    currency: Option<Currency>,
) -> (anyhow::Result<bool>, String) {
    let bench = Bench::start().await;
    let sippy = reach(&bench.deployment, &functions(&[]), url, login(password)).unwrap();
    let accounts: Vec<_> = accounts.iter().map(|number| number.to_string().parse().unwrap()).collect();
    let mut told = Vec::new();
    let checked = check(&sippy, &accounts, currency, &mut |line| told.push(line)).await;
    (checked, told.join("\n"))
}

#[tokio::test]
async fn accounts_are_shown_with_what_they_have_and_are_kept_in() {
    let (sandbox, url) = switch().await;
    let (checked, words) = told(&url, PASSWORD, &[3, 5], None).await;
    assert!(checked.unwrap(), "{words}");
    let wanted = "let in: the switch shows accounts\n  account 3  acme  USD, has 87.65\n  \
                  account 5  umbrella  EUR, has 250.00";
    assert_eq!(words, wanted);
    let (_, log) = sandbox.control("GET", "/_control/log?party=sippy", &Value::Null).await.unwrap();
    let operations: Vec<&str> =
        log["entries"].as_array().unwrap().iter().filter_map(|call| call["operation"].as_str()).collect();
    assert!(!operations.contains(&"accountDebit"), "{operations:?}");
}

#[tokio::test]
async fn an_account_that_would_not_be_charged_is_told() {
    let (sandbox, url) = switch().await;
    let (checked, words) = told(&url, PASSWORD, &[3, 5, 77], Some(Currency::Usd)).await;
    assert!(!checked.unwrap());
    assert!(words.contains("account 5  umbrella  EUR, has 250.00  FAILED: it is not kept in USD"), "{words}");
    assert!(words.contains("account 77  FAILED: the switch refused"), "{words}");
    let blocked = json!({ "username": "acme", "balance": 87.65, "currency": "USD", "blocked": true });
    let (status, answer) = sandbox.control("PUT", "/_control/sippy/accounts/3", &blocked).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let (checked, words) = told(&url, PASSWORD, &[3], None).await;
    assert!(!checked.unwrap());
    assert!(words.contains("FAILED: it is blocked at the switch"), "{words}");
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why_without_the_password() {
    let (_sandbox, url) = switch().await;
    let (checked, words) = told(&url, "another-password", &[3], None).await;
    let error = checked.unwrap_err().to_string();
    assert!(error.contains("does not accept the user or the API password"), "{error}");
    assert!(error.contains("Allow API Calls") && !error.contains("another-password"), "{error}");
    assert!(words.is_empty(), "{words}");
}

#[tokio::test]
async fn a_switch_that_cannot_be_asked_is_told_with_what_to_look_at() {
    let (sandbox, url) = switch().await;
    for how in ["cut_before", "server_error", "garbage"] {
        fault(&sandbox, "listAccounts", how).await;
        let (checked, _) = told(&url, PASSWORD, &[], None).await;
        let error = checked.unwrap_err().to_string();
        assert!(error.contains("is SippyUrl right"), "{how}: {error}");
        sandbox.control("DELETE", "/_control/faults", &Value::Null).await.unwrap();
    }
    let (checked, _) = told("http://127.0.0.1:1/xmlapi/xmlapi", PASSWORD, &[], None).await;
    assert!(checked.unwrap_err().to_string().contains("is SippyUrl right"));
}

#[tokio::test]
async fn without_an_address_or_a_login_nobody_is_asked() {
    let bench = Bench::start().await;
    for (url, password) in [("switch.example", PASSWORD), ("https://switch.example/xmlapi/xmlapi", " ")] {
        let reached = reach(&bench.deployment, &functions(&[]), url, login(password));
        let error = reached.err().unwrap().to_string();
        assert!(error.contains("is no address, or the secret test/sippy has no username or password"));
    }
    let own = functions(&[("SIPPY_CA_PEM", "no certificate")]);
    let reached = reach(&bench.deployment, &own, "https://switch.example/", login(PASSWORD));
    assert!(format!("{:#}", reached.err().unwrap()).contains("SippyCaPem"));
}
