//! `POST /api/admin/invoices/{id}/resolve`: a person decides about money that does not fit.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::Bench;

fn resolve(id: &str, decision: &str) -> Trigger {
    let body = json!({ "decision": decision, "reason": "  Receipt seen  " });
    Trigger::of("admin-resolve").about(id).body(&body)
}

/// An invoice that another amount was paid for.
async fn in_question() -> (Bench, String, String) {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    let paid = bench.pay(&id, "BCA_VA").await.ok(200);
    let reference = paid["payment"]["reference"].as_str().unwrap().to_owned();
    bench.happens(&reference, "pay", json!({ "amount": 149_000 })).await;
    assert_eq!(bench.invoice(&id)["gsi2pk"], "STATE#NEEDS_REVIEW");
    assert_eq!(bench.new_events(), ["invoice.review_opened"]);
    (bench, id, reference)
}

#[tokio::test]
async fn the_evidence_lies_before_whoever_decides() {
    let (bench, id, reference) = in_question().await;
    let listed = bench.send(&Trigger::of("admin-invoices")).await.ok(200);
    let shown = &listed["items"][0];
    assert_eq!((&shown["id"], &shown["state"]), (&json!(id), &json!("NEEDS_REVIEW")));
    let report = &shown["reports"][0];
    assert_eq!((&report["disagreement"], &report["amount"]), (&json!("amount_differs"), &json!(149_000)));
    assert_eq!((&report["reference"], &shown["reviewOpenedAt"]), (&json!(reference), &report["receivedAt"]));
    assert!(report["raw"].as_str().unwrap().contains("149000"));
}

#[tokio::test]
async fn an_accepted_payment_pays_the_invoice_and_is_told_once() {
    let (bench, id, reference) = in_question().await;
    let decided = bench.send(&resolve(&id, "accept_payment")).await.ok(200);
    assert_eq!((&decided["state"], &decided["reviewOpenedAt"]), (&json!("PAID"), &json!(null)));
    let review = &decided["reviews"][0];
    assert_eq!((&review["decision"], &review["decidedBy"]), (&json!("accept_payment"), &json!("admin-1")));
    assert_eq!(review["reason"], "Receipt seen");
    let told = bench.invoice(&id)["outbox"][0].clone();
    assert_eq!((&told["event"], &told["amount_minor"]), (&json!("invoice.paid"), &json!(149_000)));
    assert_eq!((&told["reference"], &told["order_id"]), (&json!(reference), &json!("order-1")));
    assert_eq!(bench.new_events(), ["invoice.paid"]);
    assert_eq!(bench.send(&resolve(&id, "accept_payment")).await.ok(200), decided, "said twice");
    bench.send(&resolve(&id, "dismiss")).await.problem(409, "nothing_to_decide");
    bench.send(&resolve(&id, "accept_payment").by("admin-2")).await.problem(409, "nothing_to_decide");
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn money_that_was_returned_ends_the_invoice() {
    let (bench, id, _) = in_question().await;
    let decided = bench.send(&resolve(&id, "money_returned")).await.ok(200);
    assert_eq!(decided["state"], "REFUNDED");
    assert_eq!(bench.new_events(), Vec::<String>::new(), "nobody had been told that it was paid");
}

#[tokio::test]
async fn a_dismissed_question_leaves_the_invoice_as_it_stood() {
    let (bench, id, _) = in_question().await;
    let decided = bench.send(&resolve(&id, "dismiss")).await.ok(200);
    assert_eq!(
        (&decided["state"], &decided["payments"][0]["status"]),
        (&json!("PENDING"), &json!("DISPUTED"))
    );
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    for decision in ["accept_payment", "money_returned", "dismiss"] {
        let (bench, id, _) = in_question().await;
        let trigger = resolve(&id, decision).keyed("decision-1");
        let first = bench.send(&trigger).await;
        assert_eq!(first.header("idempotent-replay"), "");
        let again = bench.send(&trigger).await;
        assert_eq!(again.header("idempotent-replay"), "true");
        assert_eq!(again.ok(200), first.ok(200));
        assert_eq!(bench.invoice(&id)["reviews"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn what_cannot_be_decided_is_refused() {
    let (bench, id, _) = in_question().await;
    bench.send(&resolve(&id, "forget")).await.problem(422, "unknown_decision");
    for reason in ["", "   ", &"x".repeat(501)] {
        let body = json!({ "decision": "dismiss", "reason": reason });
        bench.send(&Trigger::of("admin-resolve").about(&id).body(&body)).await.problem(422, "reason_missing");
    }
    let body = json!({ "decision": "dismiss" });
    bench.send(&Trigger::of("admin-resolve").about(&id).body(&body)).await.problem(422, "invalid_body");
    bench.send(&Trigger::of("admin-resolve")).await.problem(404, "not_found");
    bench.send(&resolve(&id, "dismiss").by("user-1")).await.problem(403, "forbidden");
    assert_eq!(bench.invoice(&id).get("reviews"), None);
    let other = bench.created("order-3").await;
    bench.send(&resolve(&other, "dismiss")).await.problem(409, "nothing_to_decide");
}

#[tokio::test]
async fn a_second_payment_leaves_the_first_standing() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    let mut references = Vec::new();
    for channel in ["BCA_VA", "QRIS"] {
        let paid = bench.pay(&id, channel).await.ok(200);
        references.push(paid["payment"]["reference"].as_str().unwrap().to_owned());
    }
    for reference in &references {
        bench.happens(reference, "pay", json!({})).await;
    }
    let admin = Trigger::of("admin-invoice").about(&id);
    let shown = bench.send(&admin).await.ok(200);
    assert_eq!(shown["reports"][1]["disagreement"], "paid_twice");
    assert_eq!(bench.send(&resolve(&id, "money_returned")).await.ok(200)["state"], "PAID");
    let shown: Value = bench.send(&admin).await.ok(200);
    assert_eq!(shown["reviews"][0]["decision"], "money_returned");
    assert_eq!(bench.new_events(), ["invoice.paid", "invoice.review_opened"], "nothing else of the second");
}
