//! Every outside call of a command fails once, in three ways; whoever repeats the command gets it right.

use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::caller::{Caller, Turn};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::failure::Failure;
use serde_json::{Value, json};
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::Made;
use shared::stores::chats::links::Redeemed;

use super::bench::{Bench, TASK, ago};

/// How often a caller repeats before it gives up.
const MAX_REPEATS: usize = 4;

/// A command, and what must be true at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Issue,
    Unlink,
    ItIsThere,
    CreateAgain,
    /// The same by a caller who sends no `Idempotency-Key`.
    CreateAgainUnkeyed,
    GiveUp,
}

impl Story {
    async fn prepare(self) -> Bench {
        let bench = Bench::start().await;
        bench.linked("user-1", 4242, ago(60)).await;
        let failure = PanelFailure::new(PanelCode::TaskCreateRequestFailed, "no answer in time");
        bench.made(TASK, Made::Unclear(failure), ago(60)).await;
        bench.wire.reset();
        bench
    }

    fn command(self) -> Trigger {
        let resolution = match self {
            Self::Issue => return Trigger::of("link-issue").keyed("one-wish"),
            Self::Unlink => return Trigger::of("link-unlink"),
            Self::ItIsThere => "it_is_there",
            Self::CreateAgain | Self::CreateAgainUnkeyed => "create_again",
            Self::GiveUp => "give_up",
        };
        let command = Trigger::of("task-resolve").body(&json!({ "resolution": resolution, "attempt": 1 }));
        if self == Self::CreateAgainUnkeyed { command } else { command.keyed("one-wish") }
    }

    fn is_done(self, answer: &Answer) -> bool {
        let status = match self {
            Self::Issue => 201,
            Self::Unlink => 204,
            Self::ItIsThere | Self::CreateAgain | Self::CreateAgainUnkeyed | Self::GiveUp => 200,
        };
        answer.status == status
    }

    /// Looks at what was stored and answered.
    async fn check(self, bench: &Bench, answer: &Answer, case: &str) {
        let stored = bench.task(TASK);
        let standing = |answer: &Answer| (answer.body["state"].clone(), answer.body["attempt"].clone());
        let (state, attempt, events) = match self {
            Self::Issue => return self.check_token(bench, answer, case).await,
            Self::Unlink => {
                assert_eq!(bench.stored("PERSON")[0].get("user"), None, "{case}");
                assert_eq!(bench.stored("CHAT_OF_USER")[0].get("chat"), None, "{case}");
                assert_eq!(stored["version"]["N"], "3", "{case}: the task is as it was");
                return;
            }
            Self::ItIsThere => ("CREATED", 1, vec![]),
            Self::CreateAgain | Self::CreateAgainUnkeyed => ("PENDING", 2, vec!["support_task.submitted"]),
            Self::GiveUp => ("GIVEN_UP", 1, vec![]),
        };
        assert_eq!(standing(answer), (json!(state), json!(attempt)), "{case}");
        assert_eq!(stored["gsi1pk"]["S"], format!("TASK_STATE#{state}"), "{case}");
        assert_eq!(stored["version"]["N"], "4", "{case}: decided once");
        let told: Vec<Value> = bench.told().iter().map(|event| event["event"]["S"].clone()).collect();
        assert_eq!(told, events, "{case}");
    }

    /// Whatever tokens of lost answers there are, the answered one is good.
    async fn check_token(self, bench: &Bench, answer: &Answer, case: &str) {
        let kept = bench.stored("LINK_TOKEN").len();
        assert!(kept >= 2, "{case}: what was answered was never kept");
        let token = answer.body["token"].as_str().unwrap();
        let redeemed = bench.brings(4343, token, ago(0)).await;
        assert_eq!(redeemed, Redeemed::Linked("user-1".parse().unwrap()), "{case}");
    }
}

/// The command, once, with nothing in its way: how many outside calls it makes.
async fn clean_run(story: Story) -> usize {
    let bench = story.prepare().await;
    let answer = bench.send(&story.command()).await;
    assert!(story.is_done(&answer), "{story:?}: {}", answer.body);
    let calls = bench.wire.calls().len();
    story.check(&bench, &answer, "clean").await;
    calls
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
    story.check(&bench, &answer, &case).await;
    bench.let_leases_lapse();
    let again = bench.send(&story.command()).await;
    assert_eq!(again.status, answer.status, "{case}: a repeat is done too");
    if story != Story::Issue {
        assert_eq!(again.body, answer.body, "{case}: a repeat says the same");
        assert_eq!(bench.told(), Vec::<Value>::new(), "{case}: and tells nobody");
    }
}

async fn every_call_fails_once(story: Story, at_least: usize) {
    let calls = clean_run(story).await;
    assert!(calls >= at_least, "{story:?} made {calls} calls");
    for failure in Failure::each_of(calls) {
        broken_run(story, failure).await;
    }
}

#[tokio::test]
async fn issuing_a_link_survives_every_failure() {
    every_call_fails_once(Story::Issue, 1).await;
}

#[tokio::test]
async fn untying_survives_every_failure() {
    every_call_fails_once(Story::Unlink, 4).await;
}

#[tokio::test]
async fn deciding_that_it_is_there_survives_every_failure() {
    every_call_fails_once(Story::ItIsThere, 4).await;
}

#[tokio::test]
async fn having_it_created_again_survives_every_failure_and_is_sent_once() {
    every_call_fails_once(Story::CreateAgain, 4).await;
    every_call_fails_once(Story::CreateAgainUnkeyed, 2).await;
}

#[tokio::test]
async fn giving_up_survives_every_failure() {
    every_call_fails_once(Story::GiveUp, 4).await;
}
