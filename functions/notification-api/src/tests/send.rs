//! `POST /internal/notifications/send`.

use sandbox::testbed::dynamodb::{IDEMPOTENCY_KEYS, NOTIFICATIONS};
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::notices::NoticeKind;
use shared::notices::about::Audience;

use super::bench::{Bench, NOTIFICATIONS_QUEUE};

fn refused(answer: &Answer, named: &str) {
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains(named), "{named}: {detail}");
}

#[tokio::test]
async fn an_event_becomes_one_message_and_nothing_is_written() {
    let bench = Bench::start().await;
    let answer = bench.send(&Trigger::of("send")).await.ok(202);
    let id = answer["id"].as_str().unwrap().to_owned();
    assert_eq!(answer, json!({ "id": id, "event": "order.created", "status": "QUEUED" }));
    let data = json!({ "orderId": "order-1", "amount": 1_250_000, "currency": "IDR",
        "payUrl": "https://shop.example.com/pay/order-1" });
    let expected = json!({ "version": 1, "id": id, "correlationId": "sample-send", "userId": "user-1",
        "notice": { "event": "order.created", "data": data } });
    assert_eq!(bench.queued(NOTIFICATIONS_QUEUE), [expected]);
    assert_eq!(bench.wire.calls().len(), 1);
    assert_eq!(bench.aws.dynamodb.items(NOTIFICATIONS).len(), 0);
}

#[tokio::test]
async fn every_event_can_be_sent_to_whom_it_is_for_and_to_nobody_else() {
    let bench = Bench::start().await;
    for (number, kind) in NoticeKind::ALL.iter().enumerate() {
        let sample = serde_json::to_value(kind.sample()).unwrap();
        let mut wish = json!({ "event": kind.name(), "data": sample["data"] });
        let is_for_operators = kind.audience() == Audience::Operators;
        let wrong = if is_for_operators { json!("user-1") } else { Value::Null };
        let right = if is_for_operators { Value::Null } else { json!("user-1") };
        wish["userId"] = wrong;
        let code = if is_for_operators { "user_not_told" } else { "user_missing" };
        bench.send(&Trigger::of("send").body(&wish)).await.problem(422, code);
        wish["userId"] = right.clone();
        bench.send(&Trigger::of("send").body(&wish)).await.ok(202);
        let queued = bench.queued(NOTIFICATIONS_QUEUE);
        assert_eq!(queued.len(), number + 1, "{kind}");
        assert_eq!((&queued[number]["notice"], &queued[number]["userId"]), (&sample, &right), "{kind}");
    }
}

