//! Messages that can never be handled: buried at first sight with the reason, and in nobody's way.

use std::cell::RefCell;

use futures::future::join_all;
use serde_json::{Value, json};
use shared::queues::batch::Delivery;

use super::bench::{Bench, EMAILS, FEEDBACK, PLANS, QUEUES, TELEGRAMS, failures};
use super::wishes::{USER, bounce, confirmed, created, notification, request};

/// One that is sound, of its own person: nobody waits for anybody's chat.
fn sound(queue: &str, number: usize) -> Value {
    let told = notification(&format!("n-{number}"), Some(&format!("user-1{number}")), &confirmed());
    match queue {
        PLANS => told,
        EMAILS => request("EMAIL", 0, &told),
        TELEGRAMS => request("TELEGRAM", 0, &told),
        _ => bounce("Permanent", None, &format!("user-1{number}@example.com")),
    }
}

/// What one sound message of a queue leads to.
async fn effects(bench: &Bench, queue: &str) -> usize {
    match queue {
        PLANS => bench.waiting(EMAILS).len(),
        EMAILS => bench.mails().len(),
        TELEGRAMS => bench.message_count().await,
        _ => bench.wire.count("PutItem"),
    }
}

async fn check(queue: &'static str, place: usize) {
    let bench = Bench::start().await;
    for number in 0..10 {
        let chat = 700_000_010 + i64::try_from(number).unwrap();
        let user = json!({ "email": format!("user-1{number}@example.com"), "telegramChatId": chat });
        bench.know(&format!("user-1{number}"), user).await;
        if number == place {
            // As a console of AWS would put it: a group of its own.
            bench.aws.sqs.put(queue, "{\"version\":1,");
        } else {
            bench.put(queue, &sound(queue, number));
        }
    }
    bench.wire.reset();
    assert_eq!(bench.deliver(queue).await, Vec::<String>::new(), "{queue} {place}");
    assert_eq!(effects(&bench, queue).await, 9, "{queue} {place}");
    let buried = bench.buried(queue);
    assert_eq!(buried.len(), 1, "{queue} {place}");
    assert_eq!(buried[0].0, "{\"version\":1,");
    assert!(buried[0].1.starts_with("malformed message: "), "{}", buried[0].1);
}

#[tokio::test]
async fn a_malformed_message_at_any_place_of_ten_is_buried_and_the_nine_are_delivered() {
    for queue in QUEUES {
        join_all((0..10).map(|place| check(queue, place))).await;
    }
}

fn with(place: &str, value: Value, mut message: Value) -> Value {
    let (parent, name) = place.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
    message
}

/// Buries it at once, having told and asked nobody else; the reason.
async fn reason(queue: &str, message: &Value) -> String {
    let bench = Bench::start().await;
    bench.put(queue, message);
    assert_eq!(bench.deliver(queue).await, Vec::<String>::new(), "{message}");
    let buried = bench.buried(queue);
    assert_eq!(buried.len(), 1, "{message}");
    assert_eq!(serde_json::from_str::<Value>(&buried[0].0).unwrap(), *message);
    assert!(bench.waiting(EMAILS).is_empty() && bench.waiting(TELEGRAMS).is_empty(), "{message}");
    assert_eq!((bench.mails().len(), bench.message_count().await), (0, 0), "{message}");
    assert_eq!(
        (bench.state("n-1.email"), bench.state("n-1.telegram")),
        ("none".to_owned(), "none".to_owned())
    );
    buried[0].1.clone()
}

#[tokio::test]
async fn what_is_not_exactly_a_notification_is_told_to_nobody() {
    let told = || notification("n-1", Some(USER), &confirmed());
    for (message, words) in [
        (json!(null), "malformed message: "),
        (json!([]), "malformed message: "),
        (with("/notice/event", "payment.imagined".into(), told()), "there is no such event"),
        (with("/notice/data/amount", "125000".into(), told()), "amount is not a whole number"),
        (with("/notice/data/amount", json!(-1), told()), "amount is not a whole number"),
        (with("/notice/data/currency", "XYZ".into(), told()), "currency is not one of"),
        (with("/notice/data/more", json!(1), told()), "an unknown field"),
        (with("/notice/data/invoice", Value::Null, told()), "invoice"),
        (with("/more", json!(1), told()), "unknown field"),
        (with("/id", json!(7), told()), "another value, expected a string"),
        (with("/version", json!(2), told()), "unknown version"),
        (with("/userId", Value::Null, told()), "without a userId"),
        (with("/userId", "../orders/order-1".into(), told()), "userId is not an id"),
        (with("/userId", "user-404".into(), told()), "no such user"),
        (with("/id", "n 1".into(), told()), "no id"),
        (with("/id", "n 1".into(), notification("n-1", Some(USER), &created())), "no id"),
    ] {
        let found = reason(PLANS, &message).await;
        assert!(found.contains(words), "{message}: {found}");
    }
}

