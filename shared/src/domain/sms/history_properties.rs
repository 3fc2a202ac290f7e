//! Random histories of usage, settings, runs, faults, clocks and persons: what was used is billed once, and each bill is
//! booked at the switch at most once.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::account::{SmsAccount, Through};
use super::bill::charging::{Charged, Claim, Finding, Patience};
use super::bill::deciding::Decision;
use super::bill::{BillState, Charging, SmsBill, Standing, Word};
use super::bill_number::BillNumber;
use super::micros::Micros;
use super::rhythm::tests::any_rhythm;
use super::rhythm::{Rhythm, Schedule};
use super::settings::{Defaults, Overrides, Settings};
use super::switch_account::SwitchAccount;
use super::usage::tests::any_sent;
use super::usage::{Sent, Totals, UsageEvent};
use crate::domain::money::Currency;

/// How long the switch takes to show a payment whose answer was lost: less than it is given.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_mins(14);

/// What happens to one call of the switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Well,
    AnswerLost,
    RequestLost,
    Refused,
    RefusedAndBooked,
    NotReached,
    Unfit,
    DiesBefore,
    DiesAfter,
}

#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    Use(i64, Sent),
    Set(Rhythm, bool),
    /// The user pays by this account at the switch from now on.
    Move(SwitchAccount),
    Run(Schedule, Fate),
    Limit(Fate),
    Watch(Fate),
    Process(usize),
    Cancel(usize),
    Resolve(usize),
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Well),
        1 => Just(Fate::AnswerLost),
        1 => Just(Fate::RequestLost),
        1 => Just(Fate::Refused),
        1 => Just(Fate::RefusedAndBooked),
        1 => Just(Fate::NotReached),
        1 => Just(Fate::Unfit),
        1 => Just(Fate::DiesBefore),
        1 => Just(Fate::DiesAfter),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let schedule =
        prop_oneof![3 => Just(Schedule::Daily), 1 => Just(Schedule::Weekly), 1 => Just(Schedule::Monthly)];
    prop_oneof![
        4 => prop_oneof![Just(61_i64), Just(400), Just(4_000), Just(90_000), Just(300_000)].prop_map(Step::Wait),
        5 => (-600_i64..400_000, any_sent()).prop_map(|(ago, sent)| Step::Use(ago, sent)),
        1 => (any_rhythm(), proptest::bool::ANY).prop_map(|(rhythm, auto)| Step::Set(rhythm, auto)),
        1 => (3_u32..6).prop_map(|number| Step::Move(SwitchAccount::new(number).unwrap())),
        4 => (schedule, any_fate()).prop_map(|(schedule, fate)| Step::Run(schedule, fate)),
        1 => any_fate().prop_map(Step::Limit),
        6 => any_fate().prop_map(Step::Watch),
        1 => (0_usize..9).prop_map(Step::Process),
        1 => (0_usize..9).prop_map(Step::Cancel),
        1 => (0_usize..9).prop_map(Step::Resolve),
    ]
}

/// A payment at the switch.
#[derive(Debug, Clone)]
struct Booked {
    bill: BillNumber,
    account: SwitchAccount,
    minor: i64,
    shown_at: Timestamp,
}

#[derive(Debug)]
struct World {
    account: SmsAccount,
    bills: Vec<SmsBill>,
    booked: Vec<Booked>,
    used: Totals,
    settings: Settings,
    pays_by: SwitchAccount,
    now: Timestamp,
}

fn settings(rhythm: Rhythm, auto: bool) -> Settings {
    let overrides = Overrides {
        frequency: Some(rhythm.frequency),
        day_of_week: Some(rhythm.day_of_week),
        day_of_month: Some(rhythm.day_of_month),
        max_messages: Some(60),
        max_amount: Micros::new(9_000_000),
        auto_processing: Some(auto),
        ..Overrides::default()
    };
    Settings::of(&overrides, &Overrides::default(), Defaults::ORIGINAL)
}

