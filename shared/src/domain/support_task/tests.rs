//! What a task may become, and what it may not.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use super::*;
use crate::domain::support_task::draft::{Subscriber, TaskKind, WhatsApp, Worker, WorkerId, Workers};
use proptest::{prop_assert, prop_oneof, proptest, strategy::Just, strategy::Strategy};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_226_400 + second).unwrap()
}

fn task() -> SupportTask {
    let draft = TaskDraft {
        kind: TaskKind::Maintenance,
        description: "No light".parse().unwrap(),
        customer: Subscriber::new("customer123".parse().unwrap(), "Olena Koval"),
        workers: Workers::new([Worker::new(WorkerId(13), "Taras")]).unwrap(),
        whats_app: WhatsApp::Requested,
    };
    let asker = Asker { user: "user-3".parse().unwrap(), chat: ChatId(4242), locale: Locale::Uk };
    let mut task = SupportTask::ask("task-1".parse().unwrap(), draft, asker, at(0));
    assert_eq!(std::mem::take(&mut task.outbox), [TaskEvent::Submitted]);
    task
}

fn failure() -> PanelFailure {
    PanelFailure::new(PanelCode::TaskCreateHttpError, "the panel said no")
}

fn claimed() -> SupportTask {
    let mut task = task();
    assert_eq!(task.claim(1, at(1)), Claim::Make);
    task
}

#[test]
fn a_task_is_made_by_whoever_claimed_it() {
    let mut task = claimed();
    assert_eq!(task.claim(1, at(2)), Claim::Busy { wait: SignedDuration::from_secs(89) });
    task.made(1, at(1), Made::Created, at(3));
    assert_eq!(task.standing, Standing::Created { at: at(3), word: Word::Panel });
    assert_eq!(task.outbox, [TaskEvent::Created]);
    assert_eq!(task.claim(1, at(500)), Claim::Settled);
}

#[test]
fn the_claim_of_somebody_who_is_gone_is_a_question_for_a_person() {
    let mut task = claimed();
    assert_eq!(task.claim(1, at(91)), Claim::Lost);
    assert_eq!(task.state(), TaskState::NeedsReview);
    assert!(matches!(task.outbox.as_slice(), [TaskEvent::ReviewOpened(_)]));
}

#[test]
fn whoever_lost_the_claim_changes_nothing() {
    let mut task = claimed();
    assert_eq!(task.claim(1, at(91)), Claim::Lost);
    let found = task.clone();
    task.made(1, at(1), Made::Created, at(92));
    assert_eq!(task, found);
    assert_eq!(task.decide(1, Decision::CreateAgain, at(93)), Decided::Done);
    assert_eq!(task.claim(2, at(94)), Claim::Make);
    let again = task.clone();
    task.made(1, at(1), Made::Failed(failure()), at(95));
    task.made(2, at(1), Made::Failed(failure()), at(95));
    assert_eq!(task, again);
}

#[test]
fn what_was_put_off_can_be_claimed_again() {
    let mut task = claimed();
    task.made(1, at(1), Made::Postponed, at(2));
    assert_eq!((task.state(), task.outbox.len()), (TaskState::Pending, 0));
    assert_eq!(task.claim(1, at(3)), Claim::Make);
}

#[test]
fn what_was_tried_often_enough_has_failed() {
    let mut task = task();
    task.give_up_making(2, failure(), at(1));
    assert_eq!(task.standing, Standing::Ready, "that is another attempt's affair");
    task.give_up_making(1, failure(), at(1));
    assert_eq!(task.standing, Standing::Failed { at: at(1), failure: failure() });
    assert_eq!(task.outbox, [TaskEvent::Failed(failure())]);
}

#[test]
fn a_person_decides_about_a_doubt_once() {
    let mut there = claimed();
    there.made(1, at(1), Made::Unclear(failure()), at(2));
    assert_eq!(there.decide(1, Decision::ItIsThere, at(3)), Decided::Done);
    assert_eq!(there.decide(1, Decision::ItIsThere, at(4)), Decided::AlreadyDone);
    assert_eq!(there.decide(1, Decision::CreateAgain, at(4)), Decided::NotOpen);
    assert_eq!(there.standing, Standing::Created { at: at(3), word: Word::Person });
}

