//! Whatever is used, set and closed, in whatever order: nothing is lost, nothing counts twice, and periods tile time.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Just, Strategy, any};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::account::{AccountEvent, ClosedPeriod, OpenPeriod, SmsAccount, Through};
use super::micros::Micros;
use super::rhythm::tests::any_rhythm;
use super::rhythm::{DayOfMonth, DayOfWeek, Frequency, Rhythm, Schedule};
use super::settings::{Defaults, Overrides, Settings};
use super::usage::tests::any_sent;
use super::usage::{Sent, Totals, UsageEvent, UsageLine};
use crate::domain::money::Currency;

#[derive(Debug, Clone)]
enum Step {
    /// So many seconds pass.
    Wait(i64),
    /// Something was sent so many seconds ago.
    Use(i64, Sent),
    /// The user is billed another way from now on.
    Set(Rhythm),
    /// A run of this schedule, for the last midnight.
    Run(Schedule),
    /// Whoever was told of a limit makes the bill.
    Limit,
}

fn any_step() -> impl Strategy<Value = Step> {
    let schedule = prop_oneof![Just(Schedule::Daily), Just(Schedule::Weekly), Just(Schedule::Monthly)];
    prop_oneof![
        3 => (1_i64..400_000).prop_map(Step::Wait),
        6 => (-3_600_i64..900_000, any_sent()).prop_map(|(ago, sent)| Step::Use(ago, sent)),
        1 => any_rhythm().prop_map(Step::Set),
        3 => schedule.prop_map(Step::Run),
        1 => Just(Step::Limit),
    ]
}

fn settings(rhythm: Rhythm) -> Settings {
    let overrides = Overrides {
        frequency: Some(rhythm.frequency),
        day_of_week: Some(rhythm.day_of_week),
        day_of_month: Some(rhythm.day_of_month),
        max_amount: Micros::new(5_000_000),
        max_messages: Some(100),
        ..Overrides::default()
    };
    Settings::of(&overrides, &Overrides::default(), Defaults::ORIGINAL)
}