fn patience() -> Patience {
    Patience {
        retries: [1, 6].map(SignedDuration::from_hours).to_vec(),
        settle: SignedDuration::from_mins(15),
    }
}

impl World {
    fn new(rhythm: Rhythm) -> Self {
        Self {
            account: SmsAccount::new("user-1".parse().unwrap()),
            bills: Vec::new(),
            booked: Vec::new(),
            used: Totals::default(),
            settings: settings(rhythm, true),
            pays_by: SwitchAccount::new(3).unwrap(),
            now: "2026-11-21T08:00:00Z".parse().unwrap(),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Wait(seconds) => self.now += SignedDuration::from_secs(*seconds),
            Step::Use(ago, sent) => {
                let at = self.now - SignedDuration::from_secs(*ago);
                let event = UsageEvent { id: "event-1".parse().unwrap(), at, sent: sent.clone() };
                self.account.record(&[event], &self.settings, self.now).unwrap();
                let part = match sent {
                    Sent::Failed(count) => Totals { failed: *count, ..Totals::default() },
                    Sent::Messages(line) => Totals { messages: line.messages, failed: 0, cost: line.cost },
                };
                self.used = self.used.plus(part).unwrap();
            }
            Step::Set(rhythm, auto) => self.settings = settings(*rhythm, *auto),
            Step::Move(account) => self.pays_by = *account,
            Step::Run(schedule, fate) => {
                let is_due = |(by, at): &(Schedule, Timestamp)| by == schedule && *at <= self.now;
                if self.account.due(&self.settings).filter(is_due).is_some() {
                    self.account.align(&self.settings, self.now);
                    self.close(Through::Due(self.now), *fate);
                }
            }
            Step::Limit(fate) => {
                if self.account.is_limit_reached(&self.settings) {
                    self.close(Through::Limit(self.now), *fate);
                }
            }
            Step::Watch(fate) => (0..self.bills.len()).for_each(|index| self.watch(index, *fate)),
            Step::Process(index) => {
                if let Some(bill) = self.bills.get_mut(*index) {
                    bill.process("admin-1", self.now);
                }
            }
            Step::Cancel(index) => {
                if let Some(bill) = self.bills.get_mut(*index) {
                    bill.cancel("a mistake", self.now);
                }
            }
            Step::Resolve(index) => self.resolve(*index),
        }
        self.account.outbox.clear();
        self.bills.iter_mut().for_each(|bill| bill.outbox.clear());
    }

    fn close(&mut self, through: Through, fate: Fate) {
        while let Some(period) = self.account.close(through, &self.settings) {
            let number =
                BillNumber::new(jiff::civil::date(2026, 11, 21), self.bills.len().try_into().unwrap());
            let user = self.account.user.clone();
            self.bills.push(SmsBill::new(number, user, period, &self.settings, self.now).unwrap());
            let index = self.bills.len() - 1;
            if let Claim::Charge(debit) = self.bills[index].claim(Some(self.pays_by), self.now) {
                self.debit(index, &debit, fate);
            }
        }
    }

    /// As the worker does: ask about what is in doubt, and before another debit; claim; call once; keep the word.
    fn watch(&mut self, index: usize, fate: Fate) {
        let now = self.now;
        if self.bills[index].due_at().is_none_or(|due| due > now) {
            return;
        }
        if self.bills[index].is_asked_first() {
            for account in self.bills[index].accounts_to_ask(self.pays_by) {
                let finding = self.ask(index, account, fate);
                self.bills[index].found_before(account, finding.clone(), now);
                if finding != Finding::Absent {
                    return;
                }
            }
        }
        match self.bills[index].claim(Some(self.pays_by), now) {
            Claim::Charge(debit) => self.debit(index, &debit, fate),
            Claim::Ask(debit) => {
                let finding = self.ask(index, debit.account, fate);
                self.bills[index].found(&debit, finding, &patience(), now);
            }
            Claim::Settled => {}
        }
    }

