//! What a check found.

use serde::Serialize;

/// One finding, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it is.
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What to do; none when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Somebody should look, but it works.
    Warning,
    /// It does not work.
    Failed,
}

impl Finding {
    /// All is well.
    pub fn ok(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), level: Level::Ok, found: found.into(), fix: None }
    }

    /// It works, but somebody should look.
    pub fn warning(check: impl Into<String>, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check: check.into(), level: Level::Warning, found: found.into(), fix: Some(fix.into()) }
    }

    /// It does not work.
    pub fn failed(check: impl Into<String>, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check: check.into(), level: Level::Failed, found: found.into(), fix: Some(fix.into()) }
    }
}
