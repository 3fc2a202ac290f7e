//! What messages cost: by the price that their sender brought, or by the longest prefix of a rate deck.
//!
//! Numbers and texts are looked at here and go no further.

use crate::decimal::Decimal;
use crate::domain::money::Currency;
use crate::domain::sms::micros::{Micros, MicrosError};
use crate::domain::sms::rate_deck::{Country, Destination, Prefix, Rate, RateDeck};
use crate::domain::sms::segments::{Encoding, segments};
use crate::domain::sms::usage::UsageLine;

/// Most messages in one event.
pub const MAX_MESSAGES: u64 = 1_000_000;
/// Most parts of one message: a header counts them in one octet.
const MAX_SEGMENTS: u32 = 255;
/// Where messages went of which nobody says it.
const UNKNOWN: &str = "Unknown";

/// Messages as somebody describes them. No `Debug`: it would tell their number and their text.
#[derive(Clone, Copy, Default)]
pub struct Described<'a> {
    /// The whole number.
    pub to: Option<&'a str>,
    /// Its first digits.
    pub prefix: Option<&'a str>,
    /// Its country.
    pub country: Option<&'a str>,
    /// What one of them says.
    pub text: Option<&'a str>,
    /// How many parts one of them has.
    pub segments: Option<u32>,
    /// How many there are.
    pub messages: Option<u64>,
    /// What one of them costs.
    pub cost: Option<&'a Decimal>,
}

/// Messages that can be priced.
#[derive(Clone, PartialEq, Eq)]
pub struct Messages {
    /// Digits of the number, as many as are known.
    digits: Option<String>,
    prefix: Option<Prefix>,
    country: Option<Country>,
    /// What one of them costs, where their sender says it.
    cost: Option<Micros>,
    /// How they are written, where their text was told.
    pub encoding: Option<Encoding>,
    /// Parts of one of them.
    pub segments_of_one: u32,
    /// How many there are.
    pub count: u64,
}

/// What they cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// As it is counted.
    pub line: UsageLine,
    /// The rate that it follows from; none where the sender brought the price.
    pub rate: Option<Rate>,
}

/// What is wrong with a description. Names the field, and never says what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// Not a phone number.
    #[error("`to` is a number of 3 to 15 digits with the country's code, and a `+` before it or not")]
    To,
    /// Not a prefix.
    #[error("`prefix` has 1 to 15 digits, with the country's code first")]
    Prefix,
    /// Not a country.
    #[error("`country` is a name of 1 to 60 letters")]
    Country,
    /// Too many parts, or none.
    #[error("`segments` is from 1 to {MAX_SEGMENTS}")]
    Segments,
    /// Parts that were counted twice.
    #[error("`segments` and `text` are not told together")]
    TextAndSegments,
    /// Too many messages, or none.
    #[error("`messages` is from 1 to {MAX_MESSAGES}")]
    Messages,
    /// Not a price.
    #[error("`cost` is a decimal number from 0 with at most six decimals")]
    Cost,
}

/// Why messages have no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// No rate fits, and the sender brought no price.
    #[error("no rate of the deck fits, and no cost was told")]
    NoRate,
    /// The deck counts in another currency than the user is billed in.
    #[error("the rate deck is in {}, and the user is billed in {}", .deck.code(), .billed.code())]
    OtherCurrency {
        /// The deck's.
        deck: Currency,
        /// The user's.
        billed: Currency,
    },
    /// The product does not fit.
    #[error(transparent)]
    TooMuch(#[from] MicrosError),
}

impl PriceError {
    /// The stable name in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRate => "no_rate",
            Self::OtherCurrency { .. } => "other_currency",
            Self::TooMuch(_) => "too_much",
        }
    }
}

