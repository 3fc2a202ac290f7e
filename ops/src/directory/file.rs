//! A file of customers or workers: every line is looked at before anything is written.

use std::collections::HashMap;

use anyhow::bail;
use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};

use crate::csv_rows::{CsvRows, Mistakes};

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
    let mut mistakes = Mistakes::default();
    let rows = CsvRows::read(csv, &[key, "name"], &mut mistakes)?;
    let mut entries = Vec::new();
    let mut lines: HashMap<&str, u64> = HashMap::new();
    for row in rows.iter() {
        let (id, name) = (row.field(key), row.field("name"));
        match entry(id, name) {
            Err(why) => mistakes.add(row.line, key, &why),
            Ok(_) if name.is_empty() => mistakes.add(row.line, "name", "it is empty"),
            Ok(entry) => match lines.insert(id, row.line) {
                None => entries.push(entry),
                Some(first) => mistakes.add(row.line, key, &format!("{id} is on line {first}, too")),
            },
        }
    }
    mistakes.none()?;
    if entries.is_empty() {
        bail!("the file names nobody: nothing was changed");
    }
    Ok(entries)
}
