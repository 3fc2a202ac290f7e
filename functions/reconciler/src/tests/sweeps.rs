//! Sweeps over many invoices: in pages, in several runs, by two runs at once.

use std::collections::BTreeSet;
use std::time::SystemTime;

use shared::stores::table::StoreError;

use super::bench::{Bench, DETAIL, hours, minutes};
use crate::handler::PAGE;

/// More than two pages.
const MANY: usize = 2 * PAGE as usize + 3;

async fn with_many_paid() -> Bench {
    let bench = Bench::start().await;
    for _ in 0..MANY {
        let number = bench.invoice(hours(1), hours(24)).await;
        let reference = bench.code(&number, minutes(22)).await;
        bench.happens_unheard(&reference, "pay").await;
    }
    bench
}

fn asked(bench: &Bench) -> Vec<String> {
    let calls = bench.wire.calls().into_iter().filter(|call| call.operation() == DETAIL);
    calls.map(|call| call.path).collect()
}

#[tokio::test]
async fn a_sweep_goes_over_all_pages() {
    let bench = with_many_paid().await;
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.healed, summary.complete), (MANY, MANY, true));
    assert_eq!(bench.wire.count("Query"), MANY.div_ceil(usize::from(PAGE)));
    assert_eq!(bench.new_events().len(), MANY);
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_is_continued_by_the_next_run() {
    let (bench, page) = (with_many_paid().await, usize::from(PAGE));
    for _ in 0..MANY / page {
        // Even a run that has no time left gets a page done.
        let summary = bench.run_until(SystemTime::now()).await.unwrap();
        assert_eq!((summary.seen, summary.healed, summary.complete), (page, page, false));
    }
    let last = bench.run().await.unwrap();
    assert_eq!((last.seen, last.healed, last.complete), (MANY % page, MANY % page, true));
    let asked = asked(&bench);
    assert_eq!(asked.len(), MANY);
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), MANY, "each is asked about once");
    assert_eq!(bench.new_events().len(), MANY);
}

#[tokio::test]
async fn two_runs_at_once_settle_each_payment_once() {
    let bench = with_many_paid().await;
    let (first, second) = tokio::join!(bench.run(), bench.run());
    let ended_well = |run: &Result<_, StoreError>| matches!(run, Ok(_) | Err(StoreError::Conflict));
    assert!(ended_well(&first) && ended_well(&second), "{first:?} {second:?}");
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
    assert_eq!(bench.new_events().len(), MANY);
    let summary = bench.run().await.unwrap();
    assert_eq!((summary.seen, summary.complete), (0, true));
}

#[tokio::test]
async fn a_store_that_is_down_fails_the_run_and_the_next_one_does_its_work() {
    let bench = with_many_paid().await;
    bench.wire.answer_next("Query", 3, (500, "{}".to_owned()));
    let failed = bench.run().await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert_eq!(bench.run().await.unwrap().healed, MANY);
}