impl Messages {
    /// Reads a description.
    ///
    /// # Errors
    /// When a field is wrong, by its name.
    pub fn read(described: &Described<'_>) -> Result<Self, DescriptionError> {
        use DescriptionError as Wrong;
        let prefix: Option<Prefix> =
            described.prefix.map(str::parse).transpose().map_err(|_| Wrong::Prefix)?;
        let to = described.to.map(|to| digits(to).ok_or(Wrong::To)).transpose()?;
        let (encoding, segments_of_one) = match (described.text, described.segments) {
            (Some(_), Some(_)) => return Err(Wrong::TextAndSegments),
            (Some(text), None) => {
                let counted = segments(text);
                (Some(counted.encoding), counted.count)
            }
            (None, told) => (None, told.unwrap_or(1)),
        };
        let count = described.messages.unwrap_or(1);
        if !(1..=MAX_MESSAGES).contains(&count) {
            return Err(Wrong::Messages);
        }
        if !(1..=MAX_SEGMENTS).contains(&segments_of_one) {
            return Err(Wrong::Segments);
        }
        Ok(Self {
            digits: to.or_else(|| prefix.as_ref().map(|prefix| prefix.as_str().to_owned())),
            prefix,
            country: described.country.map(str::parse).transpose().map_err(|_| Wrong::Country)?,
            cost: described.cost.map(Decimal::micros).transpose().map_err(|_| Wrong::Cost)?,
            encoding,
            segments_of_one,
            count,
        })
    }

    /// How many parts they have together.
    pub fn segments(&self) -> u64 {
        u64::from(self.segments_of_one).saturating_mul(self.count)
    }

    /// What they cost somebody who is billed in `currency` by `deck`.
    ///
    /// # Errors
    /// When nothing says it, the deck is in another currency, or it does not fit.
    pub fn price(&self, deck: Option<&RateDeck>, currency: Currency) -> Result<Priced, PriceError> {
        let rate = deck.and_then(|deck| deck.rate(self.destination()?));
        if let Some(cost) = self.cost {
            return Ok(Priced { line: self.brought(cost, rate)?, rate: None });
        }
        if let Some(deck) = deck.filter(|deck| deck.currency() != currency) {
            return Err(PriceError::OtherCurrency { deck: deck.currency(), billed: currency });
        }
        let rate = rate.ok_or(PriceError::NoRate)?;
        let line = UsageLine {
            country: rate.country.clone(),
            prefix: Some(rate.prefix.clone()),
            rate: rate.price,
            messages: self.count,
            segments: self.segments(),
            cost: rate.cost(self.count, self.segments())?,
        };
        Ok(Priced { line, rate: Some(rate.clone()) })
    }

    fn destination(&self) -> Option<Destination<'_>> {
        let digits = self.digits.as_deref().map(Destination::Digits);
        digits.or_else(|| self.country.as_ref().map(Destination::Country))
    }

    /// The line of messages whose price their sender brought: where they went is as told, or as the deck knows it.
    fn brought(&self, cost: Micros, rate: Option<&Rate>) -> Result<UsageLine, PriceError> {
        let country = self.country.clone().or_else(|| rate.map(|rate| rate.country.clone()));
        let unknown = || UNKNOWN.parse().map_err(|_| PriceError::NoRate);
        Ok(UsageLine {
            country: country.map_or_else(unknown, Ok)?,
            prefix: self.prefix.clone().or_else(|| rate.map(|rate| rate.prefix.clone())),
            rate: cost,
            messages: self.count,
            segments: self.segments(),
            cost: cost.times(self.count)?,
        })
    }
}

