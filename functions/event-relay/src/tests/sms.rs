//! SMS that were sent and bills of them: who charges is told what to charge, people what became of it.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::domain::sms::account::Through;
use shared::domain::sms::bill::charging::{Charged, Claim, Finding, Patience};
use shared::domain::sms::bill::deciding::Decided;
use shared::domain::sms::bill::{Charging, SmsBill};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::{Defaults, Overrides, Terms};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::domain::sms::usage::{Sent, UsageEvent, UsageLine};
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;

use super::bench::Bench;

const BILL: &str = "SMS-20261122-10000000";

fn cause(at: &str) -> Cause {
    Cause { correlation_id: "run-4711".to_owned(), now: at.parse().unwrap() }
}

fn terms(global: Overrides) -> Terms {
    Terms { global, defaults: Defaults::ORIGINAL }
}

/// What 1,600 messages of the 21st of November cost: 60 dollars.
fn usage() -> UsageEvent {
    let rate = "0.0375".parse().unwrap();
    let line = UsageLine {
        country: "Ukraine".parse().unwrap(),
        prefix: Some("380".parse().unwrap()),
        rate,
        messages: 1_600,
        segments: 1_600,
        cost: rate.times(1_600).unwrap(),
    };
    let at = "2026-11-21T09:00:00Z".parse().unwrap();
    UsageEvent { id: "usage-1".parse().unwrap(), at, sent: Sent::Messages(line) }
}

async fn used(bench: &Bench, terms: &Terms) {
    let accounts = SmsAccounts::new(bench.sms_billing());
    let cause = Cause { correlation_id: "usage-4711".to_owned(), ..cause("2026-11-21T09:00:01Z") };
    accounts.record(&"user-1".parse().unwrap(), &[usage()], terms, &cause).await.unwrap();
}

/// A bill of that usage, of which nothing was told yet.
async fn billed(bench: &Bench, terms: &Terms) -> BillNumber {
    used(bench, terms).await;
    let cause = cause("2026-11-22T02:00:01Z");
    let accounts = SmsAccounts::new(bench.sms_billing());
    let mut held = accounts.get(&"user-1".parse().unwrap()).await.unwrap();
    let settings = terms.of(&held.account.overrides);
    let period = held.account.close(Through::Due(cause.now), &settings).unwrap();
    let number = BillNumber::new(jiff::civil::date(2026, 11, 22), 1);
    assert_eq!(number.as_str(), BILL);
    let bill = SmsBill::new(number.clone(), held.account.user.clone(), period, &settings, cause.now).unwrap();
    accounts.close(&mut held, &bill, terms, &cause).await.unwrap();
    bench.aws.dynamodb.new_sms_event().unwrap();
    number
}

/// Has told what this makes of the bill.
async fn told(terms: &Terms, decide: impl Fn(&mut SmsBill, Timestamp)) -> Bench {
    let bench = Bench::start().await;
    let number = billed(&bench, terms).await;
    let cause = cause("2026-11-22T02:00:02Z");
    let bills = SmsBills::new(bench.sms_billing());
    bills.change(&number, terms, &cause, |bill| decide(bill, cause.now)).await.unwrap().unwrap();
    let changes = bench.aws.dynamodb.new_sms_event().unwrap();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!((bench.buried().len(), bench.updates().len()), (0, 0));
    bench
}

fn claimed(bill: &mut SmsBill, now: Timestamp) -> Charging {
    match bill.claim(SwitchAccount::new(3), now) {
        Claim::Charge(charging) => charging,
        other => panic!("{other:?}"),
    }
}

fn patience() -> Patience {
    Patience { retries: Vec::new(), settle: jiff::SignedDuration::from_mins(15) }
}

fn notice(id: &str, user: Option<&str>, event: &str, fields: &Value) -> Value {
    json!({
        "version": 1,
        "id": id,
        "correlationId": "run-4711",
        "userId": user,
        "notice": { "event": event, "data": fields },
    })
}

#[tokio::test]
async fn who_reaches_a_limit_is_billed_and_hears_of_it() {
    let bench = Bench::start().await;
    used(&bench, &terms(Overrides { frequency: Some(Frequency::Threshold), ..Overrides::default() })).await;
    let changes = bench.aws.dynamodb.new_sms_event().unwrap();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    let charge = json!({ "version": 1, "correlationId": "usage-4711", "limitOf": "user-1" });
    assert_eq!(bench.sms_charges(), [charge]);
    let fields = json!({
        "periodStart": "2026-11-21T00:00:00Z",
        "used": 6_000,
        "limit": 10_000,
        "currency": "USD",
        "messages": 1_600,
    });
    let mut near = notice("sms-user-1.1.1", Some("user-1"), "sms.threshold_reached", &fields);
    near["correlationId"] = "usage-4711".into();
    assert_eq!(bench.notifications(), [near]);
}

