//! One delivery: one notification by one channel, and what became of it.
//!
//! Sending cannot be repeated harmlessly and no provider can be asked afterwards. So a delivery is
//! claimed before its message is sent; whoever finds the claim of somebody who is gone knows that it
//! may have been sent, and leaves the question to a person.

use jiff::{SignedDuration, Timestamp};

use super::delivery_id::DeliveryId;
use crate::domain::identifier::UserId;

/// How long a claim is believed to be somebody's at work. Longer than any function that sends may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names it.
    pub id: DeliveryId,
    /// The event's name, such as `payment.confirmed`.
    pub event: String,
    /// Who is told; none for the operators.
    pub user: Option<UserId>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// 0 at first; one more each time an operator has it sent again.
    pub round: u32,
    /// How often its message was handed to the channel's provider, or tried to be, in this round.
    pub attempts: u32,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is to be sent.
    Queued {
        /// Why it was not sent yet, if it was tried.
        last_error: Option<String>,
    },
    /// Somebody is just sending it, or died while doing so.
    Submitting {
        /// Since when.
        since: Timestamp,
    },
    /// The provider took it.
    Sent {
        /// When.
        at: Timestamp,
        /// The provider's id of the message.
        message_id: String,
    },
    /// It was not sent.
    Failed {
        /// When that was found.
        at: Timestamp,
        /// What the provider said, or why it was given up.
        reason: String,
        /// Whether that was the provider's answer to this very message; otherwise it was given up, and may be
        /// tried again as it is.
        refused: bool,
    },
    /// It may or may not have been sent.
    Uncertain {
        /// When that was found.
        at: Timestamp,
        /// What is known.
        reason: String,
    },
    /// It was sent and came back.
    Bounced {
        /// When that was told.
        at: Timestamp,
        /// What was told.
        reason: String,
    },
    /// It was not sent because its address is known not to work.
    Suppressed {
        /// When.
        at: Timestamp,
        /// Why the address does not work.
        reason: String,
    },
}

/// The state as people and lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// To be sent, or just being sent.
    Queued,
    /// Taken by the provider.
    Sent,
    /// Refused, or given up.
    Failed,
    /// Sent or not: nobody knows.
    Uncertain,
    /// Came back.
    Bounced,
    /// Held back.
    Suppressed,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Sent, Self::Failed, Self::Uncertain, Self::Bounced, Self::Suppressed];

    /// The name in the API and in stored deliveries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Sent => "SENT",
            Self::Failed => "FAILED",
            Self::Uncertain => "UNCERTAIN",
            Self::Bounced => "BOUNCED",
            Self::Suppressed => "SUPPRESSED",
        }
    }
}

/// What to do with a request to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is claimed: send it, then tell what became of it.
    Send,
    /// There is nothing to do: it was dealt with, or a later round has begun.
    Settled,
    /// Somebody is at it; look again after this long.
    Busy {
        /// Until the claim is no longer believed.
        wait: SignedDuration,
    },
    /// Somebody died at it. It is uncertain from now on.
    Lost,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took it; its id of the message.
    Sent(String),
    /// The provider refused it.
    Refused(String),
    /// It certainly was not sent, and may be tried again later.
    Postponed(String),
    /// It certainly was not sent, and was tried often enough.
    GivenUp(String),
    /// It may or may not have been sent.
    Unclear(String),
    /// It was held back: the address is known not to work.
    Suppressed(String),
}

impl Delivery {
    /// A delivery that is to be sent.
    pub fn queued(id: DeliveryId, event: &str, user: Option<UserId>, now: Timestamp) -> Self {
        let standing = Standing::Queued { last_error: None };
        Self { id, event: event.to_owned(), user, created_at: now, round: 0, attempts: 0, standing }
    }

    /// The state as people name it.
    pub fn state(&self) -> DeliveryState {
        match self.standing {
            Standing::Queued { .. } | Standing::Submitting { .. } => DeliveryState::Queued,
            Standing::Sent { .. } => DeliveryState::Sent,
            Standing::Failed { .. } => DeliveryState::Failed,
            Standing::Uncertain { .. } => DeliveryState::Uncertain,
            Standing::Bounced { .. } => DeliveryState::Bounced,
            Standing::Suppressed { .. } => DeliveryState::Suppressed,
        }
    }

    /// Claims it for a request of `round`, if there is something to do.
    pub fn claim(&mut self, round: u32, now: Timestamp) -> Claim {
        if round < self.round {
            return Claim::Settled;
        }
        let is_new_round = round > self.round;
        match &self.standing {
            // Whoever began this round wants it sent, whatever became of the one before.
            Standing::Submitting { since } if is_new_round && now.duration_since(*since) >= LEASE => {
                self.submit(round, now)
            }
            Standing::Submitting { since } => {
                let age = now.duration_since(*since);
                if age < LEASE {
                    // A claim dated in the future is no reason to wait longer than a lease.
                    return Claim::Busy { wait: LEASE.saturating_sub(age).min(LEASE) };
                }
                let reason = "whoever sent it did not live to tell".to_owned();
                self.standing = Standing::Uncertain { at: now, reason };
                Claim::Lost
            }
            Standing::Queued { .. } | Standing::Failed { refused: false, .. } => self.submit(round, now),
            Standing::Sent { .. }
            | Standing::Failed { refused: true, .. }
            | Standing::Uncertain { .. }
            | Standing::Bounced { .. }
            | Standing::Suppressed { .. } => {
                if is_new_round {
                    self.submit(round, now)
                } else {
                    Claim::Settled
                }
            }
        }
    }

