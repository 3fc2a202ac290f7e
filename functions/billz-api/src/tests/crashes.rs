//! Every outside call of a command fails once, in three ways; whoever repeats the command gets it right.

use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::caller::{Caller, Turn};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::failure::Failure;
use serde_json::json;

use super::bench::{Bench, PAYMENT, ago};

/// How often a caller repeats before it gives up.
const MAX_REPEATS: usize = 4;

/// A command, and what must be true at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    ItHappened,
    ItDidNotHappen,
    /// By a caller who sends no `Idempotency-Key`.
    GiveUpUnkeyed,
    NewCard,
    ChangedCard,
}

impl Story {
    async fn prepare(self) -> Bench {
        let bench = Bench::start().await;
        bench.payment_in_doubt(ago(120)).await;
        if self == Self::ChangedCard {
            let before = json!({ "id": "cash", "name": "Before", "externalId": "other-type" });
            bench.send(&Trigger::of("card-put").body(&before)).await.ok(200);
        }
        bench.wire.reset();
        bench
    }

    fn command(self) -> Trigger {
        let resolution = match self {
            Self::NewCard | Self::ChangedCard => return Trigger::of("card-put"),
            Self::ItHappened => "it_happened",
            Self::ItDidNotHappen => "it_did_not_happen",
            Self::GiveUpUnkeyed => "give_up",
        };
        let command = Trigger::of("admin-resolve").body(&json!({ "resolution": resolution, "step": 2 }));
        if self == Self::GiveUpUnkeyed { command.without_header("idempotency-key") } else { command }
    }

    /// Looks at what was stored and answered.
    fn check(self, bench: &Bench, answer: &Answer, case: &str) {
        let version = match self {
            Self::NewCard => "1",
            Self::ChangedCard => "2",
            Self::ItHappened | Self::ItDidNotHappen | Self::GiveUpUnkeyed => {
                return self.check_job(bench, answer, case);
            }
        };
        let stored = bench.cards();
        assert_eq!((stored.len(), &stored[0]["version"]["N"]), (1, &json!(version)), "{case}: put once");
        assert_eq!(stored[0]["name"]["S"], "Cash", "{case}");
        assert_eq!(
            answer.body["changedAt"], stored[0]["changed_at"]["S"],
            "{case}: the answer is what is kept"
        );
    }

    fn check_job(self, bench: &Bench, answer: &Answer, case: &str) {
        let stored = bench.stored(PAYMENT);
        assert_eq!((&answer.body["state"], &answer.body["step"]), (&json!("RUNNING"), &json!(2)), "{case}");
        assert_eq!(stored["decided"]["M"]["step"]["N"], "2", "{case}");
        assert_eq!(stored["progress"]["M"]["paid"]["BOOL"], self == Self::ItHappened, "{case}");
        assert_eq!(stored["progress"]["M"]["given_up"]["BOOL"], self == Self::GiveUpUnkeyed, "{case}");
        // A repeat whose first answer was lost says once more that the job is to be gone on with, and nothing else.
        let told = bench.told();
        assert!(
            !told.is_empty() && told.iter().all(|event| event == "billz_job.resumed"),
            "{case}: {told:?}"
        );
        assert_eq!(
            stored["version"]["N"],
            (told.len() + 1).to_string(),
            "{case}: written for no other reason"
        );
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
    // Without a key the job is asked itself, with which nobody has gone on yet.
    let is_asked = matches!(story, Story::GiveUpUnkeyed);
    assert_eq!(bench.told(), vec!["billz_job.resumed"; usize::from(is_asked)], "{case}");
}

async fn every_call_fails_once(story: Story, at_least: usize) {
    let calls = clean_run(story).await;
    assert!(calls >= at_least, "{story:?} made {calls} calls");
    for failure in Failure::each_of(calls) {
        broken_run(story, failure).await;
    }
}

#[tokio::test]
async fn deciding_that_it_happened_survives_every_failure() {
    every_call_fails_once(Story::ItHappened, 4).await;
}

#[tokio::test]
async fn deciding_that_it_did_not_happen_survives_every_failure() {
    every_call_fails_once(Story::ItDidNotHappen, 4).await;
}

#[tokio::test]
async fn giving_up_survives_every_failure_without_a_key() {
    every_call_fails_once(Story::GiveUpUnkeyed, 2).await;
}

#[tokio::test]
async fn putting_a_payment_method_survives_every_failure() {
    every_call_fails_once(Story::NewCard, 2).await;
    every_call_fails_once(Story::ChangedCard, 2).await;
}
