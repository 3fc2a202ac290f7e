//! The file of users that are taken over.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use anyhow::bail;
use shared::domain::identifier::UserId;
use shared::domain::money::Currency;
use shared::domain::sms::switch_account::SwitchAccount;

use crate::csv_rows::{CsvRows, Mistakes, Row};

/// Somebody who used SMS elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigratedUser {
    /// Who.
    pub id: UserId,
    /// Who is charged at the switch, if that is known.
    pub switch_account: Option<SwitchAccount>,
    /// What their usage is counted in, where it is not what counts for everybody.
    pub currency: Option<Currency>,
    /// Messages of the last 30 days, if the file says.
    pub messages: Option<u64>,
    /// Whether they are billed: not who is inactive, and no admin.
    pub is_billed: bool,
}

/// The users of a file. Only `userId` is needed; columns of other names are passed over.
///
/// # Errors
/// When the heading is missing, there is nobody, or a line has a mistake: all are told, by line and column.
pub fn users(csv: &[u8]) -> anyhow::Result<Vec<MigratedUser>> {
    let mut mistakes = Mistakes::default();
    let rows = CsvRows::read(csv, &["userId"], &mut mistakes)?;
    let mut lines: HashMap<UserId, u64> = HashMap::new();
    let mut users = Vec::new();
    for row in rows.iter() {
        let Some(user) = user(row, &mut mistakes) else { continue };
        match lines.insert(user.id.clone(), row.line) {
            None => users.push(user),
            Some(first) => mistakes.add(row.line, "userId", &format!("{} is on line {first}, too", user.id)),
        }
    }
    mistakes.none()?;
    if users.is_empty() {
        bail!("the file names nobody: nothing was changed");
    }
    Ok(users)
}

fn user(row: Row<'_>, mistakes: &mut Mistakes) -> Option<MigratedUser> {
    let mut wrong = |heading, why: String| mistakes.add(row.line, heading, &why);
    let id = row.field("userId").parse::<UserId>().map_err(|error| wrong("userId", error.to_string()));
    let account = optional(row.field("sippyAccountId")).map_err(|why| wrong("sippyAccountId", why));
    let currency = optional(row.field("currency")).map_err(|why| wrong("currency", why));
    let messages = optional(row.field("messages")).map_err(|why| wrong("messages", why));
    let active = optional(row.field("active")).map_err(|why| wrong("active", why));
    let is_admin = row.field("role").eq_ignore_ascii_case("admin");
    Some(MigratedUser {
        id: id.ok()?,
        switch_account: account.ok()?,
        currency: currency.ok()?,
        messages: messages.ok()?,
        is_billed: active.ok()?.unwrap_or(true) && !is_admin,
    })
}

/// What stands in a field; nothing in an empty one.
pub fn optional<T: FromStr>(text: &str) -> Result<Option<T>, String>
where
    T::Err: Display,
{
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<T>().map(Some).map_err(|error| error.to_string())
}
