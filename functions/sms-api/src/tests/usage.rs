//! `POST /internal/sms/usage` and `POST /internal/sms/price`: each event counts once, and prices explain themselves.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::log_lines::kept;
use serde_json::{Value, json};
use shared::domain::money::Currency;

use super::bench::{Bench, reported, trigger};

fn event(id: &str, more: Value) -> Value {
    let mut event = json!({ "eventId": id, "userId": "user-1", "occurredAt": Timestamp::now().to_string(), "status": "sent" });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[tokio::test]
async fn every_event_is_answered_with_what_became_of_it() {
    let bench = Bench::start().await;
    bench.with_deck("user-1").await;
    let events = json!({ "events": [
        event("e-1", json!({ "to": "+998901234567", "text": "a".repeat(161) })),
        event("e-1", json!({ "to": "+998901234567", "text": "a".repeat(161) })),
        event("e-1", json!({ "to": "+998901234567", "messages": 7 })),
        event("e-2", json!({ "to": "+15551234567" })),
        event("e-3", json!({ "status": "failed", "messages": 4 })),
        event("e-4", json!({ "userId": "user-2", "to": "+998901234567" })),
        event("e-5", json!({ "userId": "user-2", "cost": 0.5, "messages": 2 })),
        event("e 6", json!({ "to": "+998901234567" })),
        event("e-7", json!({ "to": "mother" })),
    ] });
    let answer = bench.send(&trigger("usage").body(&events)).await.ok(200);
    let outcomes: Vec<(&str, &str)> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["outcome"].as_str().unwrap(), one["code"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("counted", ""),
            ("repeated", ""),
            ("conflicting", ""),
            ("refused", "no_rate"),
            ("counted", ""),
            ("refused", "no_rate"),
            ("counted", ""),
            ("refused", "invalid_event"),
            ("refused", "invalid_event"),
        ]
    );
    let numbers =
        ["counted", "repeated", "conflicting", "refused"].map(|name| answer[name].as_u64().unwrap());
    assert_eq!(numbers, [3, 1, 1, 4]);
    assert_eq!(answer["results"][3]["eventId"], "e-2");
    assert!(!answer["results"][8]["detail"].as_str().unwrap().contains("mother"));
    let open = bench.account("user-1").await.open(Currency::Usd).unwrap();
    assert_eq!((open.messages, open.failed, open.cost.to_decimal(2).as_str()), (1, 4, "0.08"));
    let open = bench.account("user-2").await.open(Currency::Usd).unwrap();
    assert_eq!((open.messages, open.cost.to_decimal(2).as_str()), (2, "1.00"));
}

#[tokio::test]
async fn what_was_refused_counts_once_its_reason_is_mended() {
    let bench = Bench::start().await;
    let wish = event("e-1", json!({ "to": "+998901234567" }));
    let answer = bench.send(&trigger("usage").body(&wish)).await.ok(200);
    assert_eq!(answer["results"][0]["code"], "no_rate");
    bench.with_deck("user-1").await;
    for outcome in ["counted", "repeated"] {
        let answer = bench.send(&trigger("usage").body(&wish)).await.ok(200);
        assert_eq!(answer["results"][0]["outcome"], outcome);
    }
    assert_eq!(bench.account("user-1").await.open(Currency::Usd).unwrap().messages, 1);
}

#[tokio::test]
async fn a_deck_in_another_currency_than_the_user_is_billed_in_gives_no_price() {
    let bench = Bench::start().await;
    bench.with_deck("user-1").await;
    bench.send(&trigger("settings-put").body(&json!({ "currency": "EUR" }))).await.ok(200);
    let wish = event("e-1", json!({ "to": "+998901234567" }));
    let answer = bench.send(&trigger("usage").body(&wish)).await.ok(200);
    assert_eq!(answer["results"][0]["code"], "other_currency");
    assert_eq!(bench.account("user-1").await.open(Currency::Usd).unwrap().messages, 0);
    let of_user = json!({ "userId": "user-1", "to": "+998901234567" });
    bench.send(&trigger("price").body(&of_user)).await.problem(422, "other_currency");
}

