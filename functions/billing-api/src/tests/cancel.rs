//! `POST /api/v1/billing/invoices/{id}/cancel`.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;
use shared::domain::invoice::settle::{Disagreement, Settlement};
use shared::workflows::settle_payment::Settling;

use super::bench::Bench;

fn cancel(id: &str) -> Trigger {
    Trigger::of("cancel").about(id)
}

async fn with_code() -> (Bench, String, String) {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    let paid = bench.pay(&id, "BCA_VA").await.ok(200);
    bench.wire.reset();
    (bench, id, paid["payment"]["reference"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_unpaid_invoice_is_given_up_after_asking_tripay() {
    let (bench, id, _) = with_code().await;
    assert_eq!(bench.send(&cancel(&id)).await.ok(200)["state"], "CANCELLED");
    assert_eq!(bench.wire.count("GET /transaction/detail"), 1);
    assert_eq!(bench.invoice(&id)["gsi2pk"], "STATE#CANCELLED");
    assert_eq!(bench.send(&cancel(&id)).await.ok(200)["state"], "CANCELLED");
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_code_nobody_needs_to_be_asked() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    bench.wire.reset();
    assert_eq!(bench.send(&cancel(&id).text("")).await.ok(200)["state"], "CANCELLED");
    assert_eq!(bench.calls_to("tripay").len(), 0);
}

#[tokio::test]
async fn an_invoice_that_was_paid_in_the_meantime_stays_paid() {
    let (bench, id, reference) = with_code().await;
    bench.happens_unheard(&reference, "pay").await;
    bench.send(&cancel(&id)).await.problem(409, "invoice_not_pending");
    let shown = bench.send(&Trigger::of("get").about(&id)).await.ok(200);
    assert_eq!((&shown["state"], &shown["payments"][0]["status"]), (&json!("PAID"), &json!("SUCCESS")));
    assert_eq!(bench.new_events(), ["invoice.paid"]);
    bench.send(&cancel(&id)).await.problem(409, "invoice_not_pending");
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_given_up_while_tripay_cannot_be_asked() {
    let (bench, id, _) = with_code().await;
    for fault in ["cut_before", "server_error", "garbage", "limit"] {
        bench.fault("tripay", "transaction/detail", fault, json!({})).await;
        bench.send(&cancel(&id)).await.problem(503, "provider_unavailable");
    }
    bench.fault("tripay", "transaction/detail", "refuse", json!({})).await;
    bench.send(&cancel(&id)).await.problem(502, "provider_refused");
    assert_eq!(bench.invoice(&id)["gsi2pk"], "STATE#PENDING");
}

#[tokio::test]
async fn nothing_is_given_up_while_a_code_is_being_made() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    bench.fault("tripay", "transaction/create", "cut_before", json!({})).await;
    bench.pay(&id, "BCA_VA").await.problem(409, "payment_in_progress");
    bench.send(&cancel(&id)).await.problem(409, "payment_in_progress");
    bench.let_attempts_age(&id);
    assert_eq!(bench.send(&cancel(&id)).await.ok(200)["state"], "CANCELLED");
}

#[tokio::test]
async fn money_that_comes_after_all_goes_to_a_person() {
    let (bench, id, reference) = with_code().await;
    bench.send(&cancel(&id)).await.ok(200);
    let settling = bench.happens(&reference, "pay", json!({})).await;
    assert_eq!(settling, Settling::Decided(Settlement::Disagrees(Disagreement::PaidAfterCancellation)));
    let shown = bench.send(&Trigger::of("get").about(&id)).await.ok(200);
    assert_eq!(
        (&shown["state"], &shown["payments"][0]["status"]),
        (&json!("NEEDS_REVIEW"), &json!("DISPUTED"))
    );
    bench.send(&cancel(&id)).await.problem(409, "invoice_not_pending");
}

#[tokio::test]
async fn nobody_gives_up_an_invoice_of_somebody_else() {
    let (bench, id, _) = with_code().await;
    bench.send(&cancel(&id).by("user-2")).await.problem(404, "not_found");
    bench.send(&cancel(&id).body(&json!({ "reason": "x" }))).await.problem(422, "invalid_body");
    bench.send(&Trigger::of("cancel")).await.problem(404, "not_found");
    assert_eq!(bench.invoice(&id)["gsi2pk"], "STATE#PENDING");
}