fn daily() -> Rhythm {
    Rhythm { frequency: Frequency::Daily, day_of_week: DayOfWeek::MONDAY, day_of_month: DayOfMonth::FIRST }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn sent(messages: u64) -> Sent {
    Sent::Failed(messages)
}

fn event(when: Timestamp, sent: Sent) -> UsageEvent {
    UsageEvent { id: "event-1".parse().unwrap(), at: when, sent }
}

fn total(sent: &Sent) -> Totals {
    match sent {
        Sent::Failed(count) => Totals { failed: *count, ..Totals::default() },
        Sent::Messages(line) => Totals { messages: line.messages, failed: 0, cost: line.cost },
    }
}

fn sum(totals: impl Iterator<Item = Totals>) -> Totals {
    totals.fold(Totals::default(), |sum, part| sum.plus(part).unwrap())
}

/// What the stored account and its bills are at any time.
#[derive(Debug)]
struct Books {
    account: SmsAccount,
    bills: Vec<ClosedPeriod>,
    used: Vec<Totals>,
    rhythm: Rhythm,
    now: Timestamp,
}

impl Books {
    fn new() -> Self {
        Self {
            account: SmsAccount::new("user-1".parse().unwrap()),
            bills: Vec::new(),
            used: Vec::new(),
            rhythm: daily(),
            now: at("2026-11-21T08:00:00Z"),
        }
    }

    fn take(&mut self, step: Step) {
        let settings = settings(self.rhythm);
        match step {
            Step::Wait(seconds) => self.now += SignedDuration::from_secs(seconds),
            Step::Use(ago, sent) => {
                self.used.push(total(&sent));
                let when = self.now - SignedDuration::from_secs(ago);
                self.account.record(&[event(when, sent)], &settings, self.now).unwrap();
            }
            Step::Set(rhythm) => {
                self.rhythm = rhythm;
                // What counts for everybody changes without a look at the account.
                if rhythm.day_of_month.number() % 2 == 0 {
                    self.account.align(&super::account_properties::settings(rhythm), self.now);
                }
            }
            Step::Run(schedule) => {
                let due = self.account.due(&settings).filter(|(by, end)| *by == schedule && *end <= self.now);
                if due.is_some() {
                    self.account.align(&settings, self.now);
                    self.close(Through::Due(self.now), &settings);
                }
            }
            Step::Limit => {
                if self.account.is_limit_reached(&settings) {
                    self.close(Through::Limit(self.now), &settings);
                }
            }
        }
    }

    fn close(&mut self, through: Through, settings: &Settings) {
        while let Some(closed) = self.account.close(through, settings) {
            self.bills.push(closed);
        }
    }
}

proptest! {
    #[test]
    fn what_was_used_is_billed_or_open_and_periods_never_overlap(
        steps in proptest::collection::vec(any_step(), 1..60)
    ) {
        let mut books = Books::new();
        for step in steps {
            books.take(step);
            let billed = books.bills.iter().map(|bill| bill.usage.totals().unwrap());
            let counted = sum(billed.chain([books.account.open(Currency::Usd).unwrap()]));
            prop_assert_eq!(counted, sum(books.used.iter().copied()));

            let ends: Vec<_> = books.bills.iter().map(|bill| (bill.start, bill.end)).collect();
            let open = books.account.periods.iter().map(|period| (period.start, period.end.unwrap_or(Timestamp::MAX)));
            let all: Vec<_> = ends.iter().copied().chain(open).collect();
            for pair in all.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].0, "{:?}", all);
            }
            prop_assert!(all.iter().all(|(start, end)| start < end), "{:?}", all);
            prop_assert!(ends.iter().all(|(_, end)| *end <= books.now + SignedDuration::from_millis(1)));
            prop_assert_eq!(books.account.billed_through, ends.last().map(|(_, end)| *end));
            for period in &books.account.periods {
                prop_assert!(period.start <= period.latest);
                prop_assert!(period.end.is_none_or(|end| period.latest < end));
            }
        }
    }

    /// What a run leaves open is not due, and a second run finds nothing.
    #[test]
    fn a_run_that_comes_twice_bills_once(
        steps in proptest::collection::vec(any_step(), 1..40), days in 1_i64..4
    ) {
        let mut books = Books::new();
        steps.into_iter().for_each(|step| books.take(step));
        books.now += SignedDuration::from_hours(24 * days);
        let settings = settings(books.rhythm);
        books.close(Through::Due(books.now), &settings);
        let bills = books.bills.len();
        books.close(Through::Due(books.now), &settings);
        prop_assert_eq!(books.bills.len(), bills);
        let ended = |period: &OpenPeriod| period.end.is_some_and(|end| end <= books.now);
        prop_assert!(!books.account.periods.iter().any(ended));
    }

    /// Whatever calendar counts, four hundred days are billed period by period: every day's messages in the bill of
    /// that day.
    #[test]
    fn four_hundred_days_are_billed_in_their_periods(rhythm in any_rhythm(), skipped in any::<u64>()) {
        let mut books = Books { rhythm, ..Books::new() };
        for day in 0..400_u64 {
            books.take(Step::Use(0, sent(1)));
            books.take(Step::Use(0, dear(333)));
            books.now += SignedDuration::from_hours(24);
            let is_skipped = (skipped >> (day % 61)) & 7 == 0;
            if !is_skipped {
                Schedule::ALL.into_iter().for_each(|schedule| books.take(Step::Run(schedule)));
            }
        }
        books.now += SignedDuration::from_hours(24 * 40);
        Schedule::ALL.into_iter().for_each(|schedule| books.take(Step::Run(schedule)));
        for bill in &books.bills {
            let days = bill.end.duration_since(bill.start).as_hours() / 24;
            let messages = bill.usage.totals().unwrap().failed;
            let first = books.bills.first().map(|first| first.start) == Some(bill.start);
            let last = books.bills.last().map(|last| last.end) == Some(bill.end);
            prop_assert!(first || last || i64::try_from(messages) == Ok(days), "{messages} in {days} days");
            prop_assert_eq!(rhythm.last_start(bill.end), Some(bill.end));
        }
        let open = books.account.open(Currency::Usd).unwrap().failed;
        let billed: u64 = books.bills.iter().map(|bill| bill.usage.totals().unwrap().failed).sum();
        prop_assert_eq!(billed + open, 400);
        prop_assert_eq!(open == 0, rhythm.frequency != Frequency::Threshold);
        let costs: i64 = books.bills.iter().map(|bill| bill.usage.totals().unwrap().cost.millionths()).sum();
        prop_assert_eq!(costs + books.account.open(Currency::Usd).unwrap().cost.millionths(), 400 * 333);
    }
}

