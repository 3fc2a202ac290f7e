//! Stories of single bills, and two workers on one in every order.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use jiff::{SignedDuration, Timestamp};

use super::charging::{Charged, Claim, Finding, LEASE, Patience};
use super::deciding::{Decided, Decision};
use super::{BillEvent, BillState, Charging, SmsBill, Standing, Word};
use crate::domain::money::{Currency, Money};
use crate::domain::sms::account::ClosedPeriod;
use crate::domain::sms::bill_number::BillNumber;
use crate::domain::sms::micros::Micros;
use crate::domain::sms::settings::{Defaults, Overrides, Settings};
use crate::domain::sms::switch_account::SwitchAccount;
use crate::domain::sms::usage::{Usage, UsageLine};

fn now() -> Timestamp {
    "2026-11-22T02:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn acme() -> Option<SwitchAccount> {
    SwitchAccount::new(3)
}

fn patience() -> Patience {
    Patience {
        retries: [1, 6, 24, 72].map(SignedDuration::from_hours).to_vec(),
        settle: SignedDuration::from_mins(15),
    }
}

fn bill(overrides: &Overrides, cost: i64) -> SmsBill {
    let settings = Settings::of(overrides, &Overrides::default(), Defaults::ORIGINAL);
    let line = UsageLine {
        country: "Ukraine".parse().unwrap(),
        prefix: Some("380".parse().unwrap()),
        rate: Micros::new(cost).unwrap(),
        messages: 1,
        segments: 1,
        cost: Micros::new(cost).unwrap(),
    };
    let period = ClosedPeriod {
        start: "2026-11-21T00:00:00Z".parse().unwrap(),
        end: "2026-11-22T00:00:00Z".parse().unwrap(),
        usage: Usage::new(vec![line], 0).unwrap(),
        currency: Currency::Usd,
    };
    let number = BillNumber::new(jiff::civil::date(2026, 11, 22), 42);
    SmsBill::new(number, "user-1".parse().unwrap(), period, &settings, now()).unwrap()
}

fn ready() -> SmsBill {
    bill(&Overrides::default(), 12_345_000)
}

fn claimed() -> (SmsBill, Charging) {
    let mut bill = ready();
    let Claim::Charge(debit) = bill.claim(acme(), now()) else { panic!("{bill:?}") };
    (bill, debit)
}

#[test]
fn an_amount_is_rounded_once_and_nothing_is_paid_without_a_call() {
    assert_eq!(ready().amount, Money::new(1_234, Currency::Usd));
    let free = bill(&Overrides::default(), 4_999);
    assert_eq!(free.standing, Standing::Paid { at: now(), payment: None, word: Word::Nothing });
    assert_eq!((free.due_at(), free.outbox), (None, Vec::new()));
}

#[test]
fn a_bill_that_needs_approval_is_charged_after_it() {
    let mut bill = bill(&Overrides { auto_processing: Some(false), ..Overrides::default() }, 1_000_000);
    assert_eq!(bill.claim(acme(), now()), Claim::Settled);
    assert_eq!(bill.process("admin-1", after(60)), Decided::Done);
    assert_eq!(bill.outbox, [BillEvent::ChargeWanted]);
    assert!(matches!(bill.claim(acme(), after(60)), Claim::Charge(_)));
    assert_eq!(bill.process("admin-1", after(61)), Decided::AlreadyDone);
    assert_eq!(bill.cancel("a mistake", after(61)), Decided::NotOpen);
}

#[test]
fn a_refusal_is_tried_again_on_its_schedule_and_then_given_up() {
    let (mut bill, mut debit) = claimed();
    let mut at = now();
    for hours in [1, 6, 24, 72] {
        bill.charged(&debit, Charged::Refused("no money".to_owned()), &patience(), at);
        assert_eq!(bill.state(), BillState::Failed);
        at += SignedDuration::from_hours(hours);
        assert_eq!(bill.due_at(), Some(at));
        assert_eq!(bill.claim(acme(), at - SignedDuration::from_secs(1)), Claim::Settled);
        let Claim::Charge(next) = bill.claim(acme(), at) else { panic!("{bill:?}") };
        debit = next;
    }
    bill.charged(&debit, Charged::Refused("no money".to_owned()), &patience(), at);
    assert_eq!((bill.state(), bill.due_at(), bill.attempts), (BillState::GivenUp, None, 5));
    let failed = BillEvent::ChargeFailed("no money".to_owned());
    assert_eq!(bill.outbox, [failed.clone(), failed]);
    assert_eq!(bill.process("admin-1", at), Decided::Done);
    assert!(matches!(bill.claim(acme(), at), Claim::Charge(_)));
}

