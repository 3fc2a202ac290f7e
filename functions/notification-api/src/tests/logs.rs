//! `GET /internal/notifications/logs`.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::NOTIFICATIONS;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::notification::delivery::Outcome;

use super::bench::{Bench, ago, sent};

fn logs(query: &str) -> Trigger {
    Trigger::of("logs").query(query)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Deliveries `n-0.email`, `n-1.email` …, each a second after the one before; the newest first.
async fn with_deliveries(count: i64) -> (Bench, Vec<String>) {
    let bench = Bench::start().await;
    let mut made = Vec::new();
    for number in 0..count {
        let id = format!("n-{number}.email");
        bench.delivered(&id, sent(), ago(100 - number)).await;
        made.push(id);
    }
    made.reverse();
    (bench, made)
}

/// All ids of a list, part by part.
async fn all(bench: &Bench, query: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&logs(&format!("{query}{cursor}"))).await.ok(200);
        seen.extend(ids(&page));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn a_delivery_is_shown_with_what_became_of_it() {
    let bench = Bench::start().await;
    let (at, id) = (ago(60), "INV-20261121-7K3M9QZX.4.0.telegram");
    bench.delivered(id, sent(), at).await;
    let page = bench.send(&Trigger::of("logs")).await.ok(200);
    let expected = json!({ "id": id, "event": "payment.confirmed", "channel": "TELEGRAM", "userId": "user-1",
        "status": "SENT", "round": 0, "attempts": 1, "createdAt": at.to_string(),
        "settledAt": at.to_string(), "messageId": "message-1", "error": null, "resendable": true,
        "correlationId": "correlation-of-the-first" });
    assert_eq!(page, json!({ "items": [expected], "nextCursor": null }));
}

#[tokio::test]
async fn every_state_is_shown_as_people_name_it() {
    let bench = Bench::start().await;
    let why = || "why".to_owned();
    let outcomes = [
        ("FAILED", Outcome::Refused(why()), true),
        ("FAILED", Outcome::GivenUp(why()), true),
        ("UNCERTAIN", Outcome::Unclear(why()), true),
        ("SUPPRESSED", Outcome::Suppressed(why()), true),
        ("QUEUED", Outcome::Postponed(why()), false),
    ];
    for (number, (status, outcome, is_settled)) in outcomes.into_iter().enumerate() {
        let id = format!("n-{number}.telegram");
        bench.delivered(&id, outcome, ago(60)).await;
        let page = bench.send(&logs(&format!("status={status}&limit=100"))).await.ok(200);
        let item = page["items"].as_array().unwrap().iter().find(|item| item["id"] == id.as_str()).unwrap();
        assert_eq!((&item["status"], &item["error"]), (&json!(status), &json!("why")));
        assert_eq!(item["settledAt"].is_string(), is_settled, "{item}");
        assert_eq!(item["resendable"], is_settled, "{item}");
    }
    bench.claimed("busy.email", ago(60)).await;
    let page = bench.send(&logs("status=QUEUED&channel=EMAIL")).await.ok(200);
    assert_eq!((ids(&page), &page["items"][0]["error"]), (vec!["busy.email".to_owned()], &Value::Null));
}

#[tokio::test]
async fn neither_content_nor_an_address_is_shown() {
    let bench = Bench::start().await;
    bench.claim("secret.email", Some("user-1"), None, ago(60)).await;
    let words = "smtp; 550 5.1.1 <user-1@example.com>: no such user user-1@example.com".to_owned();
    bench.told("secret.email", Outcome::Refused(words), ago(50)).await;
    bench.delivered("shown.email", sent(), ago(40)).await;
    let answer = bench.send(&logs("user=user-1")).await;
    let stored = json!(bench.stored("DELIVERY")).to_string();
    assert!(stored.contains("Budi") || stored.contains("INV-"), "there is content to be shown: {stored}");
    assert!(!answer.text.contains('@') && !answer.text.contains("IDR"), "{}", answer.text);
    let page = answer.ok(200);
    assert_eq!(page["items"][1]["error"], "smtp; 550 5.1.1 [address] no such user [address]");
    assert_eq!(
        (&page["items"][0]["resendable"], &page["items"][1]["resendable"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn pages_hold_every_delivery_once_newest_first() {
    let (bench, made) = with_deliveries(5).await;
    for query in ["user=user-1", "event=payment.confirmed", "channel=EMAIL", "status=SENT"] {
        for limit in [1, 2, 5, 100] {
            assert_eq!(all(&bench, &format!("{query}&limit={limit}")).await, made, "{query}, {limit}");
        }
    }
}

#[tokio::test]
async fn deliveries_made_or_changed_while_paging_are_neither_skipped_nor_repeated() {
    let (bench, made) = with_deliveries(5).await;
    let first = bench.send(&logs("limit=2")).await.ok(200);
    assert_eq!(ids(&first), made[..2]);
    bench.delivered("newest.email", sent(), ago(0)).await;
    let changed = made[3].parse().unwrap();
    bench.app.deliveries.bounce(&changed, "mailbox full", ago(0)).await.unwrap();
    let cursor = format!("limit=2&cursor={}", first["nextCursor"].as_str().unwrap());
    let second = bench.send(&logs(&cursor)).await.ok(200);
    assert_eq!(ids(&second), made[2..4]);
    let rest = format!("limit=9&cursor={}", second["nextCursor"].as_str().unwrap());
    assert_eq!(ids(&bench.send(&logs(&rest)).await.ok(200)), made[4..]);
    assert_eq!(ids(&bench.send(&logs("limit=1")).await.ok(200)), ["newest.email"]);
}

#[tokio::test]
async fn each_filter_keeps_out_what_it_should() {
    let bench = Bench::start().await;
    let (early, late): (Timestamp, Timestamp) = (ago(90), ago(30));
    bench.delivered("early.telegram", sent(), early).await;
    bench.claim("late.email", Some("user-2"), Some("{}".to_owned()), late).await;
    bench.claim("operators.email", None, Some("{}".to_owned()), late).await;
    for (query, expected) in [
        ("user=user-1".to_owned(), vec!["early.telegram"]),
        ("user=user-2".to_owned(), vec!["late.email"]),
        ("user=user-3".to_owned(), vec![]),
        ("channel=TELEGRAM".to_owned(), vec!["early.telegram"]),
        ("channel=telegram&status=sent".to_owned(), vec!["early.telegram"]),
        ("status=BOUNCED".to_owned(), vec![]),
        ("event=order.created".to_owned(), vec![]),
        ("event=payment.confirmed".to_owned(), vec!["operators.email", "late.email", "early.telegram"]),
        (format!("from={late}"), vec!["operators.email", "late.email"]),
        (format!("to={late}"), vec!["early.telegram"]),
        (format!("from={early}&to={early}"), vec![]),
    ] {
        assert_eq!(ids(&bench.send(&logs(&query)).await.ok(200)), expected, "{query}");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let (bench, _) = with_deliveries(3).await;
    let cursor = bench.send(&Trigger::of("logs")).await.ok(200)["nextCursor"].as_str().unwrap().to_owned();
    for query in ["user=user-2&limit=2", "limit=2", "user=user-1&status=SENT&limit=2"] {
        let elsewhere = format!("{query}&cursor={cursor}");
        bench.send(&logs(&elsewhere)).await.problem(422, "invalid_cursor");
    }
    let mut forged = cursor.clone().into_bytes();
    for place in 0..forged.len() {
        let kept = forged[place];
        forged[place] = if kept == b'A' { b'B' } else { b'A' };
        let text = String::from_utf8(forged.clone()).unwrap();
        let query = format!("user=user-1&limit=2&cursor={text}");
        bench.send(&logs(&query)).await.problem(422, "invalid_cursor");
        forged[place] = kept;
    }
    bench.send(&logs(&format!("user=user-1&limit=2&cursor={cursor}"))).await.ok(200);
}

#[tokio::test]
async fn unknown_and_impossible_parameters_are_refused() {
    let bench = Bench::start().await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "size=2",
        "user=a%20b",
        "event=order.lost",
        "channel=SMS",
        "status=LOST",
        "from=yesterday",
        "user=user-1&user=user-2",
    ] {
        bench.send(&logs(query)).await.problem(422, "invalid_parameter");
    }
    assert_eq!(bench.wire.calls().len(), 0);
    let empty = bench.send(&Trigger::of("logs")).await.ok(200);
    assert_eq!(empty, json!({ "items": [], "nextCursor": null }));
    assert_eq!(all(&bench, "limit=100").await, Vec::<String>::new(), "months without deliveries are passed");
}

#[tokio::test]
async fn a_corrupt_item_is_an_error_and_never_left_out() {
    let bench = Bench::start().await;
    bench.delivered("n.email", sent(), ago(60)).await;
    let mut item = bench.aws.dynamodb.item(NOTIFICATIONS, "DELIVERY#n.email", "DELIVERY").unwrap();
    item["standing"] = json!({ "S": "nonsense" });
    bench.aws.dynamodb.put(NOTIFICATIONS, &item);
    bench.send(&Trigger::of("logs")).await.problem(500, "internal_error");
}
