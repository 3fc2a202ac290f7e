//! The exact request of each of Tripay's operations.

use serde_json::{Value, json};

use crate::odd_server::{self, OddServer, Seen};
use crate::setup::{Asking, MERCHANT_REF, items, merchant_ref, new_transaction, tripay};

async fn request_of(asking: Asking) -> Seen {
    let server = OddServer::start([odd_server::json(200, asking.sample())]).await;
    asking.of(&tripay(server.url())).await.unwrap();
    let mut seen = server.seen();
    assert_eq!(seen.len(), 1, "{seen:?}");
    seen.remove(0)
}

#[tokio::test]
async fn every_request_carries_the_key_and_says_who_asks() {
    for asking in Asking::ALL {
        let request = request_of(asking).await;
        assert_eq!(request.header("authorization"), "Bearer DEV-key", "{asking:?}");
        assert_eq!(request.header("accept"), "application/json", "{asking:?}");
        assert!(request.header("user-agent").starts_with("Paydesk/"), "{asking:?}");
    }
}

#[tokio::test]
async fn a_question_is_a_get_with_the_documented_parameters() {
    let asked = [
        (Asking::Channels, "/api-sandbox/merchant/payment-channel"),
        (Asking::Fees, "/api-sandbox/merchant/fee-calculator?amount=150000"),
        (Asking::Detail, "/api-sandbox/transaction/detail?reference=T0001000000000000006"),
        (
            Asking::Find,
            "/api-sandbox/merchant/transactions?merchant_ref=INV-20261121-7K3M9QZX-1&sort=desc&per_page=50",
        ),
    ];
    for (asking, target) in asked {
        let request = request_of(asking).await;
        assert_eq!(
            (request.method.as_str(), request.target.as_str(), request.body.as_str()),
            ("GET", target, "")
        );
    }
}

#[tokio::test]
async fn a_transaction_is_created_with_a_signed_json_body() {
    let request = request_of(Asking::Create).await;
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/api-sandbox/transaction/create")
    );
    assert_eq!(request.header("content-type"), "application/json");
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let expected = json!({
        "method": "BRIVA",
        "merchant_ref": MERCHANT_REF,
        "amount": 150_000,
        "customer_name": "Budi Santoso",
        "customer_email": "budi@example.com",
        "customer_phone": "081234567890",
        "order_items": [
            { "sku": "VPS-1", "name": "VPS 1 vCPU / 1 GB", "price": 100_000, "quantity": 1 },
            { "name": "Backup & snapshot", "price": 25_000, "quantity": 2 },
        ],
        "expired_time": 1_795_312_800,
        // HMAC-SHA256 of `T9999INV-20261121-7K3M9QZX-1150000`, computed outside of this workspace.
        "signature": "c7a7ec0dccac451a09ad18c8e2ad942ac74fdd6e7c2e2bdfc8f8e89ef4833500",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn addresses_are_sent_where_they_are_set_and_a_missing_phone_number_is_left_out() {
    let server = OddServer::start([odd_server::json(200, Asking::Create.sample())]).await;
    let (merchant_ref, items) = (merchant_ref(), items());
    let mut new = new_transaction(&merchant_ref, &items);
    new.customer.phone = None;
    new.callback_url = Some("https://api.example.com/webhooks/tripay");
    new.return_url = Some("https://app.example.com/invoices/1?x=1");
    tripay(server.url()).create(&new).await.unwrap();
    let body: Value = serde_json::from_str(&server.seen()[0].body).unwrap();
    assert_eq!(body["callback_url"], "https://api.example.com/webhooks/tripay");
    assert_eq!(body["return_url"], "https://app.example.com/invoices/1?x=1");
    assert_eq!(body.get("customer_phone"), None);
}
