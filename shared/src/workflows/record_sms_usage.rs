//! Counts reported SMS: each event is priced by its user's rate deck and counts once in their account.
//!
//! Every event has an outcome, and one that does not count says why. Safe to run twice: yes, an event that counted
//! before is told as repeated.

use std::collections::{BTreeMap, HashMap};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::price_sms::{Described, Messages};
use super::sms_tariffs::SmsTariffs;
use super::sms_terms::SmsTerms;
use crate::domain::identifier::UserId;
use crate::domain::sms::rate_deck::RateDeck;
use crate::domain::sms::settings::{Settings, Terms};
use crate::domain::sms::usage::{Sent, UsageError, UsageEvent, UsageId};
use crate::queues::sms_usage::{ReportedSms, ReportedStatus};
use crate::retry::{Retry, Verdict};
use crate::stores::invoices::Cause;
use crate::stores::sms_accounts::{Recorded, RecordingError, SmsAccounts};
use crate::stores::table::StoreError;

/// Events of one user that are counted together, all or none: no more than the store takes in one transaction.
const TOGETHER: usize = 90;
/// Users whose events are counted at once.
const USERS_AT_ONCE: usize = 8;
/// An event counts once for as long as the store remembers it, which is a day more than this.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 395);
/// How far a sender's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Counts usage.
#[derive(Debug)]
pub struct UsageRecorder {
    /// Where it is counted.
    pub accounts: SmsAccounts,
    /// What counts for everybody.
    pub terms: SmsTerms,
    /// What messages cost.
    pub tariffs: SmsTariffs,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It counts now.
    Counted,
    /// It counted before.
    Repeated,
    /// Something else counted under its id before: it does not count.
    Conflicting,
    /// It does not count, and why.
    Refused(Refused),
}

/// Why an event does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The stable name in the API: `invalid_event`, `too_old`, `in_future`, `no_rate`, `other_currency`, `too_much` or
    /// `account_unusable`.
    pub code: &'static str,
    /// The reason in words; holds nothing of a number or a text.
    pub detail: String,
}

/// An event that can be priced.
struct Readable {
    /// Its place among those that were reported.
    place: usize,
    user: UserId,
    id: UsageId,
    at: Timestamp,
    what: Readied,
}

enum Readied {
    Messages(Messages),
    Failed(u64),
}

impl UsageRecorder {
    /// Counts events, and says of each, in their order, what became of it.
    ///
    /// # Errors
    /// When the store is unavailable. What was counted stays counted: all of it can be reported again.
    pub async fn record(&self, events: &[ReportedSms], cause: &Cause) -> Result<Vec<Outcome>, StoreError> {
        let terms = self.terms.current().await?;
        let mut outcomes = vec![Outcome::Counted; events.len()];
        let mut by_user: BTreeMap<String, Vec<Readable>> = BTreeMap::new();
        for (place, event) in events.iter().enumerate() {
            match read(place, event, cause.now) {
                Ok(readable) => by_user.entry(readable.user.to_string()).or_default().push(readable),
                Err(refused) => set(&mut outcomes, place, Outcome::Refused(refused)),
            }
        }
        let users: Vec<Vec<Readable>> = by_user.into_values().collect();
        let mut unavailable = None;
        for some in users.chunks(USERS_AT_ONCE) {
            for (events, counted) in
                some.iter().zip(join_all(some.iter().map(|events| self.count(events, &terms, cause))).await)
            {
                match counted {
                    Ok(counted) => {
                        counted.into_iter().for_each(|(place, outcome)| set(&mut outcomes, place, outcome));
                    }
                    // One user's account that nobody can read holds up nobody else's usage.
                    Err(error) if error.retry() == Retry::Never => {
                        tracing::error!(correlationId = cause.correlation_id, %error, "usage cannot be counted");
                        let refused = Refused {
                            code: "account_unusable",
                            detail: "the account cannot be used".to_owned(),
                        };
                        events.iter().for_each(|event| {
                            set(&mut outcomes, event.place, Outcome::Refused(refused.clone()))
                        });
                    }
                    Err(error) => unavailable = Some(error),
                }
            }
        }
        self.tell_what_counted(&users, &mut outcomes).await?;
        unavailable.map_or(Ok(outcomes), Err)
    }

    /// What is refused now may have counted before, under another price or setting: then it is told so.
    async fn tell_what_counted(
        &self,
        users: &[Vec<Readable>],
        outcomes: &mut [Outcome],
    ) -> Result<(), StoreError> {
        for events in users {
            let is_refused =
                |event: &&Readable| matches!(outcomes.get(event.place), Some(Outcome::Refused(_)));
            let refused: Vec<&Readable> = events.iter().filter(is_refused).collect();
            let Some(first) = refused.first() else { continue };
            let ids: Vec<UsageId> = refused.iter().map(|event| event.id.clone()).collect();
            let counted = self.accounts.counted(&first.user, &ids).await?;
            for (event, _) in refused.iter().zip(counted).filter(|(_, counted)| *counted) {
                set(outcomes, event.place, Outcome::Repeated);
            }
        }
        Ok(())
    }

