//! What the bot is told by its environment.

use jiff::SignedDuration;
use shared::domain::zone::Zone;
use shared::lambda::settings::{SettingError, optional, parsed, required};
use shared::providers::isp_api::IspRoutes;

/// Longest time that a dialogue waits for an answer: a day, as long as an update can be late.
const MAX_DIALOGUE_MINUTES: i64 = 24 * 60;

/// How the bot behaves.
#[derive(Debug, Clone)]
pub struct BotSettings {
    /// `TELEGRAM_BOT_USERNAME`, without `@`. Empty where commands need not name the bot.
    pub username: String,
    /// How long a dialogue waits for an answer: `DIALOGUE_MINUTES`.
    pub patience: SignedDuration,
    /// Who writes: `COMPANY_NAME`.
    pub company_name: String,
    /// What clocks in messages show: `DEFAULT_TIME_ZONE`.
    pub time_zone: Zone,
    /// Whether support tasks can be asked for: `BILLING_ENABLED`, and `BILLING_API_BASE_URL` is not empty.
    pub makes_tasks: bool,
    /// Where Tripay reports: `TRIPAY_CALLBACK_URL`; none for the merchant's default.
    pub callback_url: Option<String>,
    /// Where customers are sent after paying: `TRIPAY_RETURN_URL`.
    pub return_url: Option<String>,
}

impl BotSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or wrong, by name.
    pub fn read() -> Result<Self, SettingError> {
        let minutes: i64 = parsed("DIALOGUE_MINUTES")?;
        if !(1..=MAX_DIALOGUE_MINUTES).contains(&minutes) {
            let reason = format!("it is 1 to {MAX_DIALOGUE_MINUTES}");
            return Err(SettingError::Wrong { name: "DIALOGUE_MINUTES", reason });
        }
        let is_enabled: bool = parsed("BILLING_ENABLED")?;
        Ok(Self {
            username: optional("TELEGRAM_BOT_USERNAME").unwrap_or_default(),
            patience: SignedDuration::from_mins(minutes),
            company_name: required("COMPANY_NAME")?,
            time_zone: parsed("DEFAULT_TIME_ZONE")?,
            makes_tasks: is_enabled && optional("BILLING_API_BASE_URL").is_some(),
            callback_url: optional("TRIPAY_CALLBACK_URL"),
            return_url: optional("TRIPAY_RETURN_URL"),
        })
    }
}

/// Where the internet provider's API is, and what it is asked; none where the directory is used instead.
///
/// # Errors
/// When a setting is missing, by name.
pub fn isp_routes() -> Result<Option<(String, IspRoutes)>, SettingError> {
    let Some(base_url) = optional("ISP_API_BASE_URL") else { return Ok(None) };
    let routes = IspRoutes {
        login_path: required("ISP_LOGIN_PATH")?,
        search_path: required("ISP_SEARCH_PATH")?,
        search_parameter: required("ISP_SEARCH_PARAMETER")?,
        workers_path: optional("ISP_WORKERS_PATH"),
    };
    Ok(Some((base_url, routes)))
}
