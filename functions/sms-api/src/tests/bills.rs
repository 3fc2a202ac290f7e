//! `/api/admin/sms/billing`: bills as they are shown, and what people decide about them.

use jiff::{SignedDuration, ToSpan};
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill::charging::{Charged, Claim, Finding, Patience};
use shared::domain::sms::switch_account::SwitchAccount;

use super::bench::{Bench, ago, later, trigger};

/// To an address of that bill.
fn about(case: &str, bill: &str) -> Trigger {
    let trigger = trigger(case);
    let path = trigger.path().replace("SMS-20261121-7K3M9QZX", bill);
    trigger.at(&path)
}

fn process(bill: &str) -> Trigger {
    trigger("bill-process").body(&json!({ "billingId": bill })).without_header("idempotency-key")
}

/// What the switch was asked, and what became of it.
pub fn charged(outcome: Charged) -> impl Fn(&mut SmsBill) {
    move |bill| {
        let at = bill.created_at;
        let Claim::Charge(charging) = bill.claim(SwitchAccount::new(3), at) else { panic!("{bill:?}") };
        bill.charged(&charging, outcome.clone(), &patience(), at);
    }
}

/// Of which nobody knows whether it was charged.
fn in_doubt(bill: &mut SmsBill) {
    charged(Charged::Unclear)(bill);
    let late = later(bill.created_at, 25 * 3_600);
    let Claim::Ask(charging) = bill.claim(SwitchAccount::new(3), late) else { panic!("{bill:?}") };
    bill.found(&charging, Finding::Unknown, &patience(), late);
}

fn patience() -> Patience {
    Patience { retries: vec![SignedDuration::from_hours(1)], settle: SignedDuration::from_mins(15) }
}

#[tokio::test]
async fn a_bill_is_shown_by_the_names_that_people_know() {
    let bench = Bench::start().await;
    let at = ago(100);
    let number =
        bench.bill("user-1", 12_345_678, at, charged(Charged::Refused("No such account".to_owned()))).await;
    let bill = bench.send(&about("bill", &number)).await.ok(200);
    let expected = json!({
        "_id": number, "billNumber": number, "user": { "_id": "user-1" },
        "billingPeriodStart": later(at, -86_400).to_string(), "billingPeriodEnd": at.to_string(),
        "totalMessages": 5, "successfulMessages": 3, "failedMessages": 2,
        "totalCost": 12.345678, "amount": 12.35, "currency": "USD",
        "messageBreakdown": [{ "country": "Uzbekistan", "prefix": "998", "messageCount": 3, "segmentCount": 3,
            "rate": 12.345678, "totalCost": 12.345678 }],
        "status": "failed", "state": "FAILED", "awaitsApproval": false, "attempt": 1,
        "nextAttemptAt": later(at, 3_600).to_string(), "billingDate": at.to_string(), "paidDate": null,
        "failureReason": "No such account", "sippyTransactionId": null, "processedBy": null, "notes": null,
        "createdAt": at.to_string(), "updatedAt": at.to_string(),
    });
    assert_eq!(bill, expected);
    assert_eq!(bench.send(&trigger("bills").query("")).await.ok(200)["items"], json!([expected]));
}

