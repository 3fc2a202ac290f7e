//! Whatever happens, in whatever order: a bill is paid once, success is final, what is refused is unpaid, a phone is
//! topped up by what was paid, and nothing is stuck.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use jiff::Timestamp;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::answers::{BillAnswer, PayAnswer, TopUpAnswer};
use super::deciding::Decision;
use super::driving::{Next, Ways};
use super::hearing::Confirmation;
use super::report::{BillReport, ReportedOutcome};
use super::tests::{BOTH, PORTMONE, at, bonus, patience, report};
use super::{Bonus, BonusEvent, BonusState, Call, Question, Refusal, Refuser, Standing};
use crate::domain::identifier::PortmoneBillId;
use crate::domain::money::{Currency, Money};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is done, and the answer is told.
    Done,
    /// It is done, and the answer is lost on the way; that is told.
    AnswerLost,
    /// It is done, and whoever asked dies.
    DoneAndDied,
    /// It is not done, and whoever asked dies.
    Died,
    /// It is not done, and that is told.
    NotReached,
    /// It is refused, and that is told.
    Refused,
    /// It is done, and the answer is told much later.
    Late,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Drive(Fate),
    Wait(i64),
    /// Portmone reports what is true about the bill that the bonus has, perhaps without its amount. It arrives at
    /// once, or is on its way for long.
    Report {
        arrives: bool,
        amount: bool,
    },
    /// The reports that were on their way arrive.
    Reports,
    /// Something is reported that does not fit.
    Misfit,
    /// The late answers come.
    Answers,
    /// An operator presses the button, after a look at Portmone and the telecom.
    Operator {
        stale: bool,
        gives_up: bool,
    },
    /// Portmone gives the money back, and says so.
    Refund,
}

/// Portmone as it is, whatever we know of it.
#[derive(Debug, Default)]
struct World {
    bills: u32,
    paid: Vec<PortmoneBillId>,
    refunded: bool,
    topped_up: bool,
    late: Vec<(Call, PayAnswer)>,
    on_their_way: Vec<BillReport>,
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        proptest::strategy::Just(Fate::Done),
        proptest::strategy::Just(Fate::AnswerLost),
        proptest::strategy::Just(Fate::DoneAndDied),
        proptest::strategy::Just(Fate::Died),
        proptest::strategy::Just(Fate::NotReached),
        proptest::strategy::Just(Fate::Refused),
        proptest::strategy::Just(Fate::Late),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => fates().prop_map(Step::Drive),
        3 => (1_i64..2_000).prop_map(Step::Wait),
        3 => (any::<bool>(), any::<bool>()).prop_map(|(arrives, amount)| Step::Report { arrives, amount }),
        1 => proptest::strategy::Just(Step::Reports),
        1 => proptest::strategy::Just(Step::Misfit),
        1 => proptest::strategy::Just(Step::Answers),
        2 => (any::<bool>(), 0..8).prop_map(|(stale, of_8)| Step::Operator { stale, gives_up: of_8 == 0 }),
        1 => proptest::strategy::Just(Step::Refund),
    ]
}

fn refusal() -> Refusal {
    Refusal { by: Refuser::Portmone, code: "p009".to_owned(), reason: "no".to_owned() }
}

impl World {
    fn make_bill(&mut self, bonus: &mut Bonus, call: &Call, fate: Fate, now: Timestamp) {
        let mut made = || -> PortmoneBillId {
            self.bills += 1;
            self.bills.to_string().parse().unwrap()
        };
        let not_now = || BillAnswer::NotNow { after: None, reason: "away".to_owned() };
        let answer = match fate {
            Fate::Done => BillAnswer::Made(made()),
            Fate::AnswerLost => {
                made();
                not_now()
            }
            Fate::DoneAndDied | Fate::Late => {
                made();
                return;
            }
            Fate::Died => return,
            Fate::NotReached => not_now(),
            Fate::Refused => BillAnswer::Refused(refusal()),
        };
        bonus.bill_made(call, answer, &patience(), now);
    }

