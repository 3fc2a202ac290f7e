//! Does something to one letter of a queue, or to all of them, and then deletes it.

use aws_sdk_sqs::Client;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::letter::Letter;
use super::walk::{WORKING_SECONDS, Walk};

/// Which letters.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Choice {
    /// Only the message with this id
    #[arg(long, value_name = "ID")]
    pub message: Option<String>,
    /// Every message that is there now
    #[arg(long)]
    pub all: bool,
}

/// Why a letter stays where it is.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of a kind with which this cannot be done. The others may do.
    Never(String),
    /// It did not work this time. The others would probably fail, too.
    NotNow(String),
}

/// A letter that stayed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The message's id.
    pub id: String,
    /// Why.
    pub why: String,
}

/// What became of the letters.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Letters with which it was done, and which are deleted.
    pub done: usize,
    /// Letters that stayed.
    pub kept: Vec<Kept>,
    /// Letters that came while this ran, and were left alone.
    pub newer: usize,
    /// Why it ended before all chosen letters were met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

impl Tally {
    /// Whether everything was done that was asked for.
    pub fn is_whole(&self) -> bool {
        self.kept.is_empty() && self.ended.is_none()
    }
}

/// Does it to every chosen letter; deletes a letter only after it was done.
///
/// With `all`, letters that were sent at or after `now` are left alone: what a consumer buries again would be met again.
pub async fn for_each(
    client: &Client,
    url: &str,
    choice: &Choice,
    now: Timestamp,
    act: impl AsyncFn(&Letter) -> Result<(), Refusal>,
) -> Tally {
    let (mut walk, mut tally) = (Walk::begin(client, url, WORKING_SECONDS), Tally::default());
    let mut is_over = false;
    while !is_over {
        let letters = match walk.next().await {
            Ok(letters) if letters.is_empty() => break,
            Ok(letters) => letters,
            Err(error) => {
                tally.ended = Some(format!("{error:#}"));
                break;
            }
        };
        for letter in letters {
            if is_over || !is_chosen(choice, &letter, now, &mut tally) {
                walk.hold(&letter);
                continue;
            }
            is_over = one(&mut walk, &letter, &mut tally, &act).await || choice.message.is_some();
        }
    }
    if let (Some(id), 0, true, None) = (&choice.message, tally.done, tally.kept.is_empty(), &tally.ended) {
        tally.ended = Some(format!("{id} was not found: {UNSEEN}"));
    }
    let stuck = walk.end().await;
    if stuck > 0 {
        eprintln!(
            "ops: {stuck} messages could not be put back at once; they come back within {WORKING_SECONDS} s"
        );
    }
    tally
}

/// Why a letter may be in a queue and not be met.
pub const UNSEEN: &str = "is it in this queue? somebody may be looking at it at this moment, \
                          and of a FIFO queue only the first ten of a group can be seen";

fn is_chosen(choice: &Choice, letter: &Letter, now: Timestamp, tally: &mut Tally) -> bool {
    if let Some(id) = &choice.message {
        return *id == letter.id;
    }
    let is_newer = letter.sent_at.is_some_and(|sent_at| sent_at >= now);
    tally.newer = tally.newer.saturating_add(usize::from(is_newer));
    !is_newer
}

/// Says whether to stop.
async fn one(
    walk: &mut Walk<'_>,
    letter: &Letter,
    tally: &mut Tally,
    act: &impl AsyncFn(&Letter) -> Result<(), Refusal>,
) -> bool {
    let (why, stops) = match act(letter).await {
        Ok(()) => match walk.delete(letter).await {
            Ok(()) => {
                tally.done = tally.done.saturating_add(1);
                return false;
            }
            Err(error) => (format!("it was done, but {error:#}: it may be met again"), true),
        },
        Err(Refusal::Never(why)) => (why, false),
        Err(Refusal::NotNow(why)) => (why, true),
    };
    walk.hold(letter);
    tally.kept.push(Kept { id: letter.id.clone(), why: why.clone() });
    if stops {
        tally.ended = Some(why);
    }
    stops
}