/// The digits of a whole number.
fn digits(to: &str) -> Option<String> {
    let digits = to.strip_prefix('+').unwrap_or(to);
    let is_number = (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sms::rate_deck::Per;

    fn deck() -> RateDeck {
        let rate = |prefix: &str, country: &str, price: &str, per| Rate {
            prefix: prefix.parse().unwrap(),
            country: country.parse().unwrap(),
            price: price.parse().unwrap(),
            per,
        };
        let rates = vec![
            rate("998", "Uzbekistan", "0.05", Per::Segment),
            rate("99890", "Uzbekistan", "0.04", Per::Segment),
            rate("380", "Ukraine", "0.06", Per::Message),
        ];
        RateDeck::new("standard".parse().unwrap(), Currency::Usd, rates).unwrap()
    }

    fn priced(described: &Described<'_>) -> Result<UsageLine, PriceError> {
        let messages = Messages::read(described).unwrap();
        messages.price(Some(&deck()), Currency::Usd).map(|priced| priced.line)
    }

    fn shown(line: &UsageLine) -> (&str, Option<&str>, String, u64, String) {
        let prefix = line.prefix.as_ref().map(Prefix::as_str);
        (line.country.as_str(), prefix, line.rate.to_decimal(0), line.segments, line.cost.to_decimal(0))
    }

    #[test]
    fn a_number_is_priced_by_its_longest_prefix_and_each_part_of_a_long_text() {
        let text = "a".repeat(161);
        let described = Described {
            to: Some("+998901234567"),
            text: Some(&text),
            messages: Some(3),
            ..Described::default()
        };
        let line = priced(&described).unwrap();
        assert_eq!(shown(&line), ("Uzbekistan", Some("99890"), "0.04".to_owned(), 6, "0.24".to_owned()));
        let line = priced(&Described { to: Some("380501234567"), text: Some(&text), ..Described::default() });
        assert_eq!(shown(&line.unwrap()), ("Ukraine", Some("380"), "0.06".to_owned(), 2, "0.06".to_owned()));
        let line =
            priced(&Described { country: Some("Uzbekistan"), segments: Some(2), ..Described::default() });
        assert_eq!(
            shown(&line.unwrap()),
            ("Uzbekistan", Some("998"), "0.05".to_owned(), 2, "0.1".to_owned())
        );
    }

    #[test]
    fn a_price_that_was_brought_counts_for_each_message_whatever_the_deck_says() {
        let cost: Decimal = serde_json::from_str("0.0375").unwrap();
        let described =
            Described { cost: Some(&cost), messages: Some(2), segments: Some(3), ..Described::default() };
        let line = priced(&described).unwrap();
        assert_eq!(shown(&line), ("Unknown", None, "0.0375".to_owned(), 6, "0.075".to_owned()));
        let line = priced(&Described { to: Some("998901234567"), ..described }).unwrap();
        assert_eq!(
            (line.country.as_str(), line.prefix.as_ref().map(Prefix::as_str)),
            ("Uzbekistan", Some("99890"))
        );
        let line = priced(&Described { country: Some("Narnia"), prefix: Some("999"), ..described }).unwrap();
        assert_eq!(
            (line.country.as_str(), line.prefix.as_ref().map(Prefix::as_str)),
            ("Narnia", Some("999"))
        );
        let messages = Messages::read(&described).unwrap();
        assert!(messages.price(None, Currency::Eur).is_ok(), "no deck is needed");
    }

    #[test]
    fn what_has_no_price_is_refused_with_its_reason() {
        let nowhere = Described { to: Some("15551234567"), ..Described::default() };
        assert_eq!(priced(&nowhere), Err(PriceError::NoRate));
        assert_eq!(priced(&Described::default()), Err(PriceError::NoRate));
        let messages =
            Messages::read(&Described { to: Some("998901234567"), ..Described::default() }).unwrap();
        assert_eq!(messages.price(None, Currency::Usd), Err(PriceError::NoRate));
        let other = PriceError::OtherCurrency { deck: Currency::Usd, billed: Currency::Eur };
        assert_eq!(messages.price(Some(&deck()), Currency::Eur), Err(other));
        let cost: Decimal = serde_json::from_str("9223372036854").unwrap();
        let described = Described { cost: Some(&cost), messages: Some(2), ..Described::default() };
        assert_eq!(priced(&described), Err(PriceError::TooMuch(MicrosError::TooLarge)));
    }

    #[test]
    fn a_wrong_field_is_named_and_never_quoted() {
        use DescriptionError as Wrong;
        let cost: Decimal = serde_json::from_str("-1").unwrap();
        let none = Described::default();
        for (described, wrong) in [
            (Described { to: Some("call me"), ..none }, Wrong::To),
            (Described { to: Some("1234567890123456"), ..none }, Wrong::To),
            (Described { to: Some(""), ..none }, Wrong::To),
            (Described { prefix: Some("+998"), ..none }, Wrong::Prefix),
            (Described { country: Some(""), ..none }, Wrong::Country),
            (Described { segments: Some(0), ..none }, Wrong::Segments),
            (Described { segments: Some(256), ..none }, Wrong::Segments),
            (Described { segments: Some(1), text: Some("hi"), ..none }, Wrong::TextAndSegments),
            (Described { messages: Some(0), ..none }, Wrong::Messages),
            (Described { messages: Some(MAX_MESSAGES + 1), ..none }, Wrong::Messages),
            (Described { cost: Some(&cost), ..none }, Wrong::Cost),
        ] {
            assert_eq!(Messages::read(&described).err(), Some(wrong));
            assert!(wrong.to_string().starts_with('`') && !wrong.to_string().contains("call me"));
        }
    }
}