    fn ask(&self, index: usize, account: SwitchAccount, fate: Fate) -> Finding {
        if matches!(fate, Fate::NotReached | Fate::RequestLost | Fate::AnswerLost) {
            return Finding::Unknown;
        }
        let number = &self.bills[index].number;
        let is_ours = |payment: &&Booked| payment.bill == *number && payment.account == account;
        let mut ours = self.booked.iter().filter(is_ours);
        if ours.any(|payment| payment.shown_at <= self.now) { Finding::Paid(991) } else { Finding::Absent }
    }

    fn debit(&mut self, index: usize, debit: &Charging, fate: Fate) {
        let bill = &self.bills[index];
        let delay = match fate {
            Fate::Well | Fate::RefusedAndBooked => Some(SignedDuration::ZERO),
            Fate::AnswerLost | Fate::DiesAfter => Some(SHOWN_AFTER),
            Fate::RequestLost | Fate::Refused | Fate::NotReached | Fate::Unfit | Fate::DiesBefore => None,
        };
        if let Some(delay) = delay {
            let (bill, account, minor) = (bill.number.clone(), debit.account, bill.amount.minor());
            self.booked.push(Booked { bill, account, minor, shown_at: self.now + delay });
        }
        let charged = match fate {
            Fate::Well => Charged::Done,
            Fate::AnswerLost | Fate::RequestLost => Charged::Unclear,
            Fate::Refused | Fate::RefusedAndBooked => Charged::Refused("no".to_owned()),
            Fate::Unfit => Charged::Unfit("kept in EUR".to_owned()),
            Fate::NotReached => Charged::NotReached { after: None, reason: "not reached".to_owned() },
            Fate::DiesBefore | Fate::DiesAfter => return,
        };
        self.bills[index].charged(debit, charged, &patience(), self.now);
    }

    /// A person looks at the switch, and says what is there.
    fn resolve(&mut self, index: usize) {
        let Some(bill) = self.bills.get_mut(index) else { return };
        let is_booked = self.booked.iter().any(|payment| payment.bill == bill.number);
        let decision = if is_booked { Decision::Paid } else { Decision::NotPaid };
        bill.resolve(bill.attempts, decision, "admin-1", self.now);
    }

    fn booked(&self, bill: &SmsBill) -> Vec<i64> {
        let of_bill = self.booked.iter().filter(|payment| payment.bill == bill.number);
        of_bill.map(|payment| payment.minor).collect()
    }
}

proptest! {
    #[test]
    fn whatever_happens_usage_is_billed_once_and_a_bill_is_booked_once(
        rhythm in any_rhythm(), steps in proptest::collection::vec(any_step(), 1..80)
    ) {
        let mut world = World::new(rhythm);
        for step in &steps {
            world.take(step);
            let billed = world.bills.iter().map(|bill| bill.totals);
            let counted = billed.fold(world.account.open(Currency::Usd).unwrap(), |sum, part| sum.plus(part).unwrap());
            prop_assert_eq!(counted, world.used);
            for pair in world.bills.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for bill in &world.bills {
                let booked = world.booked(bill);
                prop_assert!(booked.len() <= 1, "{:?} booked {:?}", bill, booked);
                prop_assert!(booked.iter().all(|minor| *minor == bill.amount.minor()));
                match bill.standing {
                    Standing::Paid { word: Word::Nothing, .. } => prop_assert_eq!(bill.amount.minor(), 0),
                    Standing::Paid { .. } => prop_assert_eq!(booked.len(), 1),
                    _ => {}
                }
            }
        }
        // Left alone with a switch that works, every bill comes to its end or to a person.
        for _ in 0..60 {
            world.take(&Step::Wait(4_000));
            world.take(&Step::Watch(Fate::Well));
        }
        for bill in &world.bills {
            let is_left = matches!(bill.state(), BillState::Charging | BillState::Failed)
                || matches!(bill.standing, Standing::Ready { .. });
            prop_assert!(!is_left, "{bill:?}");
        }
    }
}
