//! What reports mean.

use super::{
    BOTH, PORTMONE, asks_about_payment, at, bonus, done, failed, hear, patience, paying, refusal, report,
};
use crate::domain::bonus::answers::{BillAnswer, PayAnswer};
use crate::domain::bonus::deciding::{Decided, Decision};
use crate::domain::bonus::driving::Next;
use crate::domain::bonus::hearing::Confirmation;
use crate::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use crate::domain::bonus::{BonusEvent, BonusState, Question, Refuser, Standing};
use crate::domain::money::{Currency, Money};

#[test]
fn a_report_settles_a_payment_that_is_being_made_and_its_answer_changes_nothing_more() {
    let (mut bonus, call) = paying();
    hear(&mut bonus, ReportedOutcome::Paid, 2);
    assert_eq!(bonus.state(), BonusState::Paid);
    for answer in [PayAnswer::Paid, PayAnswer::Unclear("cut".to_owned()), PayAnswer::Refused(refusal())] {
        let mut bonus = bonus.clone();
        bonus.bill_paid(&call, answer, &patience(), at(3));
        assert_eq!(bonus.state(), BonusState::Paid);
    }
}

#[test]
fn a_failure_that_is_reported_while_the_answer_is_out_waits_for_it() {
    let (mut bonus, call) = paying();
    hear(&mut bonus, failed(), 2);
    assert_eq!(bonus.state(), BonusState::Paying);
    let mut paid = bonus.clone();
    paid.bill_paid(&call, PayAnswer::Paid, &patience(), at(3));
    assert_eq!(paid.state(), BonusState::Paid, "success wins");
    bonus.bill_paid(&call, PayAnswer::Unclear("cut".to_owned()), &patience(), at(3));
    let Standing::Refused { refusal, .. } = &bonus.standing else { panic!("not refused") };
    assert_eq!((refusal.by, refusal.code.as_str()), (Refuser::Portmone, "123"));
}

#[test]
fn a_late_failure_never_undoes_a_success() {
    let mut bonus = done();
    let before = bonus.standing.clone();
    hear(&mut bonus, failed(), 100);
    assert_eq!(bonus.standing, before);
    assert!(matches!(bonus.outbox.last(), Some(BonusEvent::Disagreed(_))), "the operators hear of it");
}

#[test]
fn an_early_report_is_not_believed_before_we_have_paid() {
    let mut bonus = bonus();
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    bonus.bill_made(&call, BillAnswer::Made("523".parse().unwrap()), &patience(), at(1));
    hear(&mut bonus, ReportedOutcome::Paid, 1);
    assert_eq!(bonus.state(), BonusState::BillMade);
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), at(1)) else { panic!("no payment") };
    let mut refused = bonus.clone();
    refused.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(2));
    assert!(
        matches!(refused.standing, Standing::NeedsReview { question: Question::Payment, .. }),
        "somebody else paid it, or not"
    );
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    assert_eq!(bonus.state(), BonusState::Paid);
}

#[test]
fn what_is_reported_as_paid_is_not_paid_again_while_it_waits_for_the_next_try() {
    let not_reached = || PayAnswer::NotReached { after: None, reason: "away".to_owned() };
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, not_reached(), &patience(), at(2));
    hear(&mut bonus, ReportedOutcome::Paid, 3);
    assert!(asks_about_payment(&bonus), "we certainly did not pay it");

    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Unclear("cut".to_owned()), &patience(), at(2));
    let due = bonus.due_at().unwrap();
    assert_eq!(bonus.next(PORTMONE, &patience(), due), Next::Rest);
    assert_eq!(bonus.decide(bonus.exchanges, Decision::ItDidNotHappen, due), Decided::Done);
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), due) else { panic!("no payment") };
    bonus.bill_paid(&call, not_reached(), &patience(), due);
    assert_eq!(bonus.state(), BonusState::BillMade);
    hear(&mut bonus, ReportedOutcome::Paid, 2_000);
    assert_eq!(bonus.state(), BonusState::Paid, "it was the first payment");
}

#[test]
fn a_payment_that_was_answered_in_another_amount_is_not_closed_by_a_failure() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Differs("0.99 was paid".to_owned()), &patience(), at(2));
    hear(&mut bonus, failed(), 3);
    assert_eq!(bonus.state(), BonusState::NeedsReview);
    assert!(matches!(bonus.outbox.last(), Some(BonusEvent::Disagreed(_))));
}

