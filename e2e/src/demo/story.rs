//! How the demo tells a person what happens.

use std::time::Instant;

use serde_json::Value;

/// Steps that are shown.
const STEPS: usize = 23;

/// Tells a person what happens, and how long it took.
pub struct Story {
    step: usize,
    began: Instant,
    step_began: Instant,
}

impl Story {
    /// Begins now.
    pub fn begin() -> Self {
        Self { step: 0, began: Instant::now(), step_began: Instant::now() }
    }

    /// What comes is not the time of the step after it.
    pub fn catch_breath(&mut self) {
        self.step_began = Instant::now();
    }

    /// Since the beginning, in milliseconds.
    pub fn took_ms(&self) -> u128 {
        self.began.elapsed().as_millis()
    }

    /// A step is done: what happened, and what was seen of it.
    pub fn done(&mut self, what: &str, facts: &[String]) {
        self.step += 1;
        let took = self.step_began.elapsed().as_millis();
        println!("{}/{STEPS}  {what}  ({took} ms)", self.step);
        for fact in facts {
            println!("       {fact}");
        }
        self.step_began = Instant::now();
    }
}

/// A message's lines, set off from what is said about it.
pub fn quoted(message: &Value) -> impl Iterator<Item = String> {
    message
        .as_str()
        .unwrap_or_default()
        .trim_end()
        .lines()
        .map(|line| format!("| {line}").trim_end().to_owned())
}

/// A text of a document for a person.
pub fn word(document: &Value, field: &str) -> String {
    document[field].as_str().unwrap_or("-").to_owned()
}

/// An amount as people in Indonesia write it.
pub fn rupiah(amount: &Value) -> String {
    let digits = amount.as_i64().map_or_else(|| "-".to_owned(), |amount| amount.to_string());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    format!("Rp {text}")
}