#[tokio::test]
async fn under_a_key_the_first_answer_comes_again_and_nothing_counts_twice() {
    let bench = Bench::start().await;
    let wish = trigger("usage").text(&reported("e-1", "user-1", 3, "0.5")).keyed("key-1");
    let first = bench.send(&wish).await.ok(200);
    assert_eq!(first["counted"], 1);
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(200), first);
    let other = trigger("usage").text(&reported("e-2", "user-1", 3, "0.5")).keyed("key-1");
    bench.send(&other).await.problem(422, "idempotency_key_reused");
    assert_eq!(bench.account("user-1").await.open(Currency::Usd).unwrap().messages, 3);
}

#[tokio::test]
async fn what_is_no_usage_counts_nothing_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    let good: Value = serde_json::from_str(&reported("e-1", "user-1", 1, "0.5")).unwrap();
    let mut extra = good.clone();
    extra["phone"] = json!("998901234567");
    for wish in [json!({}), json!({ "events": [] }), json!({ "events": [good, extra] }), json!([])] {
        bench.send(&trigger("usage").body(&wish)).await.problem(422, "invalid_body");
    }
    let many: Vec<Value> = (0..501).map(|_| good.clone()).collect();
    bench.send(&trigger("usage").body(&json!({ "events": many }))).await.problem(422, "invalid_body");
    bench.send(&trigger("usage-not-json")).await.problem(400, "not_json");
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn neither_numbers_nor_texts_are_stored_or_logged() {
    let bench = Bench::start().await;
    bench.with_deck("user-1").await;
    let private = json!({ "to": "+998907654321", "text": "Top secret words" });
    bench.send(&trigger("usage").body(&event("e-private", private.clone())).keyed("key-1")).await.ok(200);
    let mut check = private.clone();
    check["userId"] = json!("user-1");
    bench.send(&trigger("check").body(&check)).await.ok(200);
    bench.send(&trigger("price").body(&check)).await.ok(200);
    let stored = json!([bench.aws.dynamodb.items(SMS_BILLING), bench.aws.dynamodb.items("idempotency-keys")])
        .to_string();
    for secret in ["998907654321", "Top secret words"] {
        assert!(!stored.contains(secret), "{secret} is stored");
        assert!(!kept().contains(secret), "{secret} is logged");
    }
    assert!(stored.contains("e-private"));
}

#[tokio::test]
async fn a_price_explains_itself() {
    let bench = Bench::start().await;
    bench.with_deck("user-1").await;
    let price = bench.send(&trigger("price")).await.ok(200);
    assert_eq!(
        price,
        json!({
            "deckId": "standard",
            "rate": { "prefix": "99890", "country": "Uzbekistan", "price": 0.04, "per": "segment" },
            "encoding": "UCS-2", "segments": 1, "messages": 2, "totalSegments": 2, "total": 0.08, "currency": "USD",
        })
    );
    let of_user = json!({ "userId": "user-1", "country": "Ukraine", "segments": 3, "messages": 10 });
    let price = bench.send(&trigger("price").body(&of_user)).await.ok(200);
    assert_eq!((&price["total"], &price["totalSegments"]), (&json!(0.6), &json!(30)), "per message");
    assert_eq!(price["encoding"], Value::Null);
    for (wish, status, code) in [
        (json!({ "userId": "user-2", "country": "Ukraine" }), 422, "no_rate"),
        (json!({ "deckId": "standard", "to": "15551234567" }), 422, "no_rate"),
        (json!({ "deckId": "standard" }), 422, "no_rate"),
        (json!({ "deckId": "other", "country": "Ukraine" }), 404, "not_found"),
        (json!({ "country": "Ukraine" }), 422, "invalid_body"),
        (json!({ "deckId": "standard", "userId": "user-1", "country": "Ukraine" }), 422, "invalid_body"),
        (json!({ "deckId": "standard", "to": "x" }), 422, "invalid_body"),
        (json!({ "deckId": "a b", "to": "380501234567" }), 422, "invalid_body"),
    ] {
        bench.send(&trigger("price").body(&wish)).await.problem(status, code);
    }
}
