//! Plain settings, from environment variables. One that is missing stops the function, by name.

use std::env;
use std::fmt::Display;
use std::str::FromStr;

/// Why a function cannot start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// It is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// It is not what it should be.
    #[error("the environment variable {name} is wrong: {reason}")]
    Wrong {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// A setting that must be there.
///
/// # Errors
/// When it is missing or empty.
pub fn required(name: &'static str) -> Result<String, SettingError> {
    optional(name).ok_or(SettingError::Missing(name))
}

/// A setting that may be missing; an empty one counts as missing.
pub fn optional(name: &'static str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// A setting that must be there and read as `T`.
///
/// # Errors
/// When it is missing or does not read.
pub fn parsed<T: FromStr<Err: Display>>(name: &'static str) -> Result<T, SettingError> {
    read(name, &required(name)?)
}

/// A list, separated by commas; missing means empty.
///
/// # Errors
/// When a member does not read as `T`.
pub fn list<T: FromStr<Err: Display>>(name: &'static str) -> Result<Vec<T>, SettingError> {
    let value = optional(name).unwrap_or_default();
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| read(name, part)).collect()
}

fn read<T: FromStr<Err: Display>>(name: &'static str, value: &str) -> Result<T, SettingError> {
    value.parse().map_err(|error: T::Err| SettingError::Wrong { name, reason: error.to_string() })
}
