//! How a user is billed: what was set for them, for everybody, and where nothing was set.

use super::micros::Micros;
use super::rate_deck::DeckId;
use super::rhythm::{DayOfMonth, DayOfWeek, Frequency, Rhythm};
use super::switch_account::SwitchAccount;
use crate::domain::money::Currency;

/// What an operator set; none where the next wider setting counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// How often.
    pub frequency: Option<Frequency>,
    /// What may be used before a bill is made, where limits end periods; elsewhere what people compare with.
    pub max_amount: Option<Micros>,
    /// How many messages may be sent before a bill is made, likewise.
    pub max_messages: Option<u64>,
    /// First day of a billed week.
    pub day_of_week: Option<DayOfWeek>,
    /// First day of a billed month.
    pub day_of_month: Option<DayOfMonth>,
    /// Whether bills are charged without a person's approval.
    pub auto_processing: Option<bool>,
    /// Whether the user is told.
    pub notification_enabled: Option<bool>,
    /// What may be used before the user is told that a limit is near.
    pub notification_threshold: Option<Micros>,
    /// What usage is counted in.
    pub currency: Option<Currency>,
    /// Who is charged at the switch. Of a user only.
    pub switch_account: Option<SwitchAccount>,
    /// What messages cost.
    pub deck: Option<DeckId>,
    /// Whether bills are made at all.
    pub active: Option<bool>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It was set for the user.
    User,
    /// It was set for everybody.
    Global,
    /// Nobody set it.
    Default,
}

/// A value that counts, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// What counts.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

/// What counts where nobody set anything and the deployment says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// How often.
    pub frequency: Frequency,
    /// What usage is counted in.
    pub currency: Currency,
    /// Whether bills are charged without a person's approval.
    pub auto_processing: bool,
    /// Whether the user is told.
    pub notification_enabled: bool,
}

/// What counts for everybody of whom nothing else was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What was set for everybody.
    pub global: Overrides,
    /// What counts where nobody set anything.
    pub defaults: Defaults,
}

/// What counts for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How often.
    pub frequency: Sourced<Frequency>,
    /// What may be used before a bill is made, where limits end periods.
    pub max_amount: Sourced<Micros>,
    /// How many messages may be sent before a bill is made, likewise.
    pub max_messages: Sourced<u64>,
    /// First day of a billed week.
    pub day_of_week: Sourced<DayOfWeek>,
    /// First day of a billed month.
    pub day_of_month: Sourced<DayOfMonth>,
    /// Whether bills are charged without a person's approval.
    pub auto_processing: Sourced<bool>,
    /// Whether the user is told.
    pub notification_enabled: Sourced<bool>,
    /// What may be used before the user is told that a limit is near.
    pub notification_threshold: Sourced<Micros>,
    /// What usage is counted in.
    pub currency: Sourced<Currency>,
    /// Who is charged at the switch.
    pub switch_account: Option<SwitchAccount>,
    /// What messages cost; none where every message brings its price.
    pub deck: Sourced<Option<DeckId>>,
    /// Whether bills are made at all.
    pub active: Sourced<bool>,
}

/// The limit where nobody set one: 100 of the currency.
const MAX_AMOUNT: i64 = 100_000_000;
/// Messages where nobody set a limit.
const MAX_MESSAGES: u64 = 1_000;
/// Told near the limit where nobody set when: at 50 of the currency.
const NOTIFICATION_THRESHOLD: i64 = 50_000_000;

impl Source {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Global => "global",
            Self::Default => "default",
        }
    }
}

impl Defaults {
    /// The defaults of the original.
    pub const ORIGINAL: Self = Self {
        frequency: Frequency::Daily,
        currency: Currency::Usd,
        auto_processing: true,
        notification_enabled: true,
    };
}

impl Terms {
    /// What counts for a user of whom this was set.
    pub fn of(&self, user: &Overrides) -> Settings {
        Settings::of(user, &self.global, self.defaults)
    }
}

impl Settings {
    /// What counts for a user of whom this was set, and this for everybody.
    pub fn of(user: &Overrides, global: &Overrides, defaults: Defaults) -> Self {
        let micros = |millionths| Micros::new(millionths).unwrap_or_default();
        Self {
            frequency: pick(user.frequency, global.frequency, defaults.frequency),
            max_amount: pick(user.max_amount, global.max_amount, micros(MAX_AMOUNT)),
            max_messages: pick(user.max_messages, global.max_messages, MAX_MESSAGES),
            day_of_week: pick(user.day_of_week, global.day_of_week, DayOfWeek::MONDAY),
            day_of_month: pick(user.day_of_month, global.day_of_month, DayOfMonth::FIRST),
            auto_processing: pick(user.auto_processing, global.auto_processing, defaults.auto_processing),
            notification_enabled: pick(
                user.notification_enabled,
                global.notification_enabled,
                defaults.notification_enabled,
            ),
            notification_threshold: pick(
                user.notification_threshold,
                global.notification_threshold,
                micros(NOTIFICATION_THRESHOLD),
            ),
            currency: pick(user.currency, global.currency, defaults.currency),
            switch_account: user.switch_account,
            deck: pick(user.deck.clone().map(Some), global.deck.clone().map(Some), None),
            active: pick(user.active, global.active, true),
        }
    }

    /// When periods end. Of somebody for whom no bills are made none ends: what they use is one period, until bills are.
    pub fn rhythm(&self) -> Rhythm {
        Rhythm {
            frequency: if self.active.value { self.frequency.value } else { Frequency::Threshold },
            day_of_week: self.day_of_week.value,
            day_of_month: self.day_of_month.value,
        }
    }

    /// Whether so much reaches a limit.
    pub fn is_limit(&self, cost: Micros, messages: u64) -> bool {
        cost >= self.max_amount.value || messages >= self.max_messages.value
    }
}

fn pick<T>(user: Option<T>, global: Option<T>, default: T) -> Sourced<T> {
    match (user, global) {
        (Some(value), _) => Sourced { value, source: Source::User },
        (None, Some(value)) => Sourced { value, source: Source::Global },
        (None, None) => Sourced { value: default, source: Source::Default },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearest_to_the_user_counts_and_says_where_it_comes_from() {
        let global =
            Overrides { frequency: Some(Frequency::Weekly), max_messages: Some(7), ..Overrides::default() };
        let user = Overrides { frequency: Some(Frequency::Monthly), ..Overrides::default() };
        let settings = Settings::of(&user, &global, Defaults::ORIGINAL);
        assert_eq!(settings.frequency, Sourced { value: Frequency::Monthly, source: Source::User });
        assert_eq!(settings.max_messages, Sourced { value: 7, source: Source::Global });
        assert_eq!(settings.max_amount.source, Source::Default);
        assert_eq!(settings.max_amount.value.to_decimal(0), "100");
        assert_eq!(settings.notification_threshold.value.to_decimal(0), "50");
        assert!(settings.active.value && settings.deck.value.is_none());
    }

    #[test]
    fn a_limit_is_reached_by_money_or_by_messages() {
        let settings = Settings::of(&Overrides::default(), &Overrides::default(), Defaults::ORIGINAL);
        let cost = |text: &str| text.parse::<Micros>().unwrap();
        assert!(!settings.is_limit(cost("99.999999"), 999));
        assert!(settings.is_limit(cost("100"), 0));
        assert!(settings.is_limit(Micros::ZERO, 1_000));
    }
}
