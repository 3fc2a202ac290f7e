//! Which periods of an account are closed one after another, by whoever bills it.

use jiff::Timestamp;

use super::account::{ClosedPeriod, SmsAccount, Through};
use super::settings::Settings;

/// One look at an account: what ended and, where what is left reaches a limit, that too.
#[derive(Debug, Clone)]
pub struct Closing {
    ended: Option<Timestamp>,
    begun: Timestamp,
    is_limit: bool,
}

impl Closing {
    /// What a run closes: periods that ended at `through` or before, and all that began where a limit is reached. A
    /// period that is still running is nobody's to close, whatever `through` says.
    pub fn ended(through: Timestamp, now: Timestamp) -> Self {
        Self { ended: Some(through.min(now)), begun: now, is_limit: false }
    }

    /// What the word that a limit is reached closes: all that began, if it is.
    pub fn limit(now: Timestamp) -> Self {
        Self { ended: None, begun: now, is_limit: false }
    }

    /// Closes the next period of an account; none when there is nothing more to close, and then the account is as it
    /// was. What is used after the first look is not part of a limit that was reached before.
    pub fn next(&mut self, account: &mut SmsAccount, settings: &Settings) -> Option<ClosedPeriod> {
        let ended = self.ended.and_then(|through| account.close(Through::Due(through), settings));
        if ended.is_some() {
            return ended;
        }
        self.is_limit = self.is_limit || account.is_limit_reached(settings);
        if self.is_limit { account.close(Through::Limit(self.begun), settings) } else { None }
    }
}
