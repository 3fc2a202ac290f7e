//! Bonuses and reports on their bills: who pays hears of what is to be done, users in their chat what became of their
//! bonus, operators of what needs them, and analytics of each payout.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::domain::bonus::accepting::Accepted;
use shared::domain::bonus::answers::{BillAnswer, PayAnswer};
use shared::domain::bonus::driving::{Next, Patience, TopUpWay, Ways};
use shared::domain::bonus::hearing::Confirmation;
use shared::domain::bonus::limits::Limits;
use shared::domain::bonus::msisdn::{MsisdnError, SealedMsisdn};
use shared::domain::bonus::payees::Payees;
use shared::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use shared::domain::bonus::{Bonus, Call, Refusal, Refuser};
use shared::domain::dialogue::ChatId;
use shared::domain::locale::Locale;
use shared::domain::money::{Currency, Money};
use shared::stores::bonuses::Bonuses;
use shared::stores::invoices::Cause;
use shared::stores::portmone_bills::PortmoneBills;

use super::bench::Bench;

const NOW: &str = "2026-11-21T12:00:00Z";
const RECEIPT: &str = "receipt-1";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn cause() -> Cause {
    Cause { correlation_id: "receipt-4711".to_owned(), now: now() }
}

fn patience() -> Patience {
    Patience { retries: Vec::new(), settle: SignedDuration::from_mins(15) }
}

/// A bonus of 50 hryvnias, of a number that is read like this.
fn bonus(phone: Result<&str, MsisdnError>) -> Bonus {
    let accepted = Accepted {
        receipt: RECEIPT.parse().unwrap(),
        user: "user-1".parse().unwrap(),
        chat: ChatId(4711),
        locale: Locale::Uk,
        msisdn: SealedMsisdn::new("gAAAAABpSealedNumber-_0=").unwrap(),
        amount: Money::new(5_000, Currency::Uah),
    };
    let phone = phone.map(|text| text.parse().unwrap());
    let payees = Payees::new(vec!["67=2065".parse().unwrap()], None);
    let limits = Limits { per_day: None, per_user: None, highest: Money::new(10_000, Currency::Uah) };
    Bonus::new(accepted, phone.as_ref().map_err(|error| *error), &payees, &limits, now())
}

/// What is told of a bonus when this is made of it.
async fn told(make: impl Fn(&mut Bonus)) -> Bench {
    let bench = Bench::start().await;
    let bonuses = Bonuses::new(bench.bonuses());
    bonuses.insert(bonus(Ok("380671234567")), &cause()).await.unwrap();
    bonuses.change(&RECEIPT.parse().unwrap(), None, &cause(), make).await.unwrap().unwrap();
    tell(bench).await
}

/// Delivers what the stream of bonuses has to tell.
async fn tell(bench: Bench) -> Bench {
    let changes = bench.aws.dynamodb.new_bonuses_event().unwrap();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!((bench.buried().len(), bench.updates().len()), (0, 0));
    bench
}

/// Makes the bill 523 and claims its payment, with the event that tells of it.
fn begun(bonus: &mut Bonus) -> Call {
    let ways = Ways { portmone: true, telecom: TopUpWay::NotWanted };
    let Next::MakeBill(call) = bonus.next(ways, &patience(), now()) else { panic!("{bonus:?}") };
    bonus.bill_made(&call, BillAnswer::Made("523".parse().unwrap()), &patience(), now());
    let Next::Pay(call) = bonus.next(ways, &patience(), now()) else { panic!("{bonus:?}") };
    call
}

/// The same, of which was told before.
fn paying(bonus: &mut Bonus) -> Call {
    let call = begun(bonus);
    bonus.outbox.clear();
    call
}

/// Pays it, with the event that tells of it; no telecom is asked for a top-up.
fn paid(bonus: &mut Bonus) {
    let call = paying(bonus);
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), now());
    bonus.next(Ways { portmone: true, telecom: TopUpWay::NotWanted }, &patience(), now());
}

fn report(outcome: ReportedOutcome, minor: i64) -> BillReport {
    BillReport {
        outcome,
        amount: Some(Money::new(minor, Currency::Uah)),
        payee: None,
        recipient: None,
        source: ReportSource::Biller,
        received_at: now(),
        words: "<BILLS/>".to_owned(),
    }
}

