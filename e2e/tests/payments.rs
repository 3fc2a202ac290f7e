//! Payments on the deployed stack, as they go when nothing breaks - and when Tripay reports strange things.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use e2e::billing::OpenPayment;
use e2e::stack::Stack;
use http::Method;
use serde_json::{Value, json};

fn accepted(answer: &Value) -> usize {
    answer["deliveries"].as_array().unwrap().iter().filter(|delivery| delivery["accepted"] == true).count()
}

/// The evidence of an invoice that waits for a person: the reports that were not believed.
async fn disagreements(stack: &Stack, invoice: &str) -> Vec<String> {
    let evidence = stack.evidence(invoice).await.unwrap();
    assert_eq!(evidence["state"], "NEEDS_REVIEW", "{evidence}");
    let reports = evidence["reports"].as_array().unwrap();
    let disputed = reports.iter().filter(|report| !report["disagreement"].is_null());
    disputed
        .inspect(|report| assert!(!report["raw"].as_str().unwrap().is_empty()))
        .map(|report| report["disagreement"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_order_is_paid_from_its_invoice_to_the_order_service() {
    let stack = Stack::open().unwrap();
    let order = stack.new_order("user-1").await.unwrap();
    let made = stack.create_invoice(&order).await.unwrap();
    assert_eq!(
        (&made["state"], &made["amount"], &made["currency"]),
        (&json!("PENDING"), &json!(150_000), &json!("IDR"))
    );
    assert!(made["channels"].as_array().unwrap().iter().any(|channel| channel["channel"] == "BCA_VA"));
    let invoice = made["id"].as_str().unwrap();

    let payment = &stack.pay_invoice(invoice, "BCA_VA").await.unwrap()["payment"];
    assert_eq!((&payment["status"], &payment["amountToPay"]), (&json!("OPEN"), &json!(150_000)));
    assert_eq!(payment["code"].as_str().unwrap().len(), 15);
    assert!(!payment["instructions"].as_array().unwrap().is_empty());
    let reference = payment["reference"].as_str().unwrap();

    assert_eq!(accepted(&stack.tripay(reference, "pay", &json!({})).await.unwrap()), 1);
    let paid = stack.invoice(invoice).await.unwrap();
    assert_eq!(paid["state"], "PAID");
    assert_eq!(paid["payments"].as_array().unwrap().len(), 1);
    assert_eq!(paid["payments"][0]["status"], "SUCCESS");

    let told = stack.order_becomes(&order, "PAID").await.unwrap();
    let update = &told["updates"][0]["body"];
    assert_eq!((&update["status"], &update["amount"]), (&json!("PAID"), &json!(150_000)));
    assert_eq!(update["reference"], reference);
    assert!(!update["paidAt"].is_null());

    let list =
        stack.get("/api/v1/billing/invoices?limit=100", &stack.file.tokens.user).await.unwrap().ok().unwrap();
    assert!(
        list["items"].as_array().unwrap().iter().any(|item| item["id"] == invoice),
        "the list lacks {invoice}"
    );
}

#[tokio::test]
async fn a_qris_code_can_be_scanned_and_paid() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("QRIS").await.unwrap();
    let payment = &stack.invoice(&invoice).await.unwrap()["payment"];
    assert_eq!((&payment["method"], &payment["code"]), (&json!("QRIS"), &Value::Null));
    assert!(!payment["qrString"].as_str().unwrap().is_empty());
    let picture = payment["qrImageUrl"].as_str().unwrap();
    assert!(
        stack.http.get(picture).send().await.unwrap().status().is_success(),
        "there is no picture at {picture}"
    );
    stack.tripay(&reference, "pay", &json!({})).await.unwrap();
    stack.order_becomes(&order, "PAID").await.unwrap();
}

#[tokio::test]
async fn a_wallet_has_an_address_to_go_to_and_can_be_paid() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("OVO").await.unwrap();
    let payment = &stack.invoice(&invoice).await.unwrap()["payment"];
    assert_eq!((&payment["method"], &payment["code"]), (&json!("EWALLET"), &Value::Null));
    assert!(payment["url"].as_str().unwrap().starts_with("http"));
    stack.tripay(&reference, "pay", &json!({})).await.unwrap();
    stack.order_becomes(&order, "PAID").await.unwrap();
}

#[tokio::test]
async fn fifty_equal_callbacks_at_once_are_one_payment_and_one_order_update() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("BNI_VA").await.unwrap();
    let wish = json!({ "times": 50, "concurrent": true });
    let answer = stack.tripay(&reference, "pay", &wish).await.unwrap();
    assert_eq!(accepted(&answer), 50, "{}", answer["deliveries"]);
    let paid = stack.evidence(&invoice).await.unwrap();
    assert_eq!(paid["state"], "PAID");
    assert_eq!(paid["reports"].as_array().unwrap().len(), 1, "{}", paid["reports"]);
    stack.order_becomes(&order, "PAID").await.unwrap();
    // What may still come is behind a later change of the same table: when that has arrived, so would have this.
    let later = stack.open_payment("BNI_VA").await.unwrap();
    stack.tripay(&later.reference, "pay", &json!({})).await.unwrap();
    stack.order_becomes(&later.order, "PAID").await.unwrap();
    let told = stack.order(&order).await.unwrap();
    assert_eq!(told["updates"].as_array().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn money_for_an_expired_invoice_goes_to_a_person_who_may_accept_it() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("BRI_VA").await.unwrap();
    assert_eq!(accepted(&stack.tripay(&reference, "expire", &json!({})).await.unwrap()), 1);
    assert_eq!(stack.invoice(&invoice).await.unwrap()["state"], "EXPIRED");
    assert_eq!(accepted(&stack.tripay(&reference, "pay", &json!({})).await.unwrap()), 1);
    assert_eq!(disagreements(&stack, &invoice).await, ["paid_after_expiry"]);
    assert_eq!(stack.order(&order).await.unwrap()["updates"], json!([]));

    let path = format!("/api/admin/invoices/{invoice}/resolve");
    let decision = json!({ "decision": "accept_payment", "reason": "the goods are still there" });
    let resolved = stack.post(&path, &stack.file.tokens.admin, &decision).await.unwrap().ok().unwrap();
    assert_eq!(resolved["state"], "PAID");
    stack.order_becomes(&order, "PAID").await.unwrap();
}

#[tokio::test]
async fn an_expiry_reported_after_the_payment_takes_nothing_back() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("BRI_VA").await.unwrap();
    stack.tripay(&reference, "pay", &json!({})).await.unwrap();
    assert_eq!(accepted(&stack.tripay(&reference, "expire", &json!({})).await.unwrap()), 1);
    let evidence = stack.evidence(&invoice).await.unwrap();
    assert_eq!(evidence["paidAt"].as_str().map(str::is_empty), Some(false));
    assert_eq!(evidence["reports"][1]["disagreement"], "ended_after_payment");
    stack.order_becomes(&order, "PAID").await.unwrap();
}