    fn pay(&mut self, bonus: &mut Bonus, call: &Call, fate: Fate, now: Timestamp) {
        let bill = bonus.bill.clone().unwrap();
        let answer = match fate {
            Fate::Done | Fate::AnswerLost | Fate::DoneAndDied | Fate::Late => {
                self.paid.push(bill);
                PayAnswer::Paid
            }
            Fate::Died => return,
            Fate::NotReached => PayAnswer::NotReached { after: None, reason: "away".to_owned() },
            Fate::Refused => PayAnswer::Refused(refusal()),
        };
        match fate {
            Fate::AnswerLost => {
                bonus.bill_paid(call, PayAnswer::Unclear("cut".to_owned()), &patience(), now);
            }
            Fate::DoneAndDied => {}
            Fate::Late => self.late.push((call.clone(), answer)),
            Fate::Done | Fate::Died | Fate::NotReached | Fate::Refused => {
                bonus.bill_paid(call, answer, &patience(), now);
            }
        }
    }

    /// What is true of the bonus's bill.
    fn truth(&self, bonus: &Bonus) -> Option<ReportedOutcome> {
        let bill = bonus.bill.as_ref()?;
        let failed = || ReportedOutcome::Failed { code: "1".to_owned(), reason: "no".to_owned() };
        if self.paid.contains(bill) {
            return Some(ReportedOutcome::Paid);
        }
        // Portmone speaks of failure only where it was, perhaps, asked to pay.
        (bonus.possible_payments() > 0).then(failed)
    }

    /// The telecom tops a phone up once, however often it is asked with the same key.
    fn top_up(&mut self, bonus: &mut Bonus, call: &Call, fate: Fate, now: Timestamp) {
        let not_now = || TopUpAnswer::NotNow { after: None, reason: "away".to_owned() };
        self.topped_up |= matches!(fate, Fate::Done | Fate::AnswerLost | Fate::DoneAndDied | Fate::Late);
        let answer = match fate {
            Fate::Done => TopUpAnswer::Done,
            Fate::AnswerLost | Fate::NotReached => not_now(),
            Fate::Refused if !self.topped_up => TopUpAnswer::Refused("blocked".to_owned()),
            Fate::Refused | Fate::DoneAndDied | Fate::Late | Fate::Died => return,
        };
        bonus.topped_up(call, answer, &patience(), now);
    }

    fn drive(&mut self, bonus: &mut Bonus, ways: Ways, fate: Fate, now: Timestamp) {
        match bonus.next(ways, &patience(), now) {
            Next::MakeBill(call) => self.make_bill(bonus, &call, fate, now),
            Next::Pay(call) => self.pay(bonus, &call, fate, now),
            Next::TopUp(call) => self.top_up(bonus, &call, fate, now),
            Next::Rest => {}
        }
    }

    fn is_paid(&self, bonus: &Bonus) -> bool {
        bonus.bill.as_ref().is_some_and(|bill| self.paid.contains(bill))
    }

    /// What is in question is answered by what is true, or given up.
    fn operator(&self, bonus: &mut Bonus, step: u32, gives_up: bool, now: Timestamp) {
        let is_done = match &bonus.standing {
            Standing::NeedsReview { question: Question::TopUp(_), .. } => self.topped_up,
            _ => self.is_paid(bonus),
        };
        let decision = match (gives_up, is_done) {
            (true, _) => Decision::GiveUp,
            (false, true) => Decision::ItHappened,
            (false, false) => Decision::ItDidNotHappen,
        };
        bonus.decide(step, decision, now);
        // What was refused is looked up before it is tried again.
        if !self.is_paid(bonus) {
            bonus.retry(step, now);
        }
    }

