//! A user's SMS account: what they used and was not billed yet, period by period.
//!
//! Periods never overlap, and what was used counts in exactly one: that of its time while it is open, and what comes
//! late in the first that is. A period that nothing was used in is not kept. Closing the oldest makes the bill.

use jiff::{SignedDuration, Timestamp};

use super::micros::Micros;
use super::rhythm::{Frequency, Schedule, date_of, midnight};
use super::settings::{Overrides, Settings};
use super::switch_account::SwitchAccount;
use super::usage::{MAX_LINES, Totals, Usage, UsageError, UsageEvent};
use crate::domain::identifier::UserId;
use crate::domain::money::Currency;

/// After this long a limit that was reached is told anew: whoever was to make the bill of it did not.
const LIMIT_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// How often somebody looks at usage that no calendar ends.
const LOOKED_AT_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a user's SMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsAccount {
    /// Whose it is.
    pub user: UserId,
    /// What was set for them.
    pub overrides: Overrides,
    /// Until when periods are closed; none before the first.
    pub billed_through: Option<Timestamp>,
    /// What was used and not billed, the oldest first.
    pub periods: Vec<OpenPeriod>,
    /// Bills that wait for a person's approval.
    pub awaiting_approval: u32,
    /// The account at the switch as it was last looked at.
    pub seen_at_switch: Option<SeenAtSwitch>,
    /// The period about which the user was told that a limit is near, by its start.
    pub told_near: Option<Timestamp>,
    /// Since when a bill is wanted because a limit was reached.
    pub limit_reached_at: Option<Timestamp>,
    /// What the change being made must tell others. Empty in a loaded account.
    pub outbox: Vec<AccountEvent>,
}

/// A period that is not billed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPeriod {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it; none where a limit ends it.
    pub end: Option<Timestamp>,
    /// When the last of it was used.
    pub latest: Timestamp,
    /// What it is counted in.
    pub currency: Currency,
    /// What was used.
    pub usage: Usage,
}

/// What the switch says of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenAtSwitch {
    /// Which account.
    pub account: SwitchAccount,
    /// What it is kept in.
    pub currency: Currency,
    /// When it said so.
    pub at: Timestamp,
}

/// Something that happened to an account and must reach others exactly as often as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountEvent {
    /// A limit was reached: what is open is to be billed.
    LimitReached,
    /// A limit is near.
    LimitNear(LimitNear),
}

/// How near a limit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitNear {
    /// When the period began.
    pub start: Timestamp,
    /// What is open.
    pub totals: Totals,
    /// The limit.
    pub limit: Micros,
    /// What it is counted in.
    pub currency: Currency,
}

/// A period that was closed, to be made a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedPeriod {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// What was used.
    pub usage: Usage,
    /// What that is counted in.
    pub currency: Currency,
}

/// Which periods are to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// Those that end at this instant or before.
    Due(Timestamp),
    /// All that began before this instant, because a limit was reached; what is open ends at it.
    Limit(Timestamp),
}

/// For how long what the switch said of an account is believed.
const SEEN_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

impl OpenPeriod {
    /// Where it ends when it ends at `now`: behind everything in it, whatever clocks said.
    fn end_so_far(&self, now: Timestamp) -> Timestamp {
        let last_used = self.latest.checked_add(SignedDuration::from_millis(1)).unwrap_or(self.latest);
        now.max(last_used)
    }
}

impl SeenAtSwitch {
    /// Whether it is about this account, and not too old.
    pub fn is_fresh(&self, account: SwitchAccount, now: Timestamp) -> bool {
        self.account == account && now.duration_since(self.at) < SEEN_FOR
    }
}

