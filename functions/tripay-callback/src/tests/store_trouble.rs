//! The store is down, busy or holds what it should not: nothing is acknowledged that is not stored.

use sandbox::testbed::dynamodb::{INVOICES, condition_failed, throttled, transaction_conflict};
use serde_json::{Value, json};
use shared::domain::invoice::InvoiceState;

use super::bench::{Answer, Bench, NUMBER, acknowledged};

fn send_again() -> Answer {
    let message = "The report could not be stored, please send it again";
    Answer { status: 503, body: json!({ "success": false, "message": message }) }
}

fn down() -> (u16, String) {
    (500, json!({ "__type": "InternalServerError", "message": "down" }).to_string())
}

#[tokio::test]
async fn a_store_that_is_down_is_a_503_and_the_redelivery_lands() {
    for operation in ["GetItem", "PutItem"] {
        for case in ["paid", "unknown-invoice"] {
            let bench = Bench::with_code().await;
            // The SDK tries three times.
            bench.wire.answer_next(operation, 3, down());
            assert_eq!(bench.deliver(case).await, send_again(), "{operation} {case}");
            assert_eq!(bench.item()["version"]["N"], "1");
            assert_eq!(bench.unmatched().await, []);

            assert_eq!(bench.deliver(case).await, acknowledged(), "{operation} {case}");
            let kept =
                (bench.item()["version"]["N"].as_str().unwrap().to_owned(), bench.unmatched().await.len());
            let expected = if case == "paid" { ("2".to_owned(), 0) } else { ("1".to_owned(), 1) };
            assert_eq!(kept, expected, "{operation} {case}");
        }
    }
}

#[tokio::test]
async fn a_throttled_store_is_asked_again_by_the_sdk() {
    let bench = Bench::with_code().await;
    bench.wire.answer_next("PutItem", 1, throttled());
    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.operations(), ["GetItem", "PutItem", "PutItem"]);
}

#[tokio::test]
async fn when_another_change_came_first_it_is_decided_anew() {
    for conflict in [condition_failed(), transaction_conflict()] {
        let bench = Bench::with_code().await;
        bench.wire.answer_next("PutItem", 2, conflict);
        assert_eq!(bench.deliver("paid").await, acknowledged());
        assert_eq!(bench.operations(), ["GetItem", "PutItem", "GetItem", "PutItem", "GetItem", "PutItem"]);
        assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.paid")]);
    }
}

#[tokio::test]
async fn what_another_change_did_is_seen_by_the_new_decision() {
    let bench = Bench::with_code().await;
    // Between our read and our write, another instance stores the expiry.
    let held = bench.wire.hold_answer_of(1);
    let between = async {
        held.reached().await;
        assert_eq!(bench.deliver("expired").await, acknowledged());
        held.release();
    };
    let (answer, ()) = futures::future::join(bench.deliver("paid"), between).await;
    assert_eq!(answer, acknowledged());
    let invoice = bench.invoice().await;
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
    assert_eq!(invoice.reports.len(), 2);
    let told = ["2.0 invoice.expired", "3.0 invoice.review_opened"].map(|event| format!("{NUMBER}.{event}"));
    assert_eq!(bench.new_events(), told, "the order is not told");
}

#[tokio::test]
async fn conflicts_without_end_are_a_503() {
    let bench = Bench::with_code().await;
    bench.wire.answer_next("PutItem", 3, condition_failed());
    assert_eq!(bench.deliver("paid").await, send_again());
    assert_eq!(bench.wire.count("PutItem"), 3);
    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.invoice().await.state(), InvoiceState::Paid);
}

#[tokio::test]
async fn a_corrupt_invoice_is_never_taken_for_a_missing_one() {
    type Corruption = fn(&mut Value);
    let corruptions: [(&str, Corruption); 4] = [
        ("a state it is not listed under", |item| item["gsi2pk"]["S"] = "STATE#EXPIRED".into()),
        ("an unknown standing", |item| item["standing"]["M"]["is"]["S"] = "MAYBE".into()),
        ("another invoice's number", |item| item["number"]["S"] = "INV-20261121-00000000".into()),
        ("no order", |item| drop(item.as_object_mut().unwrap().remove("order"))),
    ];
    for (what, corrupt) in corruptions {
        let bench = Bench::with_code().await;
        let mut item = bench.item();
        corrupt(&mut item);
        bench.aws.dynamodb.put(INVOICES, &item);
        let lines = sandbox::testbed::log_lines::Lines::default();
        let answer = lines.of(bench.deliver("paid")).await;
        assert_eq!(answer, send_again(), "{what}");
        assert_eq!(bench.item(), item, "{what}: it stays as it is, for a person");
        assert_eq!(bench.unmatched().await, [], "{what}");
        assert_eq!(bench.operations(), ["GetItem"], "{what}");
        let text = lines.text();
        assert!(text.contains(&format!("the item INVOICE#{NUMBER} is corrupt")), "{what}: {text}");
    }
}
