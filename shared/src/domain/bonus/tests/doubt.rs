//! Several payments of one bill, and words that speak against each other.

use super::{
    BOTH, PORTMONE, asks_about_payment, at, bonus, failed, hear, limits, patience, paying, refusal, report,
};
use crate::domain::bonus::answers::{BillAnswer, PayAnswer, TopUpAnswer};
use crate::domain::bonus::deciding::{Decided, Decision};
use crate::domain::bonus::driving::Next;
use crate::domain::bonus::hearing::Confirmation;
use crate::domain::bonus::limits::{Counted, Limits, day_of};
use crate::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use crate::domain::bonus::{Bonus, BonusEvent, BonusState, Call, Payment, Refuser, Standing, Word};
use crate::domain::money::{Currency, Money};

fn cut() -> PayAnswer {
    PayAnswer::Unclear("cut".to_owned())
}

fn without_amount(outcome: ReportedOutcome, received_at: i64) -> BillReport {
    BillReport { amount: None, received_at: at(received_at), ..report(outcome) }
}

/// One that is paid a second time after the first payment ended like this.
fn paying_again(first: PayAnswer) -> (Bonus, Call) {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, first, &patience(), at(2));
    let step = bonus.exchanges;
    match bonus.state() {
        BonusState::Refused => assert_eq!(bonus.retry(step, at(3)), Decided::Done),
        BonusState::Paying => {
            let due = bonus.due_at().unwrap();
            assert_eq!(bonus.next(PORTMONE, &patience(), due), Next::Rest);
            assert_eq!(bonus.decide(step, Decision::ItDidNotHappen, due), Decided::Done);
        }
        other => assert_eq!(other, BonusState::BillMade),
    }
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), bonus.due_at().unwrap()) else {
        panic!("no second payment")
    };
    bonus.outbox.clear();
    (bonus, call)
}

#[test]
fn a_failure_of_an_earlier_payment_closes_no_later_one() {
    // Whoever reports it may be speaking of the first payment: the second one's answer is lost, and it may be paid.
    let (mut bonus, call) = paying_again(PayAnswer::Refused(refusal()));
    bonus.bill_paid(&call, cut(), &patience(), at(4));
    hear(&mut bonus, failed(), 5);
    assert!(asks_about_payment(&bonus));
    hear(&mut bonus, failed(), 6);
    assert!(asks_about_payment(&bonus), "and it stays a person's question");

    // What was said of the first payment is not held against the second.
    let (mut bonus, call) = paying();
    hear(&mut bonus, failed(), 2);
    let not_reached = PayAnswer::NotReached { after: None, reason: "busy".to_owned() };
    bonus.bill_paid(&call, not_reached, &patience(), at(3));
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), at(63)) else { panic!("no second payment") };
    bonus.bill_paid(&call, cut(), &patience(), at(64));
    assert_eq!(bonus.state(), BonusState::Paying, "a report about it is waited for");
}

#[test]
fn a_refusal_after_a_lost_answer_may_mean_that_it_is_paid_already() {
    let (mut bonus, call) = paying_again(cut());
    bonus.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(2_000));
    assert!(asks_about_payment(&bonus));

    let (mut bonus, mut call) = paying_again(cut());
    for _ in 0..3 {
        let not_reached = PayAnswer::NotReached { after: None, reason: "busy".to_owned() };
        let now = call.since;
        bonus.bill_paid(&call, not_reached, &patience(), now);
        let Some(due) = bonus.due_at() else { break };
        let Next::Pay(next) = bonus.next(PORTMONE, &patience(), due) else { panic!("no payment") };
        call = next;
    }
    assert!(asks_about_payment(&bonus), "given up, and perhaps paid before");
}

#[test]
fn where_portmone_contradicts_itself_only_a_report_of_our_amount_settles_it() {
    let differs = PayAnswer::Differs("0.50 was paid".to_owned());
    for misfit in [false, true] {
        let (mut bonus, call) = paying();
        if misfit {
            let of_less = BillReport {
                amount: Some(Money::new(50, Currency::Uah)),
                ..without_amount(ReportedOutcome::Paid, 2)
            };
            bonus.hear(&of_less, Confirmation::NotAsked, at(2));
            bonus.bill_paid(&call, cut(), &patience(), at(3));
        } else {
            bonus.bill_paid(&call, differs.clone(), &patience(), at(3));
        }
        let before = bonus.state();
        bonus.hear(&without_amount(ReportedOutcome::Paid, 4), Confirmation::NotAsked, at(4));
        assert_eq!(bonus.state(), before, "it may be speaking of the other amount");
        hear(&mut bonus, ReportedOutcome::Paid, 5);
        assert!(matches!(bonus.standing, Standing::Paid { payment: Payment { word: Word::Report, .. }, .. }));
    }
}

