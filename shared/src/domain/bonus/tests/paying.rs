//! Making a bill, paying it, topping up, and what persons and limits decide.

use jiff::SignedDuration;

use super::{
    BOTH, PORTMONE, accepted, at, bonus, done, failed, hear, limits, made_of, patience, paying, refusal,
};
use crate::domain::bonus::answers::{BillAnswer, PayAnswer, TopUpAnswer};
use crate::domain::bonus::deciding::{Decided, Decision};
use crate::domain::bonus::driving::{LEASE, Next, TopUpWay, Ways};
use crate::domain::bonus::limits::{Counted, Limits, day_of};
use crate::domain::bonus::msisdn::MsisdnError;
use crate::domain::bonus::payees::Payees;
use crate::domain::bonus::report::ReportedOutcome;
use crate::domain::bonus::{Bonus, BonusEvent, BonusState, Payment, Question, Refuser, Standing, Word};
use crate::domain::money::{Currency, Money};
use crate::domain::phone_number::PhoneNumber;

#[test]
fn an_accepted_receipt_becomes_one_bill_one_payment_and_is_done() {
    let bonus = done();
    assert_eq!(bonus.payments, 1);
    assert_eq!(bonus.outbox, [BonusEvent::Initiated, BonusEvent::Succeeded]);
    assert_eq!(bonus.due_at(), None);
}

#[test]
fn with_a_telecom_it_is_done_only_when_the_phone_is_topped_up() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    let Next::TopUp(call) = bonus.next(BOTH, &patience(), at(2)) else { panic!("no top-up") };
    assert_eq!(bonus.state(), BonusState::ToppingUp);
    let not_now = TopUpAnswer::NotNow { after: None, reason: "away".to_owned() };
    bonus.topped_up(&call, not_now, &patience(), at(3));
    assert_eq!((bonus.state(), bonus.due_at()), (BonusState::Paid, Some(at(63))));
    let Next::TopUp(call) = bonus.next(BOTH, &patience(), at(63)) else { panic!("no top-up") };
    bonus.topped_up(&call, TopUpAnswer::Done, &patience(), at(64));
    assert_eq!(bonus.state(), BonusState::Done);
    assert_eq!(bonus.outbox, [BonusEvent::Initiated, BonusEvent::Succeeded]);
}

#[test]
fn a_telecom_that_cannot_be_asked_is_waited_for_and_nobody_is_told_of_success() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    let off = Ways { portmone: true, telecom: TopUpWay::Off };
    for hour in 0..20 {
        let now = at(2 + hour * 3_600);
        assert_eq!(bonus.next(off, &patience(), now), Next::Rest);
        let Standing::Paid { wait, .. } = &bonus.standing else { panic!("{bonus:?}") };
        assert_eq!(wait.reason.as_deref(), Some("the telecom is not configured"));
        assert_eq!((bonus.due_at(), bonus.tries), (Some(now + SignedDuration::from_hours(1)), 0));
    }
    assert_eq!(bonus.outbox, [BonusEvent::Initiated]);
    let Next::TopUp(call) = bonus.next(BOTH, &patience(), at(2 + 20 * 3_600)) else { panic!("no top-up") };
    bonus.topped_up(&call, TopUpAnswer::Done, &patience(), at(3 + 20 * 3_600));
    assert_eq!(bonus.outbox, [BonusEvent::Initiated, BonusEvent::Succeeded]);
}

#[test]
fn a_telecom_that_refuses_is_a_persons_question_and_the_payment_stays() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    let Next::TopUp(call) = bonus.next(BOTH, &patience(), at(2)) else { panic!("no top-up") };
    bonus.topped_up(&call, TopUpAnswer::Refused("blocked".to_owned()), &patience(), at(3));
    assert!(matches!(bonus.standing, Standing::NeedsReview { question: Question::TopUp(_), .. }));
    let step = bonus.exchanges;
    assert_eq!(bonus.decide(step, Decision::ItDidNotHappen, at(4)), Decided::Done);
    assert_eq!((bonus.state(), bonus.payments), (BonusState::Paid, 1));
}

#[test]
fn what_cannot_be_paid_out_is_refused_from_the_beginning() {
    for (bonus, code) in [
        (made_of(100, Err(MsisdnError), Some("2066")), "invalid_msisdn"),
        (made_of(100, Ok("380991234567"), None), "no_payee"),
        (made_of(1_001, Ok("380991234567"), Some("2066")), "amount_limit"),
    ] {
        let Standing::Refused { refusal, .. } = &bonus.standing else { panic!("{code}") };
        assert_eq!((refusal.by, refusal.code.as_str()), (Refuser::Paydesk, code));
        assert_eq!(bonus.outbox, [BonusEvent::Failed(refusal.clone())]);
    }
    let mut nobody = made_of(100, Ok("380991234567"), None);
    assert_eq!(nobody.retry(0, at(1)), Decided::NotOpen, "there is nobody to pay");
    let dollars = Limits { highest: Money::new(1_000, Currency::Usd), ..limits() };
    let payees = Payees::new(Vec::new(), Some("2066".parse().unwrap()));
    let phone: PhoneNumber = "380991234567".parse().unwrap();
    let mut foreign = Bonus::new(accepted(100), Ok(&phone), &payees, &dollars, at(0));
    let Standing::Refused { refusal, .. } = &foreign.standing else { panic!("not refused") };
    assert_eq!((refusal.by, refusal.code.as_str()), (Refuser::Paydesk, "wrong_currency"));
    assert_eq!(foreign.retry(0, at(1)), Decided::NotOpen, "a person's word changes no currency");
    let mut high = made_of(1_001, Ok("380991234567"), Some("2066"));
    assert_eq!(high.retry(0, at(1)), Decided::Done, "it does lift a limit");
}

