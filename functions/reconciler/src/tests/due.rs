//! Invoices whose time is over.

use super::bench::{Bench, DETAIL, hours, minutes};

#[tokio::test]
async fn an_unpaid_invoice_expires_after_tripay_was_asked() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(25), hours(24)).await;
    let reference = bench.code(&number, hours(25)).await;
    bench.happens_unheard(&reference, "expire").await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.expired, bench.wire.count(DETAIL)), (1, 1));
    assert_eq!(bench.standing(&number).await, ("EXPIRED", "ENDED"));
    assert_eq!(bench.new_events(), ["invoice.expired"]);
    assert_eq!(bench.run().await.unwrap().seen, 0);
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_code_it_expires_and_nobody_is_asked() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(25), hours(24)).await;
    let young = bench.invoice(hours(23), hours(24)).await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.expired), (2, 1));
    assert_eq!(bench.wire.calls().iter().filter(|call| call.tap == "tripay").count(), 0);
    assert_eq!((bench.standing(&number).await.0, bench.standing(&young).await.0), ("EXPIRED", "PENDING"));
    assert_eq!(bench.new_events().iter().filter(|event| *event == "invoice.expired").count(), 1);
}

#[tokio::test]
async fn a_due_invoice_that_was_paid_is_paid() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(25), hours(24)).await;
    let reference = bench.code(&number, hours(2)).await;
    bench.happens_unheard(&reference, "pay").await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.healed, summary.expired), (1, 0));
    assert_eq!(bench.standing(&number).await, ("PAID", "PAID"));
    assert_eq!(bench.new_events(), ["invoice.paid"]);
}

#[tokio::test]
async fn a_code_that_outlives_its_invoice_is_watched_on() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(25), hours(24)).await;
    let reference = bench.code(&number, hours(2)).await;
    assert_eq!(bench.run().await.unwrap().expired, 1);
    assert_eq!(bench.standing(&number).await, ("EXPIRED", "OPEN"));
    bench.happens_unheard(&reference, "pay").await;
    bench.let_time_pass(hours(1));
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.disagreed, summary.healed), (1, 1, 0));
    assert_eq!(bench.standing(&number).await, ("NEEDS_REVIEW", "PAID"));
    let told = ["invoice.expired", "invoice.review_opened"];
    assert_eq!(bench.new_events(), told, "the order is not told before a person decided");
    bench.let_time_pass(hours(1));
    assert_eq!(bench.run().await.unwrap().seen, 0);
}

#[tokio::test]
async fn nothing_expires_while_tripay_is_down() {
    let bench = Bench::start().await;
    let (first, second) =
        (bench.invoice(hours(25), hours(24)).await, bench.invoice(hours(26), hours(24)).await);
    bench.code(&first, hours(2)).await;
    let paid = bench.code(&second, hours(3)).await;
    bench.happens_unheard(&paid, "pay").await;
    for fault in ["server_error", "cut_before", "garbage", "limit", "refuse"] {
        bench.fault("transaction/detail", fault, 2).await;
        let summary = bench.run().await.unwrap();
        assert_eq!((summary.expired, summary.healed, summary.unanswered), (0, 0, 2), "{fault}");
        assert_eq!((bench.standing(&first).await.0, bench.standing(&second).await.0), ("PENDING", "PENDING"));
    }
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.expired, summary.healed, summary.unanswered), (1, 1, 0));
    assert_eq!((bench.standing(&first).await.0, bench.standing(&second).await.0), ("EXPIRED", "PAID"));
}

#[tokio::test]
async fn after_a_day_without_a_word_it_expires_and_money_goes_to_a_person() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(48) + minutes(1), hours(24)).await;
    let reference = bench.code(&number, hours(25)).await;
    let patient = bench.invoice(hours(48) - minutes(1), hours(24)).await;
    bench.code(&patient, hours(25)).await;
    bench.fault("transaction/detail", "server_error", 2).await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.expired, summary.unanswered), (1, 1));
    assert_eq!(bench.standing(&number).await, ("EXPIRED", "OPEN"));
    assert_eq!(bench.standing(&patient).await.0, "PENDING");
    bench.happens_unheard(&reference, "pay").await;
    bench.let_time_pass(hours(1));
    assert_eq!(bench.run().await.unwrap().disagreed, 1);
    assert_eq!(bench.standing(&number).await.0, "NEEDS_REVIEW");
}