#[test]
fn a_switch_that_was_not_reached_is_asked_again_without_a_word_to_the_user() {
    let (mut bill, debit) = claimed();
    let reached = |after| Charged::NotReached { after, reason: "connection refused".to_owned() };
    bill.charged(&debit, reached(None), &patience(), now());
    assert_eq!((bill.due_at(), bill.outbox.len(), bill.refusals), (Some(after(300)), 0, 0));
    let Claim::Charge(debit) = bill.claim(acme(), after(300)) else { panic!("{bill:?}") };
    bill.charged(&debit, reached(Some(SignedDuration::from_secs(900))), &patience(), after(300));
    assert_eq!(bill.due_at(), Some(after(1_200)));
}

#[test]
fn a_lost_answer_is_asked_about_and_never_charged_again_while_in_doubt() {
    let (mut bill, debit) = claimed();
    bill.charged(&debit, Charged::Unclear, &patience(), after(1));
    assert_eq!(bill.claim(acme(), after(10)), Claim::Settled);
    let Claim::Ask(doubt) = bill.claim(acme(), after(61)) else { panic!("{bill:?}") };
    bill.found(&doubt, Finding::Absent, &patience(), after(61));
    assert_eq!(bill.state(), BillState::Charging);
    let Claim::Ask(doubt) = bill.claim(acme(), after(200)) else { panic!("{bill:?}") };
    bill.found(&doubt, Finding::Paid(991), &patience(), after(200));
    assert_eq!(bill.standing, Standing::Paid { at: after(200), payment: Some(991), word: Word::Found });
    assert_eq!(bill.outbox, [BillEvent::Paid]);
}

#[test]
fn what_is_absent_after_the_switch_had_its_time_is_charged_again() {
    let (mut bill, debit) = claimed();
    bill.charged(&debit, Charged::Unclear, &patience(), now());
    let mut at = now();
    let mut asked = 0;
    while bill.state() == BillState::Charging {
        at = bill.due_at().unwrap();
        let Claim::Ask(doubt) = bill.claim(acme(), at) else { panic!("{bill:?}") };
        bill.found(&doubt, Finding::Absent, &patience(), at);
        asked += 1;
    }
    assert_eq!((at, asked), (after(900), 5));
    assert!(matches!(bill.claim(acme(), at), Claim::Charge(_)));
    assert_eq!(bill.attempts, 2);
}

#[test]
fn what_is_not_shown_at_the_first_look_is_looked_for_again_however_late_that_was() {
    let (mut bill, debit) = claimed();
    bill.found(&debit, Finding::Absent, &patience(), after(50_000));
    assert_eq!((bill.state(), bill.due_at()), (BillState::Charging, Some(after(50_060))));
}

#[test]
fn before_another_debit_the_switch_is_asked_about_the_earlier_ones() {
    let (mut refused, debit) = claimed();
    assert!(!ready().is_asked_first());
    refused.charged(&debit, Charged::Refused("an internal error".to_owned()), &patience(), now());
    assert!(refused.is_asked_first());
    let acme = acme().unwrap();
    let standing = |finding| {
        let mut bill = refused.clone();
        bill.found_before(acme, finding, after(3_600));
        (bill.state(), bill.due_at())
    };
    assert_eq!(standing(Finding::Paid(991)), (BillState::Paid, None));
    assert_eq!(standing(Finding::Unknown), (BillState::Pending, Some(after(3_900))));
    assert_eq!(standing(Finding::Differs("two payments".to_owned())), (BillState::NeedsReview, None));
    assert_eq!(standing(Finding::Absent), (BillState::Failed, Some(after(3_600))));
}

