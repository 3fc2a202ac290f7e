//! Customers who are reminded that the time of their invoice runs out.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::INVOICES;
use shared::domain::invoice::number::InvoiceNumber;

use super::bench::{Bench, DETAIL, LEAD_TIME, hours, minutes};

/// An invoice that can be paid for that much longer, of a day in all.
async fn ending_in(bench: &Bench, rest: SignedDuration) -> InvoiceNumber {
    bench.invoice(hours(24) - rest, hours(24)).await
}

#[tokio::test]
async fn a_customer_is_reminded_once_with_the_code_they_chose() {
    let bench = Bench::start().await;
    let number = ending_in(&bench, hours(1)).await;
    let reference = bench.code(&number, minutes(22)).await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.reminded, summary.expired), (1, 1, 0));
    let item = bench.aws.dynamodb.item(INVOICES, &format!("INVOICE#{number}"), "INVOICE").unwrap();
    let told = &item["outbox"]["L"][0]["M"];
    assert_eq!(told["event"]["S"], "invoice.expiring");
    assert_eq!(
        (&told["order_id"]["S"], &told["user_id"]["S"]),
        (&item["order"]["M"]["id"]["S"], &"user-1".into())
    );
    let stored = bench.stored(&number).await;
    let code = stored.attempts[0].transaction().unwrap();
    assert_eq!(told["expires_at"]["S"], stored.expires_at.to_string());
    assert_eq!(told["amount_minor"]["N"], code.amount_to_pay.minor().to_string());
    assert_eq!(told["code"]["S"].as_str(), code.code.as_deref());
    assert!(told["checkout_url"]["S"].as_str().unwrap().ends_with(&reference), "{told}");
    assert!(stored.reminded_at.is_some_and(|at| Timestamp::now().duration_since(at) < minutes(5)));
    assert_eq!(bench.standing(&number).await, ("PENDING", "OPEN"));
    assert_eq!(bench.new_events(), ["invoice.expiring"]);

    for _ in 0..2 {
        bench.let_time_pass(minutes(15));
        assert_eq!(bench.run().await.unwrap().reminded, 0, "once is enough");
    }
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reminder_costs_one_write_and_no_read_of_its_own() {
    let bench = Bench::start().await;
    let calls = |bench: &Bench| ["Query", "GetItem", "PutItem"].map(|operation| bench.wire.count(operation));
    bench.run().await.unwrap();
    let empty = calls(&bench);
    bench.wire.reset();
    ending_in(&bench, hours(1)).await;
    assert_eq!(bench.run().await.unwrap().reminded, 1);
    let [queries, reads, writes] = empty;
    assert_eq!(calls(&bench), [queries, reads, writes + 1], "the listing had the invoice");

    bench.wire.reset();
    let with_code = ending_in(&bench, hours(1)).await;
    bench.code(&with_code, minutes(22)).await;
    bench.let_time_pass(minutes(15));
    assert_eq!(bench.run().await.unwrap().reminded, 1);
    assert_eq!(
        calls(&bench),
        [queries, reads + 1, writes + 1],
        "the read is that of the question about the code"
    );
}

#[tokio::test]
async fn only_those_whose_time_is_nearly_over_are_reminded() {
    let bench = Bench::start().await;
    let early = ending_in(&bench, LEAD_TIME + minutes(1)).await;
    let in_time = ending_in(&bench, LEAD_TIME - minutes(1)).await;
    let short_lived = bench.invoice(hours(4), hours(5)).await;
    let over = ending_in(&bench, minutes(-1)).await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.reminded, summary.expired), (4, 1, 1));
    assert!(bench.stored(&in_time).await.reminded_at.is_some());
    for number in [early, short_lived, over] {
        assert_eq!(bench.stored(&number).await.reminded_at, None);
    }
}

#[tokio::test]
async fn who_has_paid_is_not_reminded() {
    let bench = Bench::start().await;
    let number = ending_in(&bench, hours(1)).await;
    let reference = bench.code(&number, minutes(22)).await;
    bench.happens_unheard(&reference, "pay").await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.healed, summary.reminded), (1, 0));
    assert_eq!(bench.new_events(), ["invoice.paid"]);
}

#[tokio::test]
async fn nobody_is_reminded_while_tripay_cannot_say_whether_they_paid() {
    let bench = Bench::start().await;
    let number = ending_in(&bench, hours(1)).await;
    bench.code(&number, minutes(22)).await;
    for fault in ["server_error", "cut_before", "garbage", "limit"] {
        bench.fault("transaction/detail", fault, 1).await;
        let summary = bench.run().await.unwrap();
        assert_eq!((summary.reminded, summary.unanswered), (0, 1), "{fault}");
        bench.let_time_pass(minutes(5));
    }
    assert_eq!(bench.new_events(), Vec::<String>::new());
    assert_eq!(bench.run().await.unwrap().reminded, 1);
}

#[tokio::test]
async fn a_reminder_waits_for_the_sweep_that_asks_about_its_code_but_not_into_the_last_moments() {
    for (rest, reminded) in [(hours(1), 0), (minutes(14), 1)] {
        let bench = Bench::start().await;
        let number = bench.invoice(hours(8) - rest, hours(8)).await;
        bench.run().await.unwrap();
        bench.forget_reminder(&number);
        bench.code(&number, minutes(67)).await;
        let summary = bench.run().await.unwrap();
        assert_eq!((summary.reminded, bench.wire.count(DETAIL)), (reminded, 0), "nothing has come due");
        bench.let_time_pass(minutes(10));
        let summary = bench.run().await.unwrap();
        assert_eq!((summary.reminded, bench.wire.count(DETAIL)), (1 - reminded, 1), "{rest}");
    }
}

#[tokio::test]
async fn who_has_a_code_in_the_making_is_reminded_once_it_is_known_what_became_of_it() {
    let bench = Bench::start().await;
    let number = ending_in(&bench, hours(1)).await;
    bench.submitting(&number, SignedDuration::from_secs(20)).await;
    assert_eq!(bench.run().await.unwrap().reminded, 0);
    let settled = ending_in(&bench, hours(1)).await;
    let attempt = bench.submitting(&settled, minutes(9)).await;
    bench.at_tripay(&settled, attempt).await;
    assert_eq!(bench.run().await.unwrap().reminded, 1, "although the answer changed the invoice just before");
    let reminded = bench.stored(&settled).await;
    assert!(reminded.reminded_at.is_some() && reminded.attempts[0].transaction().is_some());
    assert_eq!(bench.stored(&number).await.reminded_at, None);
}

#[tokio::test]
async fn two_runs_at_once_remind_once() {
    let bench = Bench::start().await;
    for _ in 0..5 {
        ending_in(&bench, hours(1)).await;
    }
    let (first, second) = tokio::join!(bench.run(), bench.run());
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
    assert_eq!(bench.new_events(), vec!["invoice.expiring"; 5]);
}

#[tokio::test]
async fn without_a_lead_time_nobody_is_reminded() {
    let mut bench = Bench::start().await;
    bench.remind_never();
    ending_in(&bench, hours(1)).await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.reminded), (1, 0));
    assert_eq!(bench.new_events(), Vec::<String>::new());
}