fn notice(index: usize, event: &str, fields: &Value) -> Value {
    json!({
        "version": 1,
        "id": format!("{RECEIPT}.2.{index}"),
        "correlationId": "receipt-4711",
        "userId": "user-1",
        "notice": { "event": event, "data": fields },
        "chat": { "id": 4711, "locale": "uk" },
    })
}

/// A notice to the operators: they have no chat of the user's.
fn review(index: usize, reason: &str) -> Value {
    json!({
        "version": 1,
        "id": format!("{RECEIPT}.2.{index}"),
        "correlationId": "receipt-4711",
        "userId": null,
        "notice": {
            "event": "bonus.needs_review",
            "data": {
                "receiptId": RECEIPT,
                "userId": "user-1",
                "bill": "523",
                "amount": 5_000,
                "currency": "UAH",
                "reason": reason,
            },
        },
    })
}

/// What customers are shown of a bonus that has the bill 523.
fn shown() -> Value {
    json!({
        "bonusId": RECEIPT,
        "amount": 5_000,
        "currency": "UAH",
        "recipient": "+**********67",
        "bill": "523",
    })
}

fn payout(index: usize, kind: &str) -> Value {
    json!({
        "id": format!("{RECEIPT}.2.{index}"),
        "type": kind,
        "ts": NOW,
        "payload": {
            "receipt_id": RECEIPT,
            "bonus_id": RECEIPT,
            "bill_id": "523",
            "amount_minor": 5_000,
            "currency": "UAH",
        },
    })
}

