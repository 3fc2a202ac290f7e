//! Two updates of one chat at the same time, in every order in which their requests can reach the store.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::chat::update::Delivered;
use sandbox::testbed::dynamodb::CHATS;
use sandbox::testbed::wire::{HeldAnswer, Wire};
use serde_json::{Value, json};
use shared::domain::dialogue::ChatId;
use shared::stores::chats::Chats;

use crate::tests::bench::{Bench, CHAT};
use crate::tests::steps::{Act, BACK, CANCEL, CONFIRM, NADIA, NOT_RIMA, NOT_SAMI, Step, go_to};

/// One of the two.
struct Side<'a> {
    future: Pin<Box<dyn Future<Output = Delivered> + 'a>>,
    held: Option<HeldAnswer>,
    ended: Option<Delivered>,
}

impl<'a> Side<'a> {
    fn new(future: impl Future<Output = Delivered> + 'a) -> Self {
        Self { future: Box::pin(future), held: None, ended: None }
    }

    /// Goes on to where the store has acted on its next request, or to its end.
    async fn step(&mut self, wire: &Wire) {
        let next = wire.hold_answer_of(wire.calls().len() + 1);
        self.held = None;
        let delivered = {
            let reached = std::pin::pin!(next.reached());
            match select(&mut self.future, reached).await {
                Either::Left((delivered, _)) => Some(delivered),
                Either::Right(_) => None,
            }
        };
        match delivered {
            Some(delivered) => self.ended = Some(delivered),
            None => self.held = Some(next),
        }
    }
}

/// Runs both to their ends. `plan` says at each fork whether the right one goes on; the left one after its end.
/// Answers what both were answered, and what was chosen at each fork.
pub async fn cross<'a>(
    wire: &Wire,
    plan: &[bool],
    left: impl Future<Output = Delivered> + 'a,
    right: impl Future<Output = Delivered> + 'a,
) -> ([Delivered; 2], Vec<bool>) {
    let (mut left, mut right) = (Side::new(left), Side::new(right));
    let mut forks = Vec::new();
    loop {
        let is_right = match (&left.ended, &right.ended) {
            (Some(_), Some(_)) => break,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => {
                let is_right = plan.get(forks.len()).copied().unwrap_or(false);
                forks.push(is_right);
                is_right
            }
        };
        if is_right { right.step(wire).await } else { left.step(wire).await }
    }
    ([left.ended.unwrap(), right.ended.unwrap()], forks)
}

/// The plan after one whose forks were these: the last left turn becomes a right turn. None after the last.
fn next_plan(mut forks: Vec<bool>) -> Option<Vec<bool>> {
    while let Some(is_right) = forks.pop() {
        if !is_right {
            forks.push(true);
            return Some(forks);
        }
    }
    None
}

/// What matters in the end: what is asked, how it ended, whose update counts as the last one, who speaks, and the
/// tasks that were not there before.
fn state(bench: &Bench, before: &[Value], ids: [i64; 2]) -> String {
    let dialogue = bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").unwrap();
    let person = bench.aws.dynamodb.item(CHATS, "CHAT#4242", "PERSON").unwrap();
    let last = ids.map(|id| dialogue["last"]["M"]["id"]["N"].as_str() == Some(&id.to_string()));
    let drafts: Vec<Value> = bench.tasks().into_iter().filter(|task| !before.contains(task)).collect();
    let drafts: Vec<&Value> = drafts.iter().map(|task| &task["draft"]).collect();
    json!({
        "wizard": dialogue["open"]["M"]["wizard"], "ending": dialogue["ended"]["M"]["ending"],
        "last": last, "user": person["user"], "drafts": drafts,
    })
    .to_string()
}

/// One run: both updates are made in this order, and delivered along the plan.
async fn run(bench: &Bench, step: Step, acts: [Act; 2], plan: &[bool]) -> (String, Vec<bool>) {
    tie(bench).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, step).await;
    let [left, right] = acts.map(|act| match act {
        Act::Says(text) => user.writes(text),
        Act::Presses(label) => user.pushes(label),
    });
    let before = bench.tasks();
    bench.wire.reset();
    let (answers, forks) = cross(&bench.wire, plan, user.delivers(&left), user.delivers(&right)).await;
    // How each was answered tells who believes to have been obeyed.
    let told = answers.map(|delivered| {
        assert_eq!(delivered.status, 200, "{acts:?} {forks:?}");
        delivered.method().expect("an answer to everybody").to_owned()
    });
    bot.looks_away();
    (format!("{told:?} {}", state(bench, &before, [left.id(), right.id()])), forks)
}

