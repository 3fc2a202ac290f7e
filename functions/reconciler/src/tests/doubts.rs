//! Attempts of which it is not known whether Tripay created the transaction.

use jiff::SignedDuration;

use super::bench::{Bench, LIST, hours, minutes};

#[tokio::test]
async fn a_transaction_that_was_created_is_found_with_its_details() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let attempt = bench.submitting(&number, SignedDuration::from_secs(20)).await;
    let detail = bench.at_tripay(&number, attempt).await;
    bench.run().await.unwrap();
    let invoice = bench.stored(&number).await;
    assert_eq!(invoice.attempts[0].transaction(), Some(&detail.transaction));
    assert_eq!(bench.standing(&number).await, ("PENDING", "OPEN"));
}

#[tokio::test]
async fn one_that_was_paid_meanwhile_settles_the_invoice() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let attempt = bench.submitting(&number, minutes(9)).await;
    let reference = bench.at_tripay(&number, attempt).await.transaction.reference;
    bench.happens_unheard(reference.as_str(), "pay").await;
    assert_eq!(bench.run().await.unwrap().healed, 1);
    let invoice = bench.stored(&number).await;
    assert_eq!(invoice.payment().map(|payment| &payment.reference), Some(&reference));
    assert!(invoice.attempts[0].transaction().is_some(), "with the details of the code");
}

#[tokio::test]
async fn absence_is_believed_after_the_settling_delay_only() {
    let bench = Bench::start().await;
    let young = bench.invoice(hours(1), hours(24)).await;
    bench.submitting(&young, SignedDuration::from_secs(20)).await;
    let old = bench.invoice(hours(1), hours(24)).await;
    bench.submitting(&old, SignedDuration::from_secs(61)).await;
    bench.run().await.unwrap();
    assert_eq!(bench.standing(&young).await, ("PENDING", "SUBMITTING"));
    assert_eq!(bench.standing(&old).await, ("PENDING", "ABSENT"));
    bench.run().await.unwrap();
    assert_eq!(bench.wire.count(LIST), 3, "the one in doubt is asked about in every run");
}

#[tokio::test]
async fn an_invoice_does_not_expire_while_a_code_may_be_in_the_making() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(24) + SignedDuration::from_secs(5), hours(24)).await;
    bench.submitting(&number, SignedDuration::from_secs(20)).await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.expired, summary.unanswered), (0, 1));
    assert_eq!(bench.standing(&number).await, ("PENDING", "SUBMITTING"));
}

#[tokio::test]
async fn one_in_doubt_for_a_day_past_its_time_is_given_up() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(50), hours(24)).await;
    bench.submitting(&number, hours(27)).await;
    bench.fault("transactions", "server_error", 1).await;
    assert_eq!(bench.run().await.unwrap().expired, 1);
    assert_eq!(bench.standing(&number).await, ("EXPIRED", "ABSENT"));
    assert_eq!(bench.run().await.unwrap().seen, 0);
}

#[tokio::test]
async fn several_transactions_of_one_reference_are_all_looked_at() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let attempt = bench.submitting(&number, minutes(9)).await;
    let paid = bench.at_tripay(&number, attempt).await.transaction.reference;
    bench.at_tripay(&number, attempt).await;
    bench.happens_unheard(paid.as_str(), "pay").await;
    bench.run().await.unwrap();
    let invoice = bench.stored(&number).await;
    assert_ne!(invoice.state().as_str(), "PENDING", "the money is not overlooked");
}
