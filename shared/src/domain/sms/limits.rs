//! How much of their limits a user has used, and when they are billed next.

use jiff::Timestamp;

use super::account::SmsAccount;
use super::micros::Micros;
use super::settings::Settings;

/// How many whole hundredths of each limit are used: a hundred at most, and where there is no room at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedPercent {
    /// Of the amount.
    pub cost: u8,
    /// Of the messages.
    pub messages: u8,
}

impl SmsAccount {
    /// How much of the limits is used of what is not billed yet and counted in the currency that counts now.
    pub fn used_percent(&self, settings: &Settings) -> UsedPercent {
        // Recording sees that sums fit.
        let open = self.open(settings.currency.value).unwrap_or_default();
        let units = |amount: Micros| u64::try_from(amount.millionths()).unwrap_or(0);
        UsedPercent {
            cost: percent(units(open.cost), units(settings.max_amount.value)),
            messages: percent(open.messages, settings.max_messages.value),
        }
    }

    /// When the next bill is made: at the end of the first open period, or of the one that would be opened now. None
    /// where a limit ends it, or no bills are made.
    pub fn next_bill_at(&self, settings: &Settings, now: Timestamp) -> Option<Timestamp> {
        let open = self.periods.first().and_then(|period| period.end);
        open.or_else(|| settings.rhythm().next_end(now)).filter(|_| settings.active.value)
    }
}

fn percent(used: u64, limit: u64) -> u8 {
    let hundredths = u128::from(used).saturating_mul(100).checked_div(u128::from(limit)).unwrap_or(100);
    u8::try_from(hundredths.min(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_used_up_to_a_hundred_hundredths_and_one_of_nothing_is_used_up() {
        let cases = [(0, 10, 0), (199, 200, 99), (200, 200, 100), (u64::MAX, 1, 100), (0, 0, 100)];
        for (used, limit, hundredths) in cases {
            assert_eq!(percent(used, limit), hundredths, "{used} of {limit}");
        }
    }
}