#[test]
fn a_bill_is_made_again_only_while_none_is_known() {
    let mut bonus = bonus();
    let Next::MakeBill(first) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    assert_eq!(bonus.next(PORTMONE, &patience(), at(1)), Next::Rest, "somebody is at it");
    // Whoever was at it is gone.
    let after = at(LEASE.as_secs());
    assert_eq!(bonus.next(PORTMONE, &patience(), after), Next::Rest);
    assert_eq!(bonus.state(), BonusState::Created);
    let Next::MakeBill(second) = bonus.next(PORTMONE, &patience(), bonus.due_at().unwrap()) else {
        panic!("no second bill")
    };
    bonus.bill_made(&first, BillAnswer::Made("1".parse().unwrap()), &patience(), after);
    assert_eq!(bonus.bill, None, "an answer to an earlier call");
    bonus.bill_made(&second, BillAnswer::Made("2".parse().unwrap()), &patience(), after);
    assert_eq!(bonus.bill.as_ref().unwrap().as_str(), "2");
    let not_reached = PayAnswer::NotReached { after: None, reason: "away".to_owned() };
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), after) else { panic!("no payment") };
    bonus.bill_paid(&call, not_reached, &patience(), after);
    assert_eq!(bonus.state(), BonusState::BillMade);
    assert!(matches!(bonus.next(PORTMONE, &patience(), bonus.due_at().unwrap()), Next::Pay(_)));
    assert_eq!(bonus.bill.as_ref().unwrap().as_str(), "2");
}

#[test]
fn what_certainly_did_nothing_is_tried_at_growing_distances_and_then_given_up() {
    let mut bonus = bonus();
    let mut dues = Vec::new();
    for _ in 0..3 {
        let due = bonus.due_at().unwrap();
        let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), due) else { panic!("no bill") };
        let not_now = BillAnswer::NotNow { after: None, reason: "away".to_owned() };
        bonus.bill_made(&call, not_now, &patience(), due);
        dues.extend(bonus.due_at());
    }
    assert_eq!(dues, [at(60), at(360)]);
    let Standing::Refused { refusal, .. } = &bonus.standing else { panic!("not given up") };
    assert_eq!((refusal.code.as_str(), refusal.reason.as_str()), ("gave_up", "away"));
    let step = bonus.exchanges;
    assert_eq!(bonus.retry(step, at(400)), Decided::Done);
    assert_eq!((bonus.state(), bonus.tries), (BonusState::Created, 0));
    assert_eq!(bonus.outbox.last(), Some(&BonusEvent::Wanted));
}

#[test]
fn portmones_own_wish_is_waited_for() {
    let mut bonus = bonus();
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    let after = Some(SignedDuration::from_hours(1));
    bonus.bill_made(&call, BillAnswer::NotNow { after, reason: "busy".to_owned() }, &patience(), at(0));
    assert_eq!(bonus.due_at(), Some(at(3_600)));
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(3_600)) else { panic!("no bill") };
    let after = Some(SignedDuration::from_hours(24 * 365));
    bonus.bill_made(&call, BillAnswer::NotNow { after, reason: "busy".to_owned() }, &patience(), at(3_600));
    assert_eq!(bonus.due_at(), Some(at(3_600 + 24 * 3_600)), "a day at the most");
}

#[test]
fn a_lost_answer_to_a_payment_waits_for_a_report_and_then_for_a_person() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Unclear("cut".to_owned()), &patience(), at(2));
    assert_eq!(bonus.state(), BonusState::Paying);
    let due = bonus.due_at().unwrap();
    assert_eq!(due, at(1 + 15 * 60));
    assert_eq!(bonus.next(PORTMONE, &patience(), due), Next::Rest);
    assert!(matches!(bonus.standing, Standing::NeedsReview { question: Question::Payment, .. }));
    assert!(matches!(&bonus.outbox[..], [.., BonusEvent::TimedOut, BonusEvent::ReviewOpened(_)]));
    hear(&mut bonus, ReportedOutcome::Paid, 2_000);
    assert!(matches!(bonus.standing, Standing::Paid { payment: Payment { word: Word::Report, .. }, .. }));
}

