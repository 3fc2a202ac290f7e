//! The function dies, or loses a request or an answer, at each of its outside calls; then Portmone sends it again.

use super::bench::Bench;

/// How often Portmone delivers at most, the first time included.
const DELIVERIES: usize = 3;

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Its answer is lost; an SDK may repeat it.
    AnswerLost,
    /// It never arrives; an SDK may repeat it.
    RequestLost,
    /// It is acted on, and then nothing works any more.
    Death,
}

/// The bills of a story, and what is kept of each at its end.
type End = &'static [(&'static str, &'static [&'static str])];

const STORIES: [(&[&str], End); 5] = [
    (&["rsp-ok"], &[("523", &["paid"])]),
    (&["rsp-fail", "rsp-ok"], &[("523", &["failed", "paid"])]),
    (&["bills-paid", "bills-refunded", "bills-paid"], &[("523", &["paid", "refunded"])]),
    (&["pay-orders"], &[("14561", &["paid"]), ("14562", &["paid"])]),
    (&["json", "bills-paid"], &[("523", &["paid", "paid"])]),
];

/// Delivers each case until it is acknowledged; how often one had to be sent again.
async fn deliver_all(bench: &Bench, cases: &[&str]) -> usize {
    let mut sent_again = 0;
    for case in cases {
        for delivery in 1.. {
            let answer = bench.deliver(case).await;
            if answer.status == 200 {
                break;
            }
            assert!(answer.status == 503 && delivery < DELIVERIES, "{case}: {answer:?}");
            // Whatever was wrong is over when Portmone comes back.
            bench.wire.revive();
            sent_again += 1;
        }
    }
    sent_again
}

async fn check(cases: &[&str], end: End, number: usize, trouble: Trouble) {
    let bench = Bench::start().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => bench.wire.crash_at(number),
    }
    let sent_again = deliver_all(&bench, cases).await;
    let what = format!("{cases:?} {trouble:?} {number}");
    assert_eq!(sent_again, usize::from(trouble == Trouble::Death), "{what}");
    let mut told = Vec::new();
    for (bill, outcomes) in end {
        let kept = bench.bill(bill).await.reports;
        let kept: Vec<&str> = kept.iter().map(|report| report.outcome.as_str()).collect();
        assert_eq!(kept, *outcomes, "{what}");
        told.extend((1..=outcomes.len()).map(|version| format!("{bill}.{version}.0 portmone_bill.reported")));
    }
    let mut events = bench.new_events();
    events.sort_unstable();
    assert_eq!(events, told, "{what}: each is told once");
}

#[tokio::test]
async fn whatever_call_goes_wrong_every_report_is_kept_and_told_once() {
    for (cases, end) in STORIES {
        let calls = {
            let bench = Bench::start().await;
            assert_eq!(deliver_all(&bench, cases).await, 0);
            bench.operations().len()
        };
        assert!(calls >= 2, "a read and a write");
        for number in 1..=calls {
            for trouble in [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death] {
                check(cases, end, number, trouble).await;
            }
        }
    }
}
