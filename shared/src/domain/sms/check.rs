//! Whether messages may be sent, as far as billing has a say.

use super::account::SmsAccount;
use super::micros::Micros;
use super::rhythm::Frequency;
use super::settings::Settings;
use super::usage::{Totals, UsageError};

/// What billing says about messages that are to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was used and not billed yet.
    pub open: Totals,
    /// What follows from it.
    pub verdict: Verdict,
}

/// What follows for messages that are to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may be sent.
    Send,
    /// They may be sent, and reach a limit: a bill is made after them.
    SendAndBill,
    /// They are not to be sent: bills wait for a person's approval.
    Blocked,
}

/// What billing says about `messages` that cost `cost`.
///
/// # Errors
/// When the sums do not fit.
pub fn check(
    account: &SmsAccount,
    settings: &Settings,
    messages: u64,
    cost: Micros,
) -> Result<Check, UsageError> {
    let open = account.open(settings.currency.value)?;
    let after = open.plus(Totals { messages, failed: 0, cost })?;
    let verdict = if !settings.active.value {
        Verdict::Send
    } else if !settings.auto_processing.value && account.awaiting_approval > 0 {
        Verdict::Blocked
    } else if settings.frequency.value == Frequency::Threshold
        && settings.is_limit(after.cost, after.messages)
    {
        Verdict::SendAndBill
    } else {
        Verdict::Send
    };
    Ok(Check { open, verdict })
}