#[tokio::test]
async fn what_is_not_exactly_a_request_for_this_channel_is_sent_to_nobody() {
    for (queue, channel, other) in [(EMAILS, "EMAIL", "TELEGRAM"), (TELEGRAMS, "TELEGRAM", "EMAIL")] {
        let wish = || request(channel, 0, &notification("n-1", Some(USER), &confirmed()));
        for (message, words) in [
            (json!({}), "malformed message: "),
            (with("/channel", other.into(), wish()), "for another channel"),
            (with("/channel", "PIGEON".into(), wish()), "malformed message: "),
            (with("/version", json!(2), wish()), "unknown version"),
            (with("/notification/version", json!(2), wish()), "unknown version"),
            (with("/round", json!(-1), wish()), "malformed message: "),
            (with("/notification/id", "n/1".into(), wish()), "no id"),
            (with("/notification/userId", "user-404".into(), wish()), "no such user"),
            (
                with("/notification/notice/data/paidAt", "yesterday".into(), wish()),
                "paidAt is not an instant",
            ),
        ] {
            let found = reason(queue, &message).await;
            assert!(found.contains(words), "{message}: {found}");
        }
    }
}

#[tokio::test]
async fn what_is_no_word_of_ses_changes_nothing() {
    for message in [json!({}), json!({ "Type": "SubscriptionConfirmation" }), json!("Successfully validated")]
    {
        let found = reason(FEEDBACK, &message).await;
        assert!(found.starts_with("malformed message: "), "{message}: {found}");
    }
}

#[tokio::test]
async fn what_cannot_be_buried_stays_in_its_queue() {
    let bench = Bench::start().await;
    let down = json!({ "__type": "InternalFailure", "message": "down" }).to_string();
    bench.wire.answer_next("SendMessage", 3, (500, down));
    let id = bench.aws.sqs.put(TELEGRAMS, "not JSON");
    assert_eq!(bench.deliver(TELEGRAMS).await, [id]);
    assert_eq!(bench.deliver(TELEGRAMS).await, Vec::<String>::new());
    assert_eq!(bench.buried(TELEGRAMS).len(), 1);
}

#[tokio::test]
async fn a_batch_of_a_queue_that_is_not_ours_stays_where_it_is() {
    let bench = Bench::start().await;
    let ids =
        [bench.aws.sqs.put("paydesk-order-updates", "{}"), bench.aws.sqs.put("paydesk-order-updates", "{}")];
    assert_eq!(bench.deliver("paydesk-order-updates").await, ids);
    assert!(bench.wire.calls().is_empty());
}

#[tokio::test]
async fn a_panic_over_one_message_does_not_lose_the_nine_others() {
    let bench = Bench::start().await;
    let ids: Vec<String> = (0..10).map(|number| bench.put(FEEDBACK, &json!({ "number": number }))).collect();
    let event = bench.aws.sqs.deliver(FEEDBACK).unwrap();
    let handled = RefCell::new(Vec::new());
    let handle = async |message: Value| {
        let number = message["number"].as_i64().unwrap();
        // Those before it and those behind it are all under way.
        tokio::task::yield_now().await;
        assert_ne!(number, 4, "the panic of this story");
        handled.borrow_mut().push(number);
        Delivery::Done
    };
    let answer = bench.app.feedback.run(serde_json::from_value(event).unwrap(), handle).await;
    assert_eq!(handled.into_inner(), [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    assert_eq!(failures(&serde_json::to_value(answer).unwrap()), [ids[4].as_str()]);
    assert_eq!(bench.waiting(FEEDBACK)[4].visibility_timeouts, [5], "it comes again");
}
