//! Tripay's reports to the merchant, verified by a receiver of the test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::tripay::credentials::SANDBOX;
use serde_json::{Value, json};
use support::{
    Merchant, Received, Receiver, control, create_body, http, signature, start, start_with_receiver,
};

fn is_signed(received: &Received) -> bool {
    let expected = signature(SANDBOX.private_key, &received.body);
    received.header("x-callback-signature") == Some(&expected)
}

fn event_path(reference: &str, event: &str) -> String {
    format!("/_control/tripay/transactions/{reference}/{event}")
}

#[tokio::test]
async fn a_payment_is_reported_signed_and_in_tripays_order() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("QRIS", "INV-1", 150_000).await;
    let answer = control(&running, "POST", &event_path(&reference, "pay"), json!({ "note": "a / é" })).await;
    assert_eq!(answer["status"], "PAID");
    let delivery = &answer["deliveries"][0];
    assert_eq!(
        (&delivery["status"], &delivery["accepted"], &delivery["attempt"]),
        (&json!(200), &json!(true), &json!(1))
    );
    assert_eq!(delivery["body"], r#"{"success":true}"#);

    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert!(is_signed(&received[0]));
    assert_eq!(received[0].header("x-callback-event"), Some("payment_status"));
    assert_eq!(received[0].header("content-type"), Some("application/json"));
    let paid_at = received[0].json()["paid_at"].as_i64().unwrap();
    let expected = format!(
        concat!(
            r#"{{"reference":"{}","merchant_ref":"INV-1","payment_method":"QRIS by ShopeePay","#,
            r#""payment_method_code":"QRIS","total_amount":150000,"fee_merchant":1800,"fee_customer":0,"#,
            r#""total_fee":1800,"amount_received":148200,"is_closed_payment":1,"status":"PAID","#,
            r#""paid_at":{},"note":"a \/ \u00e9"}}"#
        ),
        reference, paid_at
    );
    assert_eq!(String::from_utf8(received[0].body.clone()).unwrap(), expected);
}

#[tokio::test]
async fn the_same_report_can_be_sent_often_and_at_once() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let wish = json!({ "times": 50, "concurrent": true });
    let answer = control(&running, "POST", &event_path(&reference, "pay"), wish).await;
    assert_eq!(answer["deliveries"].as_array().unwrap().len(), 50);
    let received = receiver.received();
    assert_eq!(received.len(), 50);
    assert!(received.iter().all(|one| one.body == received[0].body && is_signed(one)));
    let wish = json!({ "times": 2, "delayMs": 10 });
    control(&running, "POST", &event_path(&reference, "pay"), wish).await;
    assert_eq!(receiver.received()[51].body, received[0].body, "the instant of payment stays");
}

#[tokio::test]
async fn forged_reports_are_forged_as_asked() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    for wish in [
        json!({ "signature": "bad" }),
        json!({ "signature": "missing" }),
        json!({ "signature": "doubled" }),
        json!({ "event": "open_payment" }),
        json!({ "amount": 1000 }),
    ] {
        control(&running, "POST", &event_path(&reference, "pay"), wish).await;
    }
    let received = receiver.received();
    assert!(!is_signed(&received[0]));
    assert_eq!(received[0].header("x-callback-signature").unwrap().len(), 64);
    assert_eq!(received[1].header("x-callback-signature"), None);
    let both: Vec<_> = received[2].headers.get_all("x-callback-signature").iter().collect();
    assert_eq!(both.len(), 2);
    assert_ne!(both[0], both[1]);
    assert!(is_signed(&received[3]));
    assert_eq!(received[3].header("x-callback-event"), Some("open_payment"));
    assert!(is_signed(&received[4]));
    assert_eq!(received[4].json()["total_amount"], 1_000);
}

