//! The function dies, or loses a request or an answer, at each of its outside calls; then the queues deliver again.

use std::collections::BTreeSet;

use futures::future::join_all;
use sandbox::testbed::dynamodb::NOTIFICATIONS;
use serde_json::json;
use shared::domain::notification::Channel;
use shared::domain::notification::preferences::Preferences;

use super::bench::{Bench, EMAILS, FEEDBACK, PLANS, QUEUES};
use super::wishes::{CHAT, EMAIL, USER, bounce, confirmed, notification, request};
use sandbox::telegram::TOKEN;

/// Reached by Telegram only as far as she knows; the chat is dead.
const HALINA: &str = "user-8";
const HALINAS_CHAT: i64 = 700_000_008;
/// Chose emails; the address is dead.
const IVAN: &str = "user-9";
const IVANS_CHAT: i64 = 700_000_009;
/// How often things are delivered at most until a story must have ended.
const MOST_ROUNDS: usize = 40;
/// How many stories run at the same time.
const AT_ONCE: usize = 20;

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

/// Everything that the function does: a notification by both channels, a chat that is dead and falls back to
/// an email, an email that came back and falls back to a chat.
async fn story() -> Bench {
    let bench = Bench::start().await;
    bench.know(HALINA, json!({ "email": "halina@example.com", "telegramChatId": HALINAS_CHAT })).await;
    bench.know(IVAN, json!({ "email": "ivan@example.com", "telegramChatId": IVANS_CHAT })).await;
    for (user, channel) in [(HALINA, Channel::Telegram), (IVAN, Channel::Email)] {
        let channels = [("payment.confirmed".to_owned(), vec![channel])].into();
        let chosen = Preferences { channels, quiet_hours: None, time_zone: "Europe/Kyiv".parse().unwrap() };
        bench.app.preferences.put(&user.parse().unwrap(), &chosen).await.unwrap();
    }
    bench.put(EMAILS, &request("EMAIL", 0, &notification("ivan", Some(IVAN), &confirmed())));
    bench.run().await;
    bench.set(&format!("telegram/chats/{HALINAS_CHAT}"), &json!({ "blocked": true })).await;
    bench.wire.reset();
    bench.put(PLANS, &notification("both", Some(USER), &confirmed()));
    bench.put(PLANS, &notification("halina", Some(HALINA), &confirmed()));
    bench.put(FEEDBACK, &bounce("Permanent", Some("ivan.email"), "ivan@example.com"));
    bench
}

fn submitting(bench: &Bench) -> BTreeSet<String> {
    let items = bench.aws.dynamodb.items(NOTIFICATIONS).into_iter();
    let open = items.filter(|item| item["standing"]["M"]["state"]["S"] == "SUBMITTING");
    open.map(|item| item["id"]["S"].as_str().unwrap().to_owned()).collect()
}

/// Delivers everything until it is quiet. Whoever dies at its `number`-th call leaves its batch to others.
/// Answers what was being sent at the moment of death.
async fn run(bench: &Bench, number: usize, trouble: Trouble) -> BTreeSet<String> {
    let (mut left_open, mut has_died) = (BTreeSet::new(), false);
    for _ in 0..MOST_ROUNDS {
        if QUEUES.iter().all(|queue| bench.waiting(queue).is_empty()) {
            return left_open;
        }
        for queue in QUEUES {
            let Some(event) = bench.aws.sqs.deliver(queue) else { continue };
            let answer = bench.handle(&event, super::bench::TIME).await;
            let dies_now =
                !has_died && matches!(trouble, Trouble::Death) && bench.wire.calls().len() >= number;
            if dies_now {
                has_died = true;
                assert!(bench.wire.revive());
                left_open = submitting(bench);
                bench.aws.sqs.show_again(queue);
            } else {
                bench.aws.sqs.settle(queue, &event, &answer);
            }
            bench.let_claims_lapse();
        }
    }
    panic!("{trouble:?} {number}: the queues never empty: {:?}", QUEUES.map(|queue| bench.waiting(queue)));
}

