//! The function dies, or loses an answer, at each of its outside calls; then Telegram delivers again.

use futures::StreamExt;
use futures::stream;
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::chat;
use sandbox::testbed::dynamodb::{CHATS, INVOICES};
use serde_json::{Value, json};
use shared::stores::chats::Chats;

use crate::handler::handle;
use crate::tests::bench::{Bench, CHAT, SECRET};
use crate::tests::bills::{CREATE, label, put, transactions};
use crate::tests::steps::{Act, CONFIRM, NADIA, NOT_RIMA, NOT_SAMI};

/// So many worlds stand at a time.
const AT_ONCE: usize = 8;
/// More deliveries of one update are not needed, nor more tries of one person.
const PATIENCE: usize = 6;

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

/// What goes wrong, if anything does.
type Plan = Option<(usize, Trouble)>;

/// What a person does and wants: a text or a button, by the beginning of what is written on it.
type Way = &'static [Act];

/// Words after which people try again.
const TRY_AGAIN: [&str; 4] = [
    "Something went wrong on our side",
    "cannot be looked up",
    "does not answer as it should",
    "is just being made",
];

/// Lets a person go this way, whatever goes wrong. Answers how many calls were made.
async fn go(bench: &Bench, way: Way, plan: Plan) -> usize {
    let app = bench.app().await;
    match plan {
        None => {}
        Some((number, Trouble::AnswerLost)) => bench.wire.drop_answer_of(number),
        Some((number, Trouble::RequestLost)) => bench.wire.drop_request(number),
        Some((number, Trouble::Death)) => bench.wire.crash_at(number),
    }
    // Nobody hears the answer of a process that died.
    let answer = async |request| {
        let mut response = handle(&app, request).await;
        let died = plan.is_some_and(|(number, _)| bench.wire.calls().len() >= number) && bench.wire.revive();
        if died {
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response.body_mut().clear();
        }
        response
    };
    let (user, bot) = chat::open(&bench.sandbox, CHAT, SECRET, answer);
    user.speaks(Some("en"));
    for act in way {
        for tried in 0..PATIENCE {
            let update = match act {
                Act::Says(text) => user.writes(text),
                Act::Presses(words) => {
                    let newest = bot.newest().unwrap();
                    user.pushes_on(newest.message_id, label(&newest, words))
                }
            };
            let mut delivered = user.delivers(&update).await;
            for _ in 0..PATIENCE {
                if delivered.status == 200 {
                    break;
                }
                delivered = user.delivers(&update).await;
            }
            assert_eq!(delivered.status, 200, "{plan:?} {act:?}: it is never taken");
            if !TRY_AGAIN.iter().any(|words| delivered.body.contains(words)) {
                break;
            }
            assert!(tried + 1 < PATIENCE, "{plan:?} {act:?}: {}", delivered.body);
            let_attempts_age(bench);
        }
    }
    let calls = bench.wire.calls().len();
    bench.wire.reset();
    bot.looks_away();
    calls
}

/// Lets so much time pass that Tripay knows of everything that it will ever know of.
fn let_attempts_age(bench: &Bench) {
    for mut item in bench.aws.dynamodb.items(INVOICES) {
        let attempts = item.pointer_mut("/attempts/L").and_then(Value::as_array_mut);
        for attempt in attempts.into_iter().flatten() {
            let long_ago = Timestamp::now() - SignedDuration::from_mins(2);
            attempt["M"]["submitted_at"]["S"] = json!(format!("{long_ago:.3}"));
        }
        bench.aws.dynamodb.put(INVOICES, &item);
    }
}

/// Every plan for a story of so many calls.
fn plans(calls: usize) -> impl Iterator<Item = Plan> {
    let troubles = [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death];
    (1..=calls).flat_map(move |number| troubles.map(|trouble| Some((number, trouble))))
}

