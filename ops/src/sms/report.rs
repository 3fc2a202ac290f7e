//! What became of a migration, in words.

use std::collections::BTreeMap;

use shared::domain::identifier::UserId;
use shared::domain::money::Currency;
use shared::domain::sms::usage::Totals;
use shared::stores::sms_accounts::Recorded;

use super::migration::Step;
use super::usage_file::MigratedUsage;

/// Users that are named at once.
const MOST_NAMED: usize = 20;

/// Whether a user gets settings of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custom {
    /// They do, now.
    Yes,
    /// They keep what they have.
    No,
}

/// What became of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfUser {
    /// Whether they get settings of their own.
    pub custom: Custom,
    /// Whether somebody can be charged for them.
    pub has_switch_account: bool,
    /// What their usage is counted in.
    pub currency: Currency,
    /// What the file says that they used.
    pub totals: Totals,
    /// Messages that were not sent yet.
    pub waiting: u64,
    /// What became of each row, or would.
    pub recorded: Recorded,
}

/// What became of all.
#[derive(Debug)]
pub struct Report {
    month: String,
    step: Step,
    /// Whether there were no settings for everybody.
    pub has_made_global: bool,
    /// Users that could not be taken over whole, and why.
    pub failed: Vec<(UserId, String)>,
    users: u64,
    left_out: u64,
    left_out_messages: u64,
    custom: u64,
    without_account: u64,
    totals: BTreeMap<&'static str, Totals>,
    waiting: u64,
    counted: usize,
    repeated: usize,
    conflicting: Vec<String>,
}

impl Report {
    /// Nothing yet.
    pub fn new(month: String, step: Step) -> Self {
        Self {
            month,
            step,
            has_made_global: false,
            failed: Vec::new(),
            users: 0,
            left_out: 0,
            left_out_messages: 0,
            custom: 0,
            without_account: 0,
            totals: BTreeMap::new(),
            waiting: 0,
            counted: 0,
            repeated: 0,
            conflicting: Vec::new(),
        }
    }

    /// Somebody who is not billed.
    pub fn leave_out(&mut self, usage: &MigratedUsage) {
        self.left_out += 1;
        let rows = u64::try_from(usage.events.len()).unwrap_or(u64::MAX);
        self.left_out_messages = self.left_out_messages.saturating_add(rows);
    }

    /// Somebody who was taken over.
    pub fn add(&mut self, user: &UserId, done: &OfUser) {
        self.users += 1;
        self.custom += u64::from(done.custom == Custom::Yes);
        self.without_account += u64::from(!done.has_switch_account);
        self.waiting = self.waiting.saturating_add(done.waiting);
        let totals = self.totals.entry(done.currency.code()).or_default();
        match totals.plus(done.totals) {
            Ok(sum) => *totals = sum,
            Err(error) => self.failed.push((user.clone(), error.to_string())),
        }
        self.counted += done.recorded.counted.len();
        self.repeated += done.recorded.repeated.len();
        let conflicting = done.recorded.conflicting.iter().map(|id| format!("{user} {id}"));
        self.conflicting.extend(conflicting);
    }

    /// Whether everybody was taken over whole.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.conflicting.is_empty()
    }

    /// In words.
    pub fn words(&self) -> String {
        let (made, set) = match self.step {
            Step::Look => ("to be made", "to be set"),
            Step::Write => ("made", "set"),
        };
        let global = if self.has_made_global { made } else { "there already" };
        let mut lines = vec![
            format!("settings for everybody: {global}"),
            format!("users: {} ({} inactive or admins left out)", self.users, self.left_out),
            format!("settings of their own, for more than 5,000 messages a month: {} {set}", self.custom),
            format!(
                "users without an account at the switch, whose bills will wait: {}",
                self.without_account
            ),
            format!("usage of {}:", self.month),
        ];
        for (currency, totals) in &self.totals {
            lines.push(format!(
                "  {} {currency} for {} messages; {} failed ones are free",
                totals.cost.to_decimal(2),
                totals.messages,
                totals.failed
            ));
        }
        lines.push(format!("  not sent yet, and left out: {} messages", self.waiting));
        lines.push(format!("  rows of who is left out: {}", self.left_out_messages));
        match self.step {
            Step::Look => lines.push(format!(
                "DRY RUN: nothing was written. With --apply {} rows are counted; {} were before",
                self.counted, self.repeated
            )),
            Step::Write => lines.push(format!(
                "rows: {} counted, {} counted before, {} not counted",
                self.counted,
                self.repeated,
                self.conflicting.len()
            )),
        }
        let other = self.conflicting.iter().map(|id| format!("  {id} was counted with other content before"));
        lines.extend(other.take(MOST_NAMED));
        let failed = self.failed.iter().map(|(user, why)| format!("  FAILED  {user}: {why}"));
        lines.extend(failed.take(MOST_NAMED));
        if self.failed.len() > MOST_NAMED || self.conflicting.len() > MOST_NAMED {
            lines.push("  …".to_owned());
        }
        if !self.failed.is_empty() {
            lines.push(format!("{} users failed: run it again when that is mended", self.failed.len()));
        }
        lines.join("\n")
    }
}