#[tokio::test]
async fn another_amount_is_not_believed_and_not_lost() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("BCA_VA").await.unwrap();
    assert_eq!(accepted(&stack.tripay(&reference, "pay", &json!({ "amount": 15_000 })).await.unwrap()), 1);
    assert_eq!(disagreements(&stack, &invoice).await, ["amount_differs"]);
    assert_eq!(stack.order(&order).await.unwrap()["status"], "PENDING");
    let path = "/api/admin/invoices?state=needs_review&limit=100";
    let list = stack.get(path, &stack.file.tokens.admin).await.unwrap().ok().unwrap();
    assert!(list["items"].as_array().unwrap().iter().any(|item| item["id"] == invoice.as_str()));
}

#[tokio::test]
async fn a_refund_reaches_the_order_service() {
    let stack = Stack::open().unwrap();
    let OpenPayment { order, invoice, reference } = stack.open_payment("BCA_VA").await.unwrap();
    stack.tripay(&reference, "pay", &json!({})).await.unwrap();
    stack.order_becomes(&order, "PAID").await.unwrap();
    stack.tripay(&reference, "refund", &json!({})).await.unwrap();
    assert_eq!(stack.invoice(&invoice).await.unwrap()["state"], "REFUNDED");
    stack.order_becomes(&order, "REFUNDED").await.unwrap();
}

#[tokio::test]
async fn forged_callbacks_are_refused_and_change_nothing() {
    let stack = Stack::open().unwrap();
    let OpenPayment { invoice, reference, .. } = stack.open_payment("BCA_VA").await.unwrap();
    for (wish, status) in [
        (json!({ "signature": "bad" }), 401),
        (json!({ "signature": "missing" }), 401),
        (json!({ "signature": "doubled" }), 401),
        (json!({ "event": "something_else" }), 400),
    ] {
        let answer = stack.tripay(&reference, "pay", &wish).await.unwrap();
        assert_eq!(answer["deliveries"][0]["status"], status, "{wish}");
    }
    let untouched = stack.evidence(&invoice).await.unwrap();
    assert_eq!((&untouched["state"], &untouched["reports"]), (&json!("PENDING"), &json!([])));
    let too_long = "x".repeat(65 << 10);
    let request =
        stack.request(Method::POST, "/webhooks/tripay").body(too_long).timeout(Duration::from_secs(30));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 413);
}

#[tokio::test]
async fn two_creates_and_two_clicks_at_once_are_one_invoice_and_one_code() {
    let stack = Stack::open().unwrap();
    let order = stack.new_order("user-1").await.unwrap();
    let (one, two) = tokio::join!(stack.create_invoice(&order), stack.create_invoice(&order));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one["id"], two["id"]);
    let invoice = one["id"].as_str().unwrap();
    let (first, second) =
        tokio::join!(stack.pay_invoice(invoice, "BCA_VA"), stack.pay_invoice(invoice, "BCA_VA"));
    // The second click may be told that the code is just being made; asking again then gives the same code.
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
    let again = stack.pay_invoice(invoice, "BCA_VA").await.unwrap();
    assert_eq!(again["payment"]["merchantRef"], format!("{invoice}-1"));
    let all = stack.control(Method::GET, "tripay/transactions", &Value::Null).await.unwrap();
    let made = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|made| made.to_string().contains(&format!("\"{invoice}-")));
    assert_eq!(made.count(), 1, "transactions of {invoice}");
}

#[tokio::test]
async fn the_same_idempotency_key_gets_the_first_answer_again() {
    let stack = Stack::open().unwrap();
    let order = stack.new_order("user-1").await.unwrap();
    let send = async |body: Value| {
        let request =
            stack.request(Method::POST, "/api/v1/billing/invoices").bearer_auth(&stack.file.tokens.user);
        e2e::answer::Answer::to(request.header("idempotency-key", &order).json(&body)).await.unwrap()
    };
    let first = send(json!({ "orderId": order })).await;
    let second = send(json!({ "orderId": order })).await;
    assert_eq!(second.headers.get("idempotent-replay").unwrap(), "true");
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(send(json!({ "orderId": "order-1" })).await.status.as_u16(), 422);
}
