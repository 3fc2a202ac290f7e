//! The updates on their way to the webhook: who waits for whom, and when an attempt is due.
//!
//! Updates stand in lanes; the next of a lane goes out only after the one before was taken or dropped. A chat's
//! messages, a person's presses and a chat's membership are lanes of their own. After a failure an update waits as
//! Telegram's own server lets it wait, sped up by [`Settings::retry_second_ms`], until its time is over.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::replies::Reply;

/// The oldest updates that are done with are forgotten beyond this many.
const MOST_KEPT: usize = 2_000;
const SECOND_MS: i64 = 1_000;
/// The longest wait between two attempts, in seconds; Telegram takes a random one from 60 to 120.
const LONGEST_STEP: i64 = 60;
/// The longest wait that a bot may ask for, in seconds.
const LONGEST_ASKED: i64 = 3_600;

static NUMBERED: AtomicU64 = AtomicU64::new(1);

/// How updates are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// What a second of a wait between attempts takes here, in milliseconds: 1000 is Telegram's own pace.
    pub(crate) retry_second_ms: i64,
    /// How long the webhook may take to answer, in milliseconds.
    pub(crate) answer_timeout_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retry_second_ms: 100, answer_timeout_ms: 60_000 }
    }
}

/// What goes out one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// The messages of a chat.
    Messages(i64),
    /// What a person presses.
    Presses(i64),
    /// Who comes to a chat and leaves it.
    Membership(i64),
    /// An update that waits for nobody.
    Alone(u64),
}

/// What an update is to say; it has no id yet.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The field of the update that holds it, like `message`.
    pub(crate) kind: &'static str,
    pub(crate) content: Value,
    pub(crate) chat: i64,
    pub(crate) lane: Lane,
    /// How long it is worth delivering, in seconds.
    pub(crate) life_seconds: i64,
}

/// An update with its id, as it is delivered.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) chat: Option<i64>,
    lane: Option<Lane>,
    life_seconds: i64,
}

impl Written {
    /// An update of a test's own, whose time is over after a day.
    pub(crate) fn raw(id: i64, kind: String, body: String, chat: Option<i64>) -> Self {
        Self { id, kind, body, chat, lane: None, life_seconds: 24 * 60 * 60 }
    }
}

/// One delivery.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    pub(crate) at: String,
    /// The webhook's status; `null` where it did not answer.
    pub(crate) status: Option<u16>,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    pub(crate) ms: u128,
    /// What the bot said in its response.
    pub(crate) reply: Option<Reply>,
}

impl Attempt {
    fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    fn words(&self) -> String {
        match (self.status, &self.error) {
            (Some(status), _) => format!("Wrong response from the webhook: {status}"),
            (None, error) => error.clone().unwrap_or_default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting { due_at_ms: i64 },
    OnItsWay,
    Delivered,
    Dropped(&'static str),
}

/// An update and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    /// Its place among all that were ever queued: a test may deliver an `update_id` twice.
    pub(crate) number: u64,
    pub(crate) written: Written,
    lane: Lane,
    expires_at_ms: i64,
    state: State,
    pub(crate) attempts: Vec<Attempt>,
}

impl Update {
    pub(super) fn lane(&self) -> Lane {
        self.lane
    }

    fn is_done(&self) -> bool {
        matches!(self.state, State::Delivered | State::Dropped(_))
    }

    /// The update as the control API shows it.
    pub(crate) fn shown(&self) -> Value {
        let (state, reason) = match self.state {
            State::Waiting { .. } => ("waiting", None),
            State::OnItsWay => ("on_its_way", None),
            State::Delivered => ("delivered", None),
            State::Dropped(reason) => ("dropped", Some(reason)),
        };
        let body: Value = serde_json::from_str(&self.written.body).unwrap_or_default();
        json!({ "updateId": self.written.id, "kind": self.written.kind, "chatId": self.written.chat,
            "state": state, "reason": reason, "update": body, "attempts": self.attempts })
    }
}

/// All of them, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Updates {
    kept: VecDeque<Update>,
    pub(crate) settings: Settings,
    written: i64,
    /// When the webhook failed last, in unix seconds, and how.
    last_error: Option<(i64, String)>,
    /// Told of every end of an attempt.
    news: watch::Sender<u64>,
}

impl Updates {
    /// Gives a draft its id.
    pub(crate) fn write(&mut self, draft: &Draft) -> Written {
        let id = self.next_id();
        let mut body = json!({ "update_id": id });
        body[draft.kind] = draft.content.clone();
        Written {
            id,
            kind: draft.kind.to_owned(),
            body: body.to_string(),
            chat: Some(draft.chat),
            lane: Some(draft.lane),
            life_seconds: draft.life_seconds,
        }
    }

    /// An id above every other, also above those from before a reset or a restart: who keeps the last one would take
    /// lower ones for late. The real ones go on by themselves.
    pub(crate) fn next_id(&mut self) -> i64 {
        self.written = (self.written + 1).max(Timestamp::now().as_second());
        self.written
    }

