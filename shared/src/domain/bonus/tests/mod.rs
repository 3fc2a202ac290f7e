//! Every transition of a bonus, one by one.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

mod doubt;
mod hearing;
mod paying;

use jiff::{SignedDuration, Timestamp};

use super::accepting::Accepted;
use super::answers::{BillAnswer, PayAnswer};
use super::driving::{Next, Patience, TopUpWay, Ways};
use super::hearing::Confirmation;
use super::limits::Limits;
use super::msisdn::{MsisdnError, SealedMsisdn};
use super::payees::Payees;
use super::report::{BillReport, ReportSource, ReportedOutcome};
use super::{Bonus, BonusState, Call, Question, Refusal, Refuser, Standing};
use crate::domain::dialogue::ChatId;
use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};
use crate::domain::phone_number::PhoneNumber;

pub(super) const PORTMONE: Ways = Ways { portmone: true, telecom: TopUpWay::NotWanted };
pub(super) const BOTH: Ways = Ways { portmone: true, telecom: TopUpWay::On };

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + seconds).unwrap()
}

pub(super) fn patience() -> Patience {
    let retries = [1, 5].map(SignedDuration::from_mins).to_vec();
    Patience { retries, settle: SignedDuration::from_mins(15) }
}

fn limits() -> Limits {
    Limits { per_day: None, per_user: None, highest: Money::new(1_000, Currency::Uah) }
}

fn accepted(minor: i64) -> Accepted {
    Accepted {
        receipt: "receipt-1".parse().unwrap(),
        user: "user-1".parse().unwrap(),
        chat: ChatId(4711),
        locale: Locale::Uk,
        msisdn: SealedMsisdn::new("gAAAAABsealed=").unwrap(),
        amount: Money::new(minor, Currency::Uah),
    }
}

fn made_of(minor: i64, phone: Result<&str, MsisdnError>, payee: Option<&str>) -> Bonus {
    let payees = Payees::new(Vec::new(), payee.map(|payee| payee.parse().unwrap()));
    let phone = phone.map(|phone| phone.parse::<PhoneNumber>().unwrap());
    Bonus::new(accepted(minor), phone.as_ref().map_err(|error| *error), &payees, &limits(), at(0))
}

pub(super) fn bonus() -> Bonus {
    made_of(100, Ok("380991234567"), Some("2066"))
}

/// One whose bill is being paid.
fn paying() -> (Bonus, Call) {
    let mut bonus = bonus();
    let Next::MakeBill(call) = bonus.next(PORTMONE, &patience(), at(0)) else { panic!("no bill") };
    bonus.bill_made(&call, BillAnswer::Made("523".parse().unwrap()), &patience(), at(1));
    let Next::Pay(call) = bonus.next(PORTMONE, &patience(), at(1)) else { panic!("no payment") };
    (bonus, call)
}

fn done() -> Bonus {
    let (mut bonus, call) = paying();
    bonus.bill_paid(&call, PayAnswer::Paid, &patience(), at(2));
    assert_eq!(bonus.next(PORTMONE, &patience(), at(2)), Next::Rest);
    assert_eq!(bonus.state(), BonusState::Done);
    bonus
}

pub(super) fn report(outcome: ReportedOutcome) -> BillReport {
    BillReport {
        outcome,
        amount: Some(Money::new(100, Currency::Uah)),
        payee: None,
        recipient: None,
        source: ReportSource::Direct,
        received_at: at(10),
        words: String::new(),
    }
}

fn failed() -> ReportedOutcome {
    ReportedOutcome::Failed { code: "123".to_owned(), reason: "Declined".to_owned() }
}

fn refusal() -> Refusal {
    Refusal { by: Refuser::Portmone, code: "p009".to_owned(), reason: "no".to_owned() }
}

fn asks_about_payment(bonus: &Bonus) -> bool {
    matches!(bonus.standing, Standing::NeedsReview { question: Question::Payment, .. })
}

fn hear(bonus: &mut Bonus, outcome: ReportedOutcome, seconds: i64) {
    bonus.hear(&report(outcome), Confirmation::NotAsked, at(seconds));
}
