//! Portmone's notices in every dialect, sent to a receiver of the test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::options::Options;
use sandbox::portmone::WEBHOOK_TOKEN;
use sandbox::server::{Running, Sandbox};
use serde_json::{Value, json};
use support::reseller::{Reseller, settings, state};
use support::{Received, Receiver, control};

const TAKEN: &str = "<RESULT><ERROR_CODE>0</ERROR_CODE><REASON>OK</REASON></RESULT>";

/// A sandbox whose notices go to a receiver, and a paid bill.
async fn start() -> (Running, Receiver, String) {
    let receiver = Receiver::start().await;
    let options = Options { portmone_callback_url: Some(receiver.url.clone()), ..Options::default() };
    let running = Sandbox::start(options).await.unwrap();
    let reseller = Reseller::of(&running);
    let id = reseller.create("380991234567").await;
    reseller.pay(&id, "1.00").await;
    (running, receiver, id)
}

async fn report(running: &Running, id: &str, event: &str, wish: Value) -> Value {
    control(running, "POST", &format!("/_control/portmone/bills/{id}/{event}"), wish).await
}

/// The document in the form field `data`.
fn document(received: &Received) -> String {
    assert_eq!(received.header("content-type"), Some("application/x-www-form-urlencoded"));
    let mut pairs = url::form_urlencoded::parse(&received.body);
    let (name, document) = pairs.next().unwrap();
    assert_eq!((name.as_ref(), pairs.next()), ("data", None));
    document.into_owned()
}