/// A story that ends as it should whatever goes wrong.
async fn each<B: AsyncFn() -> Bench, E: AsyncFn(&Bench, Plan)>(begin: B, way: Way, end: E, least: usize) {
    let bench = begin().await;
    let calls = go(&bench, way, None).await;
    end(&bench, None).await;
    assert!(calls >= least, "{calls} calls are less than there should be");
    let run = async |plan: Plan| {
        let bench = begin().await;
        go(&bench, way, plan).await;
        end(&bench, plan).await;
    };
    stream::iter(plans(calls)).map(run).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_wizard_that_meets_trouble_anywhere_makes_exactly_one_task() {
    let way: Way = &[
        Act::Says("/task"),
        Act::Presses("Maintenance"),
        Act::Says("No light since noon"),
        Act::Says("nadia"),
        Act::Presses(NADIA),
        Act::Presses(NOT_SAMI),
        Act::Presses(NOT_RIMA),
        Act::Presses("Done"),
        Act::Presses("✅ Yes"),
        Act::Presses(CONFIRM),
    ];
    let begin = async || {
        let bench = Bench::start().await;
        bench.link("staff-1").await;
        bench
    };
    let end = async |bench: &Bench, plan: Plan| {
        let tasks = bench.tasks();
        assert_eq!(tasks.len(), 1, "{plan:?}");
        let draft = &tasks[0]["draft"]["M"];
        assert_eq!(draft["description"], json!({ "S": "No light since noon" }), "{plan:?}");
        assert_eq!(draft["customer"]["M"]["username"], json!({ "S": "customer123" }), "{plan:?}");
        assert_eq!(draft["workers"]["L"].as_array().map(Vec::len), Some(2), "{plan:?}");
        assert_eq!(tasks[0]["outbox_size"], json!({ "N": "1" }), "{plan:?}");
        let dialogue = bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").unwrap();
        assert_eq!(dialogue.get("open"), None, "{plan:?}");
        assert_eq!(dialogue["ended"]["M"]["ending"], json!({ "S": "SUBMITTED" }), "{plan:?}");
    };
    each(begin, way, end, 20).await;
}

#[tokio::test]
async fn a_link_that_meets_trouble_anywhere_ties_exactly_once() {
    let begin = async || {
        let bench = Bench::start().await;
        let chats = Chats::new(bench.table(CHATS));
        let later = Timestamp::now() + SignedDuration::from_mins(15);
        chats.issue_token("one-time-token", &"user-4".parse().unwrap(), later).await.unwrap();
        bench
    };
    let end = async |bench: &Bench, plan: Plan| {
        let person = bench.aws.dynamodb.item(CHATS, "CHAT#4242", "PERSON").unwrap();
        assert_eq!(
            (&person["user"]["S"], &person["version"]["N"]),
            (&json!("user-4"), &json!("1")),
            "{plan:?}"
        );
        let told = bench.aws.dynamodb.item(CHATS, "USER#user-4", "CHAT_OF_USER").unwrap();
        assert_eq!((&told["chat"]["N"], &told["version"]["N"]), (&json!("4242"), &json!("1")), "{plan:?}");
        let of_kind = |item: &Value| item["sk"]["S"] == "LINK_TOKEN";
        let token = bench.aws.dynamodb.items(CHATS).into_iter().find(of_kind).unwrap();
        assert_eq!(token["used_by"]["N"], json!("4242"), "{plan:?}");
    };
    each(begin, &[Act::Says("/start one-time-token")], end, 4).await;
}

#[tokio::test]
async fn a_payment_code_that_meets_trouble_anywhere_is_made_once() {
    let way: Way = &[Act::Says("/invoices"), Act::Presses("⏳"), Act::Presses("💳 Pay"), Act::Presses("BCA")];
    let begin = async || {
        let bench = Bench::start().await;
        bench.link("user-4").await;
        put(&bench, 1, "user-4", 24).await;
        bench
    };
    let end = async |bench: &Bench, plan: Plan| {
        let held = transactions(bench).await;
        assert_eq!(held.len(), 1, "{plan:?}: {CREATE}");
        let never = async |_| Response::new(String::new());
        let (_user, bot) = chat::open(&bench.sandbox, CHAT, SECRET, never);
        let shown = bot.newest().unwrap();
        assert!(shown.text.contains("BCA Virtual Account"), "{plan:?}: {}", shown.text);
        let item =
            bench.aws.dynamodb.items(INVOICES).into_iter().find(|item| item["sk"]["S"] == "INVOICE").unwrap();
        let stored = serde_json::to_string(&item["attempts"]).unwrap();
        assert!(stored.contains(held[0]["reference"].as_str().unwrap()), "{plan:?}: {stored}");
    };
    each(begin, way, end, 10).await;
}