#[test]
fn an_account_that_was_charged_is_asked_about_until_a_person_says_that_nothing_is_there() {
    let [first, second] = [3, 4].map(|number| SwitchAccount::new(number).unwrap());
    let (mut bill, debit) = claimed();
    assert_eq!(bill.accounts_to_ask(second), [second]);
    bill.charged(&debit, Charged::Refused("an internal error".to_owned()), &patience(), now());
    assert_eq!(
        (bill.accounts_to_ask(second), bill.accounts_to_ask(first)),
        (vec![first, second], vec![first])
    );
    // What does not fit is not charged, and so not asked about.
    let Claim::Charge(debit) = bill.claim(Some(second), after(3_600)) else { panic!("{bill:?}") };
    bill.charged(&debit, Charged::Unfit("kept in EUR".to_owned()), &patience(), after(3_600));
    assert_eq!((bill.state(), bill.refusals, &bill.tried_accounts), (BillState::Failed, 2, &vec![first]));
    bill.found_before(first, Finding::Differs("it cannot be asked".to_owned()), after(90_000));
    assert_eq!(bill.resolve(2, Decision::NotPaid, "admin-1", after(90_000)), Decided::Done);
    assert_eq!(bill.accounts_to_ask(second), [second]);
}

#[test]
fn a_switch_that_cannot_tell_for_a_day_leaves_it_to_a_person() {
    let (mut bill, debit) = claimed();
    bill.charged(&debit, Charged::Unclear, &patience(), now());
    while let Some(at) = bill.due_at() {
        let Claim::Ask(doubt) = bill.claim(acme(), at) else { panic!("{bill:?}") };
        bill.found(&doubt, Finding::Unknown, &patience(), at);
    }
    let Standing::NeedsReview { since, .. } = bill.standing else { panic!("{bill:?}") };
    let hours = since.duration_since(now()).as_hours();
    assert!((24..=25).contains(&hours), "{hours}");
    assert!(matches!(bill.outbox[..], [BillEvent::ReviewOpened(_)]));
    assert_eq!(bill.resolve(0, Decision::Paid, "admin-1", after(0)), Decided::NotOpen);
    assert_eq!(bill.resolve(1, Decision::Paid, "admin-1", after(0)), Decided::Done);
    assert_eq!(bill.resolve(1, Decision::Paid, "admin-1", after(0)), Decided::AlreadyDone);
    assert_eq!(bill.resolve(1, Decision::NotPaid, "admin-1", after(0)), Decided::NotOpen);
}

#[test]
fn a_payment_that_does_not_fit_is_a_persons_question() {
    let (mut bill, debit) = claimed();
    bill.found(&debit, Finding::Differs("12.00 instead of 12.34".to_owned()), &patience(), after(200));
    assert_eq!(bill.state(), BillState::NeedsReview);
    assert_eq!(bill.resolve(1, Decision::NotPaid, "admin-1", after(300)), Decided::Done);
    assert_eq!(bill.resolve(1, Decision::NotPaid, "admin-1", after(301)), Decided::AlreadyDone);
    assert!(matches!(bill.claim(acme(), after(302)), Claim::Charge(_)));
}

#[test]
fn a_user_without_an_account_is_looked_at_again_tomorrow() {
    let mut bill = ready();
    assert_eq!(bill.claim(None, now()), Claim::Settled);
    assert_eq!((bill.state(), bill.due_at()), (BillState::Pending, Some(after(86_400))));
    assert!(matches!(bill.claim(acme(), after(86_400)), Claim::Charge(_)));
}

#[test]
fn a_late_word_of_an_earlier_debit_changes_nothing() {
    let (mut bill, first) = claimed();
    bill.charged(&first, Charged::Refused("no".to_owned()), &patience(), now());
    let Claim::Charge(_) = bill.claim(acme(), after(3_600)) else { panic!("{bill:?}") };
    let before = bill.clone();
    bill.charged(&first, Charged::Done, &patience(), after(3_601));
    bill.found(&first, Finding::Paid(1), &patience(), after(3_601));
    assert_eq!(bill, before);
}

