//! What counts for everybody in SMS billing, held for a minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::sms::settings::{Defaults, Terms};
use crate::lambda::settings::{SettingError, parsed};
use crate::stores::sms_settings::SmsSettings;
use crate::stores::table::StoreError;

/// How long another instance may go on with what was set before.
const HELD: Duration = Duration::from_secs(60);

/// The terms.
#[derive(Debug)]
pub struct SmsTerms {
    settings: SmsSettings,
    defaults: Defaults,
    held: Mutex<Option<(Terms, Instant)>>,
}

/// What the deployment says where nobody set anything: `SMS_BILLING_DEFAULT_FREQUENCY`, `…_CURRENCY`,
/// `SMS_BILLING_AUTO_PROCESS` and `SMS_BILLING_NOTIFICATION_ENABLED`.
///
/// # Errors
/// When one is missing or wrong.
pub fn defaults() -> Result<Defaults, SettingError> {
    Ok(Defaults {
        frequency: parsed("SMS_BILLING_DEFAULT_FREQUENCY")?,
        currency: parsed("SMS_BILLING_DEFAULT_CURRENCY")?,
        auto_processing: parsed("SMS_BILLING_AUTO_PROCESS")?,
        notification_enabled: parsed("SMS_BILLING_NOTIFICATION_ENABLED")?,
    })
}

impl SmsTerms {
    /// The terms that `settings` and, where those say nothing, `defaults` say.
    pub fn new(settings: SmsSettings, defaults: Defaults) -> Self {
        Self { settings, defaults, held: Mutex::new(None) }
    }

    /// What counts, as it was at most a minute ago.
    ///
    /// # Errors
    /// When it has to be read and the store is unavailable, or the item corrupt.
    pub async fn current(&self) -> Result<Terms, StoreError> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match held {
            Some((terms, read_at)) if read_at.elapsed() < HELD => Ok(terms),
            Some(_) | None => self.latest().await,
        }
    }

    /// What counts now.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn latest(&self) -> Result<Terms, StoreError> {
        let global = self.settings.global().await?.unwrap_or_default();
        let terms = Terms { global, defaults: self.defaults };
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((terms.clone(), Instant::now()));
        Ok(terms)
    }
}
