//! The function dies, or loses an answer, at each of its outside calls; then the queue delivers again.

use futures::StreamExt;
use futures::stream::iter;
use shared::domain::billz::review::Decision;

use super::bench::Bench;
use super::crash_stories::{Begun, Story, seen_by_a_person};

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

/// How many stories are told at the same time.
const AT_ONCE: usize = 20;

/// How many calls the job makes when nothing goes wrong.
async fn calls_of(story: Story) -> usize {
    let Begun { bench, queue, id } = story.begin().await;
    assert_eq!(bench.deliver(queue).await, Vec::<String>::new(), "{story:?}");
    let calls = bench.wire.calls().len();
    assert_eq!(bench.state(&id), story.expected(), "{story:?}: {}", bench.job(&id));
    story.check_done(&bench, &format!("{story:?}, nothing goes wrong")).await;
    calls
}

/// What is true however it went: nothing is in a queue, and it was told once what became of the job.
fn check_told(bench: &Bench, state: &str, what: &str) {
    for queue in [super::bench::PAYMENTS, super::bench::OPERATIONS] {
        assert_eq!((bench.waiting(queue).len(), bench.buried(queue)), (0, Vec::new()), "{what}");
    }
    let told = bench.told();
    let ended = told.iter().filter(|(event, _)| event == "billz_job.ended").count();
    let opened = told.iter().filter(|(event, _)| event == "billz_job.review_opened").count();
    let expected = if state == "NEEDS_REVIEW" { (0, 1) } else { (1, 0) };
    assert_eq!((ended, opened), expected, "{what}: {told:?}");
}

/// Lets it go wrong, delivers to the end, lets a person decide where one has to, and answers whether one had to.
async fn check(story: Story, number: usize, trouble: Trouble) -> bool {
    let what = format!("{story:?} {trouble:?} {number}");
    let Begun { bench, queue, id } = story.begin().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => {
            assert!(bench.deliver_to_a_mortal(queue, number).await, "{what}");
            bench.let_claims_lapse();
        }
    }
    bench.deliver_all().await;
    let state = bench.state(&id);
    check_told(&bench, &state, &what);
    if state == story.expected() {
        story.check_done(&bench, &what).await;
        return false;
    }
    assert_eq!(state, "NEEDS_REVIEW", "{what}: {}", bench.job(&id));
    let evidence = bench.job(&id)["standing"]["reason"].as_str().unwrap().to_owned();
    assert!(evidence.len() > 20, "{what}: {evidence}");
    let decision = seen_by_a_person(&bench, &id).await;
    bench.decide(queue, &id, decision).await;
    bench.deliver_all().await;
    assert_eq!(bench.state(&id), story.expected(), "{what}: {}", bench.job(&id));
    story.check_done(&bench, &what).await;
    true
}

/// Lets each call of a story go wrong; answers the numbers of those after which a person had to look.
async fn break_each_call(story: Story, trouble: Trouble) -> Vec<usize> {
    let calls = calls_of(story).await;
    let each = iter(1..=calls).map(async |number| (number, check(story, number, trouble).await));
    let mut reviewed: Vec<(usize, bool)> = each.buffer_unordered(AT_ONCE).collect().await;
    reviewed.sort_unstable();
    reviewed.into_iter().filter(|(_, is_reviewed)| *is_reviewed).map(|(number, _)| number).collect()
}

#[tokio::test]
async fn an_order_is_placed_once_whatever_answer_is_lost() {
    assert_eq!(break_each_call(Story::Place, Trouble::AnswerLost).await, [0; 0]);
}

#[tokio::test]
async fn an_order_is_placed_once_whatever_request_is_lost() {
    assert_eq!(break_each_call(Story::Place, Trouble::RequestLost).await, [0; 0]);
}

#[tokio::test]
async fn an_order_is_placed_once_wherever_the_function_dies() {
    assert_eq!(break_each_call(Story::Place, Trouble::Death).await, [0; 0]);
}

#[tokio::test]
async fn an_order_is_paid_once_whatever_goes_wrong() {
    for trouble in [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death] {
        let reviewed = break_each_call(Story::Pay, trouble).await;
        assert!(!reviewed.is_empty() || matches!(trouble, Trouble::AnswerLost), "{trouble:?}: {reviewed:?}");
    }
}

#[tokio::test]
async fn what_was_refused_is_undone_wherever_the_function_dies() {
    for story in [Story::PlaceRefused, Story::PlaceWrongTotal] {
        assert_eq!(break_each_call(story, Trouble::Death).await, [0; 0], "{story:?}");
    }
}

