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

/// For people: each finding, and how many of them are bad.
pub fn print(stack: &str, findings: &[Finding]) {
    println!("\n{stack}\n");
    for finding in findings {
        let level = match finding.level {
            Level::Ok => "ok     ",
            Level::Warning => "warning",
            Level::Failed => "FAILED ",
        };
        println!("  {level}  {:<34} {}", finding.check, finding.found);
        for line in finding.fix.iter().flat_map(|fix| fix.lines()) {
            println!("           -> {line}");
        }
    }
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (failed, warnings) = (count(Level::Failed), count(Level::Warning));
    println!("\n{} checks, {failed} failed, {warnings} warnings\n", findings.len());
}