/// Ties the chat to a member of the staff, unless it is.
async fn tie(bench: &Bench) {
    let chats = Chats::new(bench.table(CHATS));
    let chat = chats.load(ChatId(CHAT)).await.unwrap();
    if chat.person.link.is_none() {
        let (token, now) = (format!("token-{}", bench.aws.dynamodb.items(CHATS).len()), Timestamp::now());
        let later = now + SignedDuration::from_mins(15);
        chats.issue_token(&token, &"staff-1".parse().unwrap(), later).await.unwrap();
        chats.redeem(&chat, &token, now).await.unwrap();
    }
}

/// Every order. How many there are.
async fn every_order(step: Step, acts: [Act; 2]) -> usize {
    let bench = Bench::start().await;
    let (mut plan, mut runs, mut ends) = (Some(Vec::new()), 0, Vec::new());
    while let Some(tried) = plan {
        let (end, forks) = run(&bench, step, acts, &tried).await;
        ends.push((forks.clone(), end));
        runs += 1;
        plan = next_plan(forks);
    }
    compare(acts, &ends);
    runs
}

/// The orders in which each is interrupted once: at each of its requests, for some or all of the other's.
async fn each_interruption(step: Step, acts: [Act; 2]) {
    let bench = Bench::start().await;
    let mut ends = Vec::new();
    for plan in
        (0..=5).flat_map(|here| [1, 2, 3, 16].map(|there| [vec![false; here], vec![true; there]].concat()))
    {
        let others = plan.iter().map(|is_right| !is_right).collect();
        for plan in [plan, others] {
            let (end, forks) = run(&bench, step, acts, &plan).await;
            ends.push((forks, end));
        }
    }
    compare(acts, &ends);
}

/// In the end it is as after one of the two orders without any crossing.
fn compare(acts: [Act; 2], ends: &[(Vec<bool>, String)]) {
    let turns = |forks: &[bool]| forks.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let serial: BTreeSet<String> =
        ends.iter().filter(|(forks, _)| turns(forks) == 0).map(|(_, end)| end.clone()).collect();
    for (forks, end) in ends {
        assert!(serial.contains(end), "{acts:?} {forks:?}: {end}\nis none of {serial:#?}");
    }
}

#[tokio::test]
async fn two_workers_chosen_at_once_are_both_chosen_or_one_is_told_that_it_came_late() {
    let runs = every_order(Step::Workers, [Act::Presses(NOT_SAMI), Act::Presses(NOT_RIMA)]).await;
    assert!(runs >= 6, "load and save of each can be ordered in six ways, not {runs}");
}

#[tokio::test]
async fn a_text_and_a_press_at_once_do_not_overwrite_each_other() {
    every_order(Step::Description, [Act::Says("No light"), Act::Presses(BACK)]).await;
    every_order(Step::Description, [Act::Presses(BACK), Act::Says("No light")]).await;
    every_order(Step::Found, [Act::Says("koval"), Act::Presses(NADIA)]).await;
}

#[tokio::test]
async fn a_double_tap_on_confirm_makes_one_task() {
    every_order(Step::Summary, [Act::Presses(CONFIRM), Act::Presses(CONFIRM)]).await;
}

#[tokio::test]
async fn confirm_and_cancel_at_once_make_one_task_or_none() {
    every_order(Step::Summary, [Act::Presses(CONFIRM), Act::Presses(CANCEL)]).await;
    every_order(Step::Summary, [Act::Presses(CANCEL), Act::Presses(CONFIRM)]).await;
}

#[tokio::test]
async fn nobody_confirms_in_a_chat_that_is_untied_at_the_same_time() {
    each_interruption(Step::Summary, [Act::Presses(CONFIRM), Act::Says("/unlink")]).await;
}

#[tokio::test]
async fn two_wizards_begun_at_once_are_one() {
    every_order(Step::Kind, [Act::Says("/task"), Act::Says("/task")]).await;
}