#[test]
fn what_comes_late_counts_in_the_next_bill() {
    let mut books = Books::new();
    books.take(Step::Use(0, sent(1)));
    books.now = at("2026-11-22T02:00:00Z");
    books.take(Step::Run(Schedule::Daily));
    books.take(Step::Use(12 * 3_600, sent(5)));
    books.take(Step::Run(Schedule::Daily));
    assert_eq!(books.bills.len(), 1);
    books.now = at("2026-11-23T02:00:00Z");
    books.take(Step::Run(Schedule::Daily));
    let second = &books.bills[1];
    assert_eq!((second.start, second.end), (at("2026-11-22T00:00:00Z"), at("2026-11-23T00:00:00Z")));
    assert_eq!(second.usage.totals().unwrap().failed, 5);
}

#[test]
fn what_is_used_between_midnight_and_a_late_run_is_not_in_the_bill_of_the_day_before() {
    let mut books = Books::new();
    books.take(Step::Use(0, sent(1)));
    books.now = at("2026-11-22T05:00:00Z");
    books.take(Step::Use(60, sent(2)));
    books.take(Step::Run(Schedule::Daily));
    let days: Vec<_> = books.bills.iter().map(|bill| bill.usage.totals().unwrap().failed).collect();
    assert_eq!(days, [1]);
    assert_eq!(books.account.open(Currency::Usd).unwrap().failed, 2);
}

#[test]
fn another_frequency_ends_the_open_period_where_its_next_begins() {
    let mut books = Books { rhythm: Rhythm { frequency: Frequency::Monthly, ..daily() }, ..Books::new() };
    books.take(Step::Use(0, sent(1)));
    assert_eq!(books.account.periods[0].start, at("2026-11-01T00:00:00Z"));
    let aligned = Rhythm { day_of_month: DayOfMonth::new(2).unwrap(), ..daily() };
    books.take(Step::Set(Rhythm { frequency: Frequency::Weekly, ..aligned }));
    assert_eq!(books.account.periods[0].end, Some(at("2026-11-23T00:00:00Z")));
    books.take(Step::Set(Rhythm { frequency: Frequency::Threshold, ..daily() }));
    let due = books.account.due(&settings(books.rhythm));
    assert_eq!(due, Some((Schedule::Daily, at("2026-11-23T00:00:00Z"))));
}

#[test]
fn a_limit_is_told_once_until_its_bill_is_made() {
    let mut books = Books { rhythm: Rhythm { frequency: Frequency::Threshold, ..daily() }, ..Books::new() };
    let limits = |books: &Books| {
        books.account.outbox.iter().filter(|event| **event == AccountEvent::LimitReached).count()
    };
    let line = match any_line() {
        Sent::Messages(line) => line,
        Sent::Failed(_) => unreachable!("a line was made"),
    };
    for _ in 0..3 {
        books.take(Step::Use(0, Sent::Messages(line.clone())));
    }
    assert_eq!(limits(&books), 1);
    books.now += SignedDuration::from_mins(16);
    books.take(Step::Use(0, Sent::Messages(line.clone())));
    assert_eq!(limits(&books), 2);
    books.take(Step::Limit);
    books.take(Step::Limit);
    assert_eq!((books.bills.len(), books.account.open(Currency::Usd).unwrap()), (1, Totals::default()));
    assert_eq!(books.bills[0].end, books.now + SignedDuration::from_millis(1));
    books.take(Step::Use(0, Sent::Messages(line)));
    assert_eq!(limits(&books), 3);
    assert_eq!(books.account.periods[0].start, books.bills[0].end);
}

/// A hundred messages at so many millionths.
fn dear(cost: i64) -> Sent {
    match any_line() {
        Sent::Messages(line) => Sent::Messages(UsageLine { cost: Micros::new(cost).unwrap(), ..line }),
        failed @ Sent::Failed(_) => failed,
    }
}

/// A hundred messages: as many as the limit.
fn any_line() -> Sent {
    let rate = Micros::new(1_000).unwrap();
    let cost = rate.times(100).unwrap();
    let country = "Ukraine".parse().unwrap();
    Sent::Messages(UsageLine { country, prefix: None, rate, messages: 100, segments: 100, cost })
}

#[test]
fn the_user_is_told_once_in_a_period_that_a_limit_is_near() {
    let mut books = Books::new();
    let near = |books: &Books| {
        books.account.outbox.iter().filter(|event| matches!(event, AccountEvent::LimitNear(_))).count()
    };
    books.take(Step::Use(0, dear(49_999_999)));
    assert_eq!(near(&books), 0);
    books.take(Step::Use(0, dear(1)));
    books.take(Step::Use(0, dear(1)));
    assert_eq!(near(&books), 1);
}

