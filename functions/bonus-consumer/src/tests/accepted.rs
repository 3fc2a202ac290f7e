//! What a receipt earns: one bill, one payment and one top-up, however often and by however many it is told.

use futures::future::join;
use serde_json::{Value, json};

use super::bench::{Bench, RECEIPT};
use super::deployed::{DECISIONS, SECRET, Setup, USUAL};
use super::outside::{PHONE, accepted, accepted_with, sealed_with};

#[tokio::test]
async fn an_accepted_receipt_is_one_paid_bill_and_a_topped_up_phone() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"]);
    let bonus = bench.bonus(RECEIPT);
    assert_eq!(
        (&bonus["standing"]["state"], &bonus["standing"]["payment"]["word"]),
        (&json!("DONE"), &json!("ANSWER"))
    );
    let bill = &bench.bills_there().await[0];
    let fields = ["payeeId", "contractNumber", "currency", "comment", "state", "payments"];
    let told = fields.map(|name| bill[name].clone());
    let comment = "Top-up for receipt receipt-1";
    let expected = [json!("2065"), json!(PHONE), json!("UAH"), json!(comment), json!("paid"), json!(1)];
    assert_eq!((told, &bill["id"]), (expected, &bonus["bill"]));
    assert_eq!(bill["amount"].to_string().trim_matches('"'), "1");
    let top_ups = bench.top_ups().await;
    assert_eq!(
        (top_ups.len(), &top_ups[0]["key"], &top_ups[0]["msisdn"]),
        (1, &json!(RECEIPT), &json!(PHONE))
    );
    assert_eq!((&top_ups[0]["reference"], &top_ups[0]["requests"]), (&json!(RECEIPT), &json!(1)));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"]);
    for event in bench.events() {
        let told = ["receipt_id", "user_id", "chat", "locale", "recipient", "amount_minor"];
        let told = told.map(|name| event[name].clone());
        let whom = [json!(RECEIPT), json!("user-1"), json!(700_000_001), json!("uk")];
        assert_eq!((&told[..4], &told[5], &event["bill"]), (&whom[..], &json!(100), &bill["id"]), "{event}");
        assert!(told[4].as_str().unwrap().ends_with("*67"), "{event}");
    }
}

#[tokio::test]
async fn without_a_telecom_the_payment_is_all() {
    let bench = Bench::with(Setup { has_telecom: false, ..USUAL }).await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!(
        (bench.calls(), bench.state(RECEIPT)),
        (vec!["bills.create".to_owned(), "bills.pay".to_owned()], "DONE".to_owned())
    );
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 0));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"]);
}

#[tokio::test]
async fn what_was_not_accepted_earns_nothing() {
    let bench = Bench::start().await;
    for decision in [
        json!({ "receipt_id": RECEIPT, "status": "rejected", "eligible": false }),
        json!({ "receipt_id": RECEIPT, "status": "rejected", "reason": "daily_limit" }),
        json!({ "receipt_id": RECEIPT, "status": "pending" }),
        accepted_with(RECEIPT, &json!({ "eligible": false })),
        accepted_with(RECEIPT, &json!({ "status": "Accepted" })),
    ] {
        bench.accept(&decision).await;
        assert_eq!((bench.items("BONUS").len(), bench.wire.calls().len()), (0, 0), "{decision}");
    }
    assert_eq!((bench.waiting().len(), bench.buried().len()), (0, 0));
}

#[tokio::test]
async fn a_receipt_that_is_told_again_and_again_earns_one_bonus() {
    let bench = Bench::start().await;
    bench.put(&accepted(RECEIPT));
    bench.put(&accepted(RECEIPT));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    // The same number is sealed in another way each time.
    for _ in 0..3 {
        bench.accept(&accepted(RECEIPT)).await;
    }
    assert_eq!((bench.state(RECEIPT).as_str(), bench.items("BONUS").len()), ("DONE", 1));
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 1));
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"]);
    assert_eq!((bench.told().len(), bench.buried().len()), (2, 0));
}

#[tokio::test]
async fn two_instances_that_get_the_same_receipt_at_once_pay_it_once() {
    for round in 0..8 {
        let bench = Bench::start().await;
        let other = bench.another().await;
        bench.wire.reset();
        bench.put(&accepted(RECEIPT));
        bench.put(&accepted(RECEIPT));
        join(bench.deliver_to(&bench.app, DECISIONS, 1), bench.deliver_to(&other, DECISIONS, 1)).await;
        // Whoever came second may have been told to come again.
        while !bench.waiting().is_empty() {
            bench.deliver().await;
        }
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{round}");
        assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"], "{round}");
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"], "{round}");
    }
}

#[tokio::test]
async fn another_amount_or_another_user_for_a_receipt_that_has_its_bonus_is_a_person_s() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    for other in [json!({ "amount": 200 }), json!({ "user_id": "user-2" })] {
        bench.accept(&accepted_with(RECEIPT, &other)).await;
    }
    let reasons: Vec<String> = bench.buried().into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, ["the receipt has a bonus of another user or of another amount"; 2]);
    assert_eq!((bench.payments().await, bench.bonus(RECEIPT)["amount_minor"].clone()), (vec![1], json!(100)));
}

#[tokio::test]
async fn what_cannot_be_paid_out_is_refused_at_once_and_its_user_is_told() {
    let cases: [(Value, &str); 5] = [
        (json!({ "msisdn": sealed_with(SECRET, "998901234567") }), "invalid_msisdn"),
        (json!({ "msisdn": sealed_with(SECRET, "hello") }), "invalid_msisdn"),
        (json!({ "msisdn": sealed_with(SECRET, "380441234567") }), "no_payee"),
        (json!({ "amount": 10_001 }), "amount_limit"),
        (json!({ "currency": "USD" }), "wrong_currency"),
    ];
    for (other, code) in cases {
        let bench = Bench::start().await;
        bench.accept(&accepted_with(RECEIPT, &other)).await;
        let standing = bench.standing(RECEIPT);
        let refusal = &standing["refusal"];
        assert_eq!(
            (&standing["state"], &refusal["by"], &refusal["code"]),
            (&json!("REFUSED"), &json!("PAYDESK"), &json!(code))
        );
        let events = bench.events();
        assert_eq!(
            (bench.told(), &events[0]["code"]),
            (vec!["bonus.failed".to_owned()], &json!(code)),
            "{other}"
        );
        assert_eq!((bench.calls().len(), bench.buried().len(), bench.watch().await), (0, 0, 0), "{code}");
    }
}

#[tokio::test]
async fn each_number_goes_to_its_operator() {
    let bench = Bench::start().await;
    let numbers = [("0391234567", "2065"), ("+38 (050) 123-45-67", "2066"), ("80631234567", "2067")];
    for (place, (number, _)) in numbers.iter().enumerate() {
        let decision = json!({ "msisdn": sealed_with(SECRET, number) });
        bench.accept(&accepted_with(&format!("receipt-{place}"), &decision)).await;
    }
    let payees: Vec<Value> = bench.bills_there().await.iter().map(|bill| bill["payeeId"].clone()).collect();
    assert_eq!(payees, numbers.map(|(_, payee)| json!(payee)));
    assert_eq!(bench.payments().await, [1, 1, 1]);
}
