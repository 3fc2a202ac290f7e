//! A bonus that breaks a rule is an error that names its key, never "none yet" and never believed.

use serde_json::{Value, json};
use shared::retry::{Retry, Verdict};
use shared::stores::bonuses::listing::Filter;
use shared::stores::table::StoreError;

use crate::bonus_setup::{BonusStores, NOON, bonus, cause, id, instant};

const KEY: &str = "BONUS#receipt-1";

/// A stored bonus with something of everything: being paid, reported about, decided about.
async fn full() -> BonusStores {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    stores.claim_paying("receipt-1", &making, "523").await;
    let more = |bonus: &mut shared::domain::bonus::Bonus| {
        bonus.decided = Some((1, shared::domain::bonus::deciding::Decision::ItDidNotHappen));
        bonus.reported_failure = Some(shared::domain::bonus::Refusal {
            by: shared::domain::bonus::Refuser::Portmone,
            code: "123".to_owned(),
            reason: "Declined".to_owned(),
        });
    };
    stores.decide("receipt-1", more).await;
    stores
}

/// Breaks one place of the item, and reads it every way there is.
async fn reason_of(stores: &BonusStores, place: &str, value: Option<Value>) -> String {
    let (parent, name) = place.rsplit_once('/').unwrap();
    stores.spoil(KEY, |item| {
        let parent = item.pointer_mut(parent).expect(place);
        let before = match (parent, value) {
            (Value::Object(parent), Some(value)) => parent.insert(name.to_owned(), value),
            (Value::Object(parent), None) => parent.remove(name),
            (other, _) => panic!("{place} is in {other}"),
        };
        assert!(before.is_some(), "{place} is not there");
    });
    let broken = stores.item(KEY);
    let cause = cause(NOON);
    let got = stores.bonuses.get(&id("receipt-1")).await.expect_err(place);
    let changed = stores.bonuses.change(&id("receipt-1"), None, &cause, |bonus| bonus.tries = 9).await;
    let listed = stores.bonuses.list(&Filter::default(), None, 10, instant(NOON)).await;
    let inserted = stores.bonuses.insert(bonus("receipt-1", "user-1", NOON), &cause).await;
    let changed = changed.map(drop).expect_err(place);
    let (listed, inserted) = (listed.map(drop).expect_err(place), inserted.map(drop).expect_err(place));
    assert_eq!(stores.item(KEY), broken, "{place}: it stays as it is, for a person");
    assert_eq!(got.retry(), Retry::Never);
    let mut reasons = [got, changed, listed, inserted].map(|error| match error {
        StoreError::Corrupt { key, reason } => {
            assert_eq!(key, KEY, "{place}");
            reason
        }
        other => panic!("{place}: {other}"),
    });
    std::mem::take(&mut reasons[0])
}

#[tokio::test]
async fn a_value_that_breaks_a_rule_is_named() {
    let text = |text: &str| json!({ "S": text });
    let number = |number: &str| json!({ "N": number });
    let broken = [
        ("/receipt", text("a b"), "receipt"),
        ("/user", text(""), "user"),
        ("/msisdn", text("+380671234567"), "msisdn"),
        ("/payee", text("/"), "payee"),
        ("/currency", text("XYZ"), "currency"),
        ("/bill", text(""), "bill"),
        ("/created_at", text("yesterday"), ""),
        ("/amount_minor", number("0.5"), ""),
        ("/exchanges", number("-1"), ""),
        ("/version", text("two"), ""),
        ("/decided/L", json!([{ "N": "1" }, { "S": "maybe" }]), "decision"),
        ("/reported_failure/M/by", text("HEARSAY"), "nobody"),
        ("/standing/M/state", text("LOST"), "LOST"),
        ("/standing/M/call/M/since", text("then"), ""),
    ];
    for (place, value, words) in broken {
        let stores = full().await;
        let reason = reason_of(&stores, place, Some(value)).await;
        assert!(reason.contains(words), "{place}: {reason}");
        assert!(!reason.contains("380671234567"), "{place}: {reason}");
    }
}

#[tokio::test]
async fn nothing_that_must_be_there_may_be_missing() {
    for name in [
        "receipt",
        "user",
        "chat",
        "locale",
        "msisdn",
        "recipient",
        "amount_minor",
        "currency",
        "created_at",
        "payments",
        "tries",
        "reports_heard",
        "is_reported_paid",
        "exchanges",
        "standing",
        "version",
        "mark",
    ] {
        let stores = full().await;
        let reason = reason_of(&stores, &format!("/{name}"), None).await;
        assert!(reason.contains(name), "{name}: {reason}");
    }
    let stores = full().await;
    let reason = reason_of(&stores, "/standing/M/call", None).await;
    assert!(reason.contains("without its call"), "{reason}");
}
