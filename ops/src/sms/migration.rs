//! Takes users over: their account at the switch, settings for who sends much, and what they used this month.
//!
//! Usage is counted as the functions count it, so that it becomes the first bill of its user, from the first of the
//! month on. Each row counts once, however often this runs, and whatever was cut off is finished by the next time.

use std::collections::HashMap;
use std::str::FromStr;

use anyhow::Context;
use futures::StreamExt;
use futures::stream::iter;
use jiff::Timestamp;
use jiff::civil::Date;
use shared::domain::identifier::UserId;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::rhythm::{DayOfMonth, DayOfWeek, Frequency, date_of};
use shared::domain::sms::settings::{Defaults, Overrides, Terms};
use shared::domain::sms::usage::{Sent, Totals, UsageId};
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::Recorded;

use super::Stores;
use super::report::{Custom, OfUser, Report};
use super::usage_file::MigratedUsage;
use super::user_file::MigratedUser;

/// Users with more messages than this in a month get settings of their own.
const MANY_MESSAGES: u64 = 5_000;
/// Users that are taken over at the same time.
const AT_ONCE: usize = 8;

/// Rows that are looked up at the same time.
const ASKED_AT_ONCE: usize = 50;

/// A month in UTC, such as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(Date);

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// No: a dry run.
    Look,
    /// Yes.
    Write,
}

/// One run.
#[derive(Debug)]
pub struct Migration<'a> {
    /// Where it is written.
    pub stores: &'a Stores,
    /// Whose usage it is.
    pub month: Month,
    /// Now.
    pub now: Timestamp,
}

impl Month {
    /// The month of an instant.
    pub fn of(at: Timestamp) -> Self {
        Self(date_of(at).first_of_month())
    }

    /// As `2026-11`.
    pub fn text(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// Whether an instant is in it.
    pub fn has(self, at: Timestamp) -> bool {
        Self::of(at) == self
    }
}

impl FromStr for Month {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        format!("{text}-01").parse().map(Self).context("a month is like 2026-11")
    }
}

impl Migration<'_> {
    /// Takes them over, or looks what would be done.
    ///
    /// # Errors
    /// When the settings cannot be read or written. What goes wrong with a user is in the report.
    pub async fn run(
        &self,
        users: Vec<MigratedUser>,
        mut usage: HashMap<UserId, MigratedUsage>,
        step: Step,
    ) -> anyhow::Result<Report> {
        let mut report = Report::new(self.month.text(), step);
        let stored = self.stores.settings.global().await.context("the settings cannot be read")?;
        report.has_made_global = stored.is_none();
        let global = match stored {
            Some(global) => global,
            None => {
                let global = global_defaults(self.stores.defaults);
                if step == Step::Write {
                    let written = self.stores.settings.set_global(&global).await;
                    written.context("the settings cannot be written")?;
                }
                global
            }
        };
        let terms = Terms { global, defaults: self.stores.defaults };
        let mut jobs = Vec::new();
        for user in users {
            let usage = usage.remove(&user.id).unwrap_or_default();
            if user.is_billed {
                jobs.push((user, usage));
            } else {
                report.leave_out(&usage);
            }
        }
        let one = async |(user, usage): (MigratedUser, MigratedUsage)| {
            let done = self.take_over(&user, &usage, &terms, step).await;
            (user.id, done)
        };
        let mut done = iter(jobs).map(one).buffered(AT_ONCE);
        while let Some((user, done)) = done.next().await {
            match done {
                Ok(of_user) => report.add(&user, &of_user),
                Err(error) => report.failed.push((user, format!("{error:#}"))),
            }
        }
        Ok(report)
    }

    async fn take_over(
        &self,
        user: &MigratedUser,
        usage: &MigratedUsage,
        terms: &Terms,
        step: Step,
    ) -> anyhow::Result<OfUser> {
        let held = self.stores.accounts.get(&user.id).await.context("the account cannot be read")?;
        let wanted = wanted(&held.account, user, usage);
        let mut of_user = OfUser {
            custom: if wanted.frequency == held.account.overrides.frequency {
                Custom::No
            } else {
                Custom::Yes
            },
            has_switch_account: wanted.switch_account.is_some(),
            currency: terms.of(&wanted).currency.value,
            totals: totals(usage)?,
            waiting: usage.waiting,
            recorded: Recorded::default(),
        };
        if step == Step::Look {
            of_user.recorded = self.foreseen(&user.id, usage).await?;
            return Ok(of_user);
        }
        let correlation_id = format!("sms-migration-{}", self.month.text());
        let cause = Cause { correlation_id, now: self.now };
        if !usage.events.is_empty() {
            // As of a month: all of it is one period, from its first day on.
            let monthly = self.monthly(terms, &wanted);
            let recorded = self.stores.accounts.record(&user.id, &usage.events, &monthly, &cause).await;
            of_user.recorded = recorded.context("the usage was not counted whole")?;
        }
        // From here on it ends when the user's own settings say: the bill is due then.
        let settle = |account: &mut SmsAccount| {
            account.overrides = self::wanted(account, user, usage);
            account.align(&terms.of(&account.overrides), self.now);
        };
        let changed = self.stores.accounts.change(&user.id, terms, &cause, settle).await;
        changed.context("the settings were not written")?;
        Ok(of_user)
    }

    /// Which rows would count, and which did before.
    async fn foreseen(&self, user: &UserId, usage: &MigratedUsage) -> anyhow::Result<Recorded> {
        let mut recorded = Recorded::default();
        for part in usage.events.chunks(ASKED_AT_ONCE) {
            let ids: Vec<UsageId> = part.iter().map(|event| event.id.clone()).collect();
            let counted = self.stores.accounts.counted(user, &ids).await;
            let counted = counted.context("what counted before cannot be read")?;
            for (id, is_counted) in ids.into_iter().zip(counted) {
                if is_counted { recorded.repeated.push(id) } else { recorded.counted.push(id) }
            }
        }
        Ok(recorded)
    }

    /// What counts while usage of the month is taken over. Nobody is told of limits that are long past.
    fn monthly(&self, terms: &Terms, wanted: &Overrides) -> Terms {
        let global = Overrides {
            frequency: Some(Frequency::Monthly),
            day_of_month: Some(DayOfMonth::FIRST),
            notification_enabled: Some(false),
            currency: Some(terms.of(wanted).currency.value),
            ..terms.global.clone()
        };
        Terms { global, defaults: terms.defaults }
    }
}