#[test]
fn no_failure_is_believed_over_any_word_that_it_was_paid() {
    let of_less = BillReport {
        amount: Some(Money::new(50, Currency::Uah)),
        ..without_amount(ReportedOutcome::Paid, 2)
    };
    let of_gateway = BillReport { source: ReportSource::Gateway, ..without_amount(ReportedOutcome::Paid, 2) };
    for word in [of_less, of_gateway] {
        let (mut early, call) = paying();
        early.bill_paid(&call, cut(), &patience(), at(2));
        early.hear(&word, Confirmation::NotAsked, at(3));
        hear(&mut early, failed(), 4);
        assert!(asks_about_payment(&early), "{:?}", word.source);

        let (mut bonus, call) = paying();
        bonus.hear(&word, Confirmation::NotAsked, at(2));
        hear(&mut bonus, failed(), 3);
        let mut refused = bonus.clone();
        refused.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(4));
        assert!(asks_about_payment(&refused), "{:?}", word.source);
        bonus.bill_paid(&call, cut(), &patience(), at(4));
        assert!(asks_about_payment(&bonus), "{:?}", word.source);
    }
}

#[test]
fn a_payment_that_certainly_did_not_reach_portmone_is_none() {
    let not_reached = PayAnswer::NotReached { after: None, reason: "busy".to_owned() };
    let (mut failure, call) = paying_again(not_reached.clone());
    failure.bill_paid(&call, cut(), &patience(), at(64));
    failure.hear(&without_amount(failed(), 10), Confirmation::NotAsked, at(64));
    assert_eq!(failure.state(), BonusState::Paying, "it was reported before this payment was begun");
    failure.hear(&without_amount(failed(), 65), Confirmation::NotAsked, at(65));
    assert_eq!(failure.state(), BonusState::Refused, "it speaks of the only payment there may be");
    assert_eq!(failure.retry(failure.exchanges, at(66)), Decided::Done);
    let Next::Pay(call) = failure.next(PORTMONE, &patience(), at(66)) else { panic!("no payment") };
    failure.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(67));
    assert_eq!(failure.state(), BonusState::Refused, "Portmone had said what became of the lost answer");

    for (answer, is_told) in [(PayAnswer::Refused(refusal()), true), (not_reached, false)] {
        let (mut bonus, call) =
            paying_again(PayAnswer::NotReached { after: None, reason: "busy".to_owned() });
        bonus.hear(&without_amount(ReportedOutcome::Paid, 64), Confirmation::NotAsked, at(64));
        bonus.bill_paid(&call, answer, &patience(), at(65));
        assert_eq!((bonus.state(), bonus.outbox.len() == 1), (BonusState::Paid, is_told));
    }
    let (mut bonus, call) = paying_again(PayAnswer::Refused(refusal()));
    hear(&mut bonus, ReportedOutcome::Paid, 64);
    bonus.bill_paid(&call, PayAnswer::Differs("0.50 was paid".to_owned()), &patience(), at(65));
    assert!(matches!(bonus.outbox[..], [BonusEvent::Disagreed(_)]), "another amount is told of any payment");
}

#[test]
fn a_lost_answer_is_not_forgotten_over_a_failure_of_an_earlier_payment() {
    let (mut bonus, call) = paying_again(PayAnswer::Refused(refusal()));
    hear(&mut bonus, failed(), 4);
    bonus.bill_paid(&call, cut(), &patience(), at(5));
    assert!(asks_about_payment(&bonus));
    assert_eq!(bonus.decide(bonus.exchanges, Decision::ItDidNotHappen, at(6)), Decided::Done);
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), at(6)) else { panic!("no payment") };
    bonus.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(7));
    assert!(asks_about_payment(&bonus), "the second one may have been made");
}

#[test]
fn whoever_waits_for_a_payment_that_is_given_up_hears_of_it() {
    let (mut bonus, call) = paying_again(cut());
    bonus.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(2_000));
    bonus.outbox.clear();
    assert_eq!(bonus.decide(bonus.exchanges, Decision::GiveUp, at(2_001)), Decided::Done);
    let [BonusEvent::Failed(told)] = &bonus.outbox[..] else { panic!("{:?}", bonus.outbox) };
    assert_eq!((told.by, told.code.as_str()), (Refuser::Paydesk, "given_up"));
}

