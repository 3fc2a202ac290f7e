//! The function dies, or loses an answer, at each of its outside calls; then the queue delivers again.

use futures::future::join_all;

use super::bench::{Bench, TASK};

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Its answer is lost.
    AnswerLost,
    /// It never arrives.
    RequestLost,
    /// It is acted on, and then nothing works any more.
    Death,
}

/// A task to be made, by who holds a session that the panel has ended: every kind of call is made.
pub async fn story() -> Bench {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    bench.end_sessions().await;
    assert_eq!(bench.told().len(), 2);
    bench.ask(TASK).await;
    bench.wire.reset();
    bench
}

/// What is true in the end: as many tasks as the panel may have, and what the chat was told last.
pub async fn check_the_end(bench: &Bench, what: &str) {
    // One is the task that was made before.
    let in_panel = bench.panel_tasks().await.len() - 1;
    let (last, _) = bench.told().pop().unwrap();
    let state = bench.state(TASK);
    let expected = match state.as_str() {
        "CREATED" => (1..=1, "support_task.created"),
        "FAILED" => (0..=0, "support_task.failed"),
        "NEEDS_REVIEW" => (0..=1, "support_task.review_opened"),
        other => panic!("{what}: nobody will ever hear of it: {other}"),
    };
    assert!(expected.0.contains(&in_panel), "{what}: {state} with {in_panel} in the panel");
    assert_eq!(last, expected.1, "{what}");
    assert_eq!((bench.waiting().len(), bench.buried().len()), (0, 0), "{what}");
}

async fn check(number: usize, trouble: Trouble) -> String {
    let bench = story().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => {
            bench.wire.crash_at(number);
            assert!(bench.deliver_to_a_mortal(number).await, "{number}");
            assert!(bench.wire.revive(), "{number}");
            bench.let_claims_lapse();
        }
    }
    bench.deliver_all().await;
    check_the_end(&bench, &format!("{trouble:?} {number}")).await;
    bench.state(TASK)
}

#[tokio::test]
async fn whatever_call_goes_wrong_a_task_is_made_once_or_a_person_is_asked() {
    let bench = story().await;
    bench.deliver_all().await;
    let calls = bench.wire.calls().len();
    check_the_end(&bench, "nothing goes wrong").await;
    assert_eq!(bench.state(TASK), "CREATED");
    assert_eq!(calls, 13, "look, claim, create, look who we are, log in anew, create, keep");
    let each = (1..=calls).flat_map(|number| {
        [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death].map(|trouble| check(number, trouble))
    });
    let states = join_all(each).await;
    for (index, state) in states.iter().enumerate() {
        let (number, place) = (index / 3 + 1, index % 3);
        // The fifth would have said that the first of them made nothing.
        let asks_for_the_task = [4, 5, 11].contains(&number);
        let dies_with_the_claim = place == 2 && (3..=12).contains(&number);
        let expected = if asks_for_the_task || dies_with_the_claim { "NEEDS_REVIEW" } else { "CREATED" };
        assert_eq!(
            state, expected,
            "a person is asked where there is doubt and nowhere else: {number} {place}"
        );
    }
}

#[tokio::test]
async fn a_function_that_dies_again_and_again_makes_one_task() {
    let bench = story().await;
    // Each life is one call longer than the one before, until one is long enough.
    for number in 1..30 {
        bench.wire.reset();
        bench.wire.crash_at(number);
        let died = bench.deliver_to_a_mortal(number).await;
        bench.wire.revive();
        bench.let_claims_lapse();
        if !died || bench.waiting().is_empty() {
            break;
        }
    }
    bench.wire.reset();
    bench.deliver_all().await;
    check_the_end(&bench, "in the end").await;
}