fn element(document: &str, name: &str) -> Vec<String> {
    let places = document.split(&format!("<{name}>")).skip(1).map(str::to_owned).collect::<Vec<_>>();
    places.iter().map(|place| place.split("</").next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_rsp_tells_of_success_failure_and_money_that_went_back() {
    let (running, receiver, id) = start().await;
    receiver.answer_with(200, r#"{"status":"ok"}"#);
    let answer = report(&running, &id, "ok", Value::Null).await;
    assert_eq!((&answer["bill"], &answer["state"]), (&json!("523"), &json!("paid")));
    let delivery = &answer["deliveries"][0];
    assert_eq!((&delivery["status"], &delivery["accepted"]), (&json!(200), &json!(true)));
    assert_eq!(delivery["body"], r#"{"status":"ok"}"#);
    let declined = json!({ "code": "123", "description": "a < b" });
    report(&running, &id, "fail", declined).await;
    assert_eq!(state(&running, &id).await.0, "paid", "a failure that contradicts is told, and nothing moves");
    report(&running, &id, "ok", json!({ "amount": 1.01 })).await;
    assert_eq!(report(&running, &id, "refund", Value::Null).await["state"], "returned");
    let received = receiver.received();
    let bodies: Vec<&str> = received.iter().map(|one| std::str::from_utf8(&one.body).unwrap()).collect();
    let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let ok = |inside: &str| {
        format!(
            "{start}<rsp status=\"ok\"><bill id=\"523\"><billId>523</billId>\
             <contractNumber>380991234567</contractNumber>{inside}</bill></rsp>"
        )
    };
    let fail = format!(
        "{start}<rsp status=\"fail\"><bill id=\"523\"><billId>523</billId></bill>\
         <error code=\"123\">Declined</error><error_description>a &lt; b</error_description></rsp>"
    );
    let expected = [
        ok("<status>paid</status>"),
        fail,
        ok("<paidAmount>1.01</paidAmount><status>paid</status>"),
        ok("<paidAmount>-1.00</paidAmount><status>paid</status>"),
    ];
    assert_eq!(bodies, expected);
    assert_eq!(received[0].header("x-portmone-token"), Some(WEBHOOK_TOKEN));
    assert_eq!(received[0].header("content-type"), Some("text/xml; charset=utf-8"));
}

#[tokio::test]
async fn bills_tells_of_money_with_its_sign_and_the_same_bytes_each_time() {
    let (running, receiver, id) = start().await;
    receiver.answer_with(200, TAKEN);
    let wish = json!({ "dialect": "bills", "times": 3, "concurrent": true });
    let answer = report(&running, &id, "ok", wish).await;
    assert_eq!(answer["deliveries"].as_array().unwrap().len(), 3);
    assert_eq!(answer["deliveries"][2]["accepted"], true);
    let received = receiver.received();
    assert!(received.len() == 3 && received.iter().all(|one| one.body == received[0].body));
    let first = document(&received[0]);
    for (name, text) in [
        ("BILL_ID", "523"),
        ("BILL_NUMBER", "523/1"),
        ("PAYED_AMOUNT", "1.00"),
        ("PAYED_COMMISSION", "0.00"),
        ("AUTH_CODE", "TESTPM"),
        ("CONTRACT_NUMBER", "380991234567"),
        ("STATUS", "PAYED"),
        ("CARD_MASK", "444433******0000"),
    ] {
        assert_eq!(element(&first, name), [text], "{name}: {first}");
    }
    assert_eq!(element(&first, "CODE"), ["2065", "399999"]);
    assert!(first.contains("<BILLS><BILL><PAYEE><NAME>Київстар</NAME>"), "{first}");
    receiver.answer_with(200, &TAKEN.replace(">0<", ">4<"));
    let refused = report(&running, &id, "refund", json!({ "dialect": "bills" })).await;
    assert_eq!(
        (&refused["state"], &refused["deliveries"][0]["accepted"]),
        (&json!("returned"), &json!(false))
    );
    report(&running, &id, "fail", json!({ "dialect": "bills", "amount": 7 })).await;
    let received = receiver.received();
    let [refund, failure] = [3, 4].map(|place| document(&received[place]));
    let told = |document: &str| (element(document, "PAYED_AMOUNT"), element(document, "STATUS"));
    assert_eq!(told(&refund), (vec!["-1.00".to_owned()], vec!["PAYED".to_owned()]));
    assert_eq!(told(&failure), (vec!["7.00".to_owned()], vec!["REJECTED".to_owned()]));
}

#[tokio::test]
async fn a_json_notice_names_the_bill_and_says_nothing_of_it() {
    let (running, receiver, id) = start().await;
    receiver.answer_with(200, r#"{"errorCode":"0","reason":"OK","responseId":"1"}"#);
    let answer = report(&running, &id, "ok", json!({ "dialect": "json" })).await;
    assert_eq!(answer["deliveries"][0]["accepted"], true);
    let received = receiver.received();
    assert_eq!(received[0].header("content-type"), Some("application/json"));
    assert_eq!(received[0].json(), json!({ "shopOrderNumber": "Top-up for receipt <7>", "shopBillId": 523 }));
}

#[tokio::test]
async fn a_registry_tells_of_several_bills_and_moves_none() {
    let (running, receiver, id) = start().await;
    receiver.answer_with(200, TAKEN);
    let other = Reseller::of(&running).create("380501234567").await;
    let wish = json!({ "bills": [id, other] });
    let answer = control(&running, "POST", "/_control/portmone/registries", wish).await;
    assert_eq!(answer["deliveries"][0]["accepted"], true);
    control(&running, "POST", "/_control/portmone/registries", json!({ "bills": [other], "refund": true }))
        .await;
    let wish = json!({ "bills": [id, other], "dialect": "bills" });
    control(&running, "POST", "/_control/portmone/registries", wish).await;
    report(&running, &id, "ok", json!({ "dialect": "pay_orders" })).await;
    let told: Vec<String> = receiver.received().iter().map(document).collect();
    assert!(told[0].contains("<PAY_ORDERS><PAY_ORDER><PAY_ORDER_ID>26792</PAY_ORDER_ID>"), "{}", told[0]);
    assert_eq!(element(&told[0], "PAY_ORDER_AMOUNT"), ["2.00"]);
    assert_eq!(element(&told[0], "BILL_ID"), [id.clone(), other.clone()]);
    assert_eq!(element(&told[1], "PAYED_AMOUNT"), ["-1.00"]);
    assert_eq!(element(&told[1], "PAY_ORDER_ID"), ["26793"], "each has a number of its own");
    assert!(told[2].contains("<BILLS><BILL><PAYEE>") && !told[2].contains("PAY_ORDER"), "{}", told[2]);
    assert_eq!(element(&told[2], "BILL_ID").len(), 2);
    assert_eq!(element(&told[3], "BILL_ID"), [id]);
    assert_eq!(state(&running, &other).await.0, "created");
}

#[tokio::test]
async fn payers_are_asked_about() {
    let (running, receiver, _) = start().await;
    receiver.answer_with(200, "<RESPONSE><REJECTS/></RESPONSE>");
    let wish = json!({
        "payee": "1001",
        "payers": [
            { "contractNumber": "08967563", "attributes": ["12082010"] },
            { "contractNumber": "a<b", "attributes": ["1", "2"], "amount": 5 },
        ],
    });
    let answer = control(&running, "POST", "/_control/portmone/requests", wish).await;
    assert_eq!(answer["deliveries"][0]["accepted"], true);
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REQUESTS><PAYEE>1001</PAYEE>\
                    <PAYER><CONTRACT_NUMBER>08967563</CONTRACT_NUMBER><ATTRIBUTE1>12082010</ATTRIBUTE1></PAYER>\
                    <PAYER><CONTRACT_NUMBER>a&lt;b</CONTRACT_NUMBER><ATTRIBUTE1>1</ATTRIBUTE1>\
                    <ATTRIBUTE2>2</ATTRIBUTE2><AMOUNT>5.00</AMOUNT></PAYER></REQUESTS>";
    assert_eq!(document(&receiver.received()[0]), expected);
    receiver.answer_with(200, "<RESPONSE><SYSTEM_ERROR/></RESPONSE>");
    let wish = json!({ "payers": [{ "contractNumber": "1" }] });
    let answer = control(&running, "POST", "/_control/portmone/requests", wish).await;
    assert_eq!(answer["deliveries"][0]["accepted"], false);
}

#[tokio::test]
async fn a_notice_can_lack_its_token_move_nothing_or_get_lost() {
    let (running, receiver, _) = start().await;
    let id = Reseller::of(&running).create("380991234567").await;
    report(&running, &id, "ok", json!({ "token": "missing", "moves": false })).await;
    report(&running, &id, "ok", json!({ "token": "bad", "moves": false })).await;
    assert_eq!(state(&running, &id).await.0, "created");
    let tokens: Vec<Option<String>> =
        receiver.received().iter().map(|one| one.header("x-portmone-token").map(str::to_owned)).collect();
    assert_eq!(tokens, [None, Some("sandbox-portmone-webhook-token-000x".to_owned())]);
    let lost = report(&running, &id, "fail", json!({ "send": false })).await;
    assert_eq!((&lost["state"], &lost["deliveries"]), (&json!("rejected"), &json!([])));
    assert_eq!(
        report(&running, &id, "ok", json!({ "send": false })).await["state"],
        "paid",
        "late, and paid"
    );
    assert_eq!(state(&running, &id).await.1, json!(0), "which bills.pay had no part in");
    assert_eq!(receiver.received().len(), 2);
    let log = control(&running, "GET", "/_control/log?party=portmone&operation=callback", Value::Null).await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 2);
    assert!(!log.to_string().contains("sandbox-portmone-webhook-token"), "{log}");

    settings(&running, json!({ "callbackUrl": null })).await;
    let answer = report(&running, &id, "ok", Value::Null).await;
    assert_eq!(answer["deliveries"][0]["error"], "no callback URL is set");
    for (path, wish, words) in [
        (format!("bills/{id}/ok"), json!({ "tmies": 2 }), "tmies"),
        (format!("bills/{id}/ok"), json!({ "times": 0 }), "times must be"),
        (format!("bills/{id}/ok"), json!({ "dialect": "soap" }), "soap"),
        (format!("bills/{id}/fail"), json!({ "dialect": "pay_orders" }), "nothing of failures"),
        (format!("bills/{id}/steal"), json!({}), "ok, fail, refund"),
        ("bills/999/ok".to_owned(), json!({}), "999"),
        ("registries".to_owned(), json!({ "bills": [] }), "bills must be"),
        ("registries".to_owned(), json!({ "bills": ["999"] }), "999"),
        ("registries".to_owned(), json!({ "bills": [id], "dialect": "rsp" }), "several bills"),
        ("requests".to_owned(), json!({ "payers": [] }), "payers must be"),
    ] {
        let (status, refusal) =
            running.control("POST", &format!("/_control/portmone/{path}"), &wish).await.unwrap();
        assert!(matches!(status, 400 | 404), "{path} {wish}: {status}");
        assert!(refusal["detail"].as_str().unwrap().contains(words), "{path} {wish}: {refusal}");
    }
}

#[tokio::test]
async fn a_payment_is_told_of_without_being_asked_where_the_settings_say_so() {
    let (running, receiver, _) = start().await;
    receiver.answer_with(200, TAKEN);
    settings(&running, json!({ "autoCallback": "bills", "autoCallbackDelayMs": 1, "webhookToken": "other" }))
        .await;
    let reseller = Reseller::of(&running);
    let id = reseller.create("380991234567").await;
    control(
        &running,
        "POST",
        "/_control/faults",
        json!({ "party": "portmone", "operation": "bills.pay", "fault": "cut_after" }),
    )
    .await;
    reseller.request("bills.pay", &[("billId", &id), ("amount", "1.00")]).send().await.unwrap_err();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while receiver.received().is_empty() {
        assert!(std::time::Instant::now() < deadline, "nothing came");
        tokio::task::yield_now().await;
    }
    let received = receiver.received();
    assert_eq!(element(&document(&received[0]), "BILL_ID"), [id.as_str()]);
    assert_eq!(received[0].header("x-portmone-token"), Some("other"));
    reseller.pay(&id, "1.00").await;
    assert_eq!(state(&running, &id).await.1, json!(1), "and what is refused is not told of");
}
