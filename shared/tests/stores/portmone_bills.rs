//! Bills at Portmone: reports are kept once, whoever has the bill, and a bill has one bonus.

use futures::future::join_all;
use jiff::SignedDuration;
use sandbox::testbed::dynamodb::{BONUSES, condition_failed};
use serde_json::{Value, json};
use shared::domain::bonus::report::{BillReport, Heard, MAX_REPORTS, ReportSource};
use shared::stores::place::Place;
use shared::stores::table::StoreError;

use crate::bonus_setup::{
    BonusStores, NOON, PHONE, bill_id, bonus, bonus_stores, cause, failed, hryvnias, id, instant, paid,
    refunded,
};

const BILL: &str = "PORTMONE_BILL#523";

async fn keep(stores: &BonusStores, bill: &str, report: &BillReport) -> Heard {
    stores.bills.keep(&bill_id(bill), report, &cause(NOON)).await.unwrap()
}

#[tokio::test]
async fn a_report_costs_a_read_and_a_write_and_a_repeated_one_a_read() {
    let stores = bonus_stores().await;
    assert_eq!(keep(&stores, "523", &paid(100)).await, Heard::Kept);
    assert_eq!(stores.operations(), ["GetItem", "PutItem"]);
    stores.wire.reset();
    assert_eq!(keep(&stores, "523", &paid(100)).await, Heard::Repeated);
    assert_eq!(stores.operations(), ["GetItem"]);
    assert_eq!(stores.new_events(), ["523.1.0 portmone_bill.reported"]);
}

#[tokio::test]
async fn a_reported_bill_as_it_is_stored() {
    let stores = bonus_stores().await;
    keep(&stores, "523", &paid(100)).await;
    keep(&stores, "523", &failed("123")).await;
    insta::assert_json_snapshot!(stores.item(BILL));
    assert!(!stores.item(BILL).to_string().contains(PHONE));
}

#[tokio::test]
async fn every_report_reads_back_as_it_came() {
    let stores = bonus_stores().await;
    let bare = BillReport { payee: None, recipient: None, amount: None, ..paid(0) };
    let reports: Vec<BillReport> = ReportSource::ALL
        .into_iter()
        .zip([bare, failed("p001"), refunded(100), paid(200)])
        .map(|(source, report)| BillReport { source, ..report })
        .collect();
    for report in &reports {
        assert_eq!(keep(&stores, "523", report).await, Heard::Kept, "{report:?}");
    }
    let bill = stores.bills.get(&bill_id("523")).await.unwrap();
    assert_eq!((bill.reports, bill.bonus), (reports, None));
}

#[tokio::test]
async fn a_bill_that_nobody_spoke_of_is_unknown_and_written_nowhere() {
    let stores = bonus_stores().await;
    let bill = stores.bills.get(&bill_id("523")).await.unwrap();
    assert_eq!((bill.reports.len(), bill.bonus), (0, None));
    assert_eq!(stores.count("PORTMONE_BILL"), 0);
}

#[tokio::test]
async fn equal_reports_at_once_are_one_and_different_ones_are_all_kept() {
    let stores = bonus_stores().await;
    let (one, other) = (paid(100), refunded(100));
    let heard = join_all([&one, &one, &other].map(|report| keep(&stores, "523", report))).await;
    let kept = heard.iter().filter(|heard| **heard == Heard::Kept).count();
    assert_eq!(kept, 2, "{heard:?}");
    assert_eq!(stores.bills.get(&bill_id("523")).await.unwrap().reports.len(), 2);
    assert_eq!(stores.new_events().len(), 2);
}

#[tokio::test]
async fn who_comes_second_three_times_is_told_to_come_again_and_nothing_is_lost() {
    let stores = bonus_stores().await;
    keep(&stores, "523", &paid(100)).await;
    stores.wire.answer_next("PutItem", 3, condition_failed());
    let report = refunded(100);
    let refused = stores.bills.keep(&bill_id("523"), &report, &cause(NOON)).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(stores.bills.get(&bill_id("523")).await.unwrap().reports, [paid(100)]);
    assert_eq!(keep(&stores, "523", &report).await, Heard::Kept);
}

