//! Tripay's API for merchants, at the wire.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::tripay::credentials::{PRODUCTION, SANDBOX};
use serde_json::{Value, json};
use support::{Merchant, control, create_body, signature, start};

const FORM: &str = concat!(
    "method=BRIVA&merchant_ref=INV-20261121-A1B2C3&amount=150000&customer_name=Budi+Santoso",
    "&customer_email=budi%40example.com&customer_phone=081234567890",
    "&order_items%5B0%5D%5Bsku%5D=VPS-1&order_items%5B0%5D%5Bname%5D=Kaf%C3%A9+%2F+1+GB",
    "&order_items%5B0%5D%5Bprice%5D=100000&order_items%5B0%5D%5Bquantity%5D=1",
    "&order_items%5B1%5D%5Bname%5D=Backup&order_items%5B1%5D%5Bprice%5D=25000",
    "&order_items%5B1%5D%5Bquantity%5D=2&callback_url=https%3A%2F%2Fapi.example.com%2Fhook"
);

#[tokio::test]
async fn a_form_create_is_answered_in_phps_json_with_keys_in_order() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let signed = signature(SANDBOX.private_key, b"T9999INV-20261121-A1B2C3150000");
    let response = merchant
        .http
        .post(format!("{}/transaction/create", merchant.url))
        .bearer_auth(SANDBOX.api_key)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("{FORM}&signature={signed}"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let raw = response.text().await.unwrap();
    let created: Value = serde_json::from_str(&raw).unwrap();
    let data = &created["data"];
    let (reference, pay_code) = (data["reference"].as_str().unwrap(), data["pay_code"].as_str().unwrap());

    assert!(reference.starts_with("DEV-T9999100001") && reference.len() == 20, "{reference}");
    assert!(pay_code.len() == 15 && pay_code.bytes().all(|byte| byte.is_ascii_digit()), "{pay_code}");
    let beginning = format!(
        concat!(
            r#"{{"success":true,"message":"","data":{{"reference":"{}","merchant_ref":"INV-20261121-A1B2C3","#,
            r#""payment_selection_type":"static","payment_method":"BRIVA","#,
            r#""payment_name":"BRI Virtual Account","customer_name":"Budi Santoso","#,
            r#""customer_email":"budi@example.com","customer_phone":"081234567890","#,
            r#""callback_url":"https:\/\/api.example.com\/hook","return_url":null,"amount":150000,"#,
            r#""fee_merchant":4250,"fee_customer":0,"total_fee":4250,"amount_received":145750,"#,
            r#""pay_code":"{}","pay_url":null,"checkout_url":"http:\/\/127.0.0.1:"#
        ),
        reference, pay_code
    );
    assert!(raw.starts_with(&beginning), "{raw}");
    let items = concat!(
        r#""order_items":[{"sku":"VPS-1","name":"Kaf\u00e9 \/ 1 GB","price":100000,"quantity":1,"#,
        r#""subtotal":100000,"product_url":null,"image_url":null},{"sku":null,"name":"Backup","price":25000,"#,
        r#""quantity":2,"subtotal":50000,"product_url":null,"image_url":null}],"instructions":[{"title":"#
    );
    assert!(raw.contains(items), "{raw}");
    assert!(raw.ends_with(r#"}],"qr_string":null,"qr_url":null}}"#), "{raw}");
    assert!(raw.contains(&format!("<b>{pay_code}<\\/b>")), "the code is filled into the steps: {raw}");
    assert_eq!((&data["status"], data.get("paid_at")), (&json!("UNPAID"), None));
}

#[tokio::test]
async fn a_qris_transaction_has_a_picture_no_code_and_a_shortened_life() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let mut body = create_body(SANDBOX, "QRIS", "INV-1", 150_000);
    let now = jiff::Timestamp::now().as_second();
    body["expired_time"] = json!(now + 24 * 3_600);
    let (status, created) = merchant.create(&body).await;
    let data = &created["data"];
    assert_eq!(status, 200);
    assert_eq!((&data["pay_code"], &data["customer_phone"]), (&Value::Null, &Value::Null));
    assert_eq!(data["qr_string"], "SANDBOX MODE");
    let life = data["expired_time"].as_i64().unwrap() - now;
    assert!((59 * 60..=59 * 60 + 5).contains(&life), "{life}");

    let picture = merchant.http.get(data["qr_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(picture.text().await.unwrap().contains("<svg"));
}

#[tokio::test]
async fn a_wallet_is_paid_elsewhere() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let (_, created) = merchant.create(&create_body(SANDBOX, "OVO", "INV-1", 20_000)).await;
    let data = &created["data"];
    assert_eq!((&data["pay_code"], &data["qr_url"]), (&Value::Null, &Value::Null));
    assert_eq!(data["pay_url"], data["checkout_url"]);
    assert_eq!(data["total_fee"], 1_000);
}

#[tokio::test]
async fn detail_and_list_differ_as_tripays_do() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let bank = merchant.open("BCAVA", "INV-1", 150_000).await;
    let qris = merchant.open("QRIS2", "INV-1", 150_000).await;
    control(&running, "POST", &format!("/_control/tripay/transactions/{bank}/pay"), json!({ "send": false }))
        .await;

    let (status, detail) = merchant.get(&format!("/transaction/detail?reference={bank}")).await;
    assert_eq!((status, &detail["data"]["status"]), (200, &json!("PAID")));
    let paid_at = detail["data"]["paid_at"].as_str().expect("text in detail").parse::<i64>().unwrap();
    assert!(detail["data"].get("qr_string").is_none() && detail["data"].get("expired_time").is_some());
    let (_, detail) = merchant.get(&format!("/transaction/detail?reference={qris}")).await;
    assert_eq!(
        (&detail["data"]["paid_at"], &detail["data"]["qr_string"]),
        (&Value::Null, &json!("SANDBOX MODE"))
    );

    let (_, list) = merchant.get("/merchant/transactions?merchant_ref=INV-1").await;
    let listed = list["data"].as_array().unwrap();
    let references: Vec<&Value> = listed.iter().map(|transaction| &transaction["reference"]).collect();
    assert_eq!(references, [&json!(bank), &json!(qris)], "oldest first; a merchant_ref may come twice");
    assert_eq!(listed[0]["paid_at"], json!(paid_at));
    assert!(listed[0].get("expired_at").is_some() && listed[0].get("expired_time").is_none());
    assert!(listed[0]["order_items"][0].get("product_url").is_none());

    let (_, status) = merchant.get(&format!("/transaction/check-status?reference={bank}")).await;
    assert_eq!(status, json!({ "success": true, "message": "Status transaksi saat ini PAID" }));
    let (code, missing) = merchant.get("/transaction/detail?reference=DEV-T9999000000AAAAA").await;
    assert_eq!((code, &missing["success"]), (404, &json!(false)));
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_paged() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    for number in 1..=5 {
        merchant.open("BCAVA", &format!("INV-{number}"), 20_000).await;
    }
    let (_, page) = merchant.get("/merchant/transactions?sort=desc&per_page=2&page=2").await;
    let refs: Vec<&Value> =
        page["data"].as_array().unwrap().iter().map(|transaction| &transaction["merchant_ref"]).collect();
    assert_eq!(refs, [&json!("INV-3"), &json!("INV-2")]);
    let expected = json!({
        "sort": "desc", "offset": { "from": 3, "to": 4 }, "current_page": 2, "previous_page": 1,
        "next_page": 3, "last_page": 3, "per_page": 2, "total_records": 5,
    });
    assert_eq!(page["pagination"], expected);
    let (_, none) = merchant.get("/merchant/transactions?status=PAID").await;
    assert_eq!((&none["data"], &none["pagination"]["total_records"]), (&json!([]), &json!(0)));
    let (_, all) = merchant.get("/merchant/transactions?per_page=500").await;
    assert_eq!(all["pagination"]["per_page"], 50);
    let (_, one) = merchant.get("/merchant/transactions?method=BCAVA&merchant_ref=INV-4").await;
    assert_eq!(one["pagination"]["total_records"], 1);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_opens_nothing() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let changed = |name: &str, value: Value| {
        let mut body = create_body(SANDBOX, "BCAVA", "INV-1", 150_000);
        body[name] = value;
        body
    };
    let cases = [
        (changed("signature", json!("0".repeat(64))), "Invalid signature"),
        (changed("signature", Value::Null), "The signature field is required."),
        (changed("amount", json!(150_001)), "Invalid signature"),
        (changed("merchant_ref", json!("INV-2")), "Invalid signature"),
        (changed("customer_email", json!("")), "The customer email field is required."),
        (changed("order_items", json!([])), "The order items field is required."),
        (changed("expired_time", json!(86_400)), "Expired time must be in seconds (Unix Timestamp)"),
        (
            changed("order_items", json!([{ "name": "A", "price": 1, "quantity": 1 }])),
            "The amount 150000 differs",
        ),
        (create_body(SANDBOX, "GOPAY", "INV-1", 150_000), "Payment channel is not enabled"),
        (create_body(SANDBOX, "BCAVA", "INV-1", 9_999), "Minimum amount"),
        (create_body(SANDBOX, "QRIS", "INV-1", 5_000_001), "Maximum amount"),
    ];
    for (body, message) in cases {
        let (status, refusal) = merchant.create(&body).await;
        assert_eq!((status, &refusal["success"]), (400, &json!(false)), "{message}");
        assert!(refusal["message"].as_str().unwrap().starts_with(message), "{refusal} for {message}");
        assert!(refusal.get("data").is_none());
    }
    control(&running, "PUT", "/_control/tripay/channels/BCAVA", json!({ "active": false })).await;
    let (_, refusal) = merchant.create(&create_body(SANDBOX, "BCAVA", "INV-1", 150_000)).await;
    assert_eq!(refusal["message"], "Payment channel is not enabled");
    let (_, list) = merchant.get("/merchant/transactions").await;
    assert_eq!(list["pagination"]["total_records"], 0);
}

#[tokio::test]
async fn only_the_merchant_of_that_side_gets_in() {
    let running = start().await;
    let mut merchant = Merchant::of(&running);
    let own = merchant.open("BCAVA", "INV-1", 150_000).await;
    merchant.api_key = "wrong";
    let (status, refusal) = merchant.get("/merchant/payment-channel").await;
    assert_eq!((status, refusal), (401, json!({ "success": false, "message": "Invalid API Key" })));
    merchant.api_key = PRODUCTION.api_key;
    assert_eq!(merchant.get("/merchant/payment-channel").await.0, 400);

    merchant.url = format!("{}/tripay/api", running.url());
    let (status, _) = merchant.get(&format!("/transaction/detail?reference={own}")).await;
    assert_eq!(status, 404, "production does not show what the sandbox holds");
    let (status, created) = merchant.create(&create_body(PRODUCTION, "QRIS", "INV-1", 150_000)).await;
    assert_eq!(status, 200, "{created}");
    assert!(created["data"]["reference"].as_str().unwrap().starts_with("T9998"), "{created}");
    assert_ne!(created["data"]["qr_string"], "SANDBOX MODE");

    let settings = json!({ "allowedAddresses": ["192.0.2.1"] });
    control(&running, "PUT", "/_control/tripay/settings/merchant", settings).await;
    let (status, refusal) = merchant.get("/merchant/payment-channel").await;
    let words = "Unauthorized IP (127.0.0.1). Please add this IP to your merchant Whitelist IP (T9998)";
    assert_eq!((status, &refusal["message"]), (403, &json!(words)));

    let nameless = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/tripay/api-sandbox/merchant/payment-channel", running.url());
    let response = nameless.get(url).bearer_auth(SANDBOX.api_key).send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(response.text().await.unwrap().contains("Cloudflare"));
}

#[tokio::test]
async fn channels_fees_and_instructions_can_be_asked_for() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let (_, channels) = merchant.get("/merchant/payment-channel").await;
    assert_eq!(channels["data"].as_array().unwrap().len(), 20);
    let (_, one) = merchant.get("/merchant/payment-channel?code=ALFAMART").await;
    assert_eq!(one["data"][0]["group"], "Convenience Store");
    assert_eq!(
        (&one["data"][0]["fee_merchant"]["percent"], &one["data"][0]["total_fee"]["percent"]),
        (&json!(0), &json!("0.00"))
    );

    let (_, fees) = merchant.get("/merchant/fee-calculator?amount=100000&code=QRIS").await;
    let expected = json!([{
        "code": "QRIS", "name": "QRIS by ShopeePay",
        "fee": { "flat": 750, "percent": "0.70", "min": null, "max": null },
        "total_fee": { "merchant": 1450, "customer": 0 },
    }]);
    assert_eq!(fees["data"], expected);
    assert_eq!(merchant.get("/merchant/fee-calculator?amount=1.5").await.0, 400);
    let (_, all) = merchant.get("/merchant/fee-calculator?amount=100000").await;
    assert_eq!(all["data"].as_array().unwrap().len(), 20);

    let (_, steps) = merchant.get("/payment/instruction?code=BRIVA&pay_code=123&allow_html=0").await;
    assert_eq!(steps["data"][0]["steps"][2], "Masukkan kode bayar (123)");
    assert_eq!(steps["data"][0]["steps"][3], "Periksa jumlah Rp {{amount}}, lalu klik Kirim");
    assert_eq!(merchant.get("/open-payment/list").await.0, 404);
}

#[tokio::test]
async fn a_fee_on_the_customer_makes_the_amount_larger_than_asked() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    control(&running, "PUT", "/_control/tripay/settings/merchant", json!({ "feeBearer": "customer" })).await;
    let (_, created) = merchant.create(&create_body(SANDBOX, "QRIS", "INV-1", 120_000)).await;
    let data = &created["data"];
    assert_eq!((&data["amount"], &data["fee_customer"]), (&json!(121_590), &json!(1_590)));
    assert_eq!((&data["fee_merchant"], &data["amount_received"]), (&json!(0), &json!(120_000)));
    let (_, channels) = merchant.get("/merchant/payment-channel?code=QRIS").await;
    assert_eq!(channels["data"][0]["fee_customer"], json!({ "flat": 750, "percent": 0.7 }));
}
