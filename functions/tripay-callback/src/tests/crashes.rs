//! The function dies, or loses an answer, at each of its outside calls; then Tripay sends the callback again.

use shared::domain::invoice::InvoiceState;

use super::bench::{Bench, NUMBER, acknowledged};

/// How often Tripay delivers at most, the first time included.
const DELIVERIES: usize = 4;

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Its answer is lost; an SDK may repeat it.
    AnswerLost,
    /// It never arrives; an SDK may repeat it.
    RequestLost,
    /// It is acted on, and then nothing works any more.
    Death,
}

/// The calls of starting and of a story in which nothing goes wrong.
async fn calls_without_trouble(cases: &[&str]) -> usize {
    let bench = Bench::with_code().await;
    deliver_all(&bench, cases).await;
    bench.wire.calls().len()
}

/// Delivers each case to an instance that has just started, until it is acknowledged.
async fn deliver_all(bench: &Bench, cases: &[&str]) -> usize {
    let mut sent_again = 0;
    for case in cases {
        let mut answers = Vec::new();
        while answers.last() != Some(&acknowledged()) {
            assert!(answers.len() < DELIVERIES, "{case}: {answers:?}");
            answers.push(bench.deliver(case).await);
            // Whatever was wrong is over when Tripay comes back two minutes later.
            bench.wire.revive();
        }
        sent_again += answers.len() - 1;
    }
    sent_again
}

async fn story(cases: &[&str], number: usize, trouble: Trouble) -> (Bench, usize) {
    let bench = Bench::with_code().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => bench.wire.crash_at(number),
    }
    let sent_again = deliver_all(&bench, cases).await;
    (bench, sent_again)
}

#[tokio::test]
async fn whatever_call_goes_wrong_the_payment_lands_once() {
    let calls = calls_without_trouble(&["paid"]).await;
    assert!(calls >= 2, "a read and a write");
    for number in 1..=calls {
        for trouble in [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death] {
            let (bench, sent_again) = story(&["paid"], number, trouble).await;
            assert_eq!(sent_again, usize::from(matches!(trouble, Trouble::Death)), "{trouble:?} {number}");
            let invoice = bench.invoice().await;
            assert_eq!(invoice.state(), InvoiceState::Paid, "{trouble:?} {number}");
            assert_eq!(invoice.reports.len(), 1, "{trouble:?} {number}");
            assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.paid")], "{trouble:?} {number}");
        }
    }
}

#[tokio::test]
async fn whatever_call_goes_wrong_the_whole_life_of_an_invoice_is_told_once() {
    let cases = ["unknown-attempt", "paid", "foreign-merchant-ref", "refunded"];
    let calls = calls_without_trouble(&cases).await;
    for number in 1..=calls {
        for trouble in [Trouble::AnswerLost, Trouble::Death] {
            let (bench, _) = story(&cases, number, trouble).await;
            let invoice = bench.invoice().await;
            assert_eq!(invoice.reports.len(), 3, "{trouble:?} {number}");
            assert_eq!(invoice.state(), InvoiceState::NeedsReview, "{trouble:?} {number}");
            assert_eq!(bench.unmatched().await.len(), 1, "{trouble:?} {number}");
            let told = ["2.0 invoice.review_opened", "3.0 invoice.paid", "4.0 invoice.refunded"];
            let told = told.map(|event| format!("{NUMBER}.{event}"));
            assert_eq!(bench.new_events(), told, "{trouble:?} {number}");
        }
    }
}