    fn step(&mut self, bonus: &mut Bonus, ways: Ways, step: Step, now: &mut i64) {
        match step {
            Step::Wait(seconds) => *now += seconds,
            Step::Drive(fate) => self.drive(bonus, ways, fate, at(*now)),
            Step::Report { arrives, amount } => {
                let Some(outcome) = self.truth(bonus) else { return };
                let mut report = BillReport { received_at: at(*now), ..report(outcome) };
                report.amount = report.amount.filter(|_| amount);
                if arrives {
                    bonus.hear(&report, Confirmation::NotAsked, at(*now));
                } else {
                    self.on_their_way.push(report);
                }
            }
            Step::Reports => {
                for report in std::mem::take(&mut self.on_their_way).into_iter().rev() {
                    bonus.hear(&report, Confirmation::NotAsked, at(*now));
                }
            }
            Step::Misfit => {
                let amount = Some(Money::new(99, Currency::Uah));
                let received_at = at(*now);
                let misfit = BillReport { amount, received_at, ..report(ReportedOutcome::Paid) };
                bonus.hear(&misfit, Confirmation::NotAsked, at(*now));
            }
            Step::Answers => {
                for (call, answer) in std::mem::take(&mut self.late) {
                    bonus.bill_paid(&call, answer, &patience(), at(*now));
                }
            }
            Step::Operator { stale, gives_up } => {
                let step = if stale { bonus.exchanges.saturating_sub(1) } else { bonus.exchanges };
                self.operator(bonus, step, gives_up, at(*now));
            }
            Step::Refund => {
                if self.is_paid(bonus) && !self.refunded {
                    self.refunded = true;
                    let report = BillReport { received_at: at(*now), ..report(ReportedOutcome::Refunded) };
                    bonus.hear(&report, Confirmation::NotAsked, at(*now));
                }
            }
        }
    }
}

/// Lets a bonus alone, with everybody back, until it rests.
fn rest(world: &mut World, bonus: &mut Bonus, ways: Ways, now: &mut i64) {
    for _ in 0..40 {
        *now += 1_000;
        world.drive(bonus, ways, Fate::Done, at(*now));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_happens_a_bonus_is_paid_once_and_success_is_final(
        steps in proptest::collection::vec(steps(), 1..60),
        with_telecom in any::<bool>(),
    ) {
        let ways = if with_telecom { BOTH } else { PORTMONE };
        let (mut bonus, mut world, mut now) = (bonus(), World::default(), 0);
        let mut succeeded = 0;
        world.drive(&mut bonus, ways, Fate::Done, at(now));
        for step in steps {
            let before = bonus.clone();
            world.step(&mut bonus, ways, step, &mut now);
            let (was, is) = (before.state(), bonus.state());
            prop_assert!(world.paid.len() <= 1, "paid {} times", world.paid.len());
            prop_assert!(before.payment().is_none() || bonus.payment().is_some(), "{was:?} became {is:?}");
            prop_assert!(was != BonusState::Refunded || is == BonusState::Refunded);
            prop_assert!(before.bill.is_none() || before.bill == bonus.bill, "another bill for the one known");
            prop_assert_eq!(bonus.due_at().is_some(), is.is_going_on());
            prop_assert!(bonus.payment().is_none() || world.is_paid(&bonus), "{is:?}, and nothing is paid");
            prop_assert!(is != BonusState::Refused || !world.is_paid(&bonus), "refused, and it is paid");
            prop_assert!(is != BonusState::Done || !with_telecom || world.topped_up, "nobody topped it up");
            prop_assert!(!world.topped_up || bonus.payment().is_some(), "topped up, and not known as paid");
            succeeded += bonus.outbox.iter().filter(|event| **event == BonusEvent::Succeeded).count();
            bonus.outbox.clear();
            bonus.evidence.clear();
        }
        prop_assert!(succeeded <= 1);
        // Left alone, it comes to rest; where it waits for a person, the person's look ends it.
        rest(&mut world, &mut bonus, ways, &mut now);
        for _ in 0..2 {
            let step = bonus.exchanges;
            if bonus.state() == BonusState::NeedsReview {
                world.operator(&mut bonus, step, false, at(now));
            }
            rest(&mut world, &mut bonus, ways, &mut now);
        }
        prop_assert!(!bonus.state().is_going_on(), "stuck in {:?}", bonus.state());
        prop_assert!(bonus.state() != BonusState::NeedsReview, "the person's look did not end it");
        prop_assert!(world.paid.len() <= 1);
    }
}
