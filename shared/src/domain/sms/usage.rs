//! What was used: messages by where they went and what each cost.

use jiff::Timestamp;

use super::micros::{Micros, MicrosError};
use super::rate_deck::{Country, Prefix};
use crate::domain::identifier::Identifier;

/// Most lines in all open periods of an account: they are one item of the store.
pub const MAX_LINES: usize = 1_200;
/// The country of what there are no more lines for.
const OTHER: &str = "Other";

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

    /// The same messages and money, without a destination and a price of their own.
    fn into_other(self) -> Self {
        match OTHER.parse() {
            Ok(country) => Self { country, prefix: None, rate: Micros::ZERO, ..self },
            Err(_) => self,
        }
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
    /// When the sums do not fit.
    pub fn new(lines: Vec<UsageLine>, failed: u64) -> Result<Self, UsageError> {
        let mut usage = Self { lines: Vec::new(), failed };
        for line in lines {
            usage.add(&Sent::Messages(line), usize::MAX)?;
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

    /// Adds what was sent; where it would be a line beyond `most`, to one line for all such. Nothing is changed when it
    /// cannot be added.
    ///
    /// # Errors
    /// When the sums do not fit.
    pub fn add(&mut self, sent: &Sent, most: usize) -> Result<(), UsageError> {
        let mut after = self.clone();
        match sent {
            Sent::Failed(count) => after.failed = sum(after.failed, *count)?,
            Sent::Messages(line) => {
                let is_there = after.lines.binary_search_by(|there| there.name().cmp(&line.name())).is_ok();
                if is_there || after.lines.len() < most {
                    after.add_line(line.clone())?;
                } else {
                    after.add_line(line.clone().into_other())?;
                }
            }
        }
        after.totals()?;
        *self = after;
        Ok(())
    }

    fn add_line(&mut self, line: UsageLine) -> Result<(), UsageError> {
        match self.lines.binary_search_by(|there| there.name().cmp(&line.name())) {
            Ok(index) => self.lines.get_mut(index).map_or(Ok(()), |there| there.add(&line)),
            Err(index) => {
                self.lines.insert(index, line);
                Ok(())
            }
        }
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
        assert_eq!(usage.add(&Sent::Messages(line("B", 1)), 9), Err(UsageError::TooMuch));
        assert_eq!(usage, before);
    }

    #[test]
    fn what_there_is_no_line_for_is_one_line_and_costs_the_same() {
        let mut usage = Usage::new(vec![line("A", 1), line("B", 2)], 0).unwrap();
        for sent in [line("C", 5), line("B", 2), line("D", 7)] {
            usage.add(&Sent::Messages(sent), 2).unwrap();
        }
        let lines: Vec<_> =
            usage.lines().iter().map(|line| (line.country.as_str(), line.cost.millionths())).collect();
        assert_eq!(lines, [("A", 1), ("B", 4), ("Other", 12)]);
        assert_eq!(usage.totals().unwrap().messages, 5);
    }

    proptest! {
        #[test]
        fn the_order_of_what_was_sent_does_not_matter(sent in proptest::collection::vec(any_sent(), 0..20)) {
            let add = |mut usage: Usage, sent: &Sent| { usage.add(sent, MAX_LINES).unwrap(); usage };
            let forth = sent.iter().fold(Usage::default(), add);
            let back = sent.iter().rev().fold(Usage::default(), add);
            prop_assert_eq!(forth, back);
        }
    }
}
