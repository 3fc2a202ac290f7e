//! `POST /api/v1/billing/invoices/{id}/pay`, when Tripay does its part.

use futures::future::join_all;
use jiff::SignedDuration;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::invoice::settle::Settlement;
use shared::workflows::settle_payment::Settling;

use super::bench::{Bench, CREATE, ago};

async fn with_invoice() -> (Bench, String) {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    bench.wire.reset();
    (bench, id)
}

/// Which place among the calls of a first payment the creation of the transaction has.
async fn place_of_creation() -> usize {
    let (bench, id) = with_invoice().await;
    bench.pay(&id, "BCA_VA").await.ok(200);
    bench.wire.calls().iter().find(|call| call.operation() == CREATE).unwrap().number
}

#[tokio::test]
async fn choosing_a_channel_gives_a_code() {
    let (bench, id) = with_invoice().await;
    let answer = bench.send(&Trigger::of("pay").about(&id)).await.ok(200);
    let held = &bench.transactions().await[0];
    let payment = &answer["payment"];
    assert_eq!((&payment["channel"], &payment["method"]), (&json!("BCA_VA"), &json!("VIRTUAL_ACCOUNT")));
    assert_eq!((&payment["status"], &payment["merchantRef"]), (&json!("OPEN"), &json!(format!("{id}-1"))));
    assert_eq!((&payment["reference"], &payment["code"]), (&held["reference"], &held["payCode"]));
    assert_eq!((&payment["amountToPay"], &payment["qrString"]), (&json!(150_000), &json!(null)));
    assert_eq!(payment["checkoutUrl"], held["checkoutUrl"]);
    assert!(!payment["instructions"][0]["steps"].as_array().unwrap().is_empty());
    assert_eq!(bench.invoice(&id)["attempts"][0]["progress"], "OPEN");

    let calls = bench.wire.calls();
    let create = calls.iter().find(|call| call.operation() == CREATE).unwrap();
    let sent = create.request_json();
    assert_eq!(
        (&sent["method"], &sent["amount"], &sent["merchant_ref"]),
        (&json!("BCAVA"), &json!(150_000), &json!(format!("{id}-1")))
    );
    assert_eq!(
        (&sent["customer_name"], &sent["customer_phone"]),
        (&json!("Budi Santoso"), &json!("081234567890"))
    );
    assert_eq!(sent["order_items"].as_array().unwrap().len(), 2);
    let stored_before = calls.iter().take(create.number).filter(|call| call.operation() == "PutItem").count();
    assert_eq!(stored_before, 1, "the attempt is committed before Tripay is called");
}

#[tokio::test]
async fn qris_gives_a_picture_and_a_wallet_a_link() {
    let (bench, id) = with_invoice().await;
    let qris = bench.pay(&id, "QRIS").await.ok(200)["payment"].clone();
    assert!(qris["qrString"].is_string() && qris["qrImageUrl"].is_string(), "{qris}");
    let wallet = bench.pay(&id, "OVO").await.ok(200)["payment"].clone();
    assert!(wallet["url"].is_string(), "{wallet}");
    assert_eq!(wallet["method"], "EWALLET");
}

#[tokio::test]
async fn our_names_and_tripays_codes_name_the_same_channel() {
    let (bench, id) = with_invoice().await;
    let first = bench.pay(&id, "QRIS").await.ok(200);
    for code in ["QRIS2", "QRISC", "QRIS"] {
        assert_eq!(bench.pay(&id, code).await.ok(200), first, "{code}");
    }
    assert_eq!(bench.wire.count(CREATE), 1);
}

#[tokio::test]
async fn channels_that_cannot_take_it_are_refused_with_the_reason() {
    let (bench, id) = with_invoice().await;
    let problem = bench.pay(&id, "GOPAY").await.problem(422, "channel_unknown");
    assert!(problem.body["detail"].as_str().unwrap().contains("QRIS"), "{}", problem.body);
    bench.pay(&id, "bca_va").await.problem(422, "channel_unknown");
    bench.pay(&id, "MAYBANK_VA").await.problem(422, "channel_unavailable");
    assert_eq!(bench.wire.count(CREATE), 0);
    assert_eq!(bench.invoice(&id).get("attempts"), None);
}

#[tokio::test]
async fn a_channel_that_was_switched_off_is_not_offered() {
    let bench = Bench::start().await;
    bench.control("PUT", "/_control/tripay/channels/BCAVA", json!({ "active": false })).await;
    let id = bench.created("order-1").await;
    bench.pay(&id, "BCA_VA").await.problem(422, "channel_unavailable");
}

#[tokio::test]
async fn amounts_outside_a_channels_limits_are_refused() {
    let bench = Bench::start().await;
    bench.put_order("small", 9_999, json!({})).await;
    bench.put_order("large", 10_000_001, json!({})).await;
    let (small, large) = (bench.created("small").await, bench.created("large").await);
    bench.pay(&small, "BCA_VA").await.problem(422, "amount_outside_limits");
    bench.pay(&large, "BCA_VA").await.problem(422, "amount_outside_limits");
    assert_eq!(bench.wire.count(CREATE), 0);
    bench.pay(&small, "QRIS").await.ok(200);
}

