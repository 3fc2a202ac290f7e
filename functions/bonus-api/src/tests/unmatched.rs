//! `GET /api/admin/portmone/unmatched-reports`: what was reported about bills that no bonus has.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::BONUSES;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::report::{BillReport, Heard, ReportSource, ReportedOutcome};
use shared::domain::money::{Currency, Money};

use super::bench::{Bench, ago, cause, later};
use super::happenings as h;

fn report(outcome: ReportedOutcome, received_at: Timestamp) -> BillReport {
    BillReport {
        outcome,
        amount: Some(Money::new(12_035, Currency::Uah)),
        payee: Some("30098".parse().unwrap()),
        recipient: Some("******63".to_owned()),
        source: ReportSource::Biller,
        received_at,
        words: "<BILLS>…</BILLS>".to_owned(),
    }
}

async fn keep(bench: &Bench, bill: &str, report: BillReport) {
    let at = report.received_at;
    assert_eq!(bench.bills.keep(&bill.parse().unwrap(), &report, &cause(at)).await.unwrap(), Heard::Kept);
}

fn bills(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["billId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_bill_that_no_bonus_has_is_shown_with_its_reports() {
    let bench = Bench::start().await;
    let at = ago(100);
    keep(&bench, "966666666", report(ReportedOutcome::Paid, at)).await;
    keep(&bench, "966666666", report(ReportedOutcome::Refunded, later(at, 1))).await;
    let failed = ReportedOutcome::Failed { code: "p017".to_owned(), reason: "Declined".to_owned() };
    let bare = BillReport {
        amount: None,
        payee: None,
        recipient: None,
        source: ReportSource::Direct,
        ..report(failed, later(at, 2))
    };
    keep(&bench, "524", bare).await;
    let said = |outcome: &str, seconds: i64| {
        json!({ "outcome": outcome, "code": null, "reason": null, "amount": 120.35, "currency": "UAH", "payee": "30098",
            "recipient": "******63", "source": "biller", "receivedAt": later(at, seconds).to_string(), "words": "<BILLS>…</BILLS>" })
    };
    let expected = json!({ "items": [
        { "billId": "524", "reports": [{ "outcome": "failed", "code": "p017", "reason": "Declined", "amount": null,
            "currency": null, "payee": null, "recipient": null, "source": "direct",
            "receivedAt": later(at, 2).to_string(), "words": "<BILLS>…</BILLS>" }] },
        { "billId": "966666666", "reports": [said("paid", 0), said("refunded", 1)] },
    ], "nextCursor": null });
    assert_eq!(bench.send(&Trigger::of("unmatched-reports")).await.ok(200), expected);
}

#[tokio::test]
async fn a_bill_that_a_bonus_has_is_not_among_them_whichever_came_first() {
    let bench = Bench::start().await;
    keep(&bench, "523", report(ReportedOutcome::Paid, ago(100))).await;
    assert_eq!(bills(&bench.send(&Trigger::of("unmatched-reports")).await.ok(200)), ["523"]);
    bench.sample(ago(90), h::bill_made).await;
    assert_eq!(bills(&bench.send(&Trigger::of("unmatched-reports")).await.ok(200)), Vec::<&str>::new());
    keep(&bench, "523", report(ReportedOutcome::Refunded, ago(80))).await;
    assert_eq!(bills(&bench.send(&Trigger::of("unmatched-reports")).await.ok(200)), Vec::<&str>::new());
}

#[tokio::test]
async fn pages_hold_every_bill_once_the_last_reported_first() {
    let bench = Bench::start().await;
    for (place, bill) in (0_i64..).zip(["1", "2", "3", "4", "5"]) {
        keep(&bench, bill, report(ReportedOutcome::Paid, ago(100 - place))).await;
    }
    let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let page = bench.send(&Trigger::of("unmatched-reports").query(&query)).await.ok(200);
        seen.extend(bills(&page).into_iter().map(str::to_owned));
        match page["nextCursor"].as_str() {
            Some(next) => query = format!("limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1"]);
    for query in ["limit=0", "bucket=manual", "limit=x"] {
        let wish = Trigger::of("unmatched-reports").query(query);
        bench.send(&wish).await.problem(422, "invalid_parameter");
    }
    bench.send(&Trigger::of("unmatched-reports").query("cursor=x")).await.problem(422, "invalid_cursor");
}

#[tokio::test]
async fn a_corrupt_bill_is_an_error() {
    let bench = Bench::start().await;
    keep(&bench, "523", report(ReportedOutcome::Paid, ago(100))).await;
    let mut item = bench.aws.dynamodb.item(BONUSES, "PORTMONE_BILL#523", "PORTMONE_BILL").unwrap();
    item["reports"]["L"][0]["M"]["outcome"]["S"] = json!("lost");
    bench.aws.dynamodb.put(BONUSES, &item);
    bench.send(&Trigger::of("unmatched-reports")).await.problem(500, "internal_error");
}
