//! Every outside call of a run fails once, in three ways; the runs after it get everything right.

use shared::domain::invoice::number::InvoiceNumber;

use super::bench::{Bench, hours, minutes};

/// Runs after which everything must be right.
const RUNS: usize = 2;

/// What happens at a call.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// The other side acts, and its answer is lost.
    Answer,
    /// The other side sees nothing.
    Request,
    /// The other side acts, and the function dies.
    Crash,
}

/// One invoice for everything a run does, with the end it must come to.
async fn prepare(bench: &Bench) -> Vec<(InvoiceNumber, (&'static str, &'static str))> {
    let lost = bench.invoice(hours(1), hours(24)).await;
    bench.happens_unheard(&bench.code(&lost, minutes(22)).await, "pay").await;
    let due = bench.invoice(hours(25), hours(24)).await;
    bench.happens_unheard(&bench.code(&due, hours(25)).await, "expire").await;
    let due_without_code = bench.invoice(hours(25), hours(24)).await;
    let due_but_paid = bench.invoice(hours(25), hours(24)).await;
    bench.happens_unheard(&bench.code(&due_but_paid, hours(2)).await, "pay").await;
    let in_doubt = bench.invoice(hours(1), hours(24)).await;
    let attempt = bench.submitting(&in_doubt, minutes(9)).await;
    bench.at_tripay(&in_doubt, attempt).await;
    let nearly_due = bench.invoice(hours(23), hours(24)).await;
    bench.code(&nearly_due, minutes(22)).await;
    let never_sent = bench.invoice(hours(1), hours(24)).await;
    bench.submitting(&never_sent, minutes(9)).await;
    vec![
        (lost, ("PAID", "PAID")),
        (due, ("EXPIRED", "ENDED")),
        (due_without_code, ("EXPIRED", "")),
        (due_but_paid, ("PAID", "PAID")),
        (in_doubt, ("PENDING", "OPEN")),
        (nearly_due, ("PENDING", "OPEN")),
        (never_sent, ("PENDING", "ABSENT")),
    ]
}

async fn check(bench: &Bench, expected: &[(InvoiceNumber, (&str, &str))], case: &str) {
    for (place, (number, standing)) in expected.iter().enumerate() {
        assert_eq!(bench.standing(number).await, *standing, "{case}: invoice {place}");
    }
    let mut told = bench.new_events();
    told.sort();
    let each_once =
        ["invoice.expired", "invoice.expired", "invoice.expiring", "invoice.paid", "invoice.paid"];
    assert_eq!(told, each_once, "{case}");
    assert_eq!(bench.wire.count("POST /transaction/create"), 0, "{case}");
}

async fn clean_run() -> usize {
    let bench = Bench::start().await;
    let expected = prepare(&bench).await;
    bench.run().await.unwrap();
    check(&bench, &expected, "clean").await;
    bench.wire.calls().len()
}

async fn broken_run(place: usize, cut: Cut) {
    let case = format!("{cut:?} of call {place}");
    let mut bench = Bench::start().await;
    let expected = prepare(&bench).await;
    match cut {
        Cut::Answer => bench.wire.drop_answer_of(place),
        Cut::Request => bench.wire.drop_request(place),
        Cut::Crash => bench.wire.crash_at(place),
    }
    let first = bench.run().await;
    if matches!(cut, Cut::Crash) {
        assert!(bench.wire.revive(), "{case}: {first:?}");
        bench.restart().await;
    }
    for _ in 0..RUNS {
        bench.let_time_pass(minutes(15));
        let summary = bench.run().await.unwrap();
        assert!(summary.complete && summary.unanswered == 0, "{case}: {summary:?}");
    }
    check(&bench, &expected, &case).await;
}

#[tokio::test]
async fn a_lost_answer_anywhere_is_made_good() {
    let calls = clean_run().await;
    assert!(calls >= 16, "{calls} calls");
    for place in 1..=calls {
        broken_run(place, Cut::Answer).await;
    }
}

#[tokio::test]
async fn a_lost_request_anywhere_is_made_good() {
    for place in 1..=clean_run().await {
        broken_run(place, Cut::Request).await;
    }
}

#[tokio::test]
async fn a_death_anywhere_is_made_good() {
    for place in 1..=clean_run().await {
        broken_run(place, Cut::Crash).await;
    }
}
