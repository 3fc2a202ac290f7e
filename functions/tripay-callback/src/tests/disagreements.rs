//! Reports that contradict what is known: kept with their evidence, listed, never believed, acknowledged.

use sandbox::testbed::event_files::event;
use serde_json::Value;
use shared::domain::invoice::{InvoiceState, Standing};
use shared::stores::unmatched_reports::UnmatchedReport;

use super::bench::{Bench, NUMBER, REFERENCE, acknowledged, request, signed};

/// Delivers events in order and answers what is stored of the last one.
async fn last_report_after(bench: &Bench, cases: &[&str]) -> Value {
    for case in cases {
        assert_eq!(bench.deliver(case).await, acknowledged(), "{case}");
    }
    let reports = bench.item()["reports"]["L"].as_array().unwrap().clone();
    assert_eq!(reports.len(), cases.len());
    let last = reports.last().unwrap()["M"].clone();
    assert_eq!(last["raw"]["S"], event(cases.last().unwrap())["body"]);
    assert_eq!(last["source"]["S"], "callback");
    last
}

/// Whether somebody is asked about the invoice, by the list of such invoices.
fn is_listed_for_review(bench: &Bench) -> bool {
    bench.item()["gsi2pk"]["S"] == "STATE#NEEDS_REVIEW"
}

#[tokio::test]
async fn paid_after_expiry_is_a_question_for_a_person() {
    let bench = Bench::with_code().await;
    let report = last_report_after(&bench, &["expired", "paid"]).await;
    assert_eq!(report["disagreement"]["S"], "paid_after_expiry");
    let invoice = bench.invoice().await;
    assert!(matches!(invoice.standing, Standing::Expired { .. }));
    assert!(is_listed_for_review(&bench));
    let told = ["2.0 invoice.expired", "3.0 invoice.review_opened"].map(|event| format!("{NUMBER}.{event}"));
    assert_eq!(bench.new_events(), told, "the order is not told: nothing is decided yet");

    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.invoice().await, invoice, "the same report again adds nothing");
}

#[tokio::test]
async fn expired_after_payment_is_kept_and_undoes_nothing() {
    let bench = Bench::with_code().await;
    let report = last_report_after(&bench, &["paid", "expired"]).await;
    assert_eq!(report["disagreement"]["S"], "ended_after_payment");
    assert_eq!(bench.invoice().await.state(), InvoiceState::Paid);
    assert!(!is_listed_for_review(&bench), "no money is in question");
    assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.paid")]);
}

#[tokio::test]
async fn another_amount_is_not_a_payment() {
    let bench = Bench::with_code().await;
    let report = last_report_after(&bench, &["other-amount"]).await;
    assert_eq!(report["disagreement"]["S"], "amount_differs");
    assert_eq!((&report["amount_minor"]["N"], &report["currency"]["S"]), (&"15000".into(), &"IDR".into()));
    assert_eq!(bench.invoice().await.payment(), None);
    assert!(is_listed_for_review(&bench));
    assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.review_opened")]);
}

#[tokio::test]
async fn another_amount_after_the_payment_is_kept_beside_it() {
    let bench = Bench::with_code().await;
    let report = last_report_after(&bench, &["paid", "other-amount"]).await;
    assert_eq!(report["disagreement"]["S"], "amount_differs");
    assert_eq!(bench.invoice().await.payment().unwrap().amount.minor(), 150_000);
    assert!(is_listed_for_review(&bench));
    let told = ["2.0 invoice.paid", "3.0 invoice.review_opened"].map(|event| format!("{NUMBER}.{event}"));
    assert_eq!(bench.new_events(), told);
}

#[tokio::test]
async fn another_reference_is_not_our_transaction() {
    let bench = Bench::with_code().await;
    let report = last_report_after(&bench, &["other-reference"]).await;
    assert_eq!(report["disagreement"]["S"], "reference_differs");
    assert_eq!(report["reference"]["S"], "DEV-T9999100009ZZ9QW");
    assert!(is_listed_for_review(&bench));
    assert_eq!(bench.invoice().await.payment(), None);

    // The true payment still comes: it is kept and settles, and the question about the other stays.
    assert_eq!(bench.deliver("paid").await, acknowledged());
    let invoice = bench.invoice().await;
    assert_eq!(invoice.payment().unwrap().reference.as_str(), REFERENCE);
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
    let told = ["2.0 invoice.review_opened", "3.0 invoice.paid"].map(|event| format!("{NUMBER}.{event}"));
    assert_eq!(bench.new_events(), told);
}

#[tokio::test]
async fn a_refund_before_its_payment_ends_refunded_and_only_the_operators_are_told() {
    let bench = Bench::with_code().await;
    last_report_after(&bench, &["refunded", "paid"]).await;
    assert!(matches!(bench.invoice().await.standing, Standing::Refunded { .. }));
    assert!(is_listed_for_review(&bench), "a person closes the question that the refund raised");
    assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.review_opened")]);
}

#[tokio::test]
async fn a_report_about_no_invoice_of_ours_is_listed_once() {
    for (case, merchant_ref) in
        [("unknown-invoice", "INV-20261121-00000000-1"), ("foreign-merchant-ref", "INV123456")]
    {
        let bench = Bench::with_code().await;
        for _ in 0..2 {
            assert_eq!(bench.deliver(case).await, acknowledged(), "{case}");
        }
        let listed = bench.unmatched().await;
        let received_at = listed.first().unwrap().received_at;
        let expected = UnmatchedReport {
            reference: REFERENCE.to_owned(),
            merchant_ref: merchant_ref.to_owned(),
            status: "PAID".to_owned(),
            amount: 150_000,
            received_at,
            raw: event(case)["body"].as_str().unwrap().to_owned(),
        };
        assert_eq!(listed, [expected], "{case}");
        assert_eq!(bench.new_events(), Vec::<String>::new(), "{case}");
    }
}

#[tokio::test]
async fn reports_about_one_foreign_transaction_are_told_apart_by_what_they_say() {
    let bench = Bench::start().await;
    let body = event("foreign-merchant-ref")["body"].as_str().unwrap().to_owned();
    for status in ["PAID", "EXPIRED", "REFUND"] {
        let answer = bench.send(request(&signed(&body.replace("PAID", status)))).await;
        assert_eq!(answer, acknowledged(), "{status}");
    }
    let mut listed: Vec<String> = bench.unmatched().await.into_iter().map(|report| report.status).collect();
    listed.sort();
    assert_eq!(listed, ["EXPIRED", "PAID", "REFUND"]);
}

#[tokio::test]
async fn a_foreign_reference_of_any_length_is_kept() {
    let bench = Bench::start().await;
    let long = "é".repeat(30_000);
    let body = event("foreign-merchant-ref")["body"].as_str().unwrap().replace("INV123456", &long);
    assert_eq!(bench.send(request(&signed(&body))).await, acknowledged());
    assert_eq!(bench.unmatched().await.first().unwrap().merchant_ref, long);
}