#[tokio::test]
async fn lists_are_by_word_state_user_and_day() {
    let bench = Bench::start().await;
    bench.set("user-2", json!({ "autoProcessing": false })).await;
    let ready = bench.bill("user-1", 1_000_000, ago(500), |_| {}).await;
    let waiting = bench.bill("user-2", 2_000_000, ago(400), |_| {}).await;
    let failed = bench.bill("user-1", 3_000_000, ago(300), charged(Charged::Refused("no".to_owned()))).await;
    let charging = bench.bill("user-1", 4_000_000, ago(200), charged(Charged::Unclear)).await;
    let paid = bench.bill("user-1", 5_000_000, ago(100), charged(Charged::Done)).await;
    let list = async |query: &str| {
        let answer = bench.send(&trigger("bills").query(query)).await.ok(200);
        let items = answer["items"].as_array().unwrap();
        items.iter().map(|item| item["_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("status=pending").await, [charging.as_str(), &waiting, &ready]);
    assert_eq!(list("status=PENDING").await, [waiting.as_str(), &ready]);
    assert_eq!(list("status=charging").await, [charging.as_str()]);
    assert_eq!(list("status=failed").await, [failed.as_str()]);
    assert_eq!(list("status=paid&userId=user-1").await, [paid.as_str()]);
    assert_eq!(list("status=cancelled").await, Vec::<String>::new());
    assert_eq!(list("userId=user-2").await, [waiting.as_str()]);
    let start = later(ago(300), -86_400);
    let day = start.to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(list(&format!("startDate={day}&endDate={}", day.tomorrow().unwrap())).await.len(), 5);
    assert_eq!(
        list(&format!("startDate={}", day.checked_add(3.days()).unwrap())).await,
        Vec::<String>::new()
    );
    assert_eq!(list(&format!("endDate={}", day.checked_sub(2.days()).unwrap())).await, Vec::<String>::new());
    assert_eq!(list(&format!("endDate={}", later(start, -50))).await, [waiting.as_str(), &ready]);
    for query in
        ["status=open", "userId=a%20b", "startDate=yesterday", "endDate=2026-13-01", "limit=0", "page=1"]
    {
        bench.send(&trigger("bills").query(query)).await.problem(422, "invalid_parameter");
    }
}

#[tokio::test]
async fn pages_hold_every_bill_once_newest_first() {
    let bench = Bench::start().await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.insert(0, bench.bill("user-1", 1_000_000 + number, ago(500 - number), |_| {}).await);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&trigger("bills").query(&format!("limit=2{cursor}"))).await.ok(200);
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["_id"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
    let other = format!("status=pending{cursor}");
    bench.send(&trigger("bills").query(&other)).await.problem(422, "invalid_cursor");
}

#[tokio::test]
async fn one_that_waits_for_approval_is_charged_by_who_approves_it() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "autoProcessing": false, "sippyAccountId": 3 })).await;
    let number = bench.bill("user-1", 5_000_000, ago(60), |_| {}).await;
    assert_eq!(bench.account("user-1").await.awaiting_approval, 1);
    let answer = bench.send(&process(&number)).await.ok(202);
    assert_eq!(answer["message"], "SMS billing is being processed");
    let bill = &answer["billing"];
    assert_eq!(
        (&bill["state"], &bill["awaitsApproval"], &bill["processedBy"]),
        (&json!("PENDING"), &json!(false), &json!("admin-1"))
    );
    assert_eq!(bench.told(), ["sms_bill.charge_wanted"]);
    assert_eq!(bench.account("user-1").await.awaiting_approval, 0);
}

#[tokio::test]
async fn what_failed_is_charged_again_and_what_is_paid_is_not() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "sippyAccountId": 3 })).await;
    let failed = bench.bill("user-1", 1_000_000, ago(50), charged(Charged::Refused("no".to_owned()))).await;
    bench.send(&process(&failed)).await.ok(202);
    assert_eq!(bench.told(), ["sms_bill.charge_wanted"]);
    let paid = bench.bill("user-1", 2_000_000, ago(40), charged(Charged::Done)).await;
    let refused = bench.send(&process(&paid)).await.problem(409, "not_pending");
    assert_eq!(refused.body["detail"], "SMS billing record is not pending: it is PAID");
    let charging = bench.bill("user-1", 3_000_000, ago(30), charged(Charged::Unclear)).await;
    assert_eq!(bench.send(&process(&charging)).await.ok(202)["billing"]["state"], "CHARGING");
    let cancelled = bench
        .bill("user-1", 4_000_000, ago(20), |bill| {
            bill.cancel("by hand", bill.created_at);
        })
        .await;
    bench.send(&process(&cancelled)).await.problem(409, "not_pending");
    assert_eq!(bench.told(), Vec::<String>::new());
}

#[tokio::test]
async fn without_an_account_at_the_switch_nothing_is_charged() {
    let bench = Bench::start().await;
    let number = bench.bill("user-1", 1_000_000, ago(50), |_| {}).await;
    let refused = bench.send(&process(&number)).await.problem(409, "no_switch_account");
    assert_eq!(refused.body["detail"], "User does not have a Sippy account ID");
    assert_eq!(bench.told(), Vec::<String>::new());
}