    /// Counts the events of one user.
    async fn count(
        &self,
        events: &[Readable],
        terms: &Terms,
        cause: &Cause,
    ) -> Result<Vec<(usize, Outcome)>, StoreError> {
        let Some(user) = events.first().map(|event| &event.user) else { return Ok(Vec::new()) };
        let account = self.accounts.get(user).await?.account;
        let settings = terms.of(&account.overrides);
        let deck = match &settings.deck.value {
            Some(id) => self.tariffs.deck(id).await?,
            None => None,
        };
        let (mut outcomes, mut first, mut wanted) = (Vec::new(), HashMap::new(), Vec::new());
        let mut repeats = Vec::new();
        for event in events {
            match priced(event, deck.as_deref(), &settings) {
                Err(refused) => outcomes.push((event.place, Outcome::Refused(refused))),
                Ok(usage) => match first.get(event.id.as_str()) {
                    None => {
                        first.insert(event.id.as_str(), (event.place, usage.sent.clone()));
                        wanted.push(usage);
                    }
                    Some((place, sent)) => repeats.push((event.place, *place, *sent == usage.sent)),
                },
            }
        }
        let mut counted: HashMap<usize, Outcome> = HashMap::new();
        for part in wanted.chunks(TOGETHER) {
            for (id, outcome) in self.count_together(user, part, terms, cause).await? {
                if let Some((place, _)) = first.get(id.as_str()) {
                    counted.insert(*place, outcome);
                }
            }
        }
        for (place, of, is_same) in repeats {
            let outcome = match counted.get(&of) {
                Some(Outcome::Refused(refused)) => Outcome::Refused(refused.clone()),
                Some(_) | None if is_same => Outcome::Repeated,
                Some(_) | None => Outcome::Conflicting,
            };
            outcomes.push((place, outcome));
        }
        outcomes.extend(counted);
        Ok(outcomes)
    }

    /// Counts events of one user together or, where one of them cannot be counted, each on its own.
    async fn count_together(
        &self,
        user: &UserId,
        part: &[UsageEvent],
        terms: &Terms,
        cause: &Cause,
    ) -> Result<Vec<(UsageId, Outcome)>, StoreError> {
        match self.accounts.record(user, part, terms, cause).await {
            Ok(recorded) => Ok(told(recorded)),
            Err(RecordingError::Store(error)) => Err(error),
            Err(RecordingError::Refused(error)) if part.len() == 1 => {
                let outcome = Outcome::Refused(refusal(error));
                Ok(part.iter().map(|event| (event.id.clone(), outcome.clone())).collect())
            }
            Err(RecordingError::Refused(_)) => {
                let mut outcomes = Vec::new();
                for event in part.chunks(1) {
                    let alone = self.accounts.record(user, event, terms, cause).await;
                    outcomes.extend(match alone {
                        Ok(recorded) => told(recorded),
                        Err(RecordingError::Store(error)) => return Err(error),
                        Err(RecordingError::Refused(error)) => {
                            let outcome = Outcome::Refused(refusal(error));
                            event.iter().map(|event| (event.id.clone(), outcome.clone())).collect()
                        }
                    });
                }
                Ok(outcomes)
            }
        }
    }
}

fn set(outcomes: &mut [Outcome], place: usize, outcome: Outcome) {
    if let Some(there) = outcomes.get_mut(place) {
        *there = outcome;
    }
}

fn told(recorded: Recorded) -> Vec<(UsageId, Outcome)> {
    let Recorded { counted, repeated, conflicting } = recorded;
    let counted = counted.into_iter().map(|id| (id, Outcome::Counted));
    let repeated = repeated.into_iter().map(|id| (id, Outcome::Repeated));
    counted.chain(repeated).chain(conflicting.into_iter().map(|id| (id, Outcome::Conflicting))).collect()
}

fn refusal(error: UsageError) -> Refused {
    let code = match error {
        UsageError::TooMuch => "too_much",
    };
    Refused { code, detail: error.to_string() }
}

fn read(place: usize, event: &ReportedSms, now: Timestamp) -> Result<Readable, Refused> {
    let invalid = |detail: String| Refused { code: "invalid_event", detail };
    let user = event.user_id.parse().map_err(|error| invalid(format!("userId: {error}")))?;
    let id = event.event_id.parse().map_err(|error| invalid(format!("eventId: {error}")))?;
    let age = now.duration_since(event.occurred_at);
    if age > OLDEST {
        let detail = "it was sent more than 395 days ago: nobody remembers whether it counted".to_owned();
        return Err(Refused { code: "too_old", detail });
    }
    if age < -AHEAD {
        let detail = "it is said to be sent more than a day from now".to_owned();
        return Err(Refused { code: "in_future", detail });
    }
    let described = Described {
        to: event.to.as_deref(),
        prefix: event.prefix.as_deref(),
        country: event.country.as_deref(),
        text: event.text.as_deref(),
        segments: event.segments,
        messages: event.messages,
        cost: event.cost.as_ref(),
    };
    let messages = Messages::read(&described).map_err(|error| invalid(error.to_string()))?;
    let what = match event.status {
        ReportedStatus::Failed => Readied::Failed(messages.count),
        ReportedStatus::Sent | ReportedStatus::Delivered => Readied::Messages(messages),
    };
    // Stores count whole milliseconds.
    let at = Timestamp::from_millisecond(event.occurred_at.as_millisecond()).unwrap_or(event.occurred_at);
    Ok(Readable { place, user, id, at, what })
}

fn priced(event: &Readable, deck: Option<&RateDeck>, settings: &Settings) -> Result<UsageEvent, Refused> {
    let sent = match &event.what {
        Readied::Failed(count) => Sent::Failed(*count),
        Readied::Messages(messages) => {
            let priced = messages.price(deck, settings.currency.value);
            let priced = priced.map_err(|error| Refused { code: error.code(), detail: error.to_string() })?;
            Sent::Messages(priced.line)
        }
    };
    Ok(UsageEvent { id: event.id.clone(), at: event.at, sent })
}
