//! The exact request of each operation at Billz.

use serde_json::{Value, json};
use shared::domain::billz::operation::{Operation, OperationKind};
use shared::domain::billz::order::OrderLine;
use shared::domain::billz::work::NewClient;

use crate::billz_setup::{CLIENT, DONE, ORDER, PRODUCT, REFERENCE, billz, good, now, perform, soum, token};
use crate::odd_server::{self, OddServer, Seen};

async fn request_of(kind: OperationKind) -> Seen {
    let (result, mut seen) = perform(kind, odd_server::json(200, good(kind).0)).await;
    assert_eq!(result, Ok(good(kind).1), "{kind:?}");
    seen.remove(0)
}

async fn body_of(operation: Operation, answer: &str) -> String {
    let server = OddServer::start([odd_server::json(200, answer)]).await;
    billz(server.url()).perform(&token(), &operation, now()).await.unwrap();
    server.seen().remove(0).body
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Method, path below Billz, and body; none where there is none.
fn expected(kind: OperationKind) -> (&'static str, String, Option<Value>) {
    let sale = |path: &str| format!("/billz/v2/{path}?Billz-Response-Channel=HTTP");
    let shop = "5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10";
    match kind {
        OperationKind::FindClient => {
            ("GET", "/billz/v1/client?phone_number=%2B998901234567&limit=100&page=1".to_owned(), None)
        }
        OperationKind::CreateClient => {
            let body = json!({
                "first_name": "Aziza", "last_name": "Karimova", "phone_number": "+998901234567"
            });
            ("POST", "/billz/v1/client".to_owned(), Some(body))
        }
        OperationKind::CreateDraft => {
            let cashbox = "0c9a7c2e-8f5b-4c0d-a2a7-6b1d3e4f5a60";
            let body = json!({ "shop_id": shop, "cashbox_id": cashbox, "comment": REFERENCE });
            ("POST", sale("order"), Some(body))
        }
        OperationKind::FindDraft => {
            let days = "start_date=2026-11-20&end_date=2026-11-22";
            ("GET", format!("/billz/v2/order-notes?limit=100&page=1&{days}&shop_id={shop}"), None)
        }
        OperationKind::AttachClient => {
            let body = json!({ "customer_id": CLIENT, "check_auth_code": false });
            ("PUT", sale(&format!("order-customer-new/{ORDER}")), Some(body))
        }
        OperationKind::AddItem => {
            let body = json!({
                "sold_measurement_value": number("1.25"),
                "product_id": PRODUCT,
                "used_wholesale_price": false,
                "is_manual": false,
                "seller_ids": ["90219ac7-88b7-43f6-bed9-5c6761aefa71"],
                "response_type": "HTTP",
            });
            ("POST", sale(&format!("order-product/{ORDER}")), Some(body))
        }
        OperationKind::SetTotal => {
            let body = json!({ "discount_unit": "CURRENCY", "discount_value": number("254100.50") });
            ("POST", sale(&format!("order-manual-discount/{ORDER}")), Some(body))
        }
        OperationKind::Postpone => {
            let body = json!({
                "order_id": ORDER, "comment": "Order 12345 - Tashkent", "time": "2026-12-21 06:47:30"
            });
            ("POST", sale("order/create_postpone"), Some(body))
        }
        OperationKind::ReadOrder => ("GET", format!("/billz/v2/order/{ORDER}"), None),
        OperationKind::Pay => {
            let payment = json!({
                "company_payment_type_id": "c6e84d9b-0ef0-4d5a-886d-147c74a9b051",
                "paid_amount": 254_100,
                "returned_amount": 0,
            });
            let body = json!({
                "payments": [payment],
                "comment": "",
                "with_cashback": 0,
                "without_cashback": false,
                "skip_ofd": false,
            });
            ("POST", sale(&format!("order-payment/{ORDER}")), Some(body))
        }
        OperationKind::ReturnToDraft => {
            ("POST", sale("order/return-postpone"), Some(json!({ "order_id": ORDER })))
        }
        OperationKind::DeleteDraft => ("DELETE", sale(&format!("order/{ORDER}")), None),
    }
}

#[tokio::test]
async fn every_operation_is_one_request_as_billz_documents_it() {
    for kind in OperationKind::ALL {
        let request = request_of(kind).await;
        let (method, target, body) = expected(kind);
        assert_eq!((request.method.as_str(), request.target.as_str()), (method, target.as_str()), "{kind:?}");
        match body {
            Some(body) => {
                assert_eq!(request.header("content-type"), "application/json", "{kind:?}");
                let sent: Value = serde_json::from_str(&request.body).unwrap();
                assert_eq!(sent, body, "{kind:?}");
            }
            None => assert_eq!(request.body, "", "{kind:?}"),
        }
    }
}

#[tokio::test]
async fn every_request_carries_the_token_and_each_change_of_an_order_asks_for_its_result() {
    for kind in OperationKind::ALL {
        let request = request_of(kind).await;
        assert_eq!(request.header("authorization"), "Bearer head.access.sign", "{kind:?}");
        assert_eq!(request.header("accept"), "application/json", "{kind:?}");
        let is_sale = request.target.starts_with("/billz/v2/") && request.method != "GET";
        assert_eq!(request.has("billz-response-channel"), is_sale, "{kind:?}");
        if is_sale {
            assert_eq!(request.header("billz-response-channel"), "HTTP", "{kind:?}");
        }
        let is_new_draft = kind == OperationKind::CreateDraft;
        assert_eq!(request.has("platform-id"), is_new_draft, "{kind:?}");
        if is_new_draft {
            assert_eq!(request.header("platform-id"), "7d4a4c38-dd84-4902-b744-0488b80a4c01");
        }
    }
}

#[tokio::test]
async fn numbers_are_written_as_exact_decimals() {
    let order = || ORDER.parse().unwrap();
    for (quantity, minor, written_quantity, written_amount) in [
        ("1", 25_410_000, "1", "254100"),
        ("0.01", 10, "0.01", "0.10"),
        ("2.125", 25_410_050, "2.125", "254100.50"),
    ] {
        let line = OrderLine {
            product: PRODUCT.parse().unwrap(),
            quantity: quantity.parse().unwrap(),
            seller: None,
        };
        let item = body_of(Operation::AddItem { order: order(), line }, DONE).await;
        assert!(item.contains(&format!(r#""sold_measurement_value":{written_quantity},"#)), "{item}");
        let price = body_of(Operation::SetTotal { order: order(), total: soum(minor) }, DONE).await;
        assert!(price.contains(&format!(r#""discount_value":{written_amount}}}"#)), "{price}");
        let payment_type = "c6e84d9b-0ef0-4d5a-886d-147c74a9b051".parse().unwrap();
        let pay = Operation::Pay { order: order(), payment_type, amount: soum(minor) };
        let payment = body_of(pay, good(OperationKind::Pay).0).await;
        assert!(payment.contains(&format!(r#""paid_amount":{written_amount},"#)), "{payment}");
    }
}

#[tokio::test]
async fn nobody_sells_and_no_family_name_are_left_out_and_no_price_of_ours_is_ever_sent() {
    let line = OrderLine { product: PRODUCT.parse().unwrap(), quantity: "1".parse().unwrap(), seller: None };
    let item = body_of(Operation::AddItem { order: ORDER.parse().unwrap(), line }, DONE).await;
    for name in ["seller_ids", "free_price"] {
        assert!(!item.contains(name), "{item}");
    }
    let client = NewClient {
        phone: "998 90 123 45 67".parse().unwrap(),
        first_name: "Ó'ktam \"x\"".to_owned(),
        last_name: None,
        system_id: None,
    };
    let answer = good(OperationKind::CreateClient).0;
    let sent: Value = serde_json::from_str(&body_of(Operation::CreateClient(client), answer).await).unwrap();
    assert_eq!(sent, json!({ "first_name": "Ó'ktam \"x\"", "phone_number": "+998901234567" }));
}