#[tokio::test]
async fn what_was_reported_about_a_bill_goes_to_who_pays_and_tells_nobody_else() {
    let bench = Bench::start().await;
    let bills = PortmoneBills::new(bench.bonuses());
    let report = report(ReportedOutcome::Paid, 5_000);
    bills.keep(&"523".parse().unwrap(), &report, &cause()).await.unwrap();
    let bench = tell(bench).await;
    let work = json!({ "version": 1, "correlationId": "receipt-4711", "bill": "523" });
    assert_eq!(bench.bonus_work(), [work]);
    assert_eq!((bench.notifications(), bench.analytics()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn what_a_person_wants_gone_on_with_goes_to_who_pays() {
    let bench = Bench::start().await;
    let bonuses = Bonuses::new(bench.bonuses());
    let receipt = RECEIPT.parse().unwrap();
    bonuses.insert(bonus(Ok("380671234567")), &cause()).await.unwrap();
    let refuse = |bonus: &mut Bonus| {
        let call = paying(bonus);
        let refusal = Refusal { by: Refuser::Portmone, code: "p001".to_owned(), reason: String::new() };
        bonus.bill_paid(&call, PayAnswer::Refused(refusal), &patience(), now());
    };
    bonuses.change(&receipt, None, &cause(), refuse).await.unwrap().unwrap();
    bench.aws.dynamodb.new_bonuses_event().unwrap();
    let retry = |bonus: &mut Bonus| bonus.retry(bonus.exchanges, now());
    bonuses.change(&receipt, None, &cause(), retry).await.unwrap().unwrap();
    let bench = tell(bench).await;
    let work = json!({ "version": 1, "correlationId": "receipt-4711", "bonus": RECEIPT });
    assert_eq!(bench.bonus_work(), [work]);
    assert_eq!((bench.notifications(), bench.analytics()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn the_user_hears_in_their_chat_that_a_bonus_is_being_paid() {
    let bench = told(|bonus| {
        begun(bonus);
    })
    .await;
    assert_eq!(bench.notifications(), [notice(0, "bonus.initiated", &shown())]);
    assert_eq!(bench.analytics(), [payout(0, "payout_initiated")]);
    assert_eq!(bench.bonus_work(), Vec::<Value>::new());
}

#[tokio::test]
async fn the_user_hears_that_a_bonus_is_paid() {
    let bench = told(paid).await;
    assert_eq!(bench.notifications(), [notice(0, "bonus.paid", &shown())]);
    assert_eq!(bench.analytics(), [payout(0, "payout_success")]);
}

#[tokio::test]
async fn the_user_hears_in_portmone_s_words_why_it_refused() {
    let bench = told(|bonus| {
        let call = paying(bonus);
        let reason = "Оператор <відхилив> поповнення".to_owned();
        let refusal = Refusal { by: Refuser::Portmone, code: "123".to_owned(), reason };
        bonus.bill_paid(&call, PayAnswer::Refused(refusal), &patience(), now());
    })
    .await;
    let fields = json!({
        "bonusId": RECEIPT,
        "amount": 5_000,
        "currency": "UAH",
        "reason": "Оператор <відхилив> поповнення",
    });
    assert_eq!(bench.notifications(), [notice(0, "bonus.failed", &fields)]);
    let mut failure = payout(0, "payout_failure");
    failure["payload"]["error_code"] = "123".into();
    assert_eq!(bench.analytics(), [failure]);
}

#[tokio::test]
async fn our_own_reason_is_told_by_its_name_for_which_each_language_has_words() {
    let bench = Bench::start().await;
    let unreadable = bonus(Err(MsisdnError));
    Bonuses::new(bench.bonuses()).insert(unreadable, &cause()).await.unwrap();
    let bench = tell(bench).await;
    let fields =
        json!({ "bonusId": RECEIPT, "amount": 5_000, "currency": "UAH", "reason": "invalid_msisdn" });
    let mut expected = notice(0, "bonus.failed", &fields);
    expected["id"] = format!("{RECEIPT}.1.0").into();
    assert_eq!(bench.notifications(), [expected]);
    let mut failure = payout(0, "payout_failure");
    failure["id"] = format!("{RECEIPT}.1.0").into();
    failure["payload"].as_object_mut().unwrap().remove("bill_id");
    failure["payload"]["error_code"] = "invalid_msisdn".into();
    assert_eq!(bench.analytics(), [failure]);
}

#[tokio::test]
async fn of_a_payment_that_nobody_knows_of_in_time_the_user_hears_and_the_operators_too() {
    let bench = told(|bonus| {
        let call = paying(bonus);
        let nobody_waits = Patience { settle: SignedDuration::ZERO, ..patience() };
        bonus.bill_paid(&call, PayAnswer::Unclear("timed out".to_owned()), &nobody_waits, now());
    })
    .await;
    assert_eq!(bench.notifications(), [notice(0, "bonus.delayed", &shown()), review(1, "timed out")]);
    assert_eq!(bench.analytics(), [payout(0, "payout_timeout")]);
}

#[tokio::test]
async fn the_operators_hear_of_a_report_that_does_not_fit() {
    let bench = told(|bonus| {
        paid(bonus);
        bonus.outbox.clear();
        bonus.hear(&report(ReportedOutcome::Paid, 100), Confirmation::NotAsked, now());
    })
    .await;
    assert_eq!(bench.notifications(), [review(0, "reported as paid with UAH 1.00 instead of UAH 50.00")]);
    assert_eq!(bench.analytics(), Vec::<Value>::new());
}

#[tokio::test]
async fn of_a_payment_that_came_back_the_operators_hear_and_who_counts() {
    let bench = told(|bonus| {
        paid(bonus);
        bonus.outbox.clear();
        bonus.hear(&report(ReportedOutcome::Refunded, 5_000), Confirmation::NotAsked, now());
    })
    .await;
    assert_eq!(bench.notifications(), [review(0, "refunded")]);
    assert_eq!(bench.analytics(), [payout(0, "payout_refunded")]);
}

#[tokio::test]
async fn a_bonus_in_money_that_nobody_knows_is_buried() {
    for case in [
        "bonus-initiated",
        "bonus-succeeded",
        "bonus-failed",
        "bonus-timed-out",
        "bonus-disagreed",
        "bonus-refunded",
    ] {
        let bench = Bench::start().await;
        let mut change = super::bench::event(case);
        let stored = &mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"];
        let bonus = if stored["bonus"].is_object() { &mut stored["bonus"]["M"] } else { stored };
        bonus["currency"]["S"] = "XYZ".into();
        assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
        assert_eq!(bench.buried().len(), 1, "{case}");
        assert_eq!((bench.notifications(), bench.analytics()), (Vec::new(), Vec::new()), "{case}");
    }
}