#[test]
fn an_answer_that_speaks_against_a_report_is_told_to_people() {
    for (answer, is_told) in [
        (PayAnswer::Refused(refusal()), true),
        (PayAnswer::Differs("0.50 was paid".to_owned()), true),
        (cut(), false),
        (PayAnswer::Paid, false),
    ] {
        let (mut bonus, call) = paying();
        hear(&mut bonus, ReportedOutcome::Paid, 2);
        bonus.outbox.clear();
        bonus.bill_paid(&call, answer.clone(), &patience(), at(3));
        assert_eq!(bonus.state(), BonusState::Paid, "{answer:?}");
        assert_eq!(matches!(bonus.outbox[..], [BonusEvent::Disagreed(_)]), is_told, "{answer:?}");
    }
}

#[test]
fn what_was_reported_before_we_paid_is_not_believed_afterwards() {
    for (received_at, state) in [(-60, BonusState::Paying), (-3, BonusState::Paid), (1, BonusState::Paid)] {
        let (mut bonus, call) = paying();
        bonus.bill_paid(&call, cut(), &patience(), at(2));
        bonus.hear(&without_amount(ReportedOutcome::Paid, received_at), Confirmation::NotAsked, at(60));
        assert_eq!(bonus.state(), state, "received at {received_at}");
    }
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, cut(), &patience(), at(2));
    bonus.hear(&without_amount(failed(), -60), Confirmation::NotAsked, at(60));
    assert_eq!(bonus.state(), BonusState::Paying);
    bonus.hear(&without_amount(ReportedOutcome::Refunded, -60), Confirmation::NotAsked, at(61));
    assert_eq!(bonus.state(), BonusState::Paying);
}

#[test]
fn a_top_up_that_was_given_up_stays_paid_whatever_is_reported_later() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    let Next::TopUp(call) = bonus.next(BOTH, &patience(), at(2)) else { panic!("no top-up") };
    bonus.topped_up(&call, TopUpAnswer::Refused("blocked".to_owned()), &patience(), at(3));
    assert_eq!(bonus.decide(bonus.exchanges, Decision::GiveUp, at(4)), Decided::Done);
    let payment = bonus.payment();
    assert!(matches!(payment, Some(Payment { word: Word::Answer, .. })));
    bonus.outbox.clear();
    hear(&mut bonus, ReportedOutcome::Paid, 5);
    assert_eq!((bonus.state(), bonus.payment()), (BonusState::Cancelled, payment));
    assert_eq!(bonus.outbox, [], "it fits, and nobody has to look");
    hear(&mut bonus, ReportedOutcome::Refunded, 6);
    assert_eq!((bonus.state(), bonus.payment()), (BonusState::Refunded, payment));
}

#[test]
fn nobody_can_say_that_a_bill_is_paid_which_was_never_ours() {
    let mut bonus = bonus();
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    let taken = BillAnswer::Taken("523".parse().unwrap(), "receipt-2".parse().unwrap());
    bonus.bill_made(&call, taken, &patience(), at(1));
    assert_eq!(bonus.decide(bonus.exchanges, Decision::ItHappened, at(2)), Decided::NotOpen);
    assert!(asks_about_payment(&bonus));
}

#[test]
fn what_was_counted_on_a_day_and_not_paid_is_counted_on_the_day_it_is_paid() {
    let limits = Limits { per_day: Some(2), per_user: Some(1), ..limits() };
    let day = 24 * 60 * 60;
    let counted = |seconds, of_all, of_user| Counted { on: day_of(at(seconds)), of_all, of_user };
    let mut bonus = bonus();
    bonus.count(&limits, &counted(0, 0, 0), at(0));
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    bonus.bill_made(&call, BillAnswer::Made("523".parse().unwrap()), &patience(), at(1));
    assert!(!bonus.is_to_be_counted(&limits, at(2)), "it was, today");
    assert!(bonus.is_to_be_counted(&limits, at(day)), "the bill is to be paid on another day");
    let mut full = bonus.clone();
    full.count(&limits, &counted(day, 2, 1), at(day));
    assert_eq!((full.state(), full.counted_on), (BonusState::BillMade, Some(day_of(at(0)))));
    assert_eq!(full.due_at().map(day_of), day_of(at(day)).tomorrow().ok());
    bonus.count(&limits, &counted(day, 1, 1), at(day));
    assert_eq!(
        (bonus.state(), bonus.counted_on),
        (BonusState::BillMade, Some(day_of(at(day)))),
        "its user was asked about once"
    );
    assert!(matches!(bonus.next(PORTMONE, &patience(), at(day)), Next::Pay(_)));
    assert!(!bonus.is_to_be_counted(&limits, at(2 * day)), "a payment was begun");
}
