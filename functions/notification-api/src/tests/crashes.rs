//! Every outside call of a command fails once, in three ways; whoever repeats the command gets it right.

use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::caller::{Caller, Turn};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::failure::Failure;
use serde_json::Value;

use super::bench::{Bench, EMAIL_QUEUE, NOTIFICATIONS_QUEUE, TELEGRAM_QUEUE, ago, sent};

/// How often a caller repeats before it gives up.
const MAX_REPEATS: usize = 4;

/// A command, and what must be true at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Send,
    ResendByEmail,
    ResendByTelegram,
    Preferences,
}

impl Story {
    /// The delivery that is sent again; the sample's has another channel.
    fn delivery(self) -> &'static str {
        if self == Self::ResendByEmail {
            "INV-20261121-7K3M9QZX.4.0.email"
        } else {
            "INV-20261121-7K3M9QZX.4.0.telegram"
        }
    }

    async fn prepare(self) -> Bench {
        let bench = Bench::start().await;
        bench.delivered(self.delivery(), sent(), ago(60)).await;
        bench.wire.reset();
        bench
    }

    fn command(self) -> Trigger {
        let resend = format!("/internal/notifications/{}/resend", self.delivery());
        let command = match self {
            Self::Send => Trigger::of("send"),
            Self::ResendByEmail | Self::ResendByTelegram => Trigger::of("resend").at(&resend),
            Self::Preferences => Trigger::of("preferences-replace"),
        };
        command.keyed("one-wish")
    }

    fn is_done(self, answer: &Answer) -> bool {
        answer.status == if self == Self::Preferences { 200 } else { 202 }
    }

    /// Looks at what was stored, sent and answered.
    fn check(self, bench: &Bench, answer: &Answer, case: &str) {
        let queue = match self {
            Self::Send => NOTIFICATIONS_QUEUE,
            Self::ResendByEmail => EMAIL_QUEUE,
            Self::ResendByTelegram => TELEGRAM_QUEUE,
            Self::Preferences => {
                let stored = bench.stored("PREFERENCES");
                assert_eq!(stored.len(), 1, "{case}");
                assert_eq!(stored[0]["time_zone"]["S"], "Europe/Kyiv", "{case}");
                return;
            }
        };
        let queued = bench.queued(queue);
        assert!(!queued.is_empty(), "{case}: what was answered was never sent");
        assert!(queued.iter().all(|message| *message == queued[0]), "{case}: {queued:?}");
        if self == Self::ResendByTelegram {
            assert_eq!(queued.len(), 1, "{case}");
        }
        let named = match self {
            Self::Send => queued[0]["id"].clone(),
            _ => Value::from(self.delivery()),
        };
        assert_eq!(answer.body["id"], named, "{case}: the answer names what was sent");
        if self != Self::Send {
            assert_eq!(queued[0]["round"], 1, "{case}");
        }
        let stored = bench.stored("DELIVERY");
        assert_eq!((stored.len(), &stored[0]["round"]["N"]), (1, &Value::from("0")), "{case}");
    }
}

/// The command, once, with nothing in its way: how many outside calls it makes.
async fn clean_run(story: Story) -> usize {
    let bench = story.prepare().await;
    let answer = bench.send(&story.command()).await;
    assert!(story.is_done(&answer), "{story:?}: {}", answer.body);
    story.check(&bench, &answer, "clean");
    bench.wire.calls().len()
}

async fn broken_run(story: Story, failure: Failure) {
    let case = format!("{story:?}, {failure}");
    let mut bench = story.prepare().await;
    let caller = Caller { wire: bench.wire.clone(), repeats: MAX_REPEATS, case: &case };
    let is_done = |answer: &Answer| story.is_done(answer);
    let give = async |turn: Turn<'_>| {
        match turn {
            Turn::First => {}
            Turn::AfterCrash => bench.restart().await,
            Turn::Repeat(_) => bench.let_leases_lapse(),
        }
        bench.send(&story.command()).await
    };
    let answer = caller.outlasts(failure, is_done, give).await;
    story.check(&bench, &answer, &case);
    bench.let_leases_lapse();
    let again = bench.send(&story.command()).await;
    assert_eq!((again.status, &again.body), (answer.status, &answer.body), "{case}: a repeat says the same");
    story.check(&bench, &again, &case);
}

async fn every_call_fails_once(story: Story, at_least: usize) {
    let calls = clean_run(story).await;
    assert!(calls >= at_least, "{story:?} made {calls} calls");
    for failure in Failure::each_of(calls) {
        broken_run(story, failure).await;
    }
}

#[tokio::test]
async fn sending_survives_every_failure_under_one_id() {
    every_call_fails_once(Story::Send, 3).await;
}

#[tokio::test]
async fn sending_again_by_email_survives_every_failure_within_one_round() {
    every_call_fails_once(Story::ResendByEmail, 4).await;
}

#[tokio::test]
async fn sending_again_by_telegram_survives_every_failure_within_one_round() {
    every_call_fails_once(Story::ResendByTelegram, 4).await;
}

#[tokio::test]
async fn choosing_survives_every_failure() {
    every_call_fails_once(Story::Preferences, 4).await;
}
