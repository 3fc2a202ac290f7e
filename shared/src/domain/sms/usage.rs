//! What was used: messages by where they went and what each cost.

use jiff::Timestamp;

use super::micros::{Micros, MicrosError};
use super::rate_deck::{Country, Prefix};
use crate::domain::identifier::Identifier;

/// Most lines in a period: a period is part of one item of the store.
pub const MAX_LINES: usize = 1_500;

/// Marks ids of usage events.
pub enum Event {}
/// Id of a usage event, as its sender chose it.
pub type UsageId = Identifier<Event>;

/// Messages that were sent, or were to be, with their price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageEvent {
    /// Names it: it counts once.
    pub id: UsageId,
    /// When they were sent.
    pub at: Timestamp,
    /// What they were.
    pub sent: Sent,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Messages that went out.
    Messages(UsageLine),
    /// Messages that failed: counted and free.
    Failed(u64),
}

/// Messages to one destination at one price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLine {
    /// Where they went.
    pub country: Country,
    /// The first digits of their numbers, as the price names them; none where their sender brought the price.
    pub prefix: Option<Prefix>,
    /// The price of one message, or of one part.
    pub rate: Micros,
    /// How many.
    pub messages: u64,
    /// How many parts they had together.
    pub segments: u64,
    /// What they cost.
    pub cost: Micros,
}

/// What was used in a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// By country, prefix and price.
    lines: Vec<UsageLine>,
    /// Messages that failed.
    failed: u64,
}

/// How much that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages that went out.
    pub messages: u64,
    /// Messages that failed.
    pub failed: u64,
    /// What they cost.
    pub cost: Micros,
}

/// Why usage cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// The sums do not fit.
    #[error("too much was used in one period")]
    TooMuch,
    /// There are more destinations and prices than one bill can show.
    #[error("a period has at most {MAX_LINES} destinations and prices")]
    TooManyLines,
}

impl From<MicrosError> for UsageError {
    fn from(_: MicrosError) -> Self {
        Self::TooMuch
    }
}

impl UsageLine {
    /// By what lines differ.
    fn name(&self) -> (&Country, Option<&Prefix>, Micros) {
        (&self.country, self.prefix.as_ref(), self.rate)
    }

    fn add(&mut self, other: &Self) -> Result<(), UsageError> {
        self.messages = sum(self.messages, other.messages)?;
        self.segments = sum(self.segments, other.segments)?;
        self.cost = self.cost.plus(other.cost)?;
        Ok(())
    }
}

impl Usage {
    /// Usage of these lines, which may repeat each other.
    ///
    /// # Errors
    /// When the sums do not fit, or there are too many lines.
    pub fn new(lines: Vec<UsageLine>, failed: u64) -> Result<Self, UsageError> {
        let mut usage = Self { lines: Vec::new(), failed };
        for line in lines {
            usage.add(&Sent::Messages(line))?;
        }
        usage.totals()?;
        Ok(usage)
    }

    /// By country, prefix and price.
    pub fn lines(&self) -> &[UsageLine] {
        &self.lines
    }

    /// Messages that failed.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Adds what was sent. Nothing is changed when it cannot be added.
    ///
    /// # Errors
    /// When the sums do not fit, or there are too many lines.
    pub fn add(&mut self, sent: &Sent) -> Result<(), UsageError> {
        let mut after = self.clone();
        match sent {
            Sent::Failed(count) => after.failed = sum(after.failed, *count)?,
            Sent::Messages(line) => {
                match after.lines.binary_search_by(|there| there.name().cmp(&line.name())) {
                    Ok(index) => {
                        if let Some(there) = after.lines.get_mut(index) {
                            there.add(line)?;
                        }
                    }
                    Err(_) if after.lines.len() >= MAX_LINES => return Err(UsageError::TooManyLines),
                    Err(index) => after.lines.insert(index, line.clone()),
                }
            }
        }
        after.totals()?;
        *self = after;
        Ok(())
    }

