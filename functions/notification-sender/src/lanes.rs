//! The pace at which chats are written to.
//!
//! Telegram wants at most one message a second in a chat and twenty a minute in a group. The queue gives
//! the messages to one person to one invocation at a time. So it is enough that an invocation writes to a
//! chat in turns, and ends no earlier than a turn after its last message; with two invocations at once, of
//! ten messages each, there are at most twenty a second in all, of the thirty that Telegram allows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Between two messages to one person: a message a second.
const PERSON: Duration = Duration::from_secs(1);
/// Between two messages to a group: twenty a minute.
const GROUP: Duration = Duration::from_secs(3);

/// The chats that one invocation writes to.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: Mutex<HashMap<i64, Arc<Turn<Lane>>>>,
}

/// One chat.
#[derive(Debug, Default)]
pub struct Lane {
    /// Set once Telegram asked to leave the chat alone: how long.
    pub limited: Option<Duration>,
}

/// The right to write to a chat now.
#[derive(Debug)]
pub struct Pass {
    lane: OwnedMutexGuard<Lane>,
    interval: Duration,
}

impl Lanes {
    /// Waits for the chat's turn. Who waits is served in the order of asking.
    pub async fn enter(&self, chat: i64) -> Pass {
        let lane = {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lanes.entry(chat).or_default())
        };
        // Chats of groups have negative ids.
        let interval = if chat < 0 { GROUP } else { PERSON };
        Pass { lane: lane.lock_owned().await, interval }
    }
}

impl Pass {
    /// How long the chat is to be left alone, if Telegram asked for that during this invocation.
    pub fn limited(&self) -> Option<Duration> {
        self.lane.limited
    }

    /// Keeps that Telegram wants the chat left alone.
    pub fn limit(&mut self, after: Duration) {
        self.lane.limited = Some(after);
    }

    /// Leaves after something was sent: the next turn comes when the chat may be written to again.
    pub async fn leave(self) {
        tokio::time::sleep(self.interval).await;
    }
}