#[tokio::test]
async fn whatever_call_of_keeping_is_lost_a_report_is_kept_once() {
    for number in 1..=2 {
        for is_answer in [true, false] {
            let stores = bonus_stores().await;
            if is_answer {
                stores.wire.drop_answer_of(number);
            } else {
                stores.wire.drop_request(number);
            }
            let heard = keep(&stores, "523", &paid(100)).await;
            // The SDK's second write finds the first one's work.
            let expected = if (number, is_answer) == (2, true) { Heard::Repeated } else { Heard::Kept };
            assert_eq!(heard, expected, "{number} {is_answer}");
            assert_eq!(stores.bills.get(&bill_id("523")).await.unwrap().reports.len(), 1);
            assert_eq!(stores.new_events(), ["523.1.0 portmone_bill.reported"], "{number} {is_answer}");
        }
    }
}

#[tokio::test]
async fn a_bill_that_is_full_keeps_what_it_has() {
    let stores = bonus_stores().await;
    for minor in 1..=i64::try_from(MAX_REPORTS).unwrap() {
        assert_eq!(keep(&stores, "523", &paid(minor)).await, Heard::Kept);
    }
    stores.wire.reset();
    assert_eq!(keep(&stores, "523", &paid(5_000)).await, Heard::TooMany);
    assert_eq!(stores.operations(), ["GetItem"]);
    let amounts: Vec<i64> = stores
        .bills
        .get(&bill_id("523"))
        .await
        .unwrap()
        .reports
        .into_iter()
        .map(|report| report.amount.unwrap().minor())
        .collect();
    assert_eq!(amounts, (1..=20).collect::<Vec<i64>>());
}

#[tokio::test]
async fn what_was_reported_before_a_bonus_has_the_bill_stays_on_it() {
    let stores = BonusStores::with("receipt-1").await;
    keep(&stores, "523", &paid(100)).await;
    assert_eq!(stores.item(BILL)["gsi2pk"]["S"], "PORTMONE_UNMATCHED");
    let making = stores.claim_making("receipt-1").await;
    stores.claim_paying("receipt-1", &making, "523").await;
    let bill = stores.bills.get(&bill_id("523")).await.unwrap();
    assert_eq!((bill.bonus, bill.reports), (Some(id("receipt-1")), vec![paid(100)]));
    // From now on it is kept for ever, is in no list of what belongs to nobody, and its claim tells nothing.
    let item = stores.item(BILL);
    for gone in ["gsi2pk", "gsi2sk", "ttl", "outbox", "outbox_size"] {
        assert_eq!(item.get(gone), None, "{gone}");
    }
    assert_eq!(keep(&stores, "523", &refunded(100)).await, Heard::Kept);
    let item = stores.item(BILL);
    assert_eq!((item.get("ttl"), item.get("gsi2pk")), (None, None), "a later report does not undo that");
    assert_eq!(item["outbox"]["L"][0]["M"]["event"]["S"], "portmone_bill.reported");
    assert_eq!(item["bonus"]["S"], "receipt-1");
}

#[tokio::test]
async fn a_report_between_the_reading_and_the_claiming_of_its_bill_is_not_lost() {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    stores.wire.reset();
    // Reads of the bonus and of the bill, and then the transaction.
    let held = stores.wire.hold_answer_of(2);
    let between = async {
        held.reached().await;
        keep(&stores, "523", &paid(100)).await;
        held.release();
    };
    let (paying, ()) = tokio::join!(stores.claim_paying("receipt-1", &making, "523"), between);
    assert_eq!(paying.number, 2);
    let bill = stores.bills.get(&bill_id("523")).await.unwrap();
    assert_eq!((bill.bonus, bill.reports), (Some(id("receipt-1")), vec![paid(100)]));
    assert_eq!(stores.read("receipt-1").await.payments, 1);
}

