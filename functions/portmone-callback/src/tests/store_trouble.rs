//! The store is down, busy or holds what it should not: nothing is acknowledged that is not stored.

use sandbox::testbed::dynamodb::{BONUSES, condition_failed, throttled, transaction_conflict};
use sandbox::testbed::log_lines::Lines;
use serde_json::json;

use super::bench::{Answer, BILL, Bench, in_json, registry, result, taken};

fn down() -> (u16, String) {
    (500, json!({ "__type": "InternalServerError", "message": "down" }).to_string())
}

/// Whether Portmone is asked, in the words of a dialect, to send it again.
fn check_asks_again(case: &str, answer: &Answer) {
    match case {
        "rsp-ok" => assert_eq!(*answer, in_json(503, r#"{"detail":"Technical error","status":"fail"}"#)),
        "bills-paid" | "pay-orders" => assert_eq!(*answer, result(503, 4, "Technical error")),
        _ => {
            let start = r#"{"errorCode":"4","reason":"Technical error","responseId":""#;
            assert!(answer.status == 503 && answer.body.starts_with(start), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_store_that_is_down_asks_for_redelivery_in_every_dialect_and_it_lands() {
    for operation in ["GetItem", "PutItem"] {
        for case in ["rsp-ok", "bills-paid", "json"] {
            let bench = Bench::start().await;
            // The SDK tries three times.
            bench.wire.answer_next(operation, 3, down());
            check_asks_again(case, &bench.deliver(case).await);
            assert_eq!(bench.items(), Vec::<serde_json::Value>::new(), "{operation} {case}");
            assert_eq!(bench.deliver(case).await.status, 200, "{operation} {case}");
            assert_eq!(bench.outcomes().await, ["paid"], "{operation} {case}");
        }
    }
}

#[tokio::test]
async fn a_throttled_store_is_asked_again_by_the_sdk() {
    let bench = Bench::start().await;
    bench.wire.answer_next("PutItem", 1, throttled());
    assert_eq!(bench.deliver("rsp-ok").await, taken());
    assert_eq!(bench.operations(), ["GetItem", "PutItem", "PutItem"]);
}

#[tokio::test]
async fn when_another_report_came_first_the_bill_is_read_anew() {
    for conflict in [condition_failed(), transaction_conflict()] {
        let bench = Bench::start().await;
        bench.wire.answer_next("PutItem", 2, conflict);
        assert_eq!(bench.deliver("rsp-ok").await, taken());
        assert_eq!(bench.operations(), ["GetItem", "PutItem", "GetItem", "PutItem", "GetItem", "PutItem"]);
        assert_eq!(bench.outcomes().await, ["paid"]);
    }
}

#[tokio::test]
async fn conflicts_without_end_ask_for_redelivery() {
    let bench = Bench::start().await;
    bench.wire.answer_next("PutItem", 3, condition_failed());
    check_asks_again("bills-paid", &bench.deliver("bills-paid").await);
    assert_eq!(bench.wire.count("PutItem"), 3);
    assert_eq!(bench.deliver("bills-paid").await, result(200, 0, "OK"));
}

#[tokio::test]
async fn of_a_registry_all_is_kept_or_all_is_asked_for_again() {
    let bench = Bench::start().await;
    assert_eq!(bench.send(registry(&["2"])).await.status, 200);
    let sound = bench.item("2");
    let mut corrupt = sound.clone();
    corrupt["bill"] = json!({ "S": "a b" });
    bench.aws.dynamodb.put(BONUSES, &corrupt);
    check_asks_again("pay-orders", &bench.send(registry(&["1", "2", "3"])).await);
    for bill in ["1", "3"] {
        assert_eq!(bench.bill(bill).await.reports.len(), 1, "{bill} is kept all the same");
    }
    assert_eq!(bench.item("2"), corrupt, "it stays as it is, for a person");
    bench.aws.dynamodb.put(BONUSES, &sound);
    bench.wire.reset();
    assert_eq!(bench.send(registry(&["1", "2", "3"])).await, result(200, 0, "OK"));
    assert_eq!(bench.operations(), ["GetItem"; 3]);
}

#[tokio::test]
async fn a_corrupt_bill_is_named_and_never_taken_for_an_unknown_one() {
    let bench = Bench::start().await;
    bench.deliver("rsp-ok").await;
    let mut corrupt = bench.item(BILL);
    corrupt["reports"]["L"][0]["M"]["outcome"]["S"] = "maybe".into();
    bench.aws.dynamodb.put(BONUSES, &corrupt);
    bench.wire.reset();
    let lines = Lines::default();
    check_asks_again("rsp-ok", &lines.of(bench.deliver("rsp-ok")).await);
    assert_eq!((bench.item(BILL), bench.operations()), (corrupt, vec!["GetItem".to_owned()]));
    let text = lines.text();
    assert!(text.contains("the item PORTMONE_BILL#523 is corrupt"), "{text}");
}
