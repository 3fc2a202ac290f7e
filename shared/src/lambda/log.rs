//! Logs: JSON, one line per handled event and per provider call.
//!
//! Never in a line: a secret, a token, a full phone number, an address, a body.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

use super::settings::{self, SettingError};

/// Starts logging. `LOG_LEVEL` chooses the least level: `error`, `warn`, `info` (the default);
/// `debug` only in debug builds.
///
/// # Errors
/// When `LOG_LEVEL` is none of them.
pub fn start() -> Result<(), SettingError> {
    let level = match settings::optional("LOG_LEVEL") {
        Some(_) => settings::parsed("LOG_LEVEL")?,
        None => LevelFilter::INFO,
    };
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_span_list(false)
        .with_current_span(true)
        .with_ansi(false);
    registry().with(level).with(lines).init();
    Ok(())
}
