//! Looking at letters takes nothing away, and shows nothing that is private.

use super::super::show::{Sight, words};
use super::bench::Bench;

const FIRST_TEN: Sight = Sight { message: None, limit: 10, body: false };
const MAIL: &str = r#"{"version":1,"channel":"EMAIL","notification":{"id":"ord-1.vps.0","userId":"user-1",
    "notice":{"event":"vps.active","data":{"orderId":"ord-1","hostname":"h.example.com","password":"pa55-word"}}}}"#;

#[tokio::test]
async fn a_letter_is_shown_by_event_and_keys_and_put_back_at_once() {
    let bench = Bench::start().await;
    let reason = r#"malformed message: invalid value: string "pa55-word", write to ada@example.com"#;
    bench.bury("email-queue-dlq", MAIL, reason).await;
    let seen = bench.show("email-queue", &FIRST_TEN).await.unwrap();
    let text = format!("{}{}", words(&seen), serde_json::to_string(&seen).unwrap());
    for shown in ["vps.active", "ord-1.vps.0", "user-1", "malformed message: invalid value"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    for withheld in ["pa55-word", "h.example.com", "ada@example.com"] {
        assert!(!text.contains(withheld), "{withheld}: {text}");
    }
    assert_eq!((seen[0].receive_count, seen[0].summary.withheld), (1, 2));
    assert!(bench.is_all_visible("email-queue-dlq"));

    let whole = Sight { body: true, ..FIRST_TEN };
    let seen = bench.show("email-queue-dlq", &whole).await.unwrap();
    assert_eq!((seen[0].body.as_deref(), seen[0].reason.as_deref()), (Some(MAIL), Some(reason)));
}

#[tokio::test]
async fn as_many_are_shown_as_were_asked_for_or_just_the_one() {
    let bench = Bench::start().await;
    let ids: Vec<String> = (0..30).map(|index| bench.put("email-queue-dlq", &format!("{index}"))).collect();
    for (limit, shown) in [(1, 1), (10, 10), (25, 25), (100, 30)] {
        let seen = bench.show("email-queue", &Sight { limit, ..FIRST_TEN }).await.unwrap();
        assert_eq!(seen.len(), shown);
        assert!(bench.is_all_visible("email-queue-dlq"));
    }
    let one = |id: &str| Sight { message: Some(id.to_owned()), body: true, limit: 10 };
    let seen = bench.show("email-queue", &one(&ids[29])).await.unwrap();
    assert_eq!((seen.len(), seen[0].body.as_deref()), (1, Some("29")));
    let error = bench.show("email-queue", &one("gone")).await.unwrap_err().to_string();
    assert!(error.starts_with("gone was not found in email-queue-dlq"), "{error}");
    assert_eq!(bench.bodies("email-queue-dlq").len(), 30);
}

#[tokio::test]
async fn of_a_fifo_queue_the_first_of_each_group_are_shown_and_come_again_in_order() {
    let bench = Bench::start().await;
    for index in 0..3 {
        bench.testbed.sqs.put_in_group("test-telegram-queue-dlq.fifo", "-100123", &format!("{index}"));
    }
    let whole = Sight { body: true, ..FIRST_TEN };
    for _ in 0..2 {
        let seen = bench.show("telegram-queue", &whole).await.unwrap();
        let bodies: Vec<&str> = seen.iter().filter_map(|seen| seen.body.as_deref()).collect();
        assert_eq!(bodies[0], "0");
        assert_eq!(seen[0].group.as_deref(), Some("-100123"));
        assert!(bench.is_all_visible("telegram-queue-dlq.fifo"));
    }
    let seen = bench.show("telegram-queue", &FIRST_TEN).await.unwrap();
    assert!(!words(&seen).contains("100123"), "a chat is somebody's");
}

#[tokio::test]
async fn a_queue_that_fails_midway_is_an_error_and_what_was_looked_at_is_put_back() {
    let bench = Bench::start().await;
    (0..15).for_each(|index| drop(bench.put("email-queue-dlq", &format!("{index}"))));
    bench.wire.answer(2, 403, r#"{"__type":"AccessDenied","message":"no"}"#);
    let error = bench.show("email-queue", &Sight { limit: 20, ..FIRST_TEN }).await.unwrap_err();
    assert!(format!("{error:#}").contains("sqs:ReceiveMessage"), "{error:#}");
    assert!(bench.is_all_visible("email-queue-dlq"));
}

#[tokio::test]
async fn the_list_counts_every_dead_letter_queue_and_tells_its_oldest() {
    let bench = Bench::start().await;
    (0..2).for_each(|index| drop(bench.put("email-queue-dlq", &format!("{index}"))));
    bench.put("email-queue", "alive");
    let rows = bench.list().await;
    let seen: Vec<(&str, u64, bool)> =
        rows.iter().map(|row| (row.queue.as_str(), row.waiting, row.oldest_at.is_some())).collect();
    assert_eq!(
        seen,
        [
            ("email-queue-dlq", 2, true),
            ("event-relay-dlq", 0, false),
            ("reconciler-dlq", 0, false),
            ("telegram-queue-dlq.fifo", 0, false),
        ]
    );
    assert!(bench.is_all_visible("email-queue-dlq"));
}
