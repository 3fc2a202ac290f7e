//! What happens to bonuses: each step as the consumer commits it.

use jiff::{SignedDuration, Timestamp};
use shared::domain::bonus::answers::{BillAnswer, PayAnswer, TopUpAnswer};
use shared::domain::bonus::driving::{Next, Patience, TopUpWay, Ways};
use shared::domain::bonus::{Bonus, Call, Refusal, Refuser};
use shared::domain::identifier::PortmoneBillId;

use super::bench::{RECEIPT, later};

const WAYS: Ways = Ways { portmone: true, telecom: TopUpWay::On };
/// Longer than Portmone may take to report a payment.
const LONG: i64 = 20 * 60;

fn patience() -> Patience {
    Patience { retries: vec![SignedDuration::from_mins(10)], settle: SignedDuration::from_mins(15) }
}

/// The bill of a receipt: 523 of the sample's.
fn bill_of(receipt: &str) -> PortmoneBillId {
    let bill = if receipt == RECEIPT { "523".to_owned() } else { format!("bill-{receipt}") };
    bill.parse().unwrap()
}

fn at(bonus: &Bonus) -> Timestamp {
    bonus.created_at
}

/// Nothing.
pub fn created(_: &mut Bonus) {}

/// Portmone is asked for a bill.
pub fn making_bill(bonus: &mut Bonus) {
    begin_bill(bonus);
}

/// The same, and the call.
pub fn begin_bill(bonus: &mut Bonus) -> Call {
    match next(bonus, at(bonus)) {
        Next::MakeBill(call) => call,
        other => panic!("{other:?}"),
    }
}

/// It is gone on with at that time.
pub fn go_on(bonus: &mut Bonus, now: Timestamp) {
    next(bonus, now);
}

/// The same, and what is next.
pub fn next(bonus: &mut Bonus, now: Timestamp) -> Next {
    bonus.next(WAYS, &patience(), now)
}

/// It limited that: it is asked again in ten minutes.
pub fn put_off(bonus: &mut Bonus) {
    let (call, now) = (begin_bill(bonus), at(bonus));
    let answer = BillAnswer::NotNow { after: None, reason: "Portmone limits us".to_owned() };
    bonus.bill_made(&call, answer, &patience(), now);
}

/// It made one.
pub fn bill_made(bonus: &mut Bonus) {
    let call = begin_bill(bonus);
    make_bill(bonus, &call);
}

/// The same of one that it was asked for before.
pub fn make_bill(bonus: &mut Bonus, call: &Call) {
    let (bill, now) = (bill_of(bonus.receipt.as_str()), at(bonus));
    bonus.bill_made(call, BillAnswer::Made(bill), &patience(), now);
}

/// It is asked to pay it.
pub fn paying(bonus: &mut Bonus) {
    begin_payment(bonus);
}

fn begin_payment(bonus: &mut Bonus) -> Call {
    bill_made(bonus);
    match next(bonus, at(bonus)) {
        Next::Pay(call) => call,
        other => panic!("{other:?}"),
    }
}

fn pays(bonus: &mut Bonus, answer: PayAnswer, seconds: i64) {
    let call = begin_payment(bonus);
    let now = later(at(bonus), seconds);
    bonus.bill_paid(&call, answer, &patience(), now);
}

/// It was not reached: it is asked again in ten minutes.
pub fn payment_put_off(bonus: &mut Bonus) {
    pays(bonus, PayAnswer::NotReached { after: None, reason: "no connection".to_owned() }, 0);
}

/// It paid the bill, a second later.
pub fn paid(bonus: &mut Bonus) {
    pays(bonus, PayAnswer::Paid, 1);
}

/// It refused to.
pub fn refused(bonus: &mut Bonus) {
    let reason = "Declined by the bank".to_owned();
    pays(bonus, PayAnswer::Refused(Refusal { by: Refuser::Portmone, code: "p017".to_owned(), reason }), 1);
}

/// Nobody knows whether it did, since twenty minutes after.
pub fn in_doubt(bonus: &mut Bonus) {
    pays(bonus, PayAnswer::Unclear("no answer came, and no report".to_owned()), LONG);
}

/// It did, and the telecom is asked for the top-up.
pub fn topping_up(bonus: &mut Bonus) {
    begin_top_up(bonus);
}

fn begin_top_up(bonus: &mut Bonus) -> Call {
    paid(bonus);
    match next(bonus, later(at(bonus), 1)) {
        Next::TopUp(call) => call,
        other => panic!("{other:?}"),
    }
}

fn tops_up(bonus: &mut Bonus, answer: TopUpAnswer) {
    let call = begin_top_up(bonus);
    let now = later(at(bonus), 2);
    bonus.topped_up(&call, answer, &patience(), now);
}

/// It was not reached: it is asked again in ten minutes.
pub fn top_up_put_off(bonus: &mut Bonus) {
    tops_up(bonus, TopUpAnswer::NotNow { after: None, reason: "no connection".to_owned() });
}

/// It did it.
pub fn done(bonus: &mut Bonus) {
    tops_up(bonus, TopUpAnswer::Done);
}

/// It refused to, which a person has to look at.
pub fn top_up_refused(bonus: &mut Bonus) {
    tops_up(bonus, TopUpAnswer::Refused("unknown subscriber".to_owned()));
}