impl SmsAccount {
    /// The account of somebody who used nothing yet.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            overrides: Overrides::default(),
            billed_through: None,
            periods: Vec::new(),
            awaiting_approval: 0,
            seen_at_switch: None,
            told_near: None,
            limit_reached_at: None,
            outbox: Vec::new(),
        }
    }

    /// What is not billed yet, as far as it is counted in `currency`: two are never one sum, and what was used before a
    /// change is held against no limit in the one that counts now.
    ///
    /// # Errors
    /// When the sums do not fit, which recording prevents.
    pub fn open(&self, currency: Currency) -> Result<Totals, UsageError> {
        let of_currency = self.periods.iter().filter(|period| period.currency == currency);
        of_currency.into_iter().try_fold(Totals::default(), |sum, period| sum.plus(period.usage.totals()?))
    }

    /// Counts usage that was not counted before. All of it or, on an error, none.
    ///
    /// # Errors
    /// When it cannot be added up.
    pub fn record(
        &mut self,
        events: &[UsageEvent],
        settings: &Settings,
        now: Timestamp,
    ) -> Result<(), UsageError> {
        let mut after = self.clone();
        after.align(settings, now);
        for event in events {
            // A clock that is ahead cannot put usage into a period to come.
            let at = event.at.min(now);
            let index = after.period_at(at, settings);
            let lines: usize = after.periods.iter().map(|period| period.usage.lines().len()).sum();
            if let Some(period) = after.periods.get_mut(index) {
                period.latest = period.latest.max(at);
                let elsewhere = lines.saturating_sub(period.usage.lines().len());
                period.usage.add(&event.sent, MAX_LINES.saturating_sub(elsewhere))?;
            }
        }
        after.watch_limits(after.open(settings.currency.value)?, settings, now);
        *self = after;
        Ok(())
    }

    /// Lets periods end by what is set now: one that goes on longer ends where the next would begin, and one in
    /// another currency ends now.
    pub fn align(&mut self, settings: &Settings, now: Timestamp) {
        let next = settings.rhythm().next_end(now);
        for period in &mut self.periods {
            let ends =
                if period.currency == settings.currency.value { next } else { Some(period.end_so_far(now)) };
            if let Some(ends) = ends
                && period.end.is_none_or(|end| end > ends)
            {
                period.end = Some(ends);
            }
        }
    }

    /// The place of the open period that `at` counts in: its own, or, where that is billed or in another currency, the
    /// first after.
    fn period_at(&mut self, at: Timestamp, settings: &Settings) -> usize {
        let currency = settings.currency.value;
        let foreign = self.periods.iter().filter(|period| period.currency != currency);
        let closed = foreign.filter_map(|period| period.end).max().max(self.billed_through);
        let at = closed.map_or(at, |closed| at.max(closed));
        let ended = |period: &OpenPeriod| period.end.is_some_and(|end| end <= at);
        let index = self.periods.iter().take_while(|period| ended(period)).count();
        let is_there = self.periods.get(index).is_some_and(|period| period.start <= at);
        if !is_there {
            let before = index.checked_sub(1).and_then(|before| self.periods.get(before)?.end);
            let next = self.periods.get(index).map(|period| period.start);
            let rhythm = settings.rhythm();
            let begun = rhythm.last_start(at).or_else(|| self.first_start(at));
            let start = [self.billed_through, before, begun].into_iter().flatten().max().unwrap_or(at);
            let end = [rhythm.next_end(at), next].into_iter().flatten().min();
            let period = OpenPeriod { start, end, latest: at, currency, usage: Usage::default() };
            self.periods.insert(index, period);
        }
        index
    }

    /// Where limits end periods, the first begins with the day of what was used first.
    fn first_start(&self, at: Timestamp) -> Option<Timestamp> {
        if self.billed_through.is_none() && self.periods.is_empty() { midnight(date_of(at)) } else { None }
    }

    fn watch_limits(&mut self, open: Totals, settings: &Settings, now: Timestamp) {
        let told = self.limit_reached_at.is_some_and(|at| now.duration_since(at) < LIMIT_AGAIN);
        if self.is_limit_reached(settings) && !told {
            self.limit_reached_at = Some(now);
            self.outbox.push(AccountEvent::LimitReached);
        }
        let Some(last) = self.periods.last() else { return };
        // Where a calendar ends periods, what waits to be billed was told of in its own.
        let so_far = if last.end.is_some() { last.usage.totals().unwrap_or_default() } else { open };
        let start = last.start;
        let is_near = settings.notification_enabled.value
            && settings.active.value
            && so_far.cost >= settings.notification_threshold.value;
        if is_near && self.told_near != Some(start) {
            self.told_near = Some(start);
            let (limit, currency) = (settings.max_amount.value, settings.currency.value);
            self.outbox.push(AccountEvent::LimitNear(LimitNear { start, totals: so_far, limit, currency }));
        }
    }

    /// When a run has to look at this account, and which; none while nothing is open. What no calendar ends is looked
    /// at every day: settings may have changed, and the word of a reached limit may have been lost.
    pub fn due(&self, settings: &Settings) -> Option<(Schedule, Timestamp)> {
        let first = self.periods.first()?;
        Some(match first.end {
            Some(end) => (settings.rhythm().schedule_of(end), end),
            None => (Schedule::Daily, first.start.checked_add(LOOKED_AT_EVERY).unwrap_or(first.start)),
        })
    }

    /// Closes the oldest period that is to be closed; none when there is none, or bills are not made for this user.
    pub fn close(&mut self, through: Through, settings: &Settings) -> Option<ClosedPeriod> {
        if !settings.active.value {
            return None;
        }
        let first = self.periods.first()?;
        let end = match through {
            Through::Due(instant) => first.end.filter(|end| *end <= instant)?,
            // What began since belongs to the next limit.
            Through::Limit(now) if first.start >= now => return None,
            Through::Limit(now) => {
                let so_far = first.end_so_far(now);
                first.end.map_or(so_far, |end| end.min(so_far))
            }
        };
        let OpenPeriod { start, usage, currency, .. } = self.periods.remove(0);
        self.billed_through = Some(end);
        self.limit_reached_at = None;
        Some(ClosedPeriod { start, end, usage, currency })
    }

    /// Whether what is open is to be billed because it reaches a limit.
    pub fn is_limit_reached(&self, settings: &Settings) -> bool {
        let open = self.open(settings.currency.value).unwrap_or_default();
        settings.active.value
            && settings.frequency.value == Frequency::Threshold
            && settings.is_limit(open.cost, open.messages)
    }
}
