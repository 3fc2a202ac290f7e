//! What is reported is counted once, in its user's account, and what cannot count says why.

use jiff::Timestamp;
use sandbox::testbed::log_lines::kept;
use serde_json::json;
use shared::domain::money::Currency;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::rate_deck::{Per, Rate, RateDeck};
use shared::domain::sms::settings::Overrides;
use shared::stores::invoices::Cause;

use super::bench::{Bench, sent};
use crate::app::DELAYS;

#[tokio::test]
async fn an_event_counts_once_however_often_it_is_reported() {
    let bench = Bench::start().await;
    for _ in 0..3 {
        bench.put(&sent("e-1", "user-1"));
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.put(&sent("e-1", "user-1"));
    bench.put(&json!({ "events": [sent("e-1", "user-1"), sent("e-1", "user-1"), sent("e-1", "user-2")] }));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.open("user-1").await, (1, "0.04".to_owned()));
    assert_eq!(bench.open("user-2").await, (1, "0.04".to_owned()), "another user's event is another");
    assert_eq!(bench.reasons(), Vec::<String>::new());
}

#[tokio::test]
async fn messages_of_one_user_in_one_batch_do_not_meet_each_other() {
    let bench = Bench::start().await;
    for number in 0..10 {
        bench.put(&sent(&format!("e-{number}"), "user-1"));
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.open("user-1").await, (10, "0.40".to_owned()));
    assert_eq!(bench.wire.count("TransactWriteItems"), 10, "none was refused");
}

#[tokio::test]
async fn five_hundred_events_at_once_are_counted_in_few_transactions() {
    let bench = Bench::start().await;
    let events: Vec<_> = (0..500).map(|number| sent(&format!("e-{number}"), "user-1")).collect();
    bench.put(&json!({ "events": events }));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.open("user-1").await, (500, "20.00".to_owned()));
    assert_eq!(bench.wire.count("TransactWriteItems"), 6);
    bench.put(&json!({ "events": events }));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.open("user-1").await, (500, "20.00".to_owned()));
}

#[tokio::test]
async fn a_message_is_priced_by_its_user_s_deck_and_the_deck_is_held() {
    let bench = Bench::start().await;
    let rates = vec![Rate {
        prefix: "998".parse().unwrap(),
        country: "Uzbekistan".parse().unwrap(),
        price: "0.05".parse().unwrap(),
        per: Per::Segment,
    }];
    let deck = RateDeck::new("standard".parse().unwrap(), Currency::Usd, rates).unwrap();
    let recorder = bench.app.recorder.lock().await;
    let cause = Cause::new("test".to_owned(), Timestamp::now());
    let overrides = Overrides { deck: Some("standard".parse().unwrap()), ..Overrides::default() };
    let terms = recorder.terms.current().await.unwrap();
    let user = "user-1".parse().unwrap();
    let set = |account: &mut SmsAccount| account.overrides = overrides.clone();
    recorder.accounts.change(&user, &terms, &cause, set).await.unwrap();
    drop(recorder);
    bench.decks().put(&deck, cause.now).await.unwrap();
    bench.wire.reset();
    for id in ["e-1", "e-2"] {
        let mut event = sent(id, "user-1");
        event.as_object_mut().unwrap().remove("cost");
        event["text"] = json!("ї".repeat(71));
        bench.put(&event);
        assert_eq!(bench.deliver().await, Vec::<String>::new());
    }
    // The account to price by and to change, each time; the deck once. What counts for everybody was held.
    assert_eq!((bench.wire.count("GetItem"), bench.wire.count("TransactWriteItems")), (5, 2));
    assert_eq!(bench.open("user-1").await, (2, "0.20".to_owned()), "two parts each");
}

#[tokio::test]
async fn what_has_no_price_is_buried_with_its_reason_and_the_rest_counts() {
    let bench = Bench::start().await;
    let mut unpriced = sent("e-2", "user-1");
    unpriced.as_object_mut().unwrap().remove("cost");
    let body = json!({ "events": [sent("e-1", "user-1"), unpriced, sent("e-3", "user-2")] });
    bench.put(&body);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.open("user-1").await, (1, "0.04".to_owned()));
    assert_eq!(bench.open("user-2").await, (1, "0.04".to_owned()));
    assert_eq!(bench.reasons(), ["1 of 3 events do not count: e-2 no_rate"]);
    assert_eq!(bench.buried()[0].body, body.to_string(), "it can be sent again as it is");
}

#[tokio::test]
async fn what_is_no_event_is_buried_and_nothing_of_it_is_told() {
    let bench = Bench::start().await;
    let mut other = sent("e-1", "user-1");
    bench.put(&other);
    bench.deliver().await;
    other["messages"] = json!(2);
    let (mut old, mut ahead, mut nameless) =
        (sent("e-2", "user-1"), sent("e-3", "user-1"), sent("my number is 998901234567", "user-1"));
    old["occurredAt"] = json!("2020-01-01T00:00:00Z");
    ahead["occurredAt"] = json!("2120-01-01T00:00:00Z");
    nameless["to"] = json!("998901234567");
    for body in [&other, &old, &ahead, &nameless, &json!({ "eventId": 998901234567_u64 })] {
        bench.put(body);
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.open("user-1").await, (1, "0.04".to_owned()));
    let mut reasons = bench.reasons();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            "1 of 1 events do not count: e-1 conflicting",
            "1 of 1 events do not count: e-2 too_old",
            "1 of 1 events do not count: e-3 in_future",
            "1 of 1 events do not count: unusable-id invalid_event",
            "malformed message: another value, expected a string at line 1 column 23",
        ]
    );
}

#[tokio::test]
async fn neither_numbers_nor_texts_are_stored_or_logged() {
    let bench = Bench::start().await;
    bench.put(&sent("e-private", "user-private"));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    for secret in ["998901234567", "4711", "Your code"] {
        assert!(!bench.stored().contains(secret), "{secret} is stored");
        assert!(!kept().contains(secret), "{secret} is logged");
    }
    assert!(bench.stored().contains("e-private") && kept().contains("usage-e-private"));
}

#[tokio::test]
async fn while_the_store_does_not_answer_usage_waits_longer_and_longer() {
    let bench = Bench::start().await;
    let id = bench.put(&sent("e-1", "user-1"));
    let down =
        json!({ "__type": "com.amazonaws.dynamodb#InternalServerError", "message": "down" }).to_string();
    bench.wire.answer_next("GetItem", 100, (500, down));
    for tries in 1..=3 {
        assert_eq!(bench.deliver().await, std::slice::from_ref(&id));
        let delays: Vec<i64> =
            DELAYS[..tries].iter().map(|delay| i64::try_from(delay.as_secs()).unwrap()).collect();
        assert_eq!(bench.waiting()[0].visibility_timeouts, delays);
    }
    bench.wire.reset();
    bench.deliver_all().await;
    assert_eq!(bench.open("user-1").await, (1, "0.04".to_owned()));
    assert_eq!(bench.reasons(), Vec::<String>::new());
}
