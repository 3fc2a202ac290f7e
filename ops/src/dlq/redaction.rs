//! What may be seen of a dead letter without asking for it: which event, which keys; no credentials, no personal data.
//!
//! Only fields on a list are shown, and only when their value looks like an identifier, a number or an instant: a field
//! that a later version adds is withheld until somebody has thought about it.

use serde::Serialize;
use serde_json::{Map, Value};

/// Fields whose values say which thing a letter is about, and nothing about a person.
const SHOWN: [&str; 55] = [
    "version",
    "id",
    "eventId",
    "correlationId",
    "resume",
    "bill",
    "bonus",
    "limitOf",
    "through",
    "run",
    "scheduledAt",
    "occurredAt",
    "type",
    "orderId",
    "orderID",
    "userId",
    "invoice",
    "bonusId",
    "receipt_id",
    "bonus_id",
    "bill_id",
    "user_id",
    "eligible",
    "error_code",
    "event",
    "status",
    "channel",
    "round",
    "amount",
    "amountMinor",
    "amount_minor",
    "currency",
    "reference",
    "at",
    "paidAt",
    "expiresAt",
    "expiredAt",
    "daysLeft",
    "periodStart",
    "periodEnd",
    "taskType",
    "code",
    "retryable",
    "pk",
    "sk",
    "eventType",
    "notificationType",
    "bounceType",
    "MessageId",
    "condition",
    "functionArn",
    "streamArn",
    "shardId",
    "startSequenceNumber",
    "endSequenceNumber",
];
/// Longest value that is shown, in characters.
const LONGEST: usize = 120;
/// Digits that may be somebody's telephone number, if there are at least so many and nothing else.
const TELEPHONE_DIGITS: usize = 7;
/// How deep a document is looked into.
const DEEPEST: usize = 12;

/// A letter's body, with all withheld that may not be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The fields that may be seen, by their place: `notification.notice.event`.
    pub fields: Map<String, Value>,
    /// How many other values there are.
    pub withheld: usize,
    /// Whether it can be read as JSON at all.
    pub is_json: bool,
    /// Its length.
    pub bytes: usize,
}

impl Summary {
    /// Of a letter's body.
    pub fn of(body: &str) -> Self {
        let mut summary = Self { bytes: body.len(), ..Self::default() };
        if let Ok(document) = serde_json::from_str::<Value>(body) {
            summary.is_json = true;
            summary.look_into(&document, &mut Vec::new());
        }
        summary
    }

    /// In one line.
    pub fn words(&self) -> String {
        if !self.is_json {
            return format!("{} bytes that are not JSON", self.bytes);
        }
        let shown = |(place, value): (&String, &Value)| match value {
            Value::String(text) => format!("{place}={text}"),
            other => format!("{place}={other}"),
        };
        let mut words: Vec<String> = self.fields.iter().map(shown).collect();
        if self.withheld > 0 {
            words.push(format!("({} values withheld)", self.withheld));
        }
        words.join(" ")
    }

    fn look_into(&mut self, value: &Value, place: &mut Vec<String>) {
        let mut inner = |name: String, value: &Value, summary: &mut Self| {
            place.push(name);
            if place.len() > DEEPEST {
                summary.withheld = summary.withheld.saturating_add(1);
            } else {
                summary.look_into(value, place);
            }
            place.pop();
        };
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| inner(name.clone(), value, self));
            }
            Value::Array(entries) => {
                entries.iter().enumerate().for_each(|(index, value)| inner(index.to_string(), value, self));
            }
            // SNS carries SES's document as text.
            Value::String(text) if text.starts_with('{') => match serde_json::from_str::<Value>(text) {
                Ok(document) => inner("(text)".to_owned(), &document, self),
                Err(_) => self.withheld = self.withheld.saturating_add(1),
            },
            Value::Null => {}
            plain if may_be_seen(plain, place) => {
                self.fields.insert(place.join("."), plain.clone());
            }
            _ => self.withheld = self.withheld.saturating_add(1),
        }
    }
}

fn may_be_seen(value: &Value, place: &[String]) -> bool {
    // A stream's images carry the type of each value: {"pk":{"S":"INVOICE#…"}}.
    let name = match place {
        [.., name, kind] if matches!(kind.as_str(), "S" | "N") => name,
        [.., name] => name,
        [] => return false,
    };
    if !SHOWN.contains(&name.as_str()) {
        return false;
    }
    match value {
        Value::String(text) => is_plain(text) || name.ends_with("SequenceNumber"),
        Value::Number(_) => name != "id",
        Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_plain(text: &str) -> bool {
    let is_telephone = text.len() >= TELEPHONE_DIGITS
        && text.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@')
        && !is_telephone
        && !text.starts_with('+')
}

/// Words of a reader of JSON before a backtick behind which a name of ours stands, and no value that it has read. A
/// list of names goes on behind a name that was shown.
const BEFORE_NAMES: [&str; 6] =
    ["missing field `", "duplicate field `", "expected `", "one of `", "`, `", "` or `"];

/// A reason, without what it quotes: readers of JSON quote the text they could not read.
pub fn mask(reason: &str) -> String {
    let mut masked = String::with_capacity(reason.len());
    let mut rest = reason;
    while let Some(place) = rest.find(['"', '`']) {
        let (before, quote) = rest.split_at(place);
        let (mark, quoted) = quote.split_at(1);
        masked.push_str(before);
        masked.push_str(mark);
        let (shown, after) = if mark == "`" { between_backticks(&masked, quoted) } else { quotes(quoted) };
        masked.push_str(shown);
        masked.push_str(mark);
        rest = after;
    }
    masked.push_str(rest);
    let words = masked.split(' ').map(|word| if is_private(word) { "…" } else { word });
    words.collect::<Vec<&str>>().join(" ")
}

/// What is shown of a text after its opening quote, and what comes after the closing one.
fn quotes(quoted: &str) -> (&str, &str) {
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => break,
            _ => {}
        }
    }
    ("…", letters.as_str())
}

/// The same after an opening backtick. Nothing is escaped between these: what is withheld goes on as far as it may.
fn between_backticks<'a>(before: &str, quoted: &'a str) -> (&'a str, &'a str) {
    let is_name = |text: &str| {
        text.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    let follows = |words: &&str| before.ends_with(*words) && !before.ends_with(&format!("…{words}"));
    match quoted.split_once('`') {
        Some((name, after)) if is_name(name) && BEFORE_NAMES.iter().any(follows) => (name, after),
        _ => {
            let end = quoted.rfind("`, expected ").or_else(|| quoted.rfind('`'));
            ("…", end.and_then(|end| quoted.get(end.saturating_add(1)..)).unwrap_or_default())
        }
    }
}

fn is_private(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_digits = word.chars().all(|letter| letter.is_ascii_digit() || "+-().,;:`'".contains(letter));
    word.contains('@') || (digits >= TELEPHONE_DIGITS && is_digits)
}