#[test]
fn usage_in_another_currency_is_another_period_and_never_one_sum() {
    let mut account = SmsAccount::new("user-1".parse().unwrap());
    let now = at("2026-11-21T08:00:00Z");
    account.record(&[event(now, sent(1))], &settings(daily()), now).unwrap();
    let overrides = Overrides { currency: Some(Currency::Eur), ..Overrides::default() };
    let euros = Settings::of(&overrides, &Overrides::default(), Defaults::ORIGINAL);
    let later = at("2026-11-21T09:00:00Z");
    account.record(&[event(later, sent(2)), event(now, sent(4))], &euros, later).unwrap();
    let periods: Vec<_> = account
        .periods
        .iter()
        .map(|period| (period.end.unwrap(), period.currency, period.usage.totals().unwrap().failed))
        .collect();
    assert_eq!(periods, [(later, Currency::Usd, 1), (at("2026-11-22T00:00:00Z"), Currency::Eur, 6)]);
    let open = |currency| account.open(currency).unwrap().failed;
    assert_eq!((open(Currency::Eur), open(Currency::Usd), open(Currency::Uzs)), (6, 1, 0));
    let closed = account.close(Through::Due(later), &euros).unwrap();
    assert_eq!((closed.currency, account.open(Currency::Usd).unwrap()), (Currency::Usd, Totals::default()));
}

#[test]
fn a_period_that_a_limit_would_end_is_looked_at_every_day_all_the_same() {
    let mut books = Books { rhythm: Rhythm { frequency: Frequency::Threshold, ..daily() }, ..Books::new() };
    books.take(Step::Use(0, sent(1)));
    let due = books.account.due(&settings(books.rhythm));
    assert_eq!(due, Some((Schedule::Daily, at("2026-11-22T00:00:00Z"))));
    // Everybody is billed by the day from now on, and this user sends nothing more.
    books.rhythm = daily();
    books.now = at("2026-11-23T02:00:00Z");
    books.take(Step::Run(Schedule::Daily));
    books.now = at("2026-11-24T02:00:00Z");
    books.take(Step::Run(Schedule::Daily));
    assert_eq!((books.bills.len(), books.account.open(Currency::Usd).unwrap().failed), (1, 0));
}

#[test]
fn what_is_used_while_the_bill_of_a_limit_is_made_waits_for_the_next_limit() {
    let mut books = Books { rhythm: Rhythm { frequency: Frequency::Threshold, ..daily() }, ..Books::new() };
    let settings = settings(books.rhythm);
    books.take(Step::Use(0, any_line()));
    let reached = books.now;
    assert!(books.account.close(Through::Limit(reached), &settings).is_some());
    books.now += SignedDuration::from_secs(1);
    books.take(Step::Use(0, sent(1)));
    assert_eq!(books.account.close(Through::Limit(reached), &settings), None);
    assert_eq!(books.account.open(Currency::Usd).unwrap().failed, 1);
}

#[test]
fn what_waits_to_be_billed_is_not_near_the_limit_of_the_day_after() {
    let mut books = Books::new();
    let near = |books: &Books| {
        books.account.outbox.iter().filter(|event| matches!(event, AccountEvent::LimitNear(_))).count()
    };
    books.take(Step::Use(0, dear(60_000_000)));
    assert_eq!(near(&books), 1);
    books.now = at("2026-11-22T00:30:00Z");
    books.take(Step::Use(0, dear(1)));
    assert_eq!(near(&books), 1);
    books.take(Step::Use(0, dear(60_000_000)));
    assert_eq!(near(&books), 2);
}

#[test]
fn who_is_not_billed_is_counted_all_the_same() {
    let overrides = Overrides { active: Some(false), ..Overrides::default() };
    let inactive = Settings::of(&overrides, &Overrides::default(), Defaults::ORIGINAL);
    let mut account = SmsAccount::new("user-1".parse().unwrap());
    let now = at("2026-11-21T08:00:00Z");
    account.record(&[event(now, sent(3))], &inactive, now).unwrap();
    let month = at("2026-12-21T08:00:00Z");
    account.record(&[event(month, sent(4))], &inactive, month).unwrap();
    assert_eq!(account.close(Through::Due(Timestamp::MAX), &inactive), None);
    assert_eq!((account.periods.len(), account.open(Currency::Usd).unwrap().failed), (1, 7));
    account.align(&settings(daily()), month);
    assert_eq!(account.due(&settings(daily())), Some((Schedule::Daily, at("2026-12-22T00:00:00Z"))));
}