#[tokio::test]
async fn a_bill_is_cancelled_once_and_never_when_it_may_be_charged() {
    let bench = Bench::start().await;
    let number = bench.bill("user-1", 1_000_000, ago(50), |_| {}).await;
    for _ in 0..2 {
        let cancelled = about("bill-cancel", &number).without_header("idempotency-key");
        let answer = bench.send(&cancelled).await.ok(200);
        assert_eq!(
            (&answer["billing"]["status"], &answer["billing"]["notes"]),
            (&json!("cancelled"), &json!("billed by hand"))
        );
    }
    for outcome in [Charged::Done, Charged::Unclear] {
        let number = bench.bill("user-1", 2_000_000, ago(40), charged(outcome)).await;
        bench.send(&about("bill-cancel", &number).keyed(&number)).await.problem(409, "not_open");
    }
    for reason in ["", "  ", "a\nb", &"x".repeat(501)] {
        let cancel = about("bill-cancel", &number)
            .body(&json!({ "reason": reason }))
            .keyed(&format!("k{}", reason.len()));
        bench.send(&cancel).await.problem(422, "invalid_body");
    }
}

#[tokio::test]
async fn a_person_resolves_what_nobody_knows() {
    for (resolution, state, told) in [
        ("paid", "PAID", vec!["sms_bill.paid"]),
        ("not_paid", "PENDING", vec!["sms_bill.charge_wanted"]),
        ("cancel", "CANCELLED", vec![]),
    ] {
        let bench = Bench::start().await;
        let number = bench.bill("user-1", 1_000_000, ago(30 * 3_600), in_doubt).await;
        let shown = bench.send(&about("bill", &number)).await.ok(200);
        assert_eq!((&shown["state"], &shown["status"]), (&json!("NEEDS_REVIEW"), &json!("pending")));
        let resolve = |attempt: u32| {
            let wish = json!({ "attempt": attempt, "resolution": resolution });
            about("bill-resolve", &number).body(&wish).without_header("idempotency-key")
        };
        bench.send(&resolve(2)).await.problem(409, "not_open");
        let answer = bench.send(&resolve(1)).await.ok(200);
        assert_eq!(answer["billing"]["state"], state);
        assert_eq!(bench.told(), told, "{resolution}");
        assert_eq!(bench.send(&resolve(1)).await.ok(200)["billing"]["state"], state);
    }
}

#[tokio::test]
async fn what_is_in_no_doubt_is_not_resolved() {
    let bench = Bench::start().await;
    let number = bench.bill("user-1", 1_000_000, ago(50), |_| {}).await;
    bench.send(&about("bill-resolve", &number)).await.problem(409, "not_open");
    for wish in [
        json!({}),
        json!({ "attempt": 1 }),
        json!({ "attempt": 1, "resolution": "maybe" }),
        json!({ "resolution": "paid" }),
    ] {
        bench.send(&about("bill-resolve", &number).body(&wish)).await.problem(422, "invalid_body");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    for case in ["bill", "bill-process", "bill-cancel", "bill-resolve"] {
        bench.send(&trigger(case)).await.problem(404, "not_found");
        bench.send(&about(case, "SMS-1").body(&json!({ "billingId": "x", "reason": "x" }))).await;
    }
    bench.send(&about("bill", "garbage")).await.problem(404, "not_found");
    let number = bench.bill("user-1", 1_000_000, ago(50), |_| {}).await;
    let pk = format!("SMS_BILL#{number}");
    let mut item = bench.aws.dynamodb.item("sms-billing", &pk, "SMS_BILL").unwrap();
    item["amount_minor"] = json!({ "N": "7" });
    bench.aws.dynamodb.put("sms-billing", &item);
    bench.send(&about("bill", &number)).await.problem(500, "internal_error");
    bench.send(&about("bill-cancel", &number)).await.problem(500, "internal_error");
    let stored: Value = bench.aws.dynamodb.item("sms-billing", &pk, "SMS_BILL").unwrap();
    assert_eq!(stored, item);
}
