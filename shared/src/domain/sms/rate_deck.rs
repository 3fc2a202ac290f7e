//! Rate decks: what a message to where costs.

use std::fmt;
use std::str::FromStr;

use super::micros::{Micros, MicrosError};
use crate::domain::identifier::Identifier;
use crate::domain::money::Currency;

/// Most rates in a deck: a deck is one item of the store.
pub const MAX_RATES: usize = 2_000;
/// Longest name of a country, in letters and in bytes.
const MAX_COUNTRY: usize = 60;
const MAX_COUNTRY_BYTES: usize = 120;

/// Marks ids of rate decks.
pub enum Deck {}
/// Id of a rate deck, as its operator chose it.
pub type DeckId = Identifier<Deck>;

/// The first digits of numbers, with the country's code first: 1 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(String);

/// A country as the deck names it: 1 to 60 letters, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(String);

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// Each part of a message.
    Segment,
    /// A message, however many parts it has.
    Message,
}

/// What messages to numbers of one prefix cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The first digits of those numbers.
    pub prefix: Prefix,
    /// Where they are.
    pub country: Country,
    /// The price.
    pub price: Micros,
    /// What it is for.
    pub per: Per,
}

/// Rates in one currency, at most one for each prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateDeck {
    id: DeckId,
    currency: Currency,
    /// By prefix.
    rates: Vec<Rate>,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination<'a> {
    /// To a number, or to all numbers that begin so: digits, with the country's code first.
    Digits(&'a str),
    /// To a country, where nothing else is known.
    Country(&'a Country),
}

/// Why something is not part of a deck.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateDeckError {
    /// Not a prefix.
    #[error("a prefix has 1 to 15 digits, with the country's code first")]
    NotAPrefix,
    /// Not a country's name.
    #[error("a country's name has 1 to {MAX_COUNTRY} letters")]
    NotACountry,
    /// Not `segment` or `message`.
    #[error("a price is per segment or per message")]
    NotAUnit,
    /// A prefix that has two prices.
    #[error("the prefix {} has two rates", .0.as_str())]
    Twice(Prefix),
    /// More rates than one item can hold.
    #[error("a deck has at most {MAX_RATES} rates")]
    TooMany,
}

impl Prefix {
    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Prefix {
    type Err = RateDeckError;

    fn from_str(text: &str) -> Result<Self, RateDeckError> {
        let is_prefix = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_prefix.then(|| Self(text.to_owned())).ok_or(RateDeckError::NotAPrefix)
    }
}

impl Country {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Country {
    type Err = RateDeckError;

    fn from_str(text: &str) -> Result<Self, RateDeckError> {
        let is_name = text.trim() == text
            && (1..=MAX_COUNTRY).contains(&text.chars().count())
            && text.len() <= MAX_COUNTRY_BYTES
            && !text.chars().any(char::is_control);
        is_name.then(|| Self(text.to_owned())).ok_or(RateDeckError::NotACountry)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Per {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Message => "message",
        }
    }
}

impl FromStr for Per {
    type Err = RateDeckError;

    fn from_str(text: &str) -> Result<Self, RateDeckError> {
        match text {
            "segment" => Ok(Self::Segment),
            "message" => Ok(Self::Message),
            _ => Err(RateDeckError::NotAUnit),
        }
    }
}

impl Rate {
    /// What so many messages cost that have so many parts together.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn cost(&self, messages: u64, segments: u64) -> Result<Micros, MicrosError> {
        match self.per {
            Per::Segment => self.price.times(segments),
            Per::Message => self.price.times(messages),
        }
    }
}

impl RateDeck {
    /// A deck of these rates, in any order.
    ///
    /// # Errors
    /// When a prefix has two rates, or there are too many.
    pub fn new(id: DeckId, currency: Currency, mut rates: Vec<Rate>) -> Result<Self, RateDeckError> {
        if rates.len() > MAX_RATES {
            return Err(RateDeckError::TooMany);
        }
        rates.sort_by(|one, other| one.prefix.cmp(&other.prefix));
        let twice = rates.iter().zip(rates.iter().skip(1)).find(|(one, other)| one.prefix == other.prefix);
        match twice {
            Some((rate, _)) => Err(RateDeckError::Twice(rate.prefix.clone())),
            None => Ok(Self { id, currency, rates }),
        }
    }

    /// Its id.
    pub fn id(&self) -> &DeckId {
        &self.id
    }