#[test]
fn a_report_that_does_not_fit_settles_nothing() {
    let other_amount =
        BillReport { amount: Some(Money::new(99, Currency::Uah)), ..report(ReportedOutcome::Paid) };
    let other_payee = BillReport { payee: Some("2065".parse().unwrap()), ..report(ReportedOutcome::Paid) };
    let other_phone =
        BillReport { recipient: Some("+**********00".to_owned()), ..report(ReportedOutcome::Paid) };
    for report in [other_amount, other_payee, other_phone] {
        let (mut bonus, call) = paying();
        bonus.hear(&report, Confirmation::NotAsked, at(2));
        assert_eq!(bonus.state(), BonusState::Paying, "its answer is still out");
        assert!(matches!(bonus.outbox.last(), Some(BonusEvent::Disagreed(_))));
        bonus.bill_paid(&call, PayAnswer::Unclear("cut".to_owned()), &patience(), at(3));
        let mut again = bonus.clone();
        again.hear(&report, Confirmation::NotAsked, at(4));
        assert!(matches!(again.standing, Standing::NeedsReview { question: Question::Payment, .. }));
    }
}

#[test]
fn a_notice_of_the_gateway_counts_only_when_the_gateway_says_the_same() {
    let notice = BillReport { source: ReportSource::Gateway, ..report(ReportedOutcome::Paid) };
    for (confirmation, state, disagreements) in [
        (Confirmation::NotAsked, BonusState::Paying, 0),
        (Confirmation::Denied, BonusState::Paying, 1),
        (Confirmation::Confirmed, BonusState::Paid, 0),
    ] {
        let (mut bonus, _) = paying();
        bonus.outbox.clear();
        bonus.hear(&notice, confirmation, at(2));
        assert_eq!(bonus.state(), state, "{confirmation:?}");
        assert_eq!(bonus.outbox.len(), disagreements);
        assert_eq!(bonus.reports_heard, 1);
    }
}

#[test]
fn a_refund_takes_back_what_was_paid_and_stops_the_top_up() {
    let mut bonus = done();
    hear(&mut bonus, ReportedOutcome::Refunded, 100);
    assert_eq!((bonus.state(), bonus.outbox.last()), (BonusState::Refunded, Some(&BonusEvent::Refunded)));
    hear(&mut bonus, ReportedOutcome::Paid, 101);
    assert_eq!(bonus.state(), BonusState::Refunded);

    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    hear(&mut bonus, ReportedOutcome::Refunded, 3);
    assert_eq!(bonus.next(BOTH, &patience(), at(4)), Next::Rest);
    assert_eq!(bonus.state(), BonusState::Refunded);
}

#[test]
fn a_refund_of_what_was_not_paid_is_told_to_people() {
    let mut bonus = bonus();
    hear(&mut bonus, ReportedOutcome::Refunded, 1);
    assert!(matches!(bonus.outbox.last(), Some(BonusEvent::Disagreed(_))));
    assert_eq!(bonus.state(), BonusState::Created);
}

#[test]
fn what_was_refused_and_is_then_reported_as_paid_is_a_persons_question() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(2));
    assert_eq!(bonus.state(), BonusState::Refused);
    hear(&mut bonus, ReportedOutcome::Paid, 3);
    assert!(matches!(bonus.standing, Standing::NeedsReview { question: Question::Payment, .. }));
}

#[test]
fn what_was_given_back_while_its_answer_is_out_is_not_topped_up_when_the_answer_comes() {
    let (mut bonus, call) = paying();
    hear(&mut bonus, ReportedOutcome::Refunded, 2);
    assert_eq!(bonus.state(), BonusState::Refunded);
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(3));
    assert_eq!(bonus.next(BOTH, &patience(), at(4)), Next::Rest);
    assert_eq!(bonus.state(), BonusState::Refunded);
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Differs("0.99 was paid".to_owned()), &patience(), at(2));
    hear(&mut bonus, ReportedOutcome::Refunded, 3);
    assert_eq!(bonus.state(), BonusState::Refunded);
}
