//! Settings of SMS billing as they are stored, of a user or of everybody.

use serde::{Deserialize, Serialize};

use super::stored_draft::parsed;
use super::stored_usage::micros;
use crate::domain::sms::rhythm::{DayOfMonth, DayOfWeek};
use crate::domain::sms::settings::Overrides;
use crate::domain::sms::switch_account::SwitchAccount;

/// What was set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredOverrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_messages: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day_of_week: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day_of_month: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_processing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_threshold: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    switch_account: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deck: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
}

impl StoredOverrides {
    /// The stored form.
    pub(super) fn of(overrides: &Overrides) -> Self {
        Self {
            frequency: overrides.frequency.map(|frequency| frequency.as_str().to_owned()),
            max_amount: overrides.max_amount.map(|amount| amount.millionths()),
            max_messages: overrides.max_messages,
            day_of_week: overrides.day_of_week.map(DayOfWeek::number),
            day_of_month: overrides.day_of_month.map(DayOfMonth::number),
            auto_processing: overrides.auto_processing,
            notification_enabled: overrides.notification_enabled,
            notification_threshold: overrides.notification_threshold.map(|amount| amount.millionths()),
            currency: overrides.currency.map(|currency| currency.code().to_owned()),
            switch_account: overrides.switch_account.map(SwitchAccount::number),
            deck: overrides.deck.as_ref().map(ToString::to_string),
            active: overrides.active,
        }
    }

    /// What was stored, checked again.
    ///
    /// # Errors
    /// Says in words what is wrong.
    pub(super) fn overrides(self) -> Result<Overrides, String> {
        let day_of_week = |day| DayOfWeek::new(day).ok_or_else(|| format!("{day} is no day of the week"));
        let day_of_month = |day| DayOfMonth::new(day).ok_or_else(|| format!("{day} is no day of the month"));
        let account = |number| SwitchAccount::new(number).ok_or_else(|| format!("{number} is no account"));
        Ok(Overrides {
            frequency: self.frequency.as_deref().map(|text| parsed("frequency", text)).transpose()?,
            max_amount: self.max_amount.map(micros).transpose()?,
            max_messages: self.max_messages,
            day_of_week: self.day_of_week.map(day_of_week).transpose()?,
            day_of_month: self.day_of_month.map(day_of_month).transpose()?,
            auto_processing: self.auto_processing,
            notification_enabled: self.notification_enabled,
            notification_threshold: self.notification_threshold.map(micros).transpose()?,
            currency: self.currency.as_deref().map(|text| parsed("currency", text)).transpose()?,
            switch_account: self.switch_account.map(account).transpose()?,
            deck: self.deck.as_deref().map(|text| parsed("deck", text)).transpose()?,
            active: self.active,
        })
    }
}
