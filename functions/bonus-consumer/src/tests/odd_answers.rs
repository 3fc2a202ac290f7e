//! Portmone answers in each of its known ways, in ways that fit nothing, and in an older version of its protocol.

use jiff::SignedDuration;
use serde_json::json;

use super::bench::{Bench, RECEIPT};
use super::outside::{accepted, field};

const DIRECT: &str = "/portmone/api/directcash/";

/// An answer of Portmone's with this in its bill.
fn bill(id: &str, inside: &str) -> (u16, String) {
    (200, format!("<?xml version=\"1.0\"?><rsp status=\"ok\"><bill id=\"{id}\">{inside}</bill></rsp>"))
}

/// A bonus of which the payment is answered in this way.
async fn paid_with(inside: impl Fn(&str) -> (u16, String)) -> Bench {
    let bench = Bench::start().await;
    // Refused first, so that the bill is known.
    bench.fault(json!({ "operation": "bills.pay", "fault": "refuse", "message": "Declined" })).await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.retry(RECEIPT).await;
    let bill = bench.bill_there().await;
    bench.wire.answer_next(DIRECT, 1, inside(&bill));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench
}

#[tokio::test]
async fn every_known_shape_of_an_answer_is_read() {
    for shape in ["superset", "attribute", "element"] {
        let bench = Bench::start().await;
        bench.set_portmone(json!({ "shape": shape })).await;
        bench.accept(&accepted(RECEIPT)).await;
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{shape}");
        assert_eq!(bench.bonus(RECEIPT)["bill"], json!(bench.bill_there().await), "{shape}");
    }
}

#[tokio::test]
async fn a_first_version_answer_is_understood() {
    let bench = Bench::start().await;
    bench.set_portmone(json!({ "fallback": true })).await;
    bench.fault(json!({ "operation": "bills.create", "fault": "refuse", "message": "Declined" })).await;
    bench.accept(&accepted(RECEIPT)).await;
    let refusal = bench.standing(RECEIPT)["refusal"].clone();
    assert_eq!(refusal, json!({ "by": "PORTMONE", "code": "p008", "reason": "Declined" }));
    let asked = bench.wire.calls().into_iter().find(|call| call.tap == "portmone").unwrap();
    assert_eq!(field(&asked, "version").as_deref(), Some("2"));
}

#[tokio::test]
async fn a_bill_for_another_payee_is_not_paid() {
    let bench = Bench::start().await;
    bench.wire.answer_next(DIRECT, 1, bill("523", "<payee id=\"2066\">Vodafone</payee>"));
    bench.accept(&accepted(RECEIPT)).await;
    let standing = bench.standing(RECEIPT);
    assert_eq!(
        (&standing["state"], &standing["refusal"]["code"]),
        (&json!("REFUSED"), &json!("other_payee"))
    );
    assert_eq!(bench.calls(), ["bills.create"]);
}

#[tokio::test]
async fn a_bill_that_another_bonus_has_is_not_paid_for_this_one() {
    let bench = Bench::start().await;
    bench.accept(&accepted("receipt-0")).await;
    let taken = bench.bill_there().await;
    bench.wire.answer_next(DIRECT, 1, bill(&taken, ""));
    bench.accept(&accepted(RECEIPT)).await;
    let standing = bench.standing(RECEIPT);
    assert_eq!((&standing["state"], bench.payments().await), (&json!("NEEDS_REVIEW"), vec![1]));
    assert_eq!(standing["reason"], format!("Portmone named the bill {taken}, which the bonus receipt-0 has"));
    assert_eq!(bench.items("PORTMONE_BILL")[0]["bonus"], "receipt-0");
}

#[tokio::test]
async fn a_bill_of_another_bonus_is_not_even_taken_where_nobody_can_look_whose_it_is() {
    let bench = Bench::start().await;
    bench.accept(&accepted("receipt-0")).await;
    let taken = bench.bill_there().await;
    let calls = bench.wire.calls();
    let asked = calls.iter().find(|call| call.tap == "portmone").unwrap().number;
    assert_eq!(calls[asked].operation(), "GetItem");
    bench.wire.reset();
    let no = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer(asked + 1, 400, &no.to_string());
    bench.wire.answer_next(DIRECT, 1, bill(&taken, ""));
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!(
        (bench.state(RECEIPT).as_str(), bench.calls()),
        ("MAKING_BILL", vec!["bills.create".to_owned()])
    );
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(3)).await, 1);
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1, 1]));
    assert_eq!(bench.items("PORTMONE_BILL").len(), 2);
}

#[tokio::test]
async fn an_answer_without_a_bill_made_none() {
    for answer in [
        (200, "<rsp status=\"ok\"/>".to_owned()),
        (200, String::new()),
        (200, "<!DOCTYPE rsp [<!ENTITY a \"b\">]><rsp status=\"ok\"><bill id=\"1\"/></rsp>".to_owned()),
        (200, "<rsp status=\"perhaps\"><bill id=\"1\"/></rsp>".to_owned()),
        (200, "<rsp status=\"ok\"><bill id=\"1\">".to_owned()),
        bill(&"9".repeat(200), ""),
    ] {
        let bench = Bench::start().await;
        bench.wire.answer_next(DIRECT, 1, answer.clone());
        bench.accept(&accepted(RECEIPT)).await;
        assert_eq!((bench.state(RECEIPT).as_str(), bench.calls().len()), ("CREATED", 1), "{answer:?}");
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1, "{answer:?}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{answer:?}");
    }
}

#[tokio::test]
async fn a_payment_of_which_something_is_wrong_is_a_person_s() {
    let other = |bill_id: &str| bill(&format!("{bill_id}0"), "<status>paid</status>");
    let amount = |id: &str| bill(id, "<paidAmount>10.00</paidAmount><status>paid</status>");
    let payee = |id: &str| bill(id, "<payee id=\"2067\">x</payee><status>paid</status>");
    for (bench, words) in [
        (paid_with(other).await, "Portmone answered about another bill"),
        (paid_with(amount).await, "Portmone paid UAH 10.00 instead of UAH 1.00"),
        (paid_with(payee).await, "Portmone answered about another payee"),
    ] {
        let standing = bench.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["question"]),
            (&json!("NEEDS_REVIEW"), &json!("PAYMENT")),
            "{words}"
        );
        assert_eq!((&standing["reason"], bench.top_ups().await.len()), (&json!(words), 0));
    }
}

#[tokio::test]
async fn a_payment_that_is_not_said_to_be_made_is_in_doubt() {
    for inside in [
        "<status>processing</status>",
        "",
        "<paidAmount>much</paidAmount>",
        "<status>paid</status><paidAmount>0,50</paidAmount>",
        "<status>paid</status><payee id=\"20 65\"/>",
    ] {
        let bench = paid_with(|id| bill(id, inside)).await;
        let standing = bench.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["is_unclear"]),
            (&json!("PAYING"), &json!(true)),
            "{inside}"
        );
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(15)).await, 1, "{inside}");
        assert_eq!(
            (bench.state(RECEIPT).as_str(), bench.top_ups().await.len()),
            ("NEEDS_REVIEW", 0),
            "{inside}"
        );
    }
}