/// What an account's own settings shall be: what is there stays, what is missing is added.
fn wanted(account: &SmsAccount, user: &MigratedUser, usage: &MigratedUsage) -> Overrides {
    let there = &account.overrides;
    let own = Overrides { switch_account: None, currency: None, ..there.clone() };
    let mut wanted = there.clone();
    if own == Overrides::default() && user.messages.unwrap_or_else(|| messages(usage)) > MANY_MESSAGES {
        wanted = Overrides { switch_account: there.switch_account, currency: there.currency, ..custom() };
    }
    wanted.switch_account = wanted.switch_account.or(user.switch_account);
    wanted.currency = wanted.currency.or(user.currency);
    wanted
}

/// The original's values for everybody, and the deployment's where it has a word.
fn global_defaults(defaults: Defaults) -> Overrides {
    Overrides {
        frequency: Some(defaults.frequency),
        max_amount: Micros::new(100_000_000),
        max_messages: Some(1_000),
        day_of_week: Some(DayOfWeek::MONDAY),
        day_of_month: Some(DayOfMonth::FIRST),
        auto_processing: Some(defaults.auto_processing),
        notification_enabled: Some(defaults.notification_enabled),
        notification_threshold: Micros::new(50_000_000),
        currency: Some(defaults.currency),
        ..Overrides::default()
    }
}

/// The original's values for who sends much.
fn custom() -> Overrides {
    Overrides {
        frequency: Some(Frequency::Weekly),
        max_amount: Micros::new(500_000_000),
        max_messages: Some(5_000),
        day_of_week: Some(DayOfWeek::MONDAY),
        day_of_month: Some(DayOfMonth::FIRST),
        auto_processing: Some(true),
        notification_enabled: Some(true),
        notification_threshold: Micros::new(200_000_000),
        ..Overrides::default()
    }
}

fn messages(usage: &MigratedUsage) -> u64 {
    let count = |sent: &Sent| match sent {
        Sent::Messages(line) => line.messages,
        Sent::Failed(count) => *count,
    };
    usage.events.iter().map(|event| count(&event.sent)).fold(0, u64::saturating_add)
}

fn totals(usage: &MigratedUsage) -> anyhow::Result<Totals> {
    let mut totals = Totals::default();
    for event in &usage.events {
        let one = match &event.sent {
            Sent::Messages(line) => Totals { messages: line.messages, failed: 0, cost: line.cost },
            Sent::Failed(count) => Totals { failed: *count, ..Totals::default() },
        };
        totals = totals.plus(one)?;
    }
    Ok(totals)
}
