//! Settings as the API takes and shows them: by the names that operators know.

use serde::{Deserialize, Serialize};
use shared::decimal::Decimal;
use shared::domain::identifier::UserId;
use shared::domain::sms::rhythm::{DayOfMonth, DayOfWeek};
use shared::domain::sms::settings::{Overrides, Settings, Sourced};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::rest::replies::{Refusal, unprocessable};
use utoipa::ToSchema;

/// What is set. A field that is absent or null is not set: the next wider setting counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutSettings {
    /// For whom; absent or null: for everybody.
    #[schema(example = "user-1")]
    pub user_id: Option<String>,
    /// `daily`, `weekly`, `monthly`, or `threshold`: whenever a limit is reached.
    #[schema(example = "daily")]
    billing_frequency: Option<String>,
    /// What may be used before a bill is made, where limits end periods.
    #[schema(example = 100)]
    max_amount: Option<Decimal>,
    /// How many messages may be sent before a bill is made, likewise.
    #[schema(example = 1_000)]
    max_messages: Option<u64>,
    /// The first day of a billed week: 0 (Sunday) to 6.
    #[schema(maximum = 6)]
    billing_day_of_week: Option<u8>,
    /// The first day of a billed month: 1 to 28.
    #[schema(minimum = 1, maximum = 28)]
    billing_day_of_month: Option<u8>,
    /// Whether bills are charged without a person's approval.
    auto_processing: Option<bool>,
    /// Whether the user is told.
    notification_enabled: Option<bool>,
    /// What may be used before the user is told that a limit is near.
    #[schema(example = 50)]
    notification_threshold: Option<Decimal>,
    /// What usage is counted in: `USD`, `EUR`, `UAH`, `UZS` or `IDR`.
    #[schema(example = "USD")]
    currency: Option<String>,
    /// The account at the switch that is charged. Of a user only.
    #[schema(minimum = 1, example = 3)]
    sippy_account_id: Option<u32>,
    /// What messages cost.
    #[schema(example = "standard")]
    rate_deck_id: Option<String>,
    /// Whether bills are made at all.
    active: Option<bool>,
}

/// What counts, and where each value comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsSettingsView)]
pub struct SettingsView {
    /// For whom; null: for everybody of whom nothing else is set.
    user: Option<String>,
    /// `daily`, `weekly`, `monthly` or `threshold`.
    billing_frequency: &'static str,
    /// What may be used before a bill is made, where limits end periods.
    max_amount: Decimal,
    /// How many messages may be sent before a bill is made, likewise.
    max_messages: u64,
    /// The first day of a billed week, from 0 for Sunday.
    billing_day_of_week: u8,
    /// The first day of a billed month.
    billing_day_of_month: u8,
    /// Whether bills are charged without a person's approval.
    auto_processing: bool,
    /// Whether the user is told.
    notification_enabled: bool,
    /// What may be used before the user is told that a limit is near.
    notification_threshold: Decimal,
    /// What usage is counted in.
    currency: &'static str,
    /// The account at the switch that is charged; null: bills wait for one.
    sippy_account_id: Option<u32>,
    /// What messages cost; null: every message has to bring its price.
    rate_deck_id: Option<String>,
    /// Whether bills are made at all.
    active: bool,
    /// Where each of them comes from.
    source: SourcesView,
}

/// `user`: it was set for the user. `global`: it was set for everybody. `default`: nobody set it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsSettingSources)]
pub struct SourcesView {
    billing_frequency: &'static str,
    max_amount: &'static str,
    max_messages: &'static str,
    billing_day_of_week: &'static str,
    billing_day_of_month: &'static str,
    auto_processing: &'static str,
    notification_enabled: &'static str,
    notification_threshold: &'static str,
    currency: &'static str,
    sippy_account_id: &'static str,
    rate_deck_id: &'static str,
    active: &'static str,
}

impl PutSettings {
    /// What is set, read strictly.
    ///
    /// # Errors
    /// When a value is wrong, by its field.
    pub fn overrides(&self) -> Result<Overrides, Refusal> {
        let amount = |name: &str, amount: &Option<Decimal>| {
            let read = amount.as_ref().map(Decimal::micros).transpose();
            read.map_err(|error| wrong(name, &error))
        };
        let day = |name: &str, range: &str| wrong(name, &format!("a number from {range}"));
        let week = self.billing_day_of_week;
        let week = week.map(|number| DayOfWeek::new(number).ok_or_else(|| day("billingDayOfWeek", "0 to 6")));
        let month = self.billing_day_of_month;
        let month =
            month.map(|number| DayOfMonth::new(number).ok_or_else(|| day("billingDayOfMonth", "1 to 28")));
        let account = self.sippy_account_id;
        let account = account.map(|number| {
            SwitchAccount::new(number).ok_or_else(|| wrong("sippyAccountId", &"no account at the switch"))
        });
        if account.is_some() && self.user_id.is_none() {
            return Err(wrong("sippyAccountId", &"an account at the switch is one user's"));
        }
        Ok(Overrides {
            frequency: read("billingFrequency", self.billing_frequency.as_deref())?,
            max_amount: amount("maxAmount", &self.max_amount)?,
            max_messages: self.max_messages,
            day_of_week: week.transpose()?,
            day_of_month: month.transpose()?,
            auto_processing: self.auto_processing,
            notification_enabled: self.notification_enabled,
            notification_threshold: amount("notificationThreshold", &self.notification_threshold)?,
            currency: read("currency", self.currency.as_deref())?,
            switch_account: account.transpose()?,
            deck: read("rateDeckId", self.rate_deck_id.as_deref())?,
            active: self.active,
        })
    }
}

fn wrong(field: &str, error: &dyn std::fmt::Display) -> Refusal {
    unprocessable("invalid_body", format!("{field}: {error}"))
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, Refusal> {
    text.map(str::parse).transpose().map_err(|error: T::Err| wrong(field, &error))
}

impl SettingsView {
    /// What counts for a user, or for everybody.
    pub fn of(user: Option<&UserId>, settings: &Settings) -> Self {
        Self {
            user: user.map(ToString::to_string),
            billing_frequency: settings.frequency.value.as_str(),
            max_amount: Decimal::of_micros(settings.max_amount.value),
            max_messages: settings.max_messages.value,
            billing_day_of_week: settings.day_of_week.value.number(),
            billing_day_of_month: settings.day_of_month.value.number(),
            auto_processing: settings.auto_processing.value,
            notification_enabled: settings.notification_enabled.value,
            notification_threshold: Decimal::of_micros(settings.notification_threshold.value),
            currency: settings.currency.value.code(),
            sippy_account_id: settings.switch_account.map(SwitchAccount::number),
            rate_deck_id: settings.deck.value.as_ref().map(ToString::to_string),
            active: settings.active.value,
            source: SourcesView::of(settings),
        }
    }
}

impl SourcesView {
    fn of(settings: &Settings) -> Self {
        Self {
            billing_frequency: source(&settings.frequency),
            max_amount: source(&settings.max_amount),
            max_messages: source(&settings.max_messages),
            billing_day_of_week: source(&settings.day_of_week),
            billing_day_of_month: source(&settings.day_of_month),
            auto_processing: source(&settings.auto_processing),
            notification_enabled: source(&settings.notification_enabled),
            notification_threshold: source(&settings.notification_threshold),
            currency: source(&settings.currency),
            sippy_account_id: settings.switch_account.map_or("default", |_| "user"),
            rate_deck_id: source(&settings.deck),
            active: source(&settings.active),
        }
    }
}

fn source<T>(value: &Sourced<T>) -> &'static str {
    value.source.as_str()
}
