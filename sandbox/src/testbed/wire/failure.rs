//! One outside call that goes wrong, at every place and in every way.

use std::fmt;

use super::Wire;

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The other side acts, and its answer is lost.
    Answer,
    /// The other side sees nothing.
    Request,
    /// The other side acts, and the function dies.
    Crash,
}

/// A cut, and the place of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Among all calls since the last reset, from 1.
    pub place: usize,
    /// What happens at it.
    pub cut: Cut,
}

impl Failure {
    /// Each failure of so many calls.
    pub fn each_of(calls: usize) -> impl Iterator<Item = Self> {
        let cuts = |place| [Cut::Answer, Cut::Request, Cut::Crash].map(|cut| Self { place, cut });
        (1..=calls).flat_map(cuts)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} of call {}", self.cut, self.place)
    }
}

impl Wire {
    /// Lets that call fail.
    pub fn fail(&self, failure: Failure) {
        match failure.cut {
            Cut::Answer => self.drop_answer_of(failure.place),
            Cut::Request => self.drop_request(failure.place),
            Cut::Crash => self.crash_at(failure.place),
        }
    }
}
