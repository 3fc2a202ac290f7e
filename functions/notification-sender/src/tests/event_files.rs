//! The sample events in `events/notification-sender`, each with what becomes of it.

use std::path::PathBuf;

use serde_json::Value;

use super::bench::{Bench, EMAILS, FEEDBACK, PLANS, TELEGRAMS, TIME, failures};
use super::wishes::GROUP;

/// The chat of `user-1`.
const CHAT: i64 = 700_000_001;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../events/notification-sender"].iter().collect()
}

fn event(name: &str) -> Value {
    let path = folder().join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// What a bench has after an event.
#[derive(Debug, Default, PartialEq, Eq)]
struct Effects {
    /// Requests for the queues of emails and of Telegram messages.
    requests: (usize, usize),
    /// Emails and messages that were sent.
    sent: (usize, usize),
    /// Buried, of all queues.
    buried: usize,
}

async fn effects(bench: &Bench, event: &Value) -> Effects {
    let answer = bench.handle(event, TIME).await;
    assert_eq!(failures(&answer), Vec::<String>::new());
    let buried = [PLANS, EMAILS, TELEGRAMS, FEEDBACK].map(|queue| bench.buried(queue).len());
    Effects {
        requests: (bench.waiting(EMAILS).len(), bench.waiting(TELEGRAMS).len()),
        sent: (bench.mails().len(), bench.message_count().await),
        buried: buried.iter().sum(),
    }
}

#[tokio::test]
async fn every_event_file_is_answered() {
    let (requests, none) = ((1, 1), Effects::default());
    let cases = [
        ("payment-confirmed", Effects { requests, ..Effects::default() }),
        ("payment-expiring", Effects { requests, ..Effects::default() }),
        ("vps-active", Effects { requests, ..Effects::default() }),
        ("for-operators", Effects { requests, ..Effects::default() }),
        ("task-needs-review", Effects { requests: (0, 1), ..Effects::default() }),
        ("email-request", Effects { sent: (1, 0), ..Effects::default() }),
        ("telegram-request", Effects { sent: (0, 1), ..Effects::default() }),
        ("telegram-request-twice", Effects { sent: (0, 1), ..Effects::default() }),
        ("bounce", none),
        ("complaint", Effects::default()),
        ("malformed-among-others", Effects { requests: (2, 2), buried: 1, ..Effects::default() }),
        ("unknown-event", Effects { buried: 1, ..Effects::default() }),
        ("unknown-version", Effects { buried: 1, ..Effects::default() }),
    ];
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut named: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    assert_eq!(files, named);
    for (name, wanted) in cases {
        let bench = Bench::start().await;
        assert_eq!(effects(&bench, &event(name)).await, wanted, "{name}");
    }
}

#[tokio::test]
async fn the_sample_of_a_bounce_closes_the_sample_of_an_email() {
    let bench = Bench::start().await;
    effects(&bench, &event("email-request")).await;
    let id = "INV-20261121-7K3M9QZX.4.0.email";
    assert_eq!(bench.state(id), "SENT");
    effects(&bench, &event("bounce")).await;
    assert_eq!(bench.state(id), "BOUNCED");
    bench.run().await;
    assert_eq!(bench.chat(CHAT).await.len(), 1, "told by Telegram instead");
}

#[tokio::test]
async fn the_sample_for_the_operators_reaches_them() {
    let bench = Bench::start().await;
    effects(&bench, &event("for-operators")).await;
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.chat(GROUP).await.len()), (1, 1));
}

#[tokio::test]
async fn the_sample_of_a_task_to_look_for_is_told_in_its_chat() {
    let bench = Bench::start().await;
    bench.set("telegram/chats/4242", &serde_json::json!({ "userId": "user-1" })).await;
    effects(&bench, &event("task-needs-review")).await;
    bench.run().await;
    let shown = bench.chat(4242).await;
    assert_eq!((shown.len(), bench.chat(CHAT).await.len(), bench.mails().len()), (1, 0, 0));
    let data = "t1:01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b:1:again";
    assert!(shown[0].to_string().contains(data), "{}", shown[0]);
}
