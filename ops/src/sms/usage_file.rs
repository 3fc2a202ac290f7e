//! The file of what was used in the month that is taken over.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use shared::domain::identifier::UserId;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::rhythm::midnight;
use shared::domain::sms::usage::{Sent, UsageEvent, UsageLine};

use super::migration::Month;
use super::user_file::{MigratedUser, optional};
use crate::csv_rows::{CsvRows, Mistakes, Row};

/// Where messages went, where the file does not say.
const UNKNOWN: &str = "Unknown";

/// What somebody used.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct MigratedUsage {
    /// What counts, in the order of the file.
    pub events: Vec<UsageEvent>,
    /// Messages that were neither sent nor failed yet: they are not taken over.
    pub waiting: u64,
}

/// What was used, by user. A row's number among those of its user names it for ever: the same file again is the same
/// usage.
///
/// # Errors
/// When a heading is missing or a line has a mistake: all are told, by line and column. Who is not among the `users` is
/// one, and so is another month.
pub fn usage(
    csv: &[u8],
    month: Month,
    users: &[MigratedUser],
) -> anyhow::Result<HashMap<UserId, MigratedUsage>> {
    let mut mistakes = Mistakes::default();
    let rows = CsvRows::read(csv, &["userId", "sentAt", "rate", "status"], &mut mistakes)?;
    let known: HashSet<&str> = users.iter().map(|user| user.id.as_str()).collect();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    let mut usage: HashMap<UserId, MigratedUsage> = HashMap::new();
    for row in rows.iter() {
        let user = row.field("userId");
        if !known.contains(user) {
            mistakes.add(row.line, "userId", &format!("{user} is not in the file of users"));
            continue;
        }
        let count = counts.entry(user).or_default();
        *count += 1;
        let (Some(read), Ok(user)) = (used(row, month, *count, &mut mistakes), user.parse()) else {
            continue;
        };
        let of_user = usage.entry(user).or_default();
        match read {
            Used::Counts(event) => of_user.events.push(event),
            Used::Waits(messages) => of_user.waiting = of_user.waiting.saturating_add(messages),
        }
    }
    mistakes.none()?;
    Ok(usage)
}

enum Used {
    Counts(UsageEvent),
    Waits(u64),
}

fn used(row: Row<'_>, month: Month, count: u64, mistakes: &mut Mistakes) -> Option<Used> {
    let mut wrong = |heading, why: &str| mistakes.add(row.line, heading, why);
    let messages = optional::<u64>(row.field("messages")).ok().map(|messages| messages.unwrap_or(1));
    let messages = messages.filter(|messages| *messages > 0);
    if messages.is_none() {
        wrong("messages", "it is how many, at least one");
    }
    let at = instant(row.field("sentAt")).filter(|at| month.has(*at));
    if at.is_none() {
        wrong(
            "sentAt",
            &format!("it is an instant like {0}-21T10:00:00Z or a day like {0}-21", month.text()),
        );
    }
    let sent = match row.field("status").to_ascii_lowercase().as_str() {
        "sent" | "delivered" => Some(line(row, messages?, &mut wrong)?),
        "failed" | "undelivered" => Some(Sent::Failed(messages?)),
        "" => {
            wrong("status", "it is empty: sent, delivered, failed, undelivered");
            return None;
        }
        _ => None,
    };
    let (Some(sent), Some(at)) = (sent, at) else { return at.and(messages).map(Used::Waits) };
    let id = format!("migrated-{}-{count}", month.text()).parse().ok()?;
    Some(Used::Counts(UsageEvent { id, at, sent }))
}

/// Messages of one row at its own price: nothing is priced anew.
fn line(row: Row<'_>, messages: u64, wrong: &mut impl FnMut(&'static str, &str)) -> Option<Sent> {
    let rate = row.field("rate").parse::<Micros>().map_err(|error| wrong("rate", &error.to_string())).ok();
    let segments = optional(row.field("segments")).map_err(|why| wrong("segments", &why)).ok();
    let prefix = optional(row.field("prefix")).map_err(|why| wrong("prefix", &why)).ok();
    let country = Some(row.field("country")).filter(|name| !name.is_empty()).unwrap_or(UNKNOWN).parse();
    let country = country.map_err(|_| wrong("country", "it is no name of a country")).ok();
    let cost = rate.and_then(|rate| rate.times(messages).map_err(|_| wrong("rate", "that is too much")).ok());
    Some(Sent::Messages(UsageLine {
        country: country?,
        prefix: prefix?,
        rate: rate?,
        messages,
        segments: segments?.unwrap_or(messages),
        cost: cost?,
    }))
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| midnight(text.parse::<Date>().ok()?))
}
