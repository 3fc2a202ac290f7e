//! Messages that can never be done: buried at first sight with their reason, and in nobody's way.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::queues::sms_charge::SmsCharge;

use super::bench::{Bench, USER, of_bill, paying, periods};
use super::switch::USD;

#[tokio::test]
async fn a_message_that_means_nothing_is_buried_with_its_reason() {
    let whole = |what: Value| {
        let mut message = json!({ "version": 1, "correlationId": "run-1" });
        message.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        message.to_string()
    };
    let through = "2026-11-21T02:00:00Z";
    let cases = [
        ("{\"version\":1".to_owned(), "malformed message: "),
        ("[]".to_owned(), "malformed message: "),
        (whole(json!({})), "malformed message: "),
        (whole(json!({ "bill": 7 })), "malformed message: "),
        (whole(json!({ "periods": { "userId": USER } })), "malformed message: "),
        (whole(json!({ "periods": { "userId": USER, "through": "today" } })), "malformed message: "),
        (whole(json!({ "version": 2, "limitOf": USER })), "version 2 is unknown"),
        (
            whole(json!({ "periods": { "userId": "user#1", "through": through } })),
            "periods.userId is not an id",
        ),
        (whole(json!({ "limitOf": "" })), "limitOf is not an id"),
        (whole(json!({ "bill": "SMS-1" })), "bill is not the number of a bill"),
        (whole(json!({ "bill": "SMS-20261121-7K3M9QZX" })), "there is no such bill"),
    ];
    join_all(cases.map(async |(message, reason)| {
        let bench = Bench::start().await;
        bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
        bench.aws.sqs.put(super::deployed::QUEUE, &message);
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{message}");
        let buried = bench.buried();
        assert!(buried.len() == 1 && buried[0].1.starts_with(reason), "{message}: {buried:?}");
        assert_eq!((&buried[0].0, bench.counted(USER), bench.switch_calls().len()), (&message, (100, 0), 0));
    }))
    .await;
}

#[tokio::test]
async fn a_message_with_more_than_is_known_is_not_half_done() {
    let more = r#"{"version":1,"correlationId":"run-1","bill":"SMS-20261121-7K3M9QZX","limitOf":"user-1"}"#;
    assert!(serde_json::from_str::<SmsCharge>(more).is_err());
}

#[tokio::test]
async fn a_poison_message_at_any_place_of_five_is_buried_and_the_four_are_billed() {
    let poisons = ["{\"version\":", "{}", "{\"version\":1,\"correlationId\":\"run-1\",\"limitOf\":\"a b\"}"];
    let cases = (0..5).flat_map(|place| poisons.map(|poison| (place, poison)));
    join_all(cases.map(async |(place, poison)| {
        let bench = Bench::start().await;
        for number in 0..5 {
            if number == place {
                bench.aws.sqs.put(super::deployed::QUEUE, poison);
                continue;
            }
            let user = format!("user-{number}");
            bench.set(&user, paying(USD)).await;
            bench.used(&user, bench.at(-1, 9), 10, "0.05").await;
            bench.plan(&user);
        }
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{place} {poison}");
        assert_eq!((bench.buried().len(), bench.buried()[0].0.as_str()), (1, poison), "{place}");
        let bills = bench.all_bills();
        assert_eq!((bills.len(), bench.taken(USD).await.len()), (4, 4), "{place} {poison}");
        assert!(bills.iter().all(|bill| bill["standing"]["state"] == "PAID"), "{place} {poison}");
    }))
    .await;
}

#[tokio::test]
async fn a_corrupt_account_or_bill_is_buried_with_its_key_and_charges_nobody() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.set("user-2", paying(USD)).await;
    bench.used("user-2", bench.at(-1, 9), 100, "0.05").await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "refuse" })).await;
    bench.run("user-2").await;
    bench.pass(jiff::SignedDuration::from_hours(1));
    let number = bench.bill()["number"].as_str().unwrap().to_owned();
    for (pk, sk, place, value) in [
        (format!("SMS_ACCOUNT#{USER}"), "SMS_ACCOUNT", "/periods/L/0/M/currency/S", json!("XXX")),
        (format!("SMS_BILL#{number}"), "SMS_BILL", "/amount_minor/N", json!("1")),
    ] {
        let mut item = bench.aws.dynamodb.item("sms-billing", &pk, sk).unwrap();
        *item.pointer_mut(place).unwrap() = value;
        bench.aws.dynamodb.put("sms-billing", &item);
    }
    bench.wire.reset();
    bench.put(&periods(USER, bench.at(0, 0)));
    bench.put(&of_bill(&number));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let reasons: Vec<String> = bench.buried().into_iter().map(|(_, reason)| reason).collect();
    let named =
        |key: &str| reasons.iter().any(|reason| reason.starts_with(&format!("the item {key} is corrupt: ")));
    assert!(named("SMS_ACCOUNT#user-1") && named(&format!("SMS_BILL#{number}")), "{reasons:?}");
    assert_eq!((bench.switch_calls(), bench.taken(USD).await.len()), (Vec::new(), 0));
}