#[tokio::test]
async fn two_wishes_without_a_key_are_two_notifications() {
    let bench = Bench::start().await;
    let first = bench.send(&Trigger::of("send")).await.ok(202);
    let second = bench.send(&Trigger::of("send")).await.ok(202);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(bench.queued(NOTIFICATIONS_QUEUE).len(), 2);
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer_and_sends_nothing() {
    let bench = Bench::start().await;
    let first = bench.send(&Trigger::of("send-with-key")).await.ok(202);
    let again = bench.send(&Trigger::of("send-with-key")).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(202), first);
    assert_eq!(bench.queued(NOTIFICATIONS_QUEUE).len(), 1);
    bench.send(&Trigger::of("send-with-key").keyed("another-key")).await.ok(202);
    let ids: Vec<Value> = bench.queued(NOTIFICATIONS_QUEUE).iter().map(|one| one["id"].clone()).collect();
    assert_ne!(ids[0], ids[1]);
    let other = Trigger::of("send-credentials").keyed("order-1-created");
    bench.send(&other).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_key_whose_answer_was_not_kept_still_names_the_same_notification() {
    let bench = Bench::start().await;
    let first = bench.send(&Trigger::of("send-with-key")).await.ok(202);
    for mut item in bench.aws.dynamodb.items(IDEMPOTENCY_KEYS) {
        item.as_object_mut().unwrap().remove("answer");
        bench.aws.dynamodb.put(IDEMPOTENCY_KEYS, &item);
    }
    bench.let_leases_lapse();
    let again = bench.send(&Trigger::of("send-with-key")).await;
    assert_eq!(again.header("idempotent-replay"), "");
    assert_eq!(again.ok(202)["id"], first["id"]);
    assert_eq!(bench.queued(NOTIFICATIONS_QUEUE).len(), 2, "sent twice under one id, and told once");
}

#[tokio::test]
async fn a_field_that_is_wrong_is_named_and_never_quoted() {
    let bench = Bench::start().await;
    let password = "a-password-nobody-may-read";
    let with = |name: &str, value: Value| {
        let mut wish = json!({ "event": "vps.active", "userId": "user-1", "data": { "orderId": "order-1",
            "hostname": "vps-1", "ipAddress": "203.0.113.10", "username": "root", "password": password } });
        match value {
            Value::Null => drop(wish["data"].as_object_mut().unwrap().remove(name)),
            value => wish["data"][name] = value,
        }
        Trigger::of("send").body(&wish)
    };
    for (name, value) in [
        ("password", Value::Null),
        ("password", json!([password])),
        ("password", json!(format!("{password}\n"))),
        ("hostname", json!({ "name": password })),
        ("hostname", Value::Null),
    ] {
        let answer = bench.send(&with(name, value)).await.problem(422, "invalid_data");
        refused(&answer, name);
        assert!(!answer.text.contains(password), "{}", answer.text);
    }
    let answer = bench.send(&with("colour", json!(password))).await.problem(422, "invalid_data");
    assert!(!answer.text.contains(password));
    refused(
        &bench.send(&Trigger::of("send-unknown-field")).await.problem(422, "invalid_data"),
        "unknown field",
    );
    assert_eq!((bench.wire.calls().len(), bench.queued(NOTIFICATIONS_QUEUE).len()), (0, 0));
}

#[tokio::test]
async fn a_body_that_is_not_one_is_refused() {
    let bench = Bench::start().await;
    let send = |body: Value| Trigger::of("send").body(&body);
    let data = json!({ "orderId": "order-1", "amount": 1, "currency": "IDR" });
    let event = "order.created";
    let unknown = json!({ "event": "order.lost", "userId": "user-1", "data": data });
    bench.send(&send(unknown)).await.problem(422, "unknown_event");
    let nameless = json!({ "event": event, "userId": "a b", "data": data });
    bench.send(&send(nameless)).await.problem(422, "invalid_user");
    for wish in [
        json!({ "event": event, "userId": "user-1" }),
        json!({ "userId": "user-1", "data": data }),
        json!({ "event": event, "userId": "user-1", "data": data, "channel": "EMAIL" }),
        json!({ "event": event, "userId": 7, "data": data }),
        json!([]),
    ] {
        bench.send(&send(wish)).await.problem(422, "invalid_body");
    }
    for data in [json!([]), json!("x"), Value::Null] {
        let wish = json!({ "event": event, "userId": "user-1", "data": data });
        bench.send(&send(wish)).await.problem(422, "invalid_data");
    }
    bench.send(&Trigger::of("send-not-json")).await.problem(400, "not_json");
    let long = json!({ "event": event, "userId": "user-1", "data": { "orderId": "x".repeat(17_000) } });
    bench.send(&send(long)).await.problem(413, "body_too_long");
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn a_credential_is_sent_on_and_kept_nowhere_here() {
    let bench = Bench::start().await;
    let answer = bench.send(&Trigger::of("send-credentials").keyed("vps-1")).await;
    assert!(!answer.text.contains("correct-horse-9"));
    answer.ok(202);
    assert_eq!(bench.queued(NOTIFICATIONS_QUEUE)[0]["notice"]["data"]["password"], "correct-horse-9");
    let kept = json!(bench.aws.dynamodb.items(IDEMPOTENCY_KEYS)).to_string();
    assert!(!kept.contains("correct-horse-9"), "{kept}");
}