#[tokio::test]
async fn a_bill_that_nobody_has_is_kept_four_hundred_days_after_its_last_report() {
    let stores = bonus_stores().await;
    keep(&stores, "523", &paid(100)).await;
    let later = BillReport { received_at: instant("2026-11-30T12:00:00Z"), ..refunded(100) };
    keep(&stores, "523", &later).await;
    let end = instant("2026-11-30T12:00:00Z") + SignedDuration::from_hours(24 * 400);
    assert_eq!(stores.item(BILL)["ttl"]["N"], end.as_second().to_string());
}

#[tokio::test]
async fn bills_of_nobody_are_listed_the_last_reported_first() {
    let stores = bonus_stores().await;
    stores.hold(bonus("receipt-1", "user-1", NOON)).await;
    for (bill, at) in [("1", "12:01:00"), ("2", "12:02:00"), ("3", "12:03:00"), ("4", "12:04:00")] {
        let report = BillReport { received_at: instant(&format!("2026-11-21T{at}Z")), ..paid(100) };
        keep(&stores, bill, &report).await;
    }
    let again = BillReport { received_at: instant("2026-11-21T13:00:00Z"), ..refunded(100) };
    keep(&stores, "2", &again).await;
    let making = stores.claim_making("receipt-1").await;
    stores.claim_paying("receipt-1", &making, "3").await;
    for limit in 1..=4 {
        let (mut seen, mut after): (Vec<String>, Option<Place>) = (Vec::new(), None);
        loop {
            let (bills, next) = stores.bills.unmatched(after.as_ref(), limit).await.unwrap();
            assert!(bills.len() <= usize::from(limit));
            seen.extend(bills.iter().map(|bill| bill.id.to_string()));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["2", "4", "1"], "{limit} at a time");
    }
}

#[tokio::test]
async fn a_corrupt_bill_is_named_and_never_taken_for_one_that_nobody_knows() {
    type Corruption = (&'static str, fn(&mut Value), &'static str);
    let corruptions: [Corruption; 9] = [
        ("an id", |item| item["bill"] = json!({ "S": "a b" }), "bill"),
        ("a bonus", |item| item["bonus"] = json!({ "S": "" }), "bonus"),
        ("an outcome", |item| first(item)["outcome"] = json!({ "S": "maybe" }), "maybe"),
        ("a failure's code", |item| first(item)["outcome"] = json!({ "S": "failed" }), "without its code"),
        ("half an amount", |item| drop(first(item).as_object_mut().unwrap().remove("currency")), "half"),
        ("a currency", |item| first(item)["currency"] = json!({ "S": "XYZ" }), "currency"),
        ("a payee", |item| first(item)["payee"] = json!({ "S": "/" }), "payee"),
        ("a source", |item| first(item)["source"] = json!({ "S": "hearsay" }), "nobody"),
        ("no reports", |item| drop(item.as_object_mut().unwrap().remove("reports")), "reports"),
    ];
    for (what, corrupt, words) in corruptions {
        let stores = bonus_stores().await;
        keep(&stores, "523", &paid(100)).await;
        stores.spoil(BILL, corrupt);
        let before = stores.dynamodb.items(BONUSES);
        let got = stores.bills.get(&bill_id("523")).await.unwrap_err();
        let kept = stores.bills.keep(&bill_id("523"), &refunded(100), &cause(NOON)).await.unwrap_err();
        let listed = stores.bills.unmatched(None, 10).await.unwrap_err();
        for error in [got, kept, listed] {
            let StoreError::Corrupt { key, reason } = error else { panic!("{what}: {error}") };
            assert!(key == BILL && reason.contains(words), "{what}: {key} {reason}");
        }
        assert_eq!(stores.dynamodb.items(BONUSES), before, "{what}: it stays as it is, for a person");
    }
}

fn first(item: &mut Value) -> &mut Value {
    &mut item["reports"]["L"][0]["M"]
}

#[tokio::test]
async fn a_report_of_another_amount_is_another_report() {
    let stores = bonus_stores().await;
    for minor in [100, 200] {
        keep(&stores, "523", &paid(minor)).await;
    }
    let amounts: Vec<_> =
        stores.bills.get(&bill_id("523")).await.unwrap().reports.into_iter().map(|one| one.amount).collect();
    assert_eq!(amounts, [Some(hryvnias(100)), Some(hryvnias(200))]);
}