    fn submit(&mut self, round: u32, now: Timestamp) -> Claim {
        // Somebody wants it tried once more who knows that it was tried often.
        let begins_anew = round > self.round || matches!(self.standing, Standing::Failed { .. });
        self.attempts = if begins_anew { 1 } else { self.attempts.saturating_add(1) };
        self.round = round;
        self.standing = Standing::Submitting { since: now };
        Claim::Send
    }

    /// Keeps what became of the message that was claimed for `round`.
    ///
    /// Whoever was slower than its lease still tells the truth about what had become uncertain. A later
    /// round, or the word that the message came back, is not undone.
    pub fn tell(&mut self, round: u32, outcome: Outcome, now: Timestamp) {
        let is_open = matches!(self.standing, Standing::Submitting { .. } | Standing::Uncertain { .. });
        if round != self.round || !is_open {
            return;
        }
        self.standing = ended(outcome, now);
    }

    /// Closes it while it waits: it will not be sent by itself any more.
    pub fn close(&mut self, why: Outcome, now: Timestamp) {
        if matches!(self.standing, Standing::Queued { .. }) {
            self.standing = ended(why, now);
        }
    }

    /// Keeps that its message came back. What was never sent cannot come back: such a word changes nothing.
    pub fn bounce(&mut self, reason: &str, now: Timestamp) {
        match self.standing {
            Standing::Sent { .. } | Standing::Uncertain { .. } | Standing::Submitting { .. } => {
                self.standing = Standing::Bounced { at: now, reason: reason.to_owned() };
            }
            Standing::Queued { .. }
            | Standing::Failed { .. }
            | Standing::Bounced { .. }
            | Standing::Suppressed { .. } => {}
        }
    }
}