    /// What its prices are in.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Its rates, by prefix.
    pub fn rates(&self) -> &[Rate] {
        &self.rates
    }

    /// The rate for a destination: that of the longest prefix, or, where only a country is known, the dearest of it.
    pub fn rate(&self, destination: Destination<'_>) -> Option<&Rate> {
        match destination {
            Destination::Digits(digits) => (1..=digits.len()).rev().find_map(|length| {
                let wanted = digits.get(..length)?;
                let found = self.rates.binary_search_by(|rate| rate.prefix.as_str().cmp(wanted));
                found.ok().and_then(|index| self.rates.get(index))
            }),
            Destination::Country(country) => {
                self.rates.iter().filter(|rate| rate.country == *country).max_by_key(|rate| rate.price)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    fn rate(prefix: &str, country: &str, price: &str, per: Per) -> Rate {
        Rate {
            prefix: prefix.parse().unwrap(),
            country: country.parse().unwrap(),
            price: price.parse().unwrap(),
            per,
        }
    }

    fn deck() -> RateDeck {
        let rates = vec![
            rate("998", "Uzbekistan", "0.05", Per::Segment),
            rate("99890", "Uzbekistan", "0.04", Per::Segment),
            rate("380", "Ukraine", "0.06", Per::Message),
            rate("7", "Russia", "0.08", Per::Segment),
            rate("77", "Kazakhstan", "0.07", Per::Segment),
        ];
        RateDeck::new("standard".parse().unwrap(), Currency::Usd, rates).unwrap()
    }

    #[test]
    fn the_longest_prefix_counts() {
        let deck = deck();
        let price = |digits| deck.rate(Destination::Digits(digits)).map(|rate| rate.price.to_decimal(2));
        assert_eq!(price("998901234567").as_deref(), Some("0.04"));
        assert_eq!(price("998911234567").as_deref(), Some("0.05"));
        assert_eq!(price("77011234567").as_deref(), Some("0.07"));
        assert_eq!(price("79011234567").as_deref(), Some("0.08"));
        assert_eq!(price("15551234567"), None);
        assert_eq!(price(""), None);
    }

    #[test]
    fn of_a_country_alone_the_dearest_rate_counts() {
        let deck = deck();
        let uzbekistan = "Uzbekistan".parse().unwrap();
        let found = deck.rate(Destination::Country(&uzbekistan)).unwrap();
        assert_eq!(found.prefix.as_str(), "998");
        assert_eq!(deck.rate(Destination::Country(&"France".parse().unwrap())), None);
    }

    #[test]
    fn a_price_is_for_parts_or_for_messages() {
        let deck = deck();
        let cost = |digits| deck.rate(Destination::Digits(digits)).unwrap().cost(2, 6).unwrap().to_decimal(2);
        assert_eq!([cost("99890"), cost("380")], ["0.24", "0.12"]);
    }

    #[test]
    fn a_prefix_with_two_rates_is_refused() {
        let rates = vec![rate("998", "A", "1", Per::Segment), rate("998", "B", "2", Per::Message)];
        let refused = RateDeck::new("standard".parse().unwrap(), Currency::Usd, rates);
        assert_eq!(refused, Err(RateDeckError::Twice(Prefix("998".to_owned()))));
        let many = vec![rate("998", "A", "1", Per::Segment); MAX_RATES + 1];
        let refused = RateDeck::new("standard".parse().unwrap(), Currency::Usd, many);
        assert_eq!(refused, Err(RateDeckError::TooMany));
    }

    #[test]
    fn what_is_no_prefix_and_no_country_is_refused() {
        for text in ["", "+998", "99a", " 998", "1234567890123456"] {
            assert_eq!(text.parse::<Prefix>(), Err(RateDeckError::NotAPrefix), "{text:?}");
        }
        for text in ["", " ", "a\nb", " Ukraine", &"x".repeat(61)] {
            assert_eq!(text.parse::<Country>(), Err(RateDeckError::NotACountry), "{text:?}");
        }
    }

    proptest! {
        /// The rate is that which looking at every prefix finds.
        #[test]
        fn searching_finds_what_looking_finds(digits in "[0-9]{1,12}") {
            let deck = deck();
            let fits = |rate: &&Rate| digits.starts_with(rate.prefix.as_str());
            let looked = deck.rates().iter().filter(fits).max_by_key(|rate| rate.prefix.as_str().len());
            prop_assert_eq!(deck.rate(Destination::Digits(&digits)), looked);
        }
    }
}
