//! A file of customers or workers: every line is looked at before anything is written.

use std::collections::HashMap;

use anyhow::{Context, bail};
use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
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
    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(csv);
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
                mistakes.push(unreadable(csv, &error));
                continue;
            }
        };
        let line = line(csv, record.position());
        if let Some(heading) = broken(&record, &headings) {
            mistakes.push(format!("line {line}, {heading}: it has a line break; is a quote open?"));
            continue;
        }
        let field = |column| record.get(column).unwrap_or_default().trim();
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

/// The heading of a field that goes on in the next line. A quote that is never closed takes all lines after it along,
/// also in a column that is passed over.
fn broken<'a>(record: &StringRecord, headings: &'a StringRecord) -> Option<&'a str> {
    let breaks = record.iter().position(|field| field.contains(['\n', '\r']))?;
    headings.get(breaks)
}

/// Which line a record is on. The reader begins it where the one before ended: amid the line end of other programs'
/// files, and before lines with nothing in them.
fn line(csv: &[u8], position: Option<&Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = csv.get(start..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| b"\r\n".contains(byte)).filter(|byte| **byte == b'\n');
    position.line() + ends.map(|_| 1).sum::<u64>()
}

/// A line that is no line of this file.
fn unreadable(csv: &[u8], error: &csv::Error) -> String {
    let line = line(csv, error.position());
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
