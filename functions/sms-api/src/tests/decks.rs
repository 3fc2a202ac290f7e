//! `/api/admin/sms/rate-decks`: what messages cost.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::{Bench, trigger};

fn deck(id: &str) -> Trigger {
    trigger("deck").at(&format!("/api/admin/sms/rate-decks/{id}"))
}

#[tokio::test]
async fn a_deck_is_kept_shown_and_listed() {
    let bench = Bench::start().await;
    let put = bench.send(&trigger("deck-put")).await.ok(200);
    assert_eq!((&put["id"], &put["currency"]), (&json!("standard"), &json!("USD")));
    let prefixes: Vec<&Value> = put["rates"].as_array().unwrap().iter().map(|rate| &rate["prefix"]).collect();
    assert_eq!(prefixes, ["380", "62", "998", "99890"], "by prefix");
    assert_eq!(
        put["rates"][1],
        json!({ "prefix": "62", "country": "Indonesia", "price": 0.0375, "per": "segment" })
    );
    assert_eq!(bench.send(&trigger("deck")).await.ok(200), put);
    let second = json!({ "currency": "EUR", "rates": [] });
    let other = trigger("deck-put").at("/api/admin/sms/rate-decks/euro").body(&second);
    bench.send(&other).await.ok(200);
    let listed = bench.send(&trigger("decks")).await.ok(200);
    assert_eq!(
        listed,
        json!({ "items": [
        { "id": "euro", "currency": "EUR", "rateCount": 0 },
        { "id": "standard", "currency": "USD", "rateCount": 4 },
    ] })
    );
}

#[tokio::test]
async fn a_deck_that_is_put_again_is_replaced_and_counts_at_once_here() {
    let bench = Bench::start().await;
    bench.with_deck("user-1").await;
    let price = |answer: Value| answer["total"].clone();
    assert_eq!(price(bench.send(&trigger("price")).await.ok(200)), json!(0.08));
    let dearer = json!({ "currency": "USD", "rates": [{ "prefix": "998", "country": "Uzbekistan", "price": 1, "per": "message" }] });
    bench.send(&trigger("deck-put").body(&dearer)).await.ok(200);
    assert_eq!(price(bench.send(&trigger("price")).await.ok(200)), json!(2));
}

#[tokio::test]
async fn what_is_no_deck_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    let rate = |prefix: &str, country: &str, price: Value, per: &str| {
        json!({ "currency": "USD",
        "rates": [{ "prefix": prefix, "country": country, "price": price, "per": per }] })
    };
    for wish in [
        json!({}),
        json!({ "currency": "USD" }),
        json!({ "currency": "XXX", "rates": [] }),
        rate("+998", "Uzbekistan", json!(1), "segment"),
        rate("998", "", json!(1), "segment"),
        rate("998", "Uzbekistan", json!(-1), "segment"),
        rate("998", "Uzbekistan", json!("1"), "segment"),
        rate("998", "Uzbekistan", json!(1), "letter"),
        json!({ "currency": "USD", "rates": [
            { "prefix": "998", "country": "A", "price": 1, "per": "segment" },
            { "prefix": "998", "country": "B", "price": 2, "per": "segment" },
        ] }),
    ] {
        bench.send(&trigger("deck-put").body(&wish)).await.problem(422, "invalid_body");
    }
    let nameless = trigger("deck-put").at("/api/admin/sms/rate-decks/a%20b");
    bench.send(&nameless).await.problem(422, "invalid_body");
    assert_eq!(bench.wire.calls().len(), 0);
    for id in ["other", "a%20b"] {
        bench.send(&deck(id)).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn two_thousand_rates_fit_and_one_more_does_not() {
    let bench = Bench::start().await;
    let rates = |count: u32| {
        let rate = |number: u32| json!({ "prefix": (100_000 + number).to_string(), "country": "Somewhere", "price": 0.012345, "per": "segment" });
        json!({ "currency": "USD", "rates": (0..count).map(rate).collect::<Vec<_>>() })
    };
    let put = bench.send(&trigger("deck-put").body(&rates(2_000))).await.ok(200);
    assert_eq!(put["rates"].as_array().unwrap().len(), 2_000);
    bench.send(&trigger("deck-put").body(&rates(2_001))).await.problem(422, "invalid_body");
    assert_eq!(bench.send(&trigger("deck")).await.ok(200), put);
}
