//! What a failure means for the next try.
//!
//! Every call to a provider is of one of three kinds, and the kind decides (DESIGN: calls to
//! providers). The decision is one table: [`verdict`].

use std::time::Duration;

/// How a provider's operation may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// Carries our idempotency key: the provider acts once, however often it is asked.
    Keyed,
    /// Neither: asked twice, it may act twice.
    Once,
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The provider never saw the request.
    NotReached,
    /// The provider asked for patience; after this long, if it said.
    Limited(Option<Duration>),
    /// The connection ended, or time ran out, before an answer.
    NoAnswer,
    /// The provider answered with a 5xx.
    ServerError,
    /// The provider answered something that cannot be read.
    Unreadable,
    /// The provider said no.
    Refused,
}

/// Whether, and how, to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It is a result: the same request gets the same answer.
    Never,
    /// The same request may be sent again, not before this long.
    Safe {
        /// The provider's own wish, if it told one.
        after: Option<Duration>,
    },
    /// The provider may have acted: ask it before anything is sent again.
    AskFirst,
}

/// An error that knows what it means for the next try.
pub trait Verdict {
    /// Whether, and how, to try again.
    fn retry(&self) -> Retry;
}

/// The table.
pub fn verdict(kind: Kind, failure: Failure) -> Retry {
    match (failure, kind) {
        (Failure::Refused, _) => Retry::Never,
        (Failure::Limited(after), _) => Retry::Safe { after },
        (Failure::NotReached, _) => Retry::Safe { after: None },
        (Failure::NoAnswer | Failure::ServerError | Failure::Unreadable, Kind::Read | Kind::Keyed) => {
            Retry::Safe { after: None }
        }
        (Failure::NoAnswer | Failure::ServerError | Failure::Unreadable, Kind::Once) => Retry::AskFirst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_the_table() {
        let soon = Some(Duration::from_secs(7));
        let safe = Retry::Safe { after: None };
        let rows = [
            (Failure::NotReached, safe, safe, safe),
            (
                Failure::Limited(soon),
                Retry::Safe { after: soon },
                Retry::Safe { after: soon },
                Retry::Safe { after: soon },
            ),
            (Failure::NoAnswer, safe, safe, Retry::AskFirst),
            (Failure::ServerError, safe, safe, Retry::AskFirst),
            (Failure::Unreadable, safe, safe, Retry::AskFirst),
            (Failure::Refused, Retry::Never, Retry::Never, Retry::Never),
        ];
        for (failure, read, keyed, once) in rows {
            assert_eq!(verdict(Kind::Read, failure), read, "{failure:?}");
            assert_eq!(verdict(Kind::Keyed, failure), keyed, "{failure:?}");
            assert_eq!(verdict(Kind::Once, failure), once, "{failure:?}");
        }
    }
}