#[tokio::test]
async fn a_double_click_makes_one_transaction() {
    let (bench, id) = with_invoice().await;
    let answers = join_all((0..5).map(|_| bench.pay(&id, "BCA_VA"))).await;
    for answer in &answers {
        match answer.status {
            200 => assert_eq!(answer.body["payment"]["status"], "OPEN"),
            _ => drop(answer.clone().problem(409, "payment_in_progress")),
        }
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!((bench.wire.count(CREATE), bench.transactions().await.len()), (1, 1));
    let again = bench.pay(&id, "BCA_VA").await.ok(200);
    assert_eq!(again["payment"]["reference"], bench.transactions().await[0]["reference"]);
    assert_eq!(bench.wire.count(CREATE), 1);
}

#[tokio::test]
async fn the_channel_can_be_changed_and_changed_back() {
    let (bench, id) = with_invoice().await;
    let bank = bench.pay(&id, "BCA_VA").await.ok(200);
    let qris = bench.pay(&id, "QRIS").await.ok(200);
    assert_eq!(
        (&qris["payment"]["channel"], &qris["payment"]["merchantRef"]),
        (&json!("QRIS"), &json!(format!("{id}-2")))
    );
    assert_eq!(bench.pay(&id, "BCA_VA").await.ok(200), bank);
    assert_eq!(bench.wire.count(CREATE), 2);
    let attempts = bench.invoice(&id)["attempts"].clone();
    let held: Vec<Value> = bench.transactions().await.iter().map(|held| held["reference"].clone()).collect();
    let known = [&attempts[0], &attempts[1]].map(|attempt| attempt["transaction"]["reference"].clone());
    assert_eq!(held, known, "no code is payable that the invoice does not know");
}

#[tokio::test]
async fn a_code_that_ended_is_replaced() {
    let (bench, id) = with_invoice().await;
    let first = bench.pay(&id, "BCA_VA").await.ok(200);
    bench.rewrite(&id, |item| {
        let past = ago(SignedDuration::from_mins(1));
        item["attempts"]["L"][0]["M"]["transaction"]["M"]["expires_at"]["S"] = json!(past);
    });
    let second = bench.pay(&id, "BCA_VA").await.ok(200);
    assert_eq!(second["payment"]["merchantRef"], format!("{id}-2"));
    assert_ne!(second["payment"]["reference"], first["payment"]["reference"]);
}

#[tokio::test]
async fn a_payment_reported_before_its_code_was_stored_still_lands() {
    let place = place_of_creation().await;
    let (bench, id) = with_invoice().await;
    let held = bench.wire.hold_answer_of(place);
    let customer = async {
        held.reached().await;
        let reference = bench.transactions().await[0]["reference"].as_str().unwrap().to_owned();
        let settling = bench.happens(&reference, "pay", json!({})).await;
        assert_eq!(settling, Settling::Decided(Settlement::Settled));
        held.release();
        reference
    };
    let (answer, reference) = tokio::join!(bench.pay(&id, "BCA_VA"), customer);
    let answer = answer.ok(200);
    assert_eq!((&answer["state"], &answer["payment"]["status"]), (&json!("PAID"), &json!("PAID")));
    assert_eq!(answer["payment"]["reference"], reference);
    assert!(answer["payment"]["code"].is_string(), "the details of the code are kept");
    assert_eq!(bench.invoice(&id)["attempts"][0]["transaction"]["reference"], reference);
    assert_eq!(bench.new_events(), ["invoice.paid"]);
}

#[tokio::test]
async fn an_invoice_that_is_over_gives_no_code() {
    let (bench, id) = with_invoice().await;
    bench.rewrite(&id, |item| item["expires_at"]["S"] = json!(ago(SignedDuration::from_mins(1))));
    bench.pay(&id, "BCA_VA").await.problem(409, "invoice_past_due");
    bench.send(&Trigger::of("cancel").about(&id)).await.ok(200);
    bench.pay(&id, "BCA_VA").await.problem(409, "invoice_not_pending");
    assert_eq!(bench.wire.count(CREATE), 0);
}

#[tokio::test]
async fn nobody_pays_an_invoice_of_somebody_else() {
    let (bench, id) = with_invoice().await;
    bench.send(&Trigger::of("pay").about(&id).by("user-2")).await.problem(404, "not_found");
    bench.send(&Trigger::of("pay")).await.problem(404, "not_found");
    bench
        .send(&Trigger::of("pay").about(&id).body(&json!({ "channel": "QRIS", "amount": 1 })))
        .await
        .problem(422, "invalid_body");
    assert_eq!(bench.wire.count(CREATE), 0);
}
