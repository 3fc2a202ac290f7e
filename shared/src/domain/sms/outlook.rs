//! What a run would bill: the same periods as the run closes, and nothing kept.

use jiff::Timestamp;

use super::account::{ClosedPeriod, SmsAccount};
use super::closing::Closing;
use super::settings::Settings;
use super::switch_account::SwitchAccount;
use super::usage::{Totals, UsageError};
use crate::domain::money::Money;

/// A bill that would be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedBill {
    /// Of what.
    pub period: ClosedPeriod,
    /// How much that is.
    pub totals: Totals,
    /// What would be charged: rounded once.
    pub amount: Money,
    /// What would become of it.
    pub outcome: Outcome,
}

/// What would become of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It would be charged to this account.
    Charged(SwitchAccount),
    /// It would wait for an account at the switch.
    NoSwitchAccount,
    /// It would wait for a person's approval.
    AwaitsApproval,
    /// It would be paid at once.
    NothingToPay,
}

/// The bills that a run at `now` would make of an account, of what ended at `through` or before and of a limit that is
/// reached.
///
/// # Errors
/// When the sums do not fit, which recording prevents.
pub fn outlook(
    mut account: SmsAccount,
    settings: &Settings,
    through: Timestamp,
    now: Timestamp,
) -> Result<Vec<ExpectedBill>, UsageError> {
    account.align(settings, now);
    let mut closing = Closing::ended(through, now);
    std::iter::from_fn(|| closing.next(&mut account, settings))
        .map(|period| ExpectedBill::of(period, settings))
        .collect()
}

impl ExpectedBill {
    fn of(period: ClosedPeriod, settings: &Settings) -> Result<Self, UsageError> {
        let totals = period.usage.totals()?;
        let amount = totals.cost.rounded(period.currency);
        let outcome = if !amount.is_positive() {
            Outcome::NothingToPay
        } else if !settings.auto_processing.value {
            Outcome::AwaitsApproval
        } else {
            settings.switch_account.map_or(Outcome::NoSwitchAccount, Outcome::Charged)
        };
        Ok(Self { period, totals, amount, outcome })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use crate::domain::sms::micros::Micros;
    use crate::domain::sms::rhythm::Frequency;
    use crate::domain::sms::settings::{Defaults, Overrides};
    use crate::domain::sms::usage::{Sent, UsageEvent, UsageLine};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn settings(overrides: Overrides) -> Settings {
        let switch_account = SwitchAccount::new(3);
        let user = Overrides { switch_account, max_messages: Some(10), ..overrides };
        Settings::of(&user, &Overrides::default(), Defaults::ORIGINAL)
    }

    fn by_limit() -> Overrides {
        Overrides { frequency: Some(Frequency::Threshold), ..Overrides::default() }
    }

    /// Somebody who used so many messages at 0.05 in the morning of a day.
    fn used(messages: u64, settings: &Settings) -> SmsAccount {
        let mut account = SmsAccount::new("user-1".parse().unwrap());
        let rate: Micros = "0.05".parse().unwrap();
        let line = UsageLine {
            country: "Ukraine".parse().unwrap(),
            prefix: None,
            rate,
            messages,
            segments: messages,
            cost: rate.times(messages).unwrap(),
        };
        let morning = at("2026-11-20T09:00:00Z");
        let event = UsageEvent { id: "event-1".parse().unwrap(), at: morning, sent: Sent::Messages(line) };
        account.record(&[event], settings, morning).unwrap();
        account
    }

    /// What the run after that day would bill: the ends of periods, and amounts in cents.
    fn foreseen(account: &SmsAccount, settings: &Settings) -> Vec<(Timestamp, i64)> {
        let (through, now) = (at("2026-11-21T00:00:00Z"), at("2026-11-21T02:00:00Z"));
        let bills = outlook(account.clone(), settings, through, now).unwrap();
        bills.iter().map(|bill| (bill.period.end, bill.amount.minor())).collect()
    }

    #[test]
    fn a_limit_that_is_reached_is_foreseen_with_what_ended_and_one_that_is_not_is_not() {
        let daily = settings(Overrides::default());
        assert_eq!(foreseen(&used(12, &daily), &daily), [(at("2026-11-21T00:00:00Z"), 60)]);
        let limit = settings(by_limit());
        assert_eq!(foreseen(&used(12, &limit), &limit), [(at("2026-11-21T02:00:00Z"), 60)]);
        assert_eq!(foreseen(&used(9, &limit), &limit), []);
    }

    #[test]
    fn what_was_used_before_the_currency_changed_reaches_no_limit() {
        let limit = settings(by_limit());
        let euros = settings(Overrides { currency: Some(Currency::Eur), ..by_limit() });
        assert_eq!(foreseen(&used(12, &limit), &euros), []);
    }

    #[test]
    fn what_no_calendar_ended_before_ends_with_the_day_of_the_run() {
        let daily = settings(Overrides::default());
        assert_eq!(foreseen(&used(9, &settings(by_limit())), &daily), []);
    }
}