#[tokio::test]
async fn every_other_job_is_done_once_wherever_the_function_dies() {
    let stories = [
        Story::Client,
        Story::Draft,
        Story::Item,
        Story::Attach,
        Story::Postpone,
        Story::Return,
        Story::Discount,
        Story::Delete,
        Story::DeletePostponed,
        Story::Look,
    ];
    for story in stories {
        let reviewed = break_each_call(story, Trouble::Death).await;
        // Nobody looked what was in the order before.
        assert!(reviewed.is_empty() || story == Story::Item, "{story:?}: {reviewed:?}");
    }
}

#[tokio::test]
async fn a_function_that_dies_again_and_again_places_one_order() {
    let Begun { bench, queue, id } = Story::Place.begin().await;
    // Each life is one call longer than the one before, until one is long enough.
    for number in 1..100 {
        bench.wire.reset();
        let died = bench.deliver_to_a_mortal(queue, number).await;
        bench.let_claims_lapse();
        if !died || bench.waiting(queue).is_empty() {
            break;
        }
    }
    bench.wire.reset();
    bench.deliver_all().await;
    assert_eq!(bench.state(&id), "SUCCEEDED", "{}", bench.job(&id));
    Story::Place.check_done(&bench, "in the end").await;
    check_told(&bench, "SUCCEEDED", "in the end");
}

#[tokio::test]
async fn a_payment_that_was_given_up_is_made_by_nobody_else() {
    let Begun { bench, queue, id } = Story::Pay.begin().await;
    bench.fault(serde_json::json!({ "operation": "pay", "fault": "cut_before" })).await;
    bench.deliver_all().await;
    assert_eq!(bench.state(&id), "NEEDS_REVIEW");
    bench.decide(queue, &id, Decision::GiveUp).await;
    bench.deliver_all().await;
    assert_eq!(bench.state(&id), "REFUSED");
    assert_eq!(bench.job(&id)["standing"]["refusal"]["code"], "given_up");
    let order = bench.orders().await[0]["id"].as_str().unwrap().to_owned();
    let second = super::jobs::pay("job-2", &order, 477_050);
    assert_eq!(bench.run(queue, &second).await, "REFUSED");
    assert_eq!(bench.job("job-2")["standing"]["refusal"]["code"], "payment_taken");
    assert_eq!(bench.orders().await[0]["state"], "active");
}

/// The story's message has one try left, and a call of it goes wrong. Answers where the job stands then.
async fn check_last_try(story: Story, number: usize, trouble: Trouble) -> String {
    let what = format!("{story:?}, the last try, {trouble:?} {number}");
    let Begun { bench, queue, id } = story.begin().await;
    bench.leave_one_try(queue, &id).await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => {
            assert!(bench.deliver_to_a_mortal(queue, number).await, "{what}");
            bench.let_claims_lapse();
        }
    }
    bench.deliver_all().await;
    let state = bench.state(&id);
    match state.as_str() {
        "SUCCEEDED" => story.check_done(&bench, &what).await,
        // Nothing was done: its message may be put back.
        "DEAD" => {
            let (body, _) = bench.buried(queue).pop().expect(&what);
            bench.aws.sqs.put(queue, &body);
            bench.deliver_all().await;
            assert_eq!(bench.state(&id), "SUCCEEDED", "{what}: {}", bench.job(&id));
            story.check_done(&bench, &what).await;
        }
        "NEEDS_REVIEW" => {
            assert_eq!(bench.buried(queue), [], "{what}");
            let decision = seen_by_a_person(&bench, &id).await;
            bench.decide(queue, &id, decision).await;
            bench.deliver_all().await;
            assert_eq!(bench.state(&id), "SUCCEEDED", "{what}: {}", bench.job(&id));
            story.check_done(&bench, &what).await;
        }
        other => panic!("{what}: nobody will ever hear of it: {other}"),
    }
    state
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_payment_at_the_last_try_is_heard_of() {
    let calls = calls_of(Story::Pay).await;
    let troubles = [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death];
    let each = iter((1..=calls).flat_map(|number| troubles.map(|trouble| (number, trouble))));
    let told = each.map(|(number, trouble)| check_last_try(Story::Pay, number, trouble));
    let mut states: Vec<String> = told.buffer_unordered(AT_ONCE).collect().await;
    states.sort();
    states.dedup();
    assert_eq!(states, ["DEAD", "NEEDS_REVIEW", "SUCCEEDED"]);
}
