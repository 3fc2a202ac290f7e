//! Every outside call of a command fails once, in three ways; whoever repeats the command gets it right.

use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::caller::{Caller, Turn};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::failure::Failure;
use serde_json::json;

use super::bench::{Bench, RECEIPT, ago};
use super::happenings as h;

/// How often a caller repeats before it gives up.
const MAX_REPEATS: usize = 4;

/// A command, and what must be true at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Retry,
    /// What was refused, by a caller who sends no `Idempotency-Key`.
    RetryUnkeyed,
    ItHappened,
    ItDidNotHappen,
    /// By a caller who sends no `Idempotency-Key`.
    ItHappenedUnkeyed,
    GiveUp,
}

impl Story {
    const ALL: [Self; 6] = [
        Self::Retry,
        Self::RetryUnkeyed,
        Self::ItHappened,
        Self::ItDidNotHappen,
        Self::ItHappenedUnkeyed,
        Self::GiveUp,
    ];

    async fn prepare(self) -> Bench {
        let bench = Bench::start().await;
        match self {
            Self::Retry => bench.sample(ago(60), h::put_off).await,
            Self::RetryUnkeyed => bench.sample(ago(60), h::refused).await,
            _ => bench.sample(ago(3_600), h::in_doubt).await,
        }
        bench.wire.reset();
        bench
    }

    fn command(self) -> Trigger {
        let resolve =
            |resolution| Trigger::of("resolve").body(&json!({ "resolution": resolution, "step": 2 }));
        match self {
            Self::Retry => Trigger::of("retry"),
            Self::RetryUnkeyed => {
                Trigger::of("retry").body(&json!({ "step": 2 })).without_header("idempotency-key")
            }
            Self::ItHappened => resolve("it_happened"),
            Self::ItDidNotHappen => resolve("it_did_not_happen"),
            Self::ItHappenedUnkeyed => resolve("it_happened").without_header("idempotency-key"),
            Self::GiveUp => resolve("give_up"),
        }
    }

    /// The state at the end, and what was told others: once, however often it was asked for.
    fn end(self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::Retry => ("CREATED", vec!["bonus.wanted"]),
            Self::RetryUnkeyed | Self::ItDidNotHappen => ("BILL_MADE", vec!["bonus.wanted"]),
            Self::ItHappened | Self::ItHappenedUnkeyed => ("PAID", vec!["bonus.wanted"]),
            Self::GiveUp => ("CANCELLED", vec!["bonus.failed"]),
        }
    }

    /// Looks at what was stored, told and answered.
    fn check(self, bench: &Bench, answer: &Answer, case: &str) {
        let (state, told) = self.end();
        let stored = bench.stored(RECEIPT);
        assert_eq!(
            (&answer.body["state"], &stored["standing"]["M"]["state"]["S"]),
            (&json!(state), &json!(state)),
            "{case}"
        );
        assert_eq!(stored["version"]["N"], "3", "{case}: made, what happened, and the command, once");
        assert_eq!(bench.told(), told, "{case}");
    }
}

/// The command, once, with nothing in its way: how many outside calls it makes.
async fn clean_run(story: Story) -> usize {
    let bench = story.prepare().await;
    let answer = bench.send(&story.command()).await;
    assert_eq!(answer.status, 200, "{story:?}: {}", answer.body);
    let calls = bench.wire.calls().len();
    story.check(&bench, &answer, "clean");
    calls
}

async fn broken_run(story: Story, failure: Failure) {
    let case = format!("{story:?}, {failure}");
    let mut bench = story.prepare().await;
    let caller = Caller { wire: bench.wire.clone(), repeats: MAX_REPEATS, case: &case };
    let is_done = |answer: &Answer| answer.status == 200;
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
    assert_eq!((again.status, &again.body), (200, &answer.body), "{case}: a repeat says the same");
    assert_eq!(bench.told(), Vec::<String>::new(), "{case}: and tells nobody");
}

#[tokio::test]
async fn every_command_survives_every_failure() {
    for story in Story::ALL {
        let calls = clean_run(story).await;
        assert!(calls >= 2, "{story:?} made {calls} calls");
        for failure in Failure::each_of(calls) {
            broken_run(story, failure).await;
        }
    }
}
