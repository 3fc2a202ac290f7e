//! `GET /api/admin/bonuses/{receiptId}`: a bonus as operators see it.

use sandbox::testbed::dynamodb::BONUSES;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::deciding::{Decided, Decision};
use shared::domain::bonus::hearing::Confirmation;
use shared::domain::bonus::limits::{Counted, Limits, day_of};
use shared::domain::bonus::msisdn::MsisdnError;
use shared::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use shared::domain::bonus::{Bonus, BonusState};
use shared::domain::money::{Currency, Money};

use super::bench::{Bench, Earned, RECEIPT, SEALED, ago, later};
use super::happenings as h;

fn one(receipt: &str) -> Trigger {
    Trigger::of("bonus").at(&format!("/api/admin/bonuses/{receipt}"))
}

/// Portmone gives the money back.
pub fn refunded(bonus: &mut Bonus) {
    h::done(bonus);
    let now = later(bonus.created_at, 30);
    let report = BillReport {
        outcome: ReportedOutcome::Refunded,
        amount: Some(bonus.amount),
        payee: bonus.payee.clone(),
        recipient: None,
        source: ReportSource::Biller,
        received_at: now,
        words: "<BILLS>…</BILLS>".to_owned(),
    };
    bonus.hear(&report, Confirmation::NotAsked, now);
}

/// A person gives up what was refused.
pub fn cancelled(bonus: &mut Bonus) {
    h::refused(bonus);
    let step = bonus.exchanges;
    assert_eq!(bonus.decide(step, Decision::GiveUp, later(bonus.created_at, 40)), Decided::Done);
}

#[tokio::test]
async fn a_bonus_that_is_done_is_shown_whole_but_for_the_number() {
    let bench = Bench::start().await;
    let at = ago(120);
    bench
        .sample(at, |bonus| {
            let limits = Limits { per_day: Some(9), per_user: None, highest: Money::new(100, Currency::Uah) };
            bonus.count(&limits, &Counted { on: day_of(at), of_all: 0, of_user: 0 }, at);
            h::done(bonus);
        })
        .await;
    let answer = bench.send(&Trigger::of("bonus")).await;
    let stored = bench.stored(RECEIPT);
    assert_eq!(stored["msisdn"]["S"], SEALED, "it is there to be shown");
    assert!(!answer.text.contains(SEALED) && !answer.text.contains("380671"), "{}", answer.text);
    let expected = json!({
        "receiptId": RECEIPT, "bonusId": RECEIPT, "userId": "user-1", "telegramId": 4242,
        "state": "DONE", "step": 3, "amount": 1, "currency": "UAH", "recipient": stored["recipient"]["S"],
        "payee": "2065", "billId": "523", "payments": 1, "tries": 0,
        "createdAt": at.to_string(), "dueAt": null, "reason": null, "refusal": null, "question": null,
        "paidAt": later(at, 1).to_string(), "paidBy": "answer", "countedOn": day_of(at).to_string(),
        "endedAt": later(at, 2).to_string(),
    });
    assert!(expected["recipient"].as_str().unwrap().ends_with("67"));
    assert_eq!(answer.ok(200), expected);
}

#[tokio::test]
async fn each_state_is_shown_with_what_belongs_to_it() {
    let bench = Bench::start().await;
    let at = ago(3_600);
    type Happening = fn(&mut Bonus);
    let happenings: [(&str, Happening); 11] = [
        ("created", h::put_off),
        ("making_bill", h::making_bill),
        ("bill_made", h::bill_made),
        ("paying", h::paying),
        ("paid", h::top_up_put_off),
        ("topping_up", h::topping_up),
        ("done", h::done),
        ("refused", h::refused),
        ("needs_review", h::in_doubt),
        ("cancelled", cancelled),
        ("refunded", refunded),
    ];
    assert_eq!(happenings.map(|(name, _)| name.to_uppercase()), BonusState::ALL.map(BonusState::as_str));
    for (receipt, happened) in happenings {
        bench.bonus(Earned { receipt, user: "user-1", chat: 7, at }, happened).await;
        let shown = bench.send(&one(receipt)).await.ok(200);
        assert_eq!(shown["state"], receipt.to_uppercase());
        let (reason, refusal, question) = match receipt {
            "created" => (json!("Portmone limits us"), Value::Null, Value::Null),
            "paid" => (json!("no connection"), Value::Null, Value::Null),
            "cancelled" => (json!("Declined by the bank"), Value::Null, Value::Null),
            "refused" => {
                let refusal = json!({ "by": "portmone", "code": "p017", "reason": "Declined by the bank" });
                (Value::Null, refusal, Value::Null)
            }
            "needs_review" => {
                let question = json!({ "about": "payment", "evidence": "no answer came, and no report",
                    "since": later(at, 1_200).to_string() });
                (Value::Null, Value::Null, question)
            }
            _ => (Value::Null, Value::Null, Value::Null),
        };
        assert_eq!(
            (&shown["reason"], &shown["refusal"], &shown["question"]),
            (&reason, &refusal, &question),
            "{receipt}"
        );
        let is_paid = ["paid", "topping_up", "done", "refunded"].contains(&receipt);
        assert_eq!(
            (shown["paidAt"].is_string(), shown["paidBy"] == "answer"),
            (is_paid, is_paid),
            "{receipt}"
        );
        let has_ended = ["done", "refused", "cancelled", "refunded"].contains(&receipt);
        assert_eq!(shown["endedAt"].is_string(), has_ended, "{receipt}");
        let is_due = !has_ended && receipt != "needs_review";
        assert_eq!(shown["dueAt"].is_string(), is_due, "{receipt}");
        assert_eq!(shown["tries"], json!(u8::from(["created", "paid"].contains(&receipt))), "{receipt}");
    }
}

