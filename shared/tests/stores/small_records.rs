//! How far the reconciler got, and reports that name no invoice of ours.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::INVOICES;
use shared::stores::place::Place;
use shared::stores::table::StoreError;
use shared::stores::unmatched_reports::{Keeping, UnmatchedReport};

use crate::setup::{minute, stores};

fn unmatched(reference: &str, amount: i64, minutes: i64) -> UnmatchedReport {
    UnmatchedReport {
        reference: reference.to_owned(),
        merchant_ref: "INV123456".to_owned(),
        status: "PAID".to_owned(),
        amount,
        received_at: minute(minutes),
        raw: format!(r#"{{"reference":"{reference}"}}"#),
    }
}

#[tokio::test]
async fn the_first_sweep_looks_at_everything_and_the_next_begins_where_it_ended() {
    let stores = stores().await;
    let first = stores.sweeps.current(minute(0)).await.unwrap();
    assert_eq!((first.since, first.until, first.place.clone()), (Timestamp::UNIX_EPOCH, minute(0), None));
    stores.sweeps.complete(&first).await.unwrap();
    let second = stores.sweeps.current(minute(5)).await.unwrap();
    assert_eq!((second.since, second.until, second.place), (minute(0), minute(5), None));
}

#[tokio::test]
async fn a_sweep_that_was_cut_short_goes_on_at_its_place() {
    let stores = stores().await;
    let place = Some(Place::from_proved("2026-11-21T08:00:00.000Z#INV-20261121-7K3M9QZX".to_owned()));
    let mut begun = stores.sweeps.current(minute(0)).await.unwrap();
    begun.place.clone_from(&place);
    stores.sweeps.pause(&begun).await.unwrap();
    let resumed = stores.sweeps.current(minute(5)).await.unwrap();
    assert_eq!(
        (resumed.since, resumed.until),
        (Timestamp::UNIX_EPOCH, minute(0)),
        "its own time, not the new one"
    );
    assert_eq!(resumed.place, place);
    stores.sweeps.complete(&resumed).await.unwrap();
    let next = stores.sweeps.current(minute(10)).await.unwrap();
    assert_eq!((next.since, next.until, next.place), (minute(0), minute(10), None));
}

#[tokio::test]
async fn of_two_sweeps_at_once_one_is_stored() {
    let stores = stores().await;
    let (one, other) =
        (stores.sweeps.current(minute(0)).await.unwrap(), stores.sweeps.current(minute(1)).await.unwrap());
    stores.sweeps.complete(&one).await.unwrap();
    for result in [stores.sweeps.complete(&other).await, stores.sweeps.pause(&other).await] {
        assert!(matches!(result, Err(StoreError::Conflict)), "{result:?}");
    }
    assert_eq!(stores.sweeps.current(minute(5)).await.unwrap().since, minute(0));
}

#[tokio::test]
async fn a_report_is_kept_once_and_another_one_beside_it() {
    let stores = stores().await;
    assert_eq!(stores.unmatched.keep(unmatched("T1", 1000, 0)).await.unwrap(), Keeping::Kept);
    assert_eq!(stores.unmatched.keep(unmatched("T1", 1000, 2)).await.unwrap(), Keeping::AlreadyKept);
    assert_eq!(stores.unmatched.keep(unmatched("T1", 2000, 3)).await.unwrap(), Keeping::Kept);
    assert_eq!(stores.unmatched.keep(unmatched("T2", 1000, 1)).await.unwrap(), Keeping::Kept);
    let newest = stores.unmatched.newest(10).await.unwrap();
    assert_eq!(newest, [unmatched("T1", 2000, 3), unmatched("T2", 1000, 1), unmatched("T1", 1000, 0)]);
    assert_eq!(stores.unmatched.newest(1).await.unwrap(), newest[..1]);
}

#[tokio::test]
async fn a_report_with_an_endless_reference_is_kept_whole_under_a_key_that_fits() {
    let stores = stores().await;
    let mut report = unmatched(&"𝕋".repeat(3000), 1000, 0);
    report.merchant_ref = "𝕄".repeat(3000);
    assert_eq!(stores.unmatched.keep(report.clone()).await.unwrap(), Keeping::Kept);
    assert_eq!(stores.unmatched.newest(1).await.unwrap(), [report]);
    let item = stores.dynamodb.items(INVOICES).remove(0);
    for (name, most) in [("pk", 2048), ("gsi2sk", 1024)] {
        let length = item[name]["S"].as_str().unwrap().len();
        assert!(length <= most, "{name} has {length} bytes");
    }
}
