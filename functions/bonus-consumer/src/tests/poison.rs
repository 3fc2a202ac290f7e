//! Messages that can never be done: buried at first sight with their reason, and in nobody's way.

use futures::future::join_all;
use sandbox::testbed::dynamodb::BONUSES;
use serde_json::{Value, json};

use super::bench::{Bench, RECEIPT};
use super::deployed::{DECISIONS, PAYOUTS};
use super::outside::{PHONE, accepted, accepted_with};

fn without(field: &str) -> String {
    let mut decision = accepted(RECEIPT);
    decision.as_object_mut().unwrap().remove(field);
    decision.to_string()
}

fn with(other: &Value) -> String {
    accepted_with(RECEIPT, other).to_string()
}

#[tokio::test]
async fn a_decision_that_means_nothing_is_buried_with_a_reason_that_quotes_none_of_it() {
    let cases = [
        ("{\"receipt_id\":".to_owned(), "malformed message: "),
        ("[]".to_owned(), "malformed message: "),
        ("receipt_id=1".to_owned(), "malformed message: "),
        (without("receipt_id"), "malformed message: "),
        (without("status"), "malformed message: "),
        (with(&json!({ "amount": "100" })), "malformed message: "),
        (with(&json!({ "amount": 1.5 })), "malformed message: "),
        (with(&json!({ "telegram_id": PHONE })), "malformed message: "),
        (without("user_id"), "malformed decision: user_id is missing"),
        (without("telegram_id"), "malformed decision: telegram_id is missing"),
        (without("msisdn"), "malformed decision: msisdn is missing"),
        (without("amount"), "malformed decision: amount is missing"),
        (with(&json!({ "amount": 0 })), "malformed decision: amount is not above zero"),
        (with(&json!({ "amount": -100 })), "malformed decision: amount is not above zero"),
        (with(&json!({ "currency": "XXX" })), "malformed decision: currency is not one that is known"),
        (with(&json!({ "msisdn": "+38 067 123 45 67" })), "malformed decision: msisdn is not a Fernet token"),
        (with(&json!({ "user_id": "a b" })), "malformed decision: user_id is not an id"),
        (with(&json!({ "receipt_id": "a#b" })), "malformed decision: receipt_id is not an id"),
    ];
    join_all(cases.map(|(message, reason)| {
        Box::pin(async move {
            let bench = Bench::start().await;
            bench.aws.sqs.put(DECISIONS, &message);
            assert_eq!(bench.deliver().await, Vec::<String>::new(), "{message}");
            let buried = bench.buried();
            assert!(buried.len() == 1 && buried[0].1.starts_with(reason), "{message}: {buried:?}");
            assert_eq!((&buried[0].0, bench.items("BONUS").len(), bench.calls().len()), (&message, 0, 0));
            for value in [PHONE, "gAAAA", "user-1", "123 45"] {
                assert!(!buried[0].1.contains(value), "{buried:?}");
            }
        })
    }))
    .await;
}

#[tokio::test]
async fn work_that_means_nothing_is_buried_with_its_reason() {
    let work = |what: Value| {
        let mut message = json!({ "version": 1, "correlationId": "request-1" });
        message.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        message.to_string()
    };
    let cases = [
        ("{".to_owned(), "malformed message: "),
        (work(json!({})), "malformed message: "),
        (work(json!({ "bill": 523 })), "malformed message: "),
        (work(json!({ "receipt": RECEIPT })), "malformed message: "),
        (work(json!({ "version": 2, "bill": "523" })), "version 2 is unknown"),
        (work(json!({ "bill": "" })), "bill is not an id"),
        (work(json!({ "bonus": "a b" })), "bonus is not an id"),
        (work(json!({ "bonus": "receipt-that-nobody-sent" })), "there is no such bonus"),
    ];
    join_all(cases.map(|(message, reason)| {
        Box::pin(async move {
            let bench = Bench::start().await;
            bench.aws.sqs.put(PAYOUTS, &message);
            assert_eq!(bench.deliver().await, Vec::<String>::new(), "{message}");
            let buried = bench.buried();
            assert!(buried.len() == 1 && buried[0].1.starts_with(reason), "{message}: {buried:?}");
            assert_eq!((&buried[0].0, bench.calls().len()), (&message, 0));
        })
    }))
    .await;
}

#[tokio::test]
async fn a_poison_message_at_any_place_of_five_is_buried_and_the_four_are_paid() {
    let poisons = ["{\"receipt_id\":".to_owned(), "{}".to_owned(), without("msisdn")];
    let cases = (0..5).flat_map(|place| poisons.clone().map(|poison| (place, poison)));
    join_all(cases.map(|(place, poison)| {
        Box::pin(async move {
            let bench = Bench::start().await;
            for number in 0..5 {
                let receipt = format!("receipt-{number}");
                let message = if number == place { poison.clone() } else { accepted(&receipt).to_string() };
                bench.aws.sqs.put(DECISIONS, &message);
            }
            assert_eq!(bench.deliver().await, Vec::<String>::new(), "{place} {poison}");
            assert_eq!((bench.buried().len(), &bench.buried()[0].0), (1, &poison), "{place}");
            assert_eq!(
                (bench.items("BONUS").len(), bench.payments().await),
                (4, vec![1; 4]),
                "{place} {poison}"
            );
        })
    }))
    .await;
}

#[tokio::test]
async fn a_corrupt_bonus_or_bill_is_buried_with_its_key_and_nobody_is_asked() {
    let bench = Bench::start().await;
    for receipt in [RECEIPT, "receipt-2"] {
        bench.fault(json!({ "operation": "bills.pay", "fault": "cut_after" })).await;
        bench.accept(&accepted(receipt)).await;
    }
    let (first, second) = (bench.bonus(RECEIPT), bench.bonus("receipt-2"));
    let (first, second) = (first["bill"].as_str().unwrap(), second["bill"].as_str().unwrap());
    for (pk, sk, field) in [
        (format!("BONUS#{RECEIPT}"), "BONUS", "currency"),
        (format!("PORTMONE_BILL#{second}"), "PORTMONE_BILL", "bonus"),
    ] {
        let mut item = bench.aws.dynamodb.item(BONUSES, &pk, sk).unwrap();
        item[field] = json!({ "S": "a b" });
        bench.aws.dynamodb.put(BONUSES, &item);
    }
    bench.wire.reset();
    bench.put(&accepted(RECEIPT));
    for bill in [first, second] {
        let work = json!({ "version": 1, "correlationId": "callback-1", "bill": bill });
        bench.aws.sqs.put(PAYOUTS, &work.to_string());
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let reasons: Vec<String> = bench.buried().into_iter().map(|(_, reason)| reason).collect();
    let named = |key: &str| {
        reasons.iter().filter(|reason| reason.starts_with(&format!("the item {key} is corrupt: "))).count()
    };
    assert_eq!((named("BONUS#receipt-1"), named(&format!("PORTMONE_BILL#{second}"))), (2, 1), "{reasons:?}");
    assert_eq!(bench.calls(), Vec::<String>::new());
}