/// Messages that are with a person, by delivery.
async fn arrived(bench: &Bench, id: &str) -> usize {
    let mailed = |address: &str| bench.mails().iter().filter(|mail| mail.to == [address]).count();
    match id {
        "both.email" => mailed(EMAIL),
        "both.telegram" => bench.chat(CHAT).await.len(),
        "halina.email" => mailed("halina@example.com"),
        "halina.telegram" => bench.chat(HALINAS_CHAT).await.len(),
        "ivan.email" => mailed("ivan@example.com"),
        _ => bench.chat(IVANS_CHAT).await.len(),
    }
}

const IDS: [&str; 6] =
    ["both.email", "both.telegram", "halina.telegram", "halina.email", "ivan.email", "ivan.telegram"];

/// How many deliveries ended uncertain.
async fn check(number: usize, trouble: Trouble) -> usize {
    let bench = story().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => bench.wire.crash_at(number),
    }
    let left_open = run(&bench, number, trouble).await;
    let case = format!("{trouble:?} {number}");
    let struck = bench.wire.calls()[number - 1].clone();
    let is_send = struck.path.contains("/outbound-emails") || struck.path.contains(TOKEN);
    let mut uncertain = Vec::new();
    for id in IDS {
        let state = bench.state(id);
        let arrived = arrived(&bench, id).await;
        assert!(arrived <= 1, "{case}: {id} arrived {arrived} times");
        match state.as_str() {
            "SENT" | "BOUNCED" => assert_eq!(arrived, 1, "{case}: {id} is {state}"),
            "FAILED" => assert_eq!((arrived, id), (0, "halina.telegram"), "{case}"),
            "UNCERTAIN" => uncertain.push(id),
            // Nobody falls back from what may have arrived.
            "none" => {
                assert_eq!((id, uncertain.contains(&"halina.telegram")), ("halina.email", true), "{case}")
            }
            other => panic!("{case}: {id} is {other}"),
        }
    }
    for id in &uncertain {
        let is_explained = match trouble {
            Trouble::AnswerLost | Trouble::RequestLost => is_send,
            Trouble::Death => is_send || left_open.contains(*id),
        };
        assert!(is_explained, "{case} ({}): {id} need not be uncertain", struck.operation());
    }
    assert!(
        uncertain.len() <= if matches!(trouble, Trouble::Death) { 2 } else { 1 },
        "{case}: {uncertain:?}"
    );
    for queue in QUEUES {
        assert_eq!(bench.buried(queue), [], "{case}");
    }
    uncertain.len()
}

/// Lets each call go wrong once; how many calls there are, and how many deliveries ended uncertain.
async fn check_all(trouble: Trouble) -> (usize, usize) {
    let bench = story().await;
    run(&bench, usize::MAX, trouble).await;
    let calls = bench.wire.calls().len();
    assert_eq!(IDS.map(|id| bench.state(id)), ["SENT", "SENT", "FAILED", "SENT", "BOUNCED", "SENT"]);
    assert!(calls > 30, "{calls} calls");
    let (numbers, mut uncertain): (Vec<usize>, usize) = ((1..=calls).collect(), 0);
    for some in numbers.chunks(AT_ONCE) {
        let checks = some.iter().map(|number| check(*number, trouble));
        uncertain += join_all(checks).await.into_iter().sum::<usize>();
    }
    (calls, uncertain)
}

/// Of an email, of a message, of a refused message, and of both fallbacks.
const SENDS: usize = 5;

#[tokio::test]
async fn whatever_answer_is_lost_nobody_is_told_twice_and_nothing_waits_for_ever() {
    let (_, uncertain) = check_all(Trouble::AnswerLost).await;
    assert_eq!(uncertain, SENDS, "only what was being sent is in doubt");
}

#[tokio::test]
async fn whatever_request_is_lost_nobody_is_told_twice_and_nothing_waits_for_ever() {
    let (_, uncertain) = check_all(Trouble::RequestLost).await;
    assert_eq!(uncertain, SENDS, "only what was being sent is in doubt");
}

#[tokio::test]
async fn wherever_it_dies_nobody_is_told_twice_and_nothing_waits_for_ever() {
    let (calls, uncertain) = check_all(Trouble::Death).await;
    assert!((SENDS..calls).contains(&uncertain), "{uncertain} of {calls} deaths");
}