    /// How much it is.
    ///
    /// # Errors
    /// When the sums do not fit, which [`Usage::add`] prevents.
    pub fn totals(&self) -> Result<Totals, UsageError> {
        let nothing = Totals { failed: self.failed, ..Totals::default() };
        self.lines.iter().try_fold(nothing, |totals, line| {
            let line = Totals { messages: line.messages, failed: 0, cost: line.cost };
            totals.plus(line)
        })
    }
}

impl Totals {
    /// Both together.
    ///
    /// # Errors
    /// When the sums do not fit.
    pub fn plus(self, other: Self) -> Result<Self, UsageError> {
        Ok(Self {
            messages: sum(self.messages, other.messages)?,
            failed: sum(self.failed, other.failed)?,
            cost: self.cost.plus(other.cost)?,
        })
    }
}

fn sum(one: u64, other: u64) -> Result<u64, UsageError> {
    one.checked_add(other).ok_or(UsageError::TooMuch)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::Strategy;
    use proptest::{prop_assert_eq, proptest};

    /// Messages to one of three destinations, some of them failed.
    pub(in crate::domain::sms) fn any_sent() -> impl Strategy<Value = Sent> {
        (0_usize..4, 1_u64..50, 0_i64..200_000).prop_map(|(destination, messages, rate)| {
            let (country, prefix) = match destination {
                0 => ("Uzbekistan", Some("998")),
                1 => ("Ukraine", Some("380")),
                2 => ("Indonesia", None),
                _ => return Sent::Failed(messages),
            };
            let rate = Micros::new(rate / 50_000 * 50_000).unwrap();
            Sent::Messages(UsageLine {
                country: country.parse().unwrap(),
                prefix: prefix.map(|prefix| prefix.parse().unwrap()),
                rate,
                messages,
                segments: messages * 2,
                cost: rate.times(messages * 2).unwrap(),
            })
        })
    }

    fn line(country: &str, rate: i64) -> UsageLine {
        let rate = Micros::new(rate).unwrap();
        UsageLine {
            country: country.parse().unwrap(),
            prefix: None,
            rate,
            messages: 1,
            segments: 1,
            cost: rate,
        }
    }

    #[test]
    fn another_price_is_another_line() {
        let usage = Usage::new(vec![line("B", 2), line("A", 2), line("B", 1), line("B", 2)], 3).unwrap();
        let lines: Vec<_> = usage.lines().iter().map(|line| (line.country.as_str(), line.messages)).collect();
        assert_eq!(lines, [("A", 1), ("B", 1), ("B", 2)]);
        let totals = usage.totals().unwrap();
        assert_eq!((totals.messages, totals.failed, totals.cost.millionths()), (4, 3, 7));
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut usage = Usage::new(vec![line("A", i64::MAX)], 0).unwrap();
        let before = usage.clone();
        assert_eq!(usage.add(&Sent::Messages(line("B", 1))), Err(UsageError::TooMuch));
        assert_eq!(usage, before);
        let lines = (0..MAX_LINES).map(|number| line(&format!("C{number}"), 1)).collect();
        let mut full = Usage::new(lines, 0).unwrap();
        assert_eq!(full.add(&Sent::Messages(line("D", 1))), Err(UsageError::TooManyLines));
        assert_eq!(full.add(&Sent::Messages(line("C1", 1))), Ok(()));
    }

    proptest! {
        #[test]
        fn the_order_of_what_was_sent_does_not_matter(sent in proptest::collection::vec(any_sent(), 0..20)) {
            let add = |mut usage: Usage, sent: &Sent| { usage.add(sent).unwrap(); usage };
            let forth = sent.iter().fold(Usage::default(), add);
            let back = sent.iter().rev().fold(Usage::default(), add);
            prop_assert_eq!(forth, back);
        }
    }
}
