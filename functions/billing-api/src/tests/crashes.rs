//! Every outside call of a command fails once, in three ways; whoever repeats the command gets it right.

use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::caller::{Caller, Turn};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::failure::Failure;
use serde_json::{Value, json};

use super::bench::{Bench, CREATE};

/// How often a caller repeats before it gives up.
const MAX_REPEATS: usize = 6;

/// A command, and what must be true at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Create,
    Pay,
    ChangeChannel,
    Cancel,
    CancelOfPaid,
    Resolve,
}

impl Story {
    /// The invoice before the command; empty where there is none.
    async fn prepare(self, bench: &Bench) -> String {
        if self == Self::Create {
            return String::new();
        }
        let id = bench.created("order-1").await;
        if matches!(self, Self::Pay) {
            return id;
        }
        let paid = bench.pay(&id, "BCA_VA").await.ok(200);
        let reference = paid["payment"]["reference"].as_str().unwrap();
        match self {
            Self::CancelOfPaid => bench.happens_unheard(reference, "pay").await,
            Self::Resolve => drop(bench.happens(reference, "pay", json!({ "amount": 1_000 })).await),
            Self::Create | Self::Pay | Self::ChangeChannel | Self::Cancel => {}
        }
        id
    }

    fn command(self, id: &str) -> Trigger {
        let command = match self {
            Self::Create => Trigger::of("create"),
            Self::Pay => Trigger::of("pay").about(id),
            Self::ChangeChannel => Trigger::of("pay").about(id).body(&json!({ "channel": "QRIS" })),
            Self::Cancel | Self::CancelOfPaid => Trigger::of("cancel").about(id),
            Self::Resolve => Trigger::of("admin-resolve").about(id),
        };
        command.keyed("one-wish")
    }

    fn is_done(self, answer: &Answer) -> bool {
        match self {
            Self::CancelOfPaid => answer.status == 409 && answer.body["code"] == "invoice_not_pending",
            // Created, or found: the answer that said 201 may be the one that was lost.
            Self::Create => [200, 201].contains(&answer.status),
            Self::Pay | Self::ChangeChannel | Self::Cancel | Self::Resolve => answer.status == 200,
        }
    }

    /// Looks at what was stored, sent and answered.
    async fn check(self, bench: &Bench, answer: &Answer, case: &str) {
        assert_eq!((bench.stored("INVOICE").len(), bench.stored("ORDER").len()), (1, 1), "{case}");
        let stored = &bench.stored("INVOICE")[0];
        let (state, events) = match self {
            Self::CancelOfPaid | Self::Resolve => ("STATE#PAID", vec!["invoice.paid"]),
            Self::Cancel => ("STATE#CANCELLED", vec![]),
            Self::Create | Self::Pay | Self::ChangeChannel => ("STATE#PENDING", vec![]),
        };
        assert_eq!(stored["gsi2pk"], state, "{case}");
        assert_eq!(bench.new_events(), events, "{case}");
        let held = bench.transactions().await;
        let payable = |code: &str| -> Vec<Value> {
            let open = held.iter().filter(|held| held["status"] == "UNPAID" && held["channel"] == code);
            open.map(|held| held["reference"].clone()).collect()
        };
        match self {
            Self::Create => assert_eq!(answer.body["id"], stored["number"], "{case}"),
            Self::Pay => {
                assert_eq!(payable("BCAVA"), [answer.body["payment"]["reference"].clone()], "{case}")
            }
            Self::ChangeChannel => {
                assert_eq!(payable("QRIS2"), [answer.body["payment"]["reference"].clone()], "{case}");
                assert_eq!(payable("BCAVA").len(), 1, "{case}");
            }
            Self::Cancel => assert_eq!(payable("BCAVA").len(), 1, "{case}"),
            Self::CancelOfPaid => assert_eq!(held.len(), 1, "{case}"),
            Self::Resolve => assert_eq!(stored["reviews"].as_array().map(Vec::len), Some(1), "{case}"),
        }
        let known: Vec<&Value> = stored["attempts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|attempt| attempt.get("transaction").map(|transaction| &transaction["reference"]))
            .collect();
        assert!(
            held.iter().all(|held| known.contains(&&held["reference"])),
            "{case}: a code nobody knows of"
        );
    }
}

/// The command, once, with nothing in its way: how many outside calls it makes.
async fn clean_run(story: Story) -> usize {
    let bench = Bench::start().await;
    let id = story.prepare(&bench).await;
    drop(bench.new_events());
    bench.wire.reset();
    let answer = bench.send(&story.command(&id)).await;
    assert!(story.is_done(&answer), "{story:?}: {}", answer.body);
    let calls = bench.wire.calls().len();
    story.check(&bench, &answer, "clean").await;
    calls
}

async fn broken_run(story: Story, failure: Failure) {
    let case = format!("{story:?}, {failure}");
    let mut bench = Bench::start().await;
    let id = story.prepare(&bench).await;
    drop(bench.new_events());
    bench.wire.reset();
    let caller = Caller { wire: bench.wire.clone(), repeats: MAX_REPEATS, case: &case };
    let is_done = |answer: &Answer| story.is_done(answer);
    let give = async |turn: Turn<'_>| {
        match turn {
            Turn::First => {}
            Turn::AfterCrash => bench.restart().await,
            Turn::Repeat(answer) => {
                bench.let_leases_lapse();
                if answer.body["code"] == "payment_in_progress" {
                    bench.let_attempts_age(&id);
                }
            }
        }
        bench.send(&story.command(&id)).await
    };
    let answer = caller.outlasts(failure, is_done, give).await;
    story.check(&bench, &answer, &case).await;
    let submitted = bench.wire.calls().into_iter().filter(|call| call.operation() == CREATE);
    let refs: Vec<String> = submitted.map(|call| call.request_json()["merchant_ref"].to_string()).collect();
    let mut distinct = refs.clone();
    distinct.dedup();
    assert_eq!(refs, distinct, "{case}: no reference is submitted twice");
}

async fn every_call_fails_once(story: Story, at_least: usize) {
    let calls = clean_run(story).await;
    assert!(calls >= at_least, "{story:?} made {calls} calls");
    for failure in Failure::each_of(calls) {
        broken_run(story, failure).await;
    }
}

#[tokio::test]
async fn creating_survives_every_failure() {
    every_call_fails_once(Story::Create, 7).await;
}

#[tokio::test]
async fn paying_survives_every_failure() {
    every_call_fails_once(Story::Pay, 7).await;
}

#[tokio::test]
async fn changing_the_channel_survives_every_failure() {
    every_call_fails_once(Story::ChangeChannel, 7).await;
}

#[tokio::test]
async fn cancelling_survives_every_failure() {
    every_call_fails_once(Story::Cancel, 6).await;
}

#[tokio::test]
async fn cancelling_what_was_paid_survives_every_failure() {
    every_call_fails_once(Story::CancelOfPaid, 6).await;
}

#[tokio::test]
async fn deciding_survives_every_failure() {
    every_call_fails_once(Story::Resolve, 4).await;
}