/// A worker on the bill: what it does next.
#[derive(Debug, Clone)]
enum Worker {
    Read,
    Decide(Box<SmsBill>, u32),
    Call(Charging),
    Ask(Charging),
    Keep(Charging, Result<Charged, Finding>),
    Gone,
}

/// Everything there is: the stored bill with its version, the debits at the switch, the clock.
#[derive(Debug, Clone)]
struct World {
    stored: SmsBill,
    version: u32,
    debits: u32,
    clock: Timestamp,
}

/// How an outside call of a worker ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Well,
    AnswerLost,
    Dies,
}

impl World {
    fn commit(&mut self, bill: SmsBill) {
        self.stored = bill;
        self.stored.outbox.clear();
        self.version += 1;
    }

    fn step(&mut self, worker: Worker, fate: Fate) -> Worker {
        let now = self.clock;
        match worker {
            Worker::Read => Worker::Decide(Box::new(self.stored.clone()), self.version),
            Worker::Decide(mut bill, version) => {
                let before = bill.clone();
                let claim = bill.claim(acme(), now);
                if bill != before {
                    if version != self.version {
                        return Worker::Read;
                    }
                    self.commit(*bill);
                }
                match claim {
                    Claim::Charge(debit) => Worker::Call(debit),
                    Claim::Ask(debit) => Worker::Ask(debit),
                    Claim::Settled => Worker::Gone,
                }
            }
            // Nobody who holds a claim calls after their lease: the function's own time ends before.
            Worker::Call(debit) if now.duration_since(debit.since) >= LEASE => Worker::Gone,
            Worker::Call(debit) => {
                self.debits += 1;
                match fate {
                    Fate::Well => Worker::Keep(debit, Ok(Charged::Done)),
                    Fate::AnswerLost => Worker::Keep(debit, Ok(Charged::Unclear)),
                    Fate::Dies => Worker::Gone,
                }
            }
            Worker::Ask(debit) => {
                let finding = match fate {
                    Fate::Well if self.debits > 0 => Finding::Paid(991),
                    Fate::Well => Finding::Absent,
                    Fate::AnswerLost => Finding::Unknown,
                    Fate::Dies => return Worker::Gone,
                };
                Worker::Keep(debit, Err(finding))
            }
            Worker::Keep(debit, word) => {
                // Changes are decided on what is stored at that moment.
                let mut bill = self.stored.clone();
                match word {
                    Ok(charged) => bill.charged(&debit, charged, &patience(), now),
                    Err(finding) => bill.found(&debit, finding, &patience(), now),
                }
                if bill != self.stored {
                    self.commit(bill);
                }
                Worker::Gone
            }
            Worker::Gone => Worker::Gone,
        }
    }
}

/// Every order of the steps of two workers, every fate of their calls, and clocks that stand still or pass the lease
/// and the settling time between any two steps.
fn every_order(world: &World, workers: &[Worker; 2], depth: u32, seen: &mut u64) {
    *seen += 1;
    assert!(world.debits <= 1, "{world:?}");
    let paid = world.stored.state() == BillState::Paid;
    assert!(!paid || world.debits == 1, "{world:?}");
    if depth == 0 {
        return;
    }
    for turn in 0..2 {
        if matches!(workers[turn], Worker::Gone) {
            continue;
        }
        let is_call = matches!(workers[turn], Worker::Call(_) | Worker::Ask(_));
        let fates =
            if is_call { [Fate::Well, Fate::AnswerLost, Fate::Dies].as_slice() } else { &[Fate::Well] };
        for fate in fates {
            for pause in [0, 160, 1_000] {
                let mut after = world.clone();
                after.clock += SignedDuration::from_secs(pause);
                let mut next = workers.clone();
                next[turn] = after.step(workers[turn].clone(), *fate);
                every_order(&after, &next, depth - 1, seen);
            }
        }
    }
}

#[test]
fn two_workers_on_one_bill_debit_once_in_every_order() {
    let world = World { stored: ready(), version: 1, debits: 0, clock: now() };
    let mut seen = 0;
    every_order(&world, &[Worker::Read, Worker::Read], 8, &mut seen);
    assert!(seen > 10_000, "{seen}");
}