#[tokio::test]
async fn a_bill_that_a_person_has_charged_goes_to_who_charges() {
    let manual = terms(Overrides { auto_processing: Some(false), ..Overrides::default() });
    let process = |bill: &mut SmsBill, now| assert_eq!(bill.process("admin-1", now), Decided::Done);
    let bench = told(&manual, process).await;
    let charge = json!({ "version": 1, "correlationId": "run-4711", "bill": BILL });
    assert_eq!(bench.sms_charges(), [charge]);
    assert_eq!(bench.notifications(), Vec::<Value>::new());
}

#[tokio::test]
async fn the_customer_hears_of_a_paid_bill() {
    let pay = |bill: &mut SmsBill, now| {
        let charging = claimed(bill, now);
        bill.charged(&charging, Charged::Done, &patience(), now);
    };
    let bench = told(&terms(Overrides::default()), pay).await;
    let fields = json!({
        "periodStart": "2026-11-21T00:00:00Z",
        "periodEnd": "2026-11-22T00:00:00Z",
        "messages": 1_600,
        "amount": 6_000,
        "currency": "USD",
    });
    let expected = notice(&format!("{BILL}.2.0"), Some("user-1"), "sms.billed", &fields);
    assert_eq!(bench.notifications(), [expected]);
    assert_eq!(bench.sms_charges(), Vec::<Value>::new());
}

#[tokio::test]
async fn who_wants_no_notices_gets_none_of_a_paid_bill() {
    let silent = terms(Overrides { notification_enabled: Some(false), ..Overrides::default() });
    let bench = Bench::start().await;
    let number = billed(&bench, &silent).await;
    let cause = cause("2026-11-22T02:00:02Z");
    let pay = |bill: &mut SmsBill| {
        let charging = claimed(bill, cause.now);
        bill.charged(&charging, Charged::Done, &patience(), cause.now);
    };
    SmsBills::new(bench.sms_billing()).change(&number, &silent, &cause, pay).await.unwrap().unwrap();
    // The stream's filter passes on nothing of it, and neither would the function.
    let changes = bench.aws.dynamodb.new_sms_event().unwrap();
    assert_eq!(changes["Records"][0]["dynamodb"]["NewImage"].get("outbox_size"), None);
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn the_customer_hears_that_a_bill_could_not_be_charged_and_not_in_whose_words() {
    let refuse = |bill: &mut SmsBill, now| {
        let charging = claimed(bill, now);
        bill.charged(&charging, Charged::Refused("Balance <too> low".to_owned()), &patience(), now);
    };
    let bench = told(&terms(Overrides::default()), refuse).await;
    let fields = json!({
        "periodStart": "2026-11-21T00:00:00Z",
        "periodEnd": "2026-11-22T00:00:00Z",
        "amount": 6_000,
        "currency": "USD",
    });
    let expected = notice(&format!("{BILL}.2.0"), Some("user-1"), "sms.charge_failed", &fields);
    assert_eq!(bench.notifications(), [expected]);
}

#[tokio::test]
async fn the_operators_hear_of_a_bill_that_nobody_knows_about() {
    let differ = |bill: &mut SmsBill, now| {
        let charging = claimed(bill, now);
        bill.found(&charging, Finding::Differs("payment 991 is of 61.00 USD".to_owned()), &patience(), now);
    };
    let bench = told(&terms(Overrides::default()), differ).await;
    let fields = json!({
        "bill": BILL,
        "userId": "user-1",
        "periodStart": "2026-11-21T00:00:00Z",
        "periodEnd": "2026-11-22T00:00:00Z",
        "amount": 6_000,
        "currency": "USD",
        "reason": "payment 991 is of 61.00 USD",
    });
    let expected = notice(&format!("{BILL}.2.0"), None, "sms.needs_review", &fields);
    assert_eq!(bench.notifications(), [expected]);
}

#[tokio::test]
async fn a_bill_in_money_that_nobody_knows_is_buried() {
    let bench = Bench::start().await;
    let mut change = super::bench::event("sms-bill-paid");
    change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"]["currency"]["S"] = "XYZ".into();
    assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
    assert_eq!((bench.notifications().len(), bench.buried().len()), (0, 1));
}
