//! Payments whose callback never came.

use shared::domain::payment_report::ReportSource;

use super::bench::{Bench, DETAIL, hours, minutes};

#[tokio::test]
async fn a_payment_whose_callback_was_lost_is_found() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let reference = bench.code(&number, minutes(22)).await;
    bench.happens_unheard(&reference, "pay").await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.healed, summary.complete), (1, 1, true));
    let invoice = bench.stored(&number).await;
    assert_eq!((invoice.state().as_str(), invoice.reports.len()), ("PAID", 1));
    assert_eq!(invoice.reports[0].source, ReportSource::Inquiry);
    assert!(invoice.reports[0].raw.contains(&reference), "the evidence is kept");
    assert_eq!(bench.new_events(), ["invoice.paid"]);

    bench.let_time_pass(hours(1));
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, bench.wire.count(DETAIL)), (0, 1), "a paid invoice is not looked at again");
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn a_code_that_waits_is_asked_about_by_its_age() {
    for (age, passed, asked) in
        [(7, 5, 1), (7, 3, 1), (7, 1, 0), (62, 5, 1), (67, 5, 0), (67, 10, 1), (367, 5, 0), (367, 15, 1)]
    {
        let bench = Bench::start().await;
        let number = bench.invoice(hours(8), hours(24)).await;
        bench.code(&number, minutes(age)).await;
        bench.run().await.unwrap();
        assert_eq!(bench.wire.count(DETAIL), 1, "the first sweep asks about all");
        bench.run().await.unwrap();
        assert_eq!(bench.wire.count(DETAIL), 1, "nothing has come due since");
        bench.let_time_pass(minutes(passed));
        bench.run().await.unwrap();
        assert_eq!(bench.wire.count(DETAIL), 1 + asked, "{age} minutes old, {passed} minutes later");
        assert_eq!(bench.standing(&number).await, ("PENDING", "OPEN"));
    }
}

#[tokio::test]
async fn a_payment_through_a_channel_given_up_is_found_too() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let first = bench.code(&number, minutes(40)).await;
    bench.rewrite_expiry_of_first_code(&number);
    let second = bench.code(&number, minutes(22)).await;
    assert_ne!(first, second);
    bench.happens_unheard(&first, "pay").await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.healed, bench.wire.count(DETAIL)), (1, 2));
    let invoice = bench.stored(&number).await;
    assert_eq!(invoice.payment().unwrap().reference.as_str(), first);
}

#[tokio::test]
async fn a_second_payment_is_found_after_the_first_settled_the_invoice() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let first = bench.code(&number, minutes(40)).await;
    bench.rewrite_expiry_of_first_code(&number);
    let second = bench.code(&number, minutes(22)).await;
    bench.happens_unheard(&first, "pay").await;
    assert_eq!(bench.run().await.unwrap().healed, 1);
    bench.happens_unheard(&second, "pay").await;
    bench.let_time_pass(hours(1));
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.disagreed), (1, 1));
    assert_eq!(bench.standing(&number).await.0, "NEEDS_REVIEW");
    assert_eq!(bench.new_events(), ["invoice.paid", "invoice.review_opened"]);
}

#[tokio::test]
async fn what_cannot_be_asked_about_is_asked_about_at_its_next_turn() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(1), hours(24)).await;
    let reference = bench.code(&number, minutes(22)).await;
    bench.happens_unheard(&reference, "pay").await;
    for fault in ["server_error", "cut_before", "cut_after", "garbage", "limit", "refuse"] {
        bench.fault("transaction/detail", fault, 1).await;
        let summary = bench.run().await.unwrap();
        assert_eq!((summary.healed, summary.unanswered, summary.complete), (0, 1, true), "{fault}");
        bench.let_time_pass(minutes(5));
    }
    assert_eq!(bench.run().await.unwrap().healed, 1);
    assert_eq!(bench.standing(&number).await, ("PAID", "PAID"));
}

#[tokio::test]
async fn a_code_that_cannot_be_asked_about_does_not_hide_the_payment_of_another() {
    let bench = Bench::start().await;
    let number = bench.invoice(hours(2), hours(24)).await;
    bench.code(&number, minutes(30)).await;
    bench.rewrite_expiry_of_first_code(&number);
    let paid = bench.code(&number, minutes(20)).await;
    bench.happens_unheard(&paid, "pay").await;
    bench.fault("transaction/detail", "server_error", 1).await;
    assert_eq!(bench.run().await.unwrap().healed, 1);
    assert_eq!(bench.standing(&number).await, ("PAID", "PAID"));
}

#[tokio::test]
async fn a_corrupt_invoice_holds_up_no_other() {
    let bench = Bench::start().await;
    let broken = bench.invoice(hours(3), hours(24)).await;
    bench.code(&broken, minutes(30)).await;
    bench.corrupt(&broken);
    let sound = bench.invoice(hours(2), hours(24)).await;
    let paid = bench.code(&sound, minutes(30)).await;
    bench.happens_unheard(&paid, "pay").await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.healed, summary.unanswered, summary.complete), (1, 1, true));
    assert_eq!(bench.standing(&sound).await, ("PAID", "PAID"));
}