#[test]
fn a_function_that_died_while_paying_is_the_same_as_a_lost_answer() {
    let (mut bonus, call) = paying();
    assert_eq!(bonus.next(PORTMONE, &patience(), call.look_at), Next::Rest);
    assert!(matches!(bonus.standing, Standing::Paying { is_unclear: true, .. }));
    hear(&mut bonus, failed(), 300);
    assert_eq!(bonus.state(), BonusState::Refused);
}

#[test]
fn a_bill_of_another_bonus_is_never_paid() {
    let mut bonus = bonus();
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    let taken = BillAnswer::Taken("523".parse().unwrap(), "receipt-2".parse().unwrap());
    bonus.bill_made(&call, taken, &patience(), at(1));
    assert_eq!((bonus.state(), bonus.bill.clone()), (BonusState::NeedsReview, None));
    let step = bonus.exchanges;
    assert_eq!(bonus.decide(step, Decision::ItDidNotHappen, at(2)), Decided::Done);
    assert_eq!(bonus.state(), BonusState::Created, "another bill is made");
}

#[test]
fn a_persons_word_counts_once_and_only_about_what_they_looked_at() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Differs("another amount".to_owned()), &patience(), at(2));
    let step = bonus.exchanges;
    assert_eq!(bonus.decide(step - 1, Decision::ItHappened, at(3)), Decided::NotOpen);
    let mut again = bonus.clone();
    assert_eq!(again.decide(step, Decision::ItDidNotHappen, at(3)), Decided::Done);
    assert_eq!(again.state(), BonusState::BillMade);
    assert_eq!(again.decide(step, Decision::ItDidNotHappen, at(4)), Decided::AlreadyDone);
    assert_eq!(again.decide(step, Decision::ItHappened, at(4)), Decided::NotOpen);
    assert_eq!(bonus.decide(step, Decision::ItHappened, at(3)), Decided::Done);
    assert!(matches!(bonus.standing, Standing::Paid { payment: Payment { word: Word::Person, .. }, .. }));
    assert_eq!(done().decide(3, Decision::GiveUp, at(9)), Decided::NotOpen);
}

#[test]
fn paying_again_by_a_persons_word_means_the_bill_that_is_known() {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(2));
    let step = bonus.exchanges;
    assert_eq!(bonus.retry(step, at(3)), Decided::Done);
    assert_eq!(bonus.retry(step, at(3)), Decided::AlreadyDone);
    assert!(matches!(bonus.next(PORTMONE, &patience(), at(3)), Next::Pay(_)));
    assert_eq!(bonus.payments, 2);
    assert_eq!(bonus.retry(bonus.exchanges, at(4)), Decided::NotOpen, "it is being paid");
    let initiated = bonus.outbox.iter().filter(|event| **event == BonusEvent::Initiated).count();
    assert_eq!(initiated, 1, "its user was told that it began");
}

#[test]
fn without_portmone_it_waits() {
    let mut bonus = bonus();
    let off = Ways { portmone: false, telecom: TopUpWay::NotWanted };
    assert_eq!(bonus.next(off, &patience(), at(0)), Next::Rest);
    assert_eq!((bonus.state(), bonus.due_at()), (BonusState::Created, Some(at(3_600))));
    assert_eq!(bonus.tries, 0, "that was no try");
}

#[test]
fn a_full_day_is_waited_out_and_a_users_limit_refuses() {
    let limits = Limits { per_day: Some(2), per_user: Some(1), ..limits() };
    let on = day_of(at(0));
    let counted = |of_all, of_user| Counted { on, of_all, of_user };
    let mut fits = bonus();
    fits.count(&limits, &counted(1, 0), at(0));
    assert_eq!((fits.counted_on, fits.state()), (Some(on), BonusState::Created));
    fits.count(&limits, &counted(2, 1), at(0));
    assert_eq!(fits.state(), BonusState::Created, "it was counted before");
    let mut full = bonus();
    full.count(&limits, &counted(2, 0), at(0));
    let tomorrow = on.tomorrow().unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    assert_eq!((full.counted_on, full.due_at()), (None, Some(tomorrow)));
    let mut much = bonus();
    much.count(&limits, &counted(1, 1), at(0));
    let Standing::Refused { refusal, .. } = &much.standing else { panic!("not refused") };
    assert_eq!(refusal.code, "user_limit");
}

#[test]
fn every_state_is_due_exactly_while_it_goes_on_by_itself() {
    let refunded = {
        let mut bonus = done();
        hear(&mut bonus, ReportedOutcome::Refunded, 9);
        bonus
    };
    let cancelled = {
        let (mut bonus, call) = paying();
        bonus.bill_paid(&call, PayAnswer::Refused(refusal()), &patience(), at(2));
        assert_eq!(bonus.decide(bonus.exchanges, Decision::GiveUp, at(3)), Decided::Done);
        bonus
    };
    for bonus in [bonus(), paying().0, done(), refunded, cancelled] {
        assert_eq!(bonus.due_at().is_some(), bonus.state().is_going_on(), "{:?}", bonus.state());
    }
}
