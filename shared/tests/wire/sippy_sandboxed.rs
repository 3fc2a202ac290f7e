//! The client against the sandbox's Sippy switch, which was written from the facts and not from the client.

use jiff::{SignedDuration, Timestamp};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use serde_json::{Value, json};
use shared::domain::money::{Currency, Money};
use shared::providers::sippy::ledger::{Debit, Payment};
use shared::providers::sippy::outcome::SippyError;
use shared::providers::sippy::{Sippy, SippyCredentials};
use shared::retry::{Retry, Verdict};

use crate::setup::caller;
use crate::sippy_setup::{SAFE, account, debit, usd};

struct Switch {
    sandbox: Running,
    sippy: Sippy,
}

impl Switch {
    async fn started() -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let credentials = SippyCredentials {
            username: sandbox::sippy::USERNAME.into(),
            password: sandbox::sippy::PASSWORD.into(),
        };
        let url = format!("{}/sippy/xmlapi/xmlapi", sandbox.url());
        let sippy = Sippy::new(caller(), &url, credentials).unwrap();
        Self { sandbox, sippy }
    }

    async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.sandbox.control(method, path, body).await.unwrap();
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    }

    async fn fault(&self, fault: &str) {
        let fault = json!({ "party": "sippy", "operation": "accountDebit", "fault": fault });
        self.control("POST", "/_control/faults", &fault).await;
    }

    /// The debits of `acme` that the client sees.
    async fn payments(&self) -> Vec<Payment> {
        let (now, around) = (Timestamp::now(), SignedDuration::from_mins(5));
        self.sippy.payments(account(3), now - around, now + around).await.unwrap()
    }

    /// What `acme` has.
    async fn balance(&self) -> Option<Money> {
        self.sippy.account(account(3)).await.unwrap().balance
    }
}

#[tokio::test]
async fn the_documented_accounts_are_read_with_what_they_have() {
    let switch = Switch::started().await;
    switch.sippy.check().await.unwrap();
    for (number, username, has) in [
        (3, "acme", usd(8765)),
        (4, "globex", usd(500)),
        (5, "umbrella", Money::new(25_000, Currency::Eur)),
        (6, "initech", Money::new(100_000, Currency::Uah)),
    ] {
        let read = switch.sippy.account(account(number)).await.unwrap();
        assert_eq!((read.username.as_str(), read.balance), (username, Some(has)));
        assert_eq!(read.base_currency, has.currency().code());
        assert!(!read.is_blocked, "{read:?}");
    }
}

#[tokio::test]
async fn a_debit_at_the_sandbox_is_booked_once_and_found_by_its_reference() {
    let switch = Switch::started().await;
    switch.sippy.debit(&debit()).await.unwrap();
    assert_eq!(switch.balance().await, Some(usd(7530)));
    let found = switch.payments().await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].amount, Some(usd(1235)));
    assert!(found[0].names(debit().reference), "{found:?}");
}

/// `cut_after` books and does not say so, `cut_before` does not book.
#[tokio::test]
async fn what_became_of_a_lost_debit_is_seen_in_the_payments() {
    for (fault, booked) in [("cut_after", 1), ("cut_before", 0), ("server_error", 0), ("garbage", 1)] {
        let switch = Switch::started().await;
        switch.fault(fault).await;
        let error = switch.sippy.debit(&debit()).await.unwrap_err();
        assert_eq!(error.retry(), Retry::AskFirst, "{fault}: {error}");
        let left = Some(usd(if booked == 1 { 7530 } else { 8765 }));
        assert_eq!((switch.payments().await.len(), switch.balance().await), (booked, left), "{fault}");
    }
}

#[tokio::test]
async fn a_refusal_and_a_limit_of_the_sandbox_book_nothing() {
    let switch = Switch::started().await;
    switch.fault("refuse").await;
    let error = switch.sippy.debit(&debit()).await.unwrap_err();
    assert!(matches!(error, SippyError::Refused(_)), "{error}");
    switch.fault("limit").await;
    let error = switch.sippy.debit(&debit()).await.unwrap_err();
    assert!(matches!(error.retry(), Retry::Safe { .. }), "{error}");
    let unknown = Debit { account: account(77), ..debit() };
    let error = switch.sippy.debit(&unknown).await.unwrap_err();
    assert!(matches!(error, SippyError::Refused(_)), "{error}");
    assert_eq!((switch.payments().await.len(), switch.balance().await), (0, Some(usd(8765))));
}

#[tokio::test]
async fn a_nonce_that_ends_is_replaced_without_a_second_debit() {
    let switch = Switch::started().await;
    switch.sippy.check().await.unwrap();
    switch.control("POST", "/_control/sippy/nonces/expire", &Value::Null).await;
    switch.sippy.debit(&debit()).await.unwrap();
    switch.control("PUT", "/_control/sippy/settings/nonce", &json!({ "uses": 1, "lifeSeconds": 60 })).await;
    for number in 0..3 {
        let reference = format!("SMSBILL-{number}");
        switch.sippy.debit(&Debit { reference: &reference, ..debit() }).await.unwrap();
    }
    assert_eq!(switch.payments().await.len(), 4);
    let wrong = SippyCredentials { username: "x".into(), password: "y".into() };
    let wrong = switch.sippy.with_credentials(wrong).unwrap();
    let error = wrong.debit(&debit()).await.unwrap_err();
    assert_eq!((&error, error.retry()), (&SippyError::CredentialsRefused, SAFE));
}

#[tokio::test]
async fn a_payment_that_is_not_yet_shown_is_not_found() {
    let switch = Switch::started().await;
    switch.control("PUT", "/_control/sippy/settings/visibility", &json!({ "delayMs": 60_000 })).await;
    switch.sippy.debit(&debit()).await.unwrap();
    assert_eq!(switch.payments().await, []);
    switch.control("PUT", "/_control/sippy/settings/visibility", &json!({ "delayMs": 0 })).await;
    assert_eq!(switch.payments().await.len(), 1);
}