#[tokio::test]
async fn what_is_not_accepted_is_sent_three_times_more_and_no_redirect_is_followed() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    receiver.answer_with(307, r#"{"success":true}"#);
    let answer = control(&running, "POST", &event_path(&reference, "pay"), Value::Null).await;
    assert_eq!(
        (&answer["deliveries"][0]["status"], &answer["deliveries"][0]["accepted"]),
        (&json!(307), &json!(false))
    );
    assert_eq!(receiver.received().len(), 1, "the redirect was not followed");

    let advance = |seconds: i64| json!({ "advanceSeconds": seconds });
    let early = control(&running, "POST", "/_control/clock", advance(60)).await;
    assert_eq!(early["deliveries"], json!([]));
    for (attempt, (status, body)) in
        [(200, r#"{"success":false}"#), (500, ""), (200, "OK")].into_iter().enumerate()
    {
        receiver.answer_with(status, body);
        let later = control(&running, "POST", "/_control/clock", advance(120)).await;
        let delivery = &later["deliveries"][0];
        assert_eq!((&delivery["attempt"], &delivery["accepted"]), (&json!(attempt + 2), &json!(false)));
    }
    let after = control(&running, "POST", "/_control/clock", advance(600)).await;
    assert_eq!(after["deliveries"], json!([]), "three repetitions, then nothing");
    let received = receiver.received();
    assert_eq!(received.len(), 4);
    assert!(received.iter().all(|one| one.body == received[0].body));
    let shown =
        control(&running, "GET", &format!("/_control/tripay/transactions/{reference}"), Value::Null).await;
    assert_eq!(shown["deliveries"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn an_accepted_repetition_ends_the_matter() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    receiver.answer_with(503, "");
    control(&running, "POST", &event_path(&reference, "pay"), Value::Null).await;
    receiver.answer_with(200, r#"{"success":true,"message":"ok"}"#);
    for _ in 0..3 {
        control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 120 })).await;
    }
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn a_transactions_own_callback_url_wins() {
    let (running, default) = start_with_receiver().await;
    let own = Receiver::start().await;
    let mut body = create_body(SANDBOX, "BCAVA", "INV-1", 150_000);
    body["callback_url"] = json!(own.url);
    let (_, created) = Merchant::of(&running).create(&body).await;
    let reference = created["data"]["reference"].as_str().unwrap();
    control(&running, "POST", &event_path(reference, "fail"), Value::Null).await;
    assert_eq!((own.received().len(), default.received().len()), (1, 0));
    assert_eq!(
        (&own.received()[0].json()["status"], &own.received()[0].json()["paid_at"]),
        (&json!("FAILED"), &Value::Null)
    );
}

#[tokio::test]
async fn time_expires_what_is_unpaid_and_reports_it_unless_the_report_is_lost() {
    let (running, receiver) = start_with_receiver().await;
    let merchant = Merchant::of(&running);
    let first = merchant.open("BCAVA", "INV-1", 150_000).await;
    let paid = merchant.open("BCAVA", "INV-2", 150_000).await;
    control(&running, "POST", &event_path(&paid, "pay"), json!({ "send": false })).await;
    assert_eq!(receiver.received().len(), 0, "the report of the payment was lost");

    let day = json!({ "advanceSeconds": 86_400 });
    let later = control(&running, "POST", "/_control/clock", day).await;
    assert_eq!(later["expired"], json!([first]));
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert!(is_signed(&received[0]));
    assert_eq!(
        (&received[0].json()["reference"], &received[0].json()["status"]),
        (&json!(first), &json!("EXPIRED"))
    );

    let second = merchant.open("BCAVA", "INV-3", 150_000).await;
    let day = json!({ "advanceSeconds": 86_400, "send": false });
    assert_eq!(control(&running, "POST", "/_control/clock", day).await["expired"], json!([second]));
    assert_eq!(receiver.received().len(), 1);
    let (_, detail) = merchant.get(&format!("/transaction/detail?reference={second}")).await;
    assert_eq!(detail["data"]["status"], "EXPIRED");
}

#[tokio::test]
async fn late_and_contradicting_events_report_without_moving_what_is_final() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let mut statuses = Vec::new();
    for event in ["expire", "pay", "expire", "refund", "pay"] {
        let answer = control(&running, "POST", &event_path(&reference, event), Value::Null).await;
        statuses.push(answer["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(statuses, ["EXPIRED", "PAID", "PAID", "REFUND", "REFUND"]);
    let reported: Vec<Value> = receiver.received().iter().map(|one| one.json()["status"].clone()).collect();
    assert_eq!(reported, ["EXPIRED", "PAID", "EXPIRED", "REFUND", "PAID"]);
}

#[tokio::test]
async fn testers_send_signed_reports_that_are_worth_nothing() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let path = "/_control/tripay/tester";
    control(&running, "POST", path, json!({ "shape": "zero_amount", "reference": reference })).await;
    control(&running, "POST", path, json!({ "shape": "zero_amount" })).await;
    control(&running, "POST", path, json!({ "shape": "null_ids" })).await;
    let received = receiver.received();
    assert!(received.iter().all(is_signed));
    let zero = received[0].json();
    assert_eq!((&zero["reference"], &zero["merchant_ref"]), (&json!(reference), &json!("INV-1")));
    assert_eq!((&zero["status"], &zero["total_amount"]), (&json!("PAID"), &json!(0)));
    assert!(received[1].json()["reference"].as_str().unwrap().starts_with("DEV-T9999"));
    assert_eq!(received[2].json()["reference"], Value::Null);
    let (_, detail) = Merchant::of(&running).get(&format!("/transaction/detail?reference={reference}")).await;
    assert_eq!(detail["data"]["status"], "UNPAID");
}

#[tokio::test]
async fn a_person_finds_the_checkout_page_and_pays() {
    let (running, receiver) = start_with_receiver().await;
    let reference = Merchant::of(&running).open("QRIS2", "INV-<1>", 150_000).await;
    let http = http();
    let page = |path: String| {
        let http = http.clone();
        async move { http.get(path).send().await.unwrap().text().await.unwrap() }
    };
    let front = page(running.url()).await;
    assert!(front.contains(&format!("href=\"/tripay/checkout/{reference}\"")), "{front}");
    let checkout_url = format!("{}/tripay/checkout/{reference}", running.url());
    let checkout = page(checkout_url.clone()).await;
    assert!(checkout.contains(&format!("action=\"/tripay/checkout/{reference}/pay\"")), "{checkout}");
    assert!(checkout.contains("Rp 150.000") && checkout.contains("INV-&lt;1&gt;"), "{checkout}");

    let pressed = http.post(format!("{checkout_url}/pay")).send().await.unwrap();
    assert_eq!(
        (pressed.status().as_u16(), &pressed.headers()["location"]),
        (303, &format!("/tripay/checkout/{reference}").parse().unwrap())
    );
    let checkout = page(checkout_url.clone()).await;
    assert!(checkout.contains("PAID") && checkout.contains("accepted"), "{checkout}");
    assert!(!checkout.contains("/pay\""), "a paid one cannot be paid again: {checkout}");
    assert_eq!(receiver.received().len(), 1);
    let again = http.post(format!("{checkout_url}/pay")).send().await.unwrap();
    assert_eq!(again.status(), 409);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn without_an_address_nothing_is_sent_and_it_is_said() {
    let running = start().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let answer = control(&running, "POST", &event_path(&reference, "pay"), Value::Null).await;
    assert_eq!(
        (&answer["status"], &answer["deliveries"][0]["error"]),
        (&json!("PAID"), &json!("no callback URL is set"))
    );
    let receiver = Receiver::start().await;
    let settings = json!({ "callbackUrl": receiver.url });
    control(&running, "PUT", "/_control/tripay/settings/merchant", settings).await;
    control(&running, "POST", &event_path(&reference, "pay"), Value::Null).await;
    assert_eq!(receiver.received().len(), 1);
    let unreachable = json!({ "callbackUrl": "http://127.0.0.1:1/hook" });
    control(&running, "PUT", "/_control/tripay/settings/merchant", unreachable).await;
    let answer = control(&running, "POST", &event_path(&reference, "pay"), Value::Null).await;
    assert!(answer["deliveries"][0]["error"].as_str().unwrap().starts_with("could not connect"), "{answer}");
}
