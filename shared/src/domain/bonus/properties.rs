//! Whatever happens, in whatever order: a bill is paid once, success is final, and nothing is stuck.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use jiff::Timestamp;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::answers::{BillAnswer, PayAnswer};
use super::deciding::Decision;
use super::driving::Next;
use super::hearing::Confirmation;
use super::report::ReportedOutcome;
use super::tests::{PORTMONE, at, bonus, patience, report};
use super::{Bonus, BonusEvent, BonusState, Call, Question, Refusal, Refuser, Standing};
use crate::domain::identifier::PortmoneBillId;

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
    /// Portmone reports what is true about the bill that the bonus has.
    Report,
    /// The late answers come.
    Answers,
    /// An operator presses the button, after a look at Portmone.
    Operator {
        stale: bool,
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
    late: Vec<(Call, PayAnswer)>,
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
        4 => fates().prop_map(Step::Drive),
        3 => (1_i64..2_000).prop_map(Step::Wait),
        2 => proptest::strategy::Just(Step::Report),
        1 => proptest::strategy::Just(Step::Answers),
        2 => any::<bool>().prop_map(|stale| Step::Operator { stale }),
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
        // Portmone speaks of failure only where it was asked to pay.
        (bonus.payments > 0).then(failed)
    }

    fn step(&mut self, bonus: &mut Bonus, step: Step, now: &mut i64) {
        match step {
            Step::Wait(seconds) => *now += seconds,
            Step::Drive(fate) => match bonus.next(PORTMONE, &patience(), at(*now)) {
                Next::MakeBill(call) => self.make_bill(bonus, &call, fate, at(*now)),
                Next::Pay(call) => self.pay(bonus, &call, fate, at(*now)),
                Next::TopUp(_) | Next::Rest => {}
            },
            Step::Report => {
                if let Some(outcome) = self.truth(bonus) {
                    bonus.hear(&report(outcome), Confirmation::NotAsked, at(*now));
                }
            }
            Step::Answers => {
                for (call, answer) in std::mem::take(&mut self.late) {
                    bonus.bill_paid(&call, answer, &patience(), at(*now));
                }
            }
            Step::Operator { stale } => {
                let step = if stale { bonus.exchanges.saturating_sub(1) } else { bonus.exchanges };
                let is_paid = bonus.bill.as_ref().is_some_and(|bill| self.paid.contains(bill));
                let decision = if is_paid { Decision::ItHappened } else { Decision::ItDidNotHappen };
                bonus.decide(step, decision, at(*now));
                // What was refused is looked up before it is tried again.
                if !is_paid {
                    bonus.retry(step, at(*now));
                }
            }
            Step::Refund => {
                let is_paid = bonus.bill.as_ref().is_some_and(|bill| self.paid.contains(bill));
                if is_paid && !self.refunded {
                    self.refunded = true;
                    bonus.hear(&report(ReportedOutcome::Refunded), Confirmation::NotAsked, at(*now));
                }
            }
        }
    }
}

fn was_paid(state: BonusState) -> bool {
    matches!(state, BonusState::Paid | BonusState::ToppingUp | BonusState::Done | BonusState::Refunded)
}

proptest! {
    #[test]
    fn whatever_happens_a_bonus_is_paid_once_and_success_is_final(
        steps in proptest::collection::vec(steps(), 1..60),
    ) {
        let (mut bonus, mut world, mut now) = (bonus(), World::default(), 0);
        let mut succeeded = 0;
        for step in steps {
            let before = bonus.state();
            let bill = bonus.bill.clone();
            world.step(&mut bonus, step, &mut now);
            prop_assert!(world.paid.len() <= 1, "paid {} times", world.paid.len());
            prop_assert!(!was_paid(before) || was_paid(bonus.state()), "{before:?} became {:?}", bonus.state());
            prop_assert!(before != BonusState::Refunded || bonus.state() == BonusState::Refunded);
            prop_assert!(bill.is_none() || bill == bonus.bill, "another bill took the place of the one known");
            prop_assert_eq!(bonus.due_at().is_some(), bonus.state().is_going_on());
            if bonus.state() == BonusState::Done {
                prop_assert_eq!(&world.paid, &[bonus.bill.clone().unwrap()]);
            }
            succeeded += bonus.outbox.iter().filter(|event| **event == BonusEvent::Succeeded).count();
            bonus.outbox.clear();
            bonus.evidence.clear();
        }
        prop_assert!(succeeded <= 1);
        // Left alone, with Portmone back, it comes to rest; where it waits for a person, the person's look ends it.
        for _ in 0..40 {
            now += 1_000;
            world.step(&mut bonus, Step::Drive(Fate::Done), &mut now);
        }
        if let Standing::NeedsReview { question, .. } = &bonus.standing {
            prop_assert_eq!(*question, Question::Payment);
            world.step(&mut bonus, Step::Operator { stale: false }, &mut now);
            for _ in 0..10 {
                now += 1_000;
                world.step(&mut bonus, Step::Drive(Fate::Done), &mut now);
            }
        }
        prop_assert!(!bonus.state().is_going_on(), "stuck in {:?}", bonus.state());
        prop_assert!(world.paid.len() <= 1);
    }
}