#[tokio::test]
async fn a_top_up_in_question_is_shown_with_the_payment_before_it() {
    let bench = Bench::start().await;
    let at = ago(60);
    bench.sample(at, h::top_up_refused).await;
    let shown = bench.send(&Trigger::of("bonus")).await.ok(200);
    let question = json!({ "about": "top_up", "evidence": "the telecom refused the top-up: unknown subscriber",
        "since": later(at, 2).to_string() });
    assert_eq!((&shown["state"], &shown["question"]), (&json!("NEEDS_REVIEW"), &question));
    assert_eq!((&shown["paidAt"], &shown["paidBy"]), (&json!(later(at, 1).to_string()), &json!("answer")));
}

#[tokio::test]
async fn whoever_said_that_it_is_paid_is_named() {
    for (decision, word) in [(true, "person"), (false, "report")] {
        let bench = Bench::start().await;
        let paid = |bonus: &mut Bonus| {
            h::in_doubt(bonus);
            let (step, now) = (bonus.exchanges, later(bonus.created_at, 1_300));
            if decision {
                assert_eq!(bonus.decide(step, Decision::ItHappened, now), Decided::Done);
            } else {
                let report = BillReport {
                    outcome: ReportedOutcome::Paid,
                    amount: None,
                    payee: None,
                    recipient: None,
                    source: ReportSource::Direct,
                    received_at: now,
                    words: "<rsp/>".to_owned(),
                };
                bonus.hear(&report, Confirmation::NotAsked, now);
            }
        };
        bench.sample(ago(3_600), paid).await;
        let shown = bench.send(&Trigger::of("bonus")).await.ok(200);
        assert_eq!((&shown["state"], &shown["paidBy"]), (&json!("PAID"), &json!(word)));
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_by_us_and_nothing_of_it_is_shown() {
    let bench = Bench::start().await;
    let earned = Earned { receipt: RECEIPT, user: "user-1", chat: 4242, at: ago(60) };
    bench.made(earned, Err(MsisdnError), h::created).await;
    let shown = bench.send(&Trigger::of("bonus")).await.ok(200);
    let refusal = json!({ "by": "paydesk", "code": "invalid_msisdn",
        "reason": "the number is not one of a Ukrainian phone" });
    assert_eq!(
        (&shown["refusal"], &shown["recipient"], &shown["payee"]),
        (&refusal, &json!(""), &Value::Null)
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    for receipt in [RECEIPT, "x", "...", "%20", "%3Cb%3E", &"x".repeat(129)] {
        bench.send(&one(receipt)).await.problem(404, "not_found");
        let payout = Trigger::of("payout").at(&format!("/internal/bonuses/{receipt}"));
        bench.send(&payout).await.problem(404, "not_found");
    }
    bench.sample(ago(60), h::in_doubt).await;
    let mut item = bench.stored(RECEIPT);
    item["standing"]["M"]["question"]["S"] = json!("NONSENSE");
    bench.aws.dynamodb.put(BONUSES, &item);
    for case in ["bonus", "bonuses", "bonuses-manual", "retry", "resolve", "payout"] {
        bench.send(&Trigger::of(case)).await.problem(500, "internal_error");
    }
    assert_eq!(bench.stored(RECEIPT), item);
}
