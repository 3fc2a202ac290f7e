//! A file of rows under headings, as programs for tables write it: every line is looked at before anything is done.

use anyhow::{Context, bail};
use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};

/// Mistakes that are told at once.
const MOST_TOLD: usize = 20;
/// What some programs begin a file in UTF-8 with.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The rows of a file that can be read, in order.
#[derive(Debug)]
pub struct CsvRows {
    headings: StringRecord,
    rows: Vec<(u64, StringRecord)>,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The line it is on.
    pub line: u64,
    headings: &'a StringRecord,
    fields: &'a StringRecord,
}

/// What is wrong with a file.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<(u64, String)>);

impl CsvRows {
    /// Reads a file in UTF-8 with a line of headings; lines that are no rows are `mistakes`.
    ///
    /// # Errors
    /// When one of the `needed` headings is missing.
    pub fn read(csv: &[u8], needed: &[&str], mistakes: &mut Mistakes) -> anyhow::Result<Self> {
        let csv = csv.strip_prefix(MARK).unwrap_or(csv);
        let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(csv);
        let headings = reader.headers().context("the line of headings cannot be read")?.clone();
        for heading in needed {
            let is_there = headings.iter().any(|there| there.eq_ignore_ascii_case(heading));
            if !is_there {
                bail!("there is no heading `{heading}`: the first line is like `{}`", needed.join(","));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = line(csv, record.position());
                    match broken(&record, &headings) {
                        None => rows.push((line, record)),
                        Some(heading) => {
                            let why =
                                format!("line {line}, {heading}: it has a line break; is a quote open?");
                            mistakes.0.push((line, why));
                        }
                    }
                }
                Err(error) => mistakes.0.push(unreadable(csv, &error)),
            }
        }
        Ok(Self { headings, rows })
    }

    /// The rows.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { line: *line, headings: &self.headings, fields })
    }
}

impl<'a> Row<'a> {
    /// What stands below a heading, without blanks around it; nothing where there is no such heading.
    pub fn field(&self, heading: &str) -> &'a str {
        let column = self.headings.iter().position(|there| there.eq_ignore_ascii_case(heading));
        column.and_then(|column| self.fields.get(column)).unwrap_or_default().trim()
    }
}

impl Mistakes {
    /// One more, below a heading of a row.
    pub fn add(&mut self, line: u64, heading: &str, why: &str) {
        self.0.push((line, format!("line {line}, {heading}: {why}")));
    }

    /// Whether there are none.
    ///
    /// # Errors
    /// When there are: all are told, in the order of the lines.
    pub fn none(mut self) -> anyhow::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort_by_key(|(line, _)| *line);
        let mut told = format!("nothing was changed: {} mistakes in the file", self.0.len());
        for (_, mistake) in self.0.iter().take(MOST_TOLD) {
            told.push_str("\n  ");
            told.push_str(mistake);
        }
        if self.0.len() > MOST_TOLD {
            told.push_str("\n  …");
        }
        bail!(told)
    }
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
fn unreadable(csv: &[u8], error: &csv::Error) -> (u64, String) {
    let line = line(csv, error.position());
    let why = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("line {line}: it has {len} fields, the headings are {expected_len}")
        }
        ErrorKind::Utf8 { .. } => format!("line {line}: it is not in UTF-8"),
        _ => format!("line {line}: {error}"),
    };
    (line, why)
}