/// Where a delivery stands of which this is known.
fn ended(outcome: Outcome, at: Timestamp) -> Standing {
    match outcome {
        Outcome::Sent(message_id) => Standing::Sent { at, message_id },
        Outcome::Refused(reason) => Standing::Failed { at, reason, refused: true },
        Outcome::GivenUp(reason) => Standing::Failed { at, reason, refused: false },
        Outcome::Postponed(reason) => Standing::Queued { last_error: Some(reason) },
        Outcome::Unclear(reason) => Standing::Uncertain { at, reason },
        Outcome::Suppressed(reason) => Standing::Suppressed { at, reason },
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy};
    use proptest::{collection, prop_assert, prop_oneof, proptest};
    use std::collections::BTreeSet;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_226_400 + second).unwrap()
    }

    fn delivery() -> Delivery {
        Delivery::queued("x.telegram".parse().unwrap(), "payment.confirmed", None, at(0))
    }

    fn claimed() -> Delivery {
        let mut delivery = delivery();
        assert_eq!(delivery.claim(0, at(1)), Claim::Send);
        delivery
    }

    fn after(outcome: Outcome) -> Delivery {
        let mut delivery = claimed();
        delivery.tell(0, outcome, at(2));
        delivery
    }

    #[test]
    fn what_was_claimed_is_busy_until_its_lease_ends_and_then_lost() {
        let mut delivery = claimed();
        assert_eq!(delivery.claim(0, at(31)), Claim::Busy { wait: SignedDuration::from_secs(90) });
        assert_eq!(delivery.state(), DeliveryState::Queued);
        assert_eq!(delivery.claim(0, at(121)), Claim::Lost);
        assert_eq!(delivery.state(), DeliveryState::Uncertain);
        assert_eq!(delivery.claim(0, at(122)), Claim::Settled, "it is never sent again by itself");
    }

    #[test]
    fn a_clock_that_runs_behind_waits_no_longer_than_a_lease() {
        let mut delivery = claimed();
        assert_eq!(delivery.claim(0, at(-500)), Claim::Busy { wait: LEASE });
    }

    #[test]
    fn an_end_is_an_end_until_an_operator_begins_a_new_round() {
        for outcome in [
            Outcome::Sent("1".to_owned()),
            Outcome::Refused("no".to_owned()),
            Outcome::Unclear("cut".to_owned()),
            Outcome::Suppressed("gone".to_owned()),
        ] {
            let mut delivery = after(outcome.clone());
            let before = delivery.clone();
            assert_eq!(delivery.claim(0, at(3)), Claim::Settled, "{outcome:?}");
            assert_eq!(delivery, before);
            assert_eq!(delivery.claim(1, at(3)), Claim::Send, "{outcome:?}");
            assert_eq!((delivery.round, delivery.attempts), (1, 1));
            assert_eq!(delivery.claim(0, at(3)), Claim::Settled, "the earlier round is over");
        }
    }

    #[test]
    fn what_certainly_was_not_sent_may_be_sent_in_the_same_round() {
        for outcome in [Outcome::Postponed("429".to_owned()), Outcome::GivenUp("429".to_owned())] {
            let attempts = if matches!(outcome, Outcome::GivenUp(_)) { 1 } else { 2 };
            let mut delivery = after(outcome);
            assert_eq!(delivery.claim(0, at(3)), Claim::Send);
            assert_eq!((delivery.round, delivery.attempts), (0, attempts));
        }
    }

    #[test]
    fn only_what_may_have_been_sent_comes_back() {
        for (outcome, state) in [
            (Outcome::Sent("1".to_owned()), DeliveryState::Bounced),
            (Outcome::Unclear("cut".to_owned()), DeliveryState::Bounced),
            (Outcome::Refused("no".to_owned()), DeliveryState::Failed),
            (Outcome::Suppressed("gone".to_owned()), DeliveryState::Suppressed),
            (Outcome::Postponed("429".to_owned()), DeliveryState::Queued),
        ] {
            let mut delivery = after(outcome.clone());
            delivery.bounce("mailbox full", at(9));
            assert_eq!(delivery.state(), state, "{outcome:?}");
        }
        let mut delivery = claimed();
        delivery.bounce("no such user", at(9));
        assert_eq!(delivery.state(), DeliveryState::Bounced, "the word of it may come before the sender's");
    }

    #[test]
    fn a_new_round_is_sent_also_where_whoever_sent_before_is_gone() {
        let mut delivery = claimed();
        assert_eq!(delivery.claim(1, at(31)), Claim::Busy { wait: SignedDuration::from_secs(90) });
        assert_eq!(delivery.claim(1, at(121)), Claim::Send);
        assert_eq!((delivery.round, delivery.attempts), (1, 1));
    }

    #[test]
    fn only_what_waits_can_be_closed() {
        let mut delivery = delivery();
        delivery.close(Outcome::Suppressed("not wanted any more".to_owned()), at(1));
        assert_eq!(delivery.state(), DeliveryState::Suppressed);
        for mut delivery in [claimed(), after(Outcome::Sent("1".to_owned()))] {
            let before = delivery.clone();
            delivery.close(Outcome::GivenUp("too late".to_owned()), at(9));
            assert_eq!(delivery, before);
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Claim { round: u32, wait: i64 },
        Tell(Outcome),
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..3_u32, 0..200_i64).prop_map(|(round, wait)| Step::Claim { round, wait }),
            Just(Step::Tell(Outcome::Sent("1".to_owned()))),
            Just(Step::Tell(Outcome::Refused("no".to_owned()))),
            Just(Step::Tell(Outcome::Postponed("429".to_owned()))),
            Just(Step::Tell(Outcome::GivenUp("429".to_owned()))),
            Just(Step::Tell(Outcome::Unclear("cut".to_owned()))),
        ]
    }

    #[test]
    fn who_was_slower_than_its_lease_still_tells_the_truth() {
        let mut delivery = claimed();
        assert_eq!(delivery.claim(0, at(200)), Claim::Lost);
        delivery.tell(0, Outcome::Sent("1".to_owned()), at(201));
        assert_eq!(delivery.state(), DeliveryState::Sent);
    }

    #[test]
    fn a_late_word_undoes_neither_a_later_round_nor_a_bounce() {
        let mut delivery = claimed();
        assert_eq!(delivery.claim(0, at(200)), Claim::Lost);
        assert_eq!(delivery.claim(1, at(201)), Claim::Send);
        delivery.tell(0, Outcome::Postponed("429".to_owned()), at(202));
        assert_eq!(delivery.standing, Standing::Submitting { since: at(201) });
        delivery.bounce("no such user", at(203));
        delivery.tell(1, Outcome::Sent("2".to_owned()), at(204));
        assert_eq!(delivery.state(), DeliveryState::Bounced);
    }

    proptest! {
        /// Whatever the order of redelivered requests, deaths (a claim without a word) and late words.
        #[test]
        fn a_round_hands_over_at_most_one_message_that_may_have_arrived(steps in collection::vec(any_step(), 0..60)) {
            let (mut delivery, mut now) = (delivery(), 0);
            let mut claims: Vec<u32> = Vec::new();
            let mut may_have_arrived = BTreeSet::new();
            for step in steps {
                match step {
                    Step::Claim { round, wait } => {
                        now += wait;
                        if delivery.claim(round, at(now)) == Claim::Send {
                            prop_assert!(may_have_arrived.insert(round), "round {} again", round);
                            claims.push(round);
                        }
                    }
                    // Only who holds a claim tells, once.
                    Step::Tell(outcome) => {
                        let Some(round) = claims.pop() else { continue };
                        if matches!(outcome, Outcome::Postponed(_) | Outcome::GivenUp(_)) {
                            may_have_arrived.remove(&round);
                        }
                        delivery.tell(round, outcome, at(now));
                    }
                }
            }
        }
    }
}