    /// Puts an update at the end of its lane; answers its number.
    pub(crate) fn queue(&mut self, written: Written, now_ms: i64) -> u64 {
        // Not from 1 after a reset: an attempt that outlives one must not end in another's place.
        let number = NUMBERED.fetch_add(1, Ordering::Relaxed);
        let expires_at_ms = now_ms.saturating_add(written.life_seconds * SECOND_MS);
        let lane = written.lane.unwrap_or(Lane::Alone(number));
        let state = State::Waiting { due_at_ms: now_ms };
        self.kept.push_back(Update { number, written, lane, expires_at_ms, state, attempts: Vec::new() });
        if self.kept.len() > MOST_KEPT && self.kept.front().is_some_and(Update::is_done) {
            self.kept.pop_front();
        }
        number
    }

    /// The update that is to go out now, marked as on its way: the first of the lane, if it is due.
    pub(super) fn take_due(&mut self, lane: Lane, now_ms: i64) -> Option<(u64, Written)> {
        loop {
            let first = self.kept.iter_mut().find(|update| update.lane == lane && !update.is_done())?;
            match first.state {
                State::Waiting { .. } if first.expires_at_ms <= now_ms => {
                    first.state = State::Dropped("its time was over");
                    self.news.send_modify(|ended| *ended = ended.wrapping_add(1));
                }
                State::Waiting { due_at_ms } if due_at_ms <= now_ms => {
                    first.state = State::OnItsWay;
                    return Some((first.number, first.written.clone()));
                }
                _ => return None,
            }
        }
    }

    /// Writes down how an attempt ended. `retry_after` is what the webhook asked for, in seconds.
    pub(super) fn settle(&mut self, number: u64, attempt: Attempt, retry_after: Option<i64>, now_ms: i64) {
        let pace_ms = self.settings.retry_second_ms;
        if let Some(update) = self.kept.iter_mut().find(|update| update.number == number) {
            let is_taken = attempt.is_taken();
            if !is_taken {
                self.last_error = Some((now_ms / SECOND_MS, attempt.words()));
            }
            update.attempts.push(attempt);
            let asked = retry_after.map(|seconds| seconds.clamp(0, LONGEST_ASKED));
            let seconds = asked.unwrap_or_else(|| step_seconds(update.attempts.len()));
            update.state = match update.state {
                // Dropped by the bot while it was on its way.
                State::Dropped(reason) => State::Dropped(reason),
                _ if is_taken => State::Delivered,
                _ if now_ms.saturating_add(seconds * SECOND_MS) >= update.expires_at_ms => {
                    State::Dropped("its time would be over before the next attempt")
                }
                _ => State::Waiting { due_at_ms: now_ms.saturating_add(seconds.saturating_mul(pace_ms)) },
            };
        }
        self.news.send_modify(|ended| *ended = ended.wrapping_add(1));
    }

    /// Whether an update was tried, or stands behind one that is not due.
    pub(super) fn is_tried_or_on_hold(&self, number: u64, now_ms: i64) -> bool {
        let Some(update) = self.find(number) else { return true };
        let first = self.kept.iter().find(|other| other.lane == update.lane && !other.is_done());
        !update.attempts.is_empty()
            || update.is_done()
            || first.is_some_and(
                |first| matches!(first.state, State::Waiting { due_at_ms } if due_at_ms > now_ms && first.expires_at_ms > now_ms),
            )
    }

    /// Changes with every end of an attempt; ends with a reset.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    pub(crate) fn find(&self, number: u64) -> Option<&Update> {
        self.kept.iter().find(|update| update.number == number)
    }

    /// The lanes in which something is due.
    pub(super) fn due_lanes(&self, now_ms: i64) -> BTreeSet<Lane> {
        let is_due = |update: &&Update| matches!(update.state, State::Waiting { due_at_ms } if due_at_ms <= now_ms || update.expires_at_ms <= now_ms);
        self.kept.iter().filter(is_due).map(|update| update.lane).collect()
    }

    /// How many are not yet taken.
    pub(crate) fn waiting(&self) -> usize {
        self.kept.iter().filter(|update| !update.is_done()).count()
    }

    /// When the webhook failed last, in unix seconds, and how.
    pub(super) fn last_error(&self) -> Option<(i64, &str)> {
        self.last_error.as_ref().map(|(at, words)| (*at, words.as_str()))
    }

    /// Throws away what is not yet taken.
    pub(super) fn drop_waiting(&mut self) {
        for update in self.kept.iter_mut().filter(|update| !update.is_done()) {
            update.state = State::Dropped("the bot dropped what was pending");
        }
    }

    /// Makes everything due that waits.
    pub(super) fn hurry(&mut self, now_ms: i64) {
        for update in &mut self.kept {
            if let State::Waiting { due_at_ms } = &mut update.state {
                *due_at_ms = now_ms.min(*due_at_ms);
            }
        }
    }

    /// Every update that is kept, about one chat or all.
    pub(crate) fn shown(&self, chat: Option<i64>) -> Vec<Value> {
        let wanted = |update: &&Update| chat.is_none() || update.written.chat == chat;
        self.kept.iter().filter(wanted).map(Update::shown).collect()
    }
}

/// How long to wait after so many failures, in seconds: at once, 2, 4, 8, 16, 32, and then the longest.
fn step_seconds(failures: usize) -> i64 {
    match u32::try_from(failures) {
        Ok(0 | 1) => 0,
        Ok(failures @ 2..=6) => 2_i64.pow(failures - 1),
        _ => LONGEST_STEP,
    }
}