#[test]
fn pressing_create_again_twice_is_one_more_attempt() {
    let mut task = claimed();
    task.made(1, at(1), Made::Failed(failure()), at(2));
    task.outbox.clear();
    assert_eq!(task.decide(1, Decision::CreateAgain, at(3)), Decided::Done);
    assert_eq!(task.decide(1, Decision::CreateAgain, at(3)), Decided::AlreadyDone);
    assert_eq!((task.attempt, task.outbox.as_slice()), (2, [TaskEvent::Submitted].as_slice()));
    assert_eq!(task.claim(1, at(4)), Claim::Settled, "the first attempt's message came again");
    assert_eq!(task.claim(2, at(4)), Claim::Make);
}

#[test]
fn a_task_that_is_there_is_not_made_again_and_one_that_is_under_way_is_not_decided_about() {
    let mut created = claimed();
    created.made(1, at(1), Made::Created, at(2));
    let mut pending = claimed();
    for decision in [Decision::CreateAgain, Decision::GiveUp] {
        assert_eq!(created.decide(1, decision, at(3)), Decided::NotOpen);
        assert_eq!(pending.decide(1, decision, at(3)), Decided::NotOpen);
    }
    let mut given_up = claimed();
    given_up.made(1, at(1), Made::Failed(failure()), at(2));
    assert_eq!(given_up.decide(1, Decision::GiveUp, at(3)), Decided::Done);
    assert_eq!(given_up.decide(1, Decision::GiveUp, at(3)), Decided::AlreadyDone);
    assert_eq!(given_up.decide(1, Decision::CreateAgain, at(3)), Decided::NotOpen);
}

#[derive(Debug, Clone)]
enum Step {
    Claim(u32),
    Made(u32, Made),
    Decide(u32, Decision),
    Wait,
}

fn steps() -> impl Strategy<Value = Step> {
    let made = prop_oneof![
        Just(Made::Created),
        Just(Made::Failed(failure())),
        Just(Made::Postponed),
        Just(Made::Unclear(failure()))
    ];
    let decision =
        prop_oneof![Just(Decision::ItIsThere), Just(Decision::CreateAgain), Just(Decision::GiveUp)];
    prop_oneof![
        (1_u32..4).prop_map(Step::Claim),
        (1_u32..4, made).prop_map(|(attempt, made)| Step::Made(attempt, made)),
        (1_u32..4, decision).prop_map(|(attempt, decision)| Step::Decide(attempt, decision)),
        Just(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn nobody_asks_the_panel_twice_in_one_attempt_without_knowing_that_it_was_not_made(
        steps in proptest::collection::vec(steps(), 1..40),
    ) {
        let mut task = task();
        let mut second = 0;
        // Whether the panel may hold the task of this attempt.
        let mut may_be_there = false;
        for step in steps {
            second += 1;
            let attempt = task.attempt;
            match step {
                Step::Claim(claimed) => {
                    if task.claim(claimed, at(second)) == Claim::Make {
                        prop_assert!(!may_be_there, "asked twice in one attempt");
                        may_be_there = true;
                    }
                }
                Step::Made(of, made) => {
                    if let Standing::Submitting { since } = task.standing {
                        let counts = of == attempt;
                        task.made(of, since, made.clone(), at(second));
                        may_be_there &= !(counts && matches!(made, Made::Failed(_) | Made::Postponed));
                    }
                }
                Step::Decide(of, decision) => {
                    let was_created = task.state() == TaskState::Created;
                    task.decide(of, decision, at(second));
                    prop_assert!(!was_created || task.state() == TaskState::Created);
                    may_be_there &= task.attempt == attempt;
                }
                Step::Wait => second += 200,
            }
        }
    }
}
