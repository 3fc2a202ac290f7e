//! What the letters of a queue are about, and why they are dead.

use anyhow::bail;
use aws_sdk_sqs::Client;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::choice::UNSEEN;
use super::letter::Letter;
use super::redaction::{Summary, mask};
use super::walk::{LOOKING_SECONDS, Walk};
use crate::queue_addresses::DeadLetterQueue;

/// Which letters, and how much of them.
#[derive(Clone, Debug, Args)]
pub struct Sight {
    /// Only the message with this id
    #[arg(long, value_name = "ID", conflicts_with = "limit")]
    pub message: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// The whole body and reason too, credentials and personal data included
    #[arg(long)]
    pub body: bool,
}

/// A letter, as it may be seen.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The message's id, for `retry` and `drop`.
    pub id: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// How often it was received from this queue, looks like this one included.
    pub receive_count: u64,
    /// The group of a FIFO queue, which may be a chat: only with the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Why it is dead, where our own consumer buried it.
    pub reason: Option<String>,
    /// What it is about.
    pub summary: Summary,
    /// The whole of it, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Looks at them, and puts them back at once.
///
/// # Errors
/// When the queue cannot be read, or the message that was asked for is not met.
pub async fn read(client: &Client, queue: &DeadLetterQueue, sight: &Sight) -> anyhow::Result<Vec<Seen>> {
    let mut walk = Walk::begin(client, &queue.url, LOOKING_SECONDS);
    let (mut seen, mut failure) = (Vec::new(), None);
    let most = if sight.message.is_some() { 1 } else { usize::from(sight.limit) };
    while seen.len() < most {
        let letters = match walk.next().await {
            Ok(letters) if letters.is_empty() => break,
            Ok(letters) => letters,
            Err(error) => {
                failure = Some(error);
                break;
            }
        };
        for letter in letters {
            walk.hold(&letter);
            if sight.message.as_ref().is_none_or(|id| *id == letter.id) && seen.len() < most {
                seen.push(see(&letter, sight.body));
            }
        }
    }
    walk.end().await;
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let (Some(id), true) = (&sight.message, seen.is_empty()) {
        bail!("{id} was not found in {}: {UNSEEN}", queue.name);
    }
    Ok(seen)
}

fn see(letter: &Letter, is_whole: bool) -> Seen {
    let reason = |reason: &str| if is_whole { reason.to_owned() } else { mask(reason) };
    Seen {
        id: letter.id.clone(),
        sent_at: letter.sent_at,
        receive_count: letter.receive_count,
        group: letter.group.clone().filter(|_| is_whole),
        reason: letter.reason().map(reason),
        summary: Summary::of(&letter.body),
        body: is_whole.then(|| letter.body.clone()),
    }
}

/// For people.
pub fn words(seen: &[Seen]) -> String {
    if seen.is_empty() {
        return "no message".to_owned();
    }
    let mut lines = Vec::new();
    for letter in seen {
        let sent_at = letter.sent_at.map_or_else(|| "at an unknown time".to_owned(), |at| at.to_string());
        lines.push(format!("{}  {sent_at}  received {} times", letter.id, letter.receive_count));
        let reason = letter.reason.as_deref();
        let reason =
            reason.unwrap_or("none given: SQS moved it after too many tries, or it was put here by hand");
        lines.push(format!("  reason  {reason}"));
        lines.push(format!("  about   {}", letter.summary.words()));
        lines.extend(letter.group.iter().map(|group| format!("  group   {group}")));
        lines.extend(letter.body.iter().map(|body| format!("  body    {body}")));
    }
    lines.join("\n")
}
