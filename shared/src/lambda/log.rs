//! Logs: JSON, one line per handled event and per provider call.
//!
//! Never in a line: a secret, a token, a full phone number, an address, a body.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

/// Starts logging. `LOG_LEVEL` chooses the least level: `error`, `warn`, `info` (the default);
/// `debug` only in debug builds.
pub fn start() {
    let level = super::settings::optional("LOG_LEVEL").and_then(|level| level.parse().ok());
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_span_list(false)
        .with_current_span(true)
        .with_ansi(false);
    registry().with(level.unwrap_or(LevelFilter::INFO)).with(lines).init();
}
