//! How many messages a bot may send: off until control sets it. Telegram publishes no exact rule, so this is a
//! strict one, of sliding windows with no bursts. Calls that were refused do not count.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;

/// The limits; `null` is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Limits {
    /// Messages to one chat within any second.
    #[serde(default)]
    pub(crate) per_chat_per_second: Option<usize>,
    /// Messages to one group within any minute.
    #[serde(default)]
    pub(crate) per_group_per_minute: Option<usize>,
    /// Messages in all within any second.
    #[serde(default)]
    pub(crate) per_second: Option<usize>,
}

/// The messages of the last minute: when, and to which chat.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<(i64, i64)>);

impl Pace {
    /// How many seconds to wait before a message may go there; `None`: it may go now.
    pub(super) fn wait_seconds(
        &self,
        limits: &Limits,
        chat: i64,
        is_group: bool,
        now_ms: i64,
    ) -> Option<u64> {
        let to_chat = |sent: &&(i64, i64)| sent.1 == chat;
        let waits = [
            limits
                .per_chat_per_second
                .and_then(|most| wait_ms(self.0.iter().filter(to_chat), most, SECOND_MS, now_ms)),
            limits
                .per_group_per_minute
                .filter(|_most| is_group)
                .and_then(|most| wait_ms(self.0.iter().filter(to_chat), most, MINUTE_MS, now_ms)),
            limits.per_second.and_then(|most| wait_ms(self.0.iter(), most, SECOND_MS, now_ms)),
        ];
        // Whole seconds, and at least one.
        let longest_ms = waits.into_iter().flatten().max()?;
        u64::try_from((longest_ms + SECOND_MS - 1) / SECOND_MS).ok()
    }

    pub(super) fn count(&mut self, chat: i64, now_ms: i64) {
        while self.0.front().is_some_and(|(at_ms, _)| now_ms - at_ms >= MINUTE_MS) {
            self.0.pop_front();
        }
        self.0.push_back((now_ms, chat));
    }
}

/// Until when a window of so many is full.
fn wait_ms<'a>(
    sent: impl DoubleEndedIterator<Item = &'a (i64, i64)>,
    most: usize,
    window_ms: i64,
    now_ms: i64,
) -> Option<i64> {
    if most == 0 {
        return Some(window_ms);
    }
    // The window has room again when the last but `most` leaves it.
    let (at_ms, _) = sent.rev().nth(most - 1)?;
    Some(at_ms + window_ms - now_ms).filter(|wait_ms| *wait_ms > 0)
}

#[cfg(test)]
mod tests {
    use super::{Limits, Pace};

    const REAL: Limits =
        Limits { per_chat_per_second: Some(1), per_group_per_minute: Some(20), per_second: Some(30) };

    #[test]
    fn each_window_is_counted_for_itself() {
        let mut pace = Pace::default();
        assert_eq!(
            pace.wait_seconds(&Limits { per_second: Some(0), ..Limits::default() }, 1, false, 0),
            Some(1)
        );
        pace.count(1, 1_000);
        assert_eq!(pace.wait_seconds(&REAL, 1, false, 1_999), Some(1));
        assert_eq!(pace.wait_seconds(&REAL, 1, false, 2_000), None);
        assert_eq!(pace.wait_seconds(&REAL, 2, false, 1_000), None);
        for chat in 2..31 {
            pace.count(chat, 1_500);
        }
        assert_eq!(pace.wait_seconds(&REAL, 99, false, 1_900), Some(1));
        assert_eq!(pace.wait_seconds(&REAL, 99, false, 2_000), None);
        assert_eq!(pace.wait_seconds(&Limits::default(), 1, true, 1_500), None);
    }

    #[test]
    fn a_group_waits_for_its_minute() {
        let mut pace = Pace::default();
        for place in 0..20 {
            assert_eq!(pace.wait_seconds(&REAL, -5, true, place * 2_000), None);
            pace.count(-5, place * 2_000);
        }
        assert_eq!(pace.wait_seconds(&REAL, -5, true, 40_000), Some(20));
        assert_eq!(pace.wait_seconds(&REAL, -5, false, 40_000), None);
        assert_eq!(pace.wait_seconds(&REAL, -5, true, 60_000), None);
        pace.count(-5, 60_000);
        assert_eq!(pace.wait_seconds(&REAL, -5, true, 61_001), Some(1));
    }
}
