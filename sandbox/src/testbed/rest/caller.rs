//! Who repeats a command until it is done.

use super::answer::Answer;
use crate::testbed::wire::Wire;
use crate::testbed::wire::failure::{Cut, Failure};

/// Which time it is that a command is given.
#[derive(Debug, Clone, Copy)]
pub enum Turn<'a> {
    /// The first.
    First,
    /// The one after the function died: it is for a new process.
    AfterCrash,
    /// One more, as if the caller had waited as long as that answer told.
    Repeat(&'a Answer),
}

/// The caller of a command.
#[derive(Debug)]
pub struct Caller<'a> {
    /// What the function's outside calls run through.
    pub wire: Wire,
    /// How often the caller repeats before it gives up.
    pub repeats: usize,
    /// What is tried, for who reads that it went wrong.
    pub case: &'a str,
}

impl Caller<'_> {
    /// Gives a command, one of whose outside calls fails, until it is done. Repeats only after a crash, and what is
    /// answered as `retryable`. Answers the last answer.
    pub async fn outlasts(
        &self,
        failure: Failure,
        is_done: impl Fn(&Answer) -> bool,
        mut give: impl AsyncFnMut(Turn<'_>) -> Answer,
    ) -> Answer {
        let case = self.case;
        self.wire.fail(failure);
        let mut answer = give(Turn::First).await;
        if failure.cut == Cut::Crash {
            assert!(self.wire.revive(), "{case}");
            answer = give(Turn::AfterCrash).await;
        }
        for _ in 0..self.repeats {
            if is_done(&answer) {
                break;
            }
            assert_eq!(answer.body["retryable"], true, "{case}: {}", answer.body);
            answer = give(Turn::Repeat(&answer)).await;
        }
        assert!(is_done(&answer), "{case}: {}", answer.body);
        answer
    }
}
