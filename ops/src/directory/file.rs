//! A file of customers or workers: every line is looked at before anything is written.

use std::collections::HashMap;

use anyhow::{Context, bail};
use csv::{ErrorKind, Position, ReaderBuilder, Trim};
use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};

/// Mistakes that are told at once.
const MOST_TOLD: usize = 20;
/// What some programs begin a file in UTF-8 with.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The customers of a file: columns `username` and `name`, others are passed over.
///
/// # Errors
/// When a heading is missing, there is no customer, or a line has a mistake: all are told, by line and column.
pub fn customers(csv: &[u8]) -> anyhow::Result<Vec<Subscriber>> {
    read(csv, "username", |username, name| {
        let username = username.parse().map_err(|error| format!("{error}"))?;
        Ok(Subscriber::new(username, name))
    })
}

/// The workers of a file: columns `id` and `name`, others are passed over.
///
/// # Errors
/// When a heading is missing, there is no worker, or a line has a mistake: all are told, by line and column.
pub fn workers(csv: &[u8]) -> anyhow::Result<Vec<Worker>> {
    read(csv, "id", |id, name| {
        let number = id.parse::<u32>().ok().filter(|number| *number > 0 && number.to_string() == id);
        let number = number.ok_or_else(|| "it is a worker's number in the panel, such as 13".to_owned())?;
        Ok(Worker::new(WorkerId(number), name))
    })
}

/// The entries of a file whose `key` is in no two lines. `entry` says what is wrong with a key.
fn read<T>(csv: &[u8], key: &str, entry: impl Fn(&str, &str) -> Result<T, String>) -> anyhow::Result<Vec<T>> {
    let csv = csv.strip_prefix(MARK).unwrap_or(csv);
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(csv);
    let headings = reader.headers().context("the line of headings cannot be read")?.clone();
    let column = |wanted: &str| {
        let found = headings.iter().position(|heading| heading.eq_ignore_ascii_case(wanted));
        found.with_context(|| format!("there is no heading `{wanted}`: the first line is like `{key},name`"))
    };
    let (key_column, name_column) = (column(key)?, column("name")?);
    let (mut entries, mut mistakes) = (Vec::new(), Vec::new());
    let mut lines: HashMap<String, u64> = HashMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                mistakes.push(unreadable(&error));
                continue;
            }
        };
        let line = record.position().map_or(0, Position::line);
        let field = |column| record.get(column).unwrap_or_default();
        let (id, name) = (field(key_column), field(name_column));
        match entry(id, name) {
            Err(why) => mistakes.push(format!("line {line}, {key}: {why}")),
            Ok(_) if name.is_empty() => mistakes.push(format!("line {line}, name: it is empty")),
            Ok(entry) => match lines.insert(id.to_owned(), line) {
                None => entries.push(entry),
                Some(first) => mistakes.push(format!("line {line}, {key}: {id} is on line {first}, too")),
            },
        }
    }
    if !mistakes.is_empty() {
        bail!(told(&mistakes));
    }
    if entries.is_empty() {
        bail!("the file names nobody: nothing was changed");
    }
    Ok(entries)
}

/// A line that is no line of this file.
fn unreadable(error: &csv::Error) -> String {
    let line = error.position().map_or(0, Position::line);
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("line {line}: it has {len} fields, the headings are {expected_len}")
        }
        ErrorKind::Utf8 { .. } => format!("line {line}: it is not in UTF-8"),
        _ => format!("line {line}: {error}"),
    }
}

fn told(mistakes: &[String]) -> String {
    let mut told = format!("nothing was changed: {} mistakes in the file", mistakes.len());
    for mistake in mistakes.iter().take(MOST_TOLD) {
        told.push_str("\n  ");
        told.push_str(mistake);
    }
    if mistakes.len() > MOST_TOLD {
        told.push_str("\n  …");
    }
    told
}
