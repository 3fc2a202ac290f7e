//! `GET /api/admin/bonuses`: lists by state, bucket, user and chat, and their pages.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::Bonus;

use super::bench::{Bench, Earned, ago, later};
use super::bonuses::{cancelled, refunded};
use super::happenings as h;

fn list(query: &str) -> Trigger {
    Trigger::of("bonuses").query(query)
}

fn ids(page: &Value) -> Vec<String> {
    let id = |item: &Value| item["receiptId"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(id).collect()
}

/// A whole list, part by part.
async fn whole(bench: &Bench, query: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&list(&format!("{query}{cursor}"))).await.ok(200);
        seen.extend(ids(&page));
        let Some(next) = page["nextCursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

/// Bonuses of each kind, the oldest first: one a second.
async fn of_each_kind(bench: &Bench) {
    type Happening = fn(&mut Bonus);
    let happenings: [(&'static str, &'static str, i64, Happening); 15] = [
        ("new", "user-1", 1, h::created),
        ("put-off", "user-1", 1, h::put_off),
        ("making", "user-2", 2, h::making_bill),
        ("bill", "user-2", 2, h::bill_made),
        ("payment-put-off", "user-1", 1, h::payment_put_off),
        ("paying", "user-1", 1, h::paying),
        ("paid", "user-1", 3, h::paid),
        ("top-up-put-off", "user-2", 2, h::top_up_put_off),
        ("topping-up", "user-1", 1, h::topping_up),
        ("done", "user-1", 1, h::done),
        ("refused", "user-1", 1, h::refused),
        ("in-doubt", "user-2", 2, h::in_doubt),
        ("top-up-in-doubt", "user-1", 1, h::top_up_refused),
        ("given-up", "user-1", 1, cancelled),
        ("given-back", "user-1", 1, refunded),
    ];
    let at = ago(7_200);
    for (place, (receipt, user, chat, happened)) in (0_i64..).zip(happenings) {
        bench.bonus(Earned { receipt, user, chat, at: later(at, place) }, happened).await;
    }
}

#[tokio::test]
async fn lists_are_by_state_bucket_user_and_chat_newest_first() {
    let bench = Bench::start().await;
    of_each_kind(&bench).await;
    for (query, receipts) in [
        ("state=CREATED", vec!["put-off", "new"]),
        ("state=Needs_Review", vec!["top-up-in-doubt", "in-doubt"]),
        ("state=paying", vec!["paying"]),
        ("state=needs_review&userId=user-2", vec!["in-doubt"]),
        ("bucket=retry", vec!["top-up-put-off", "payment-put-off", "put-off"]),
        ("bucket=RETRY&userId=user-1", vec!["payment-put-off", "put-off"]),
        ("bucket=manual", vec!["top-up-in-doubt", "in-doubt", "refused"]),
        ("bucket=manual&telegramId=2", vec!["in-doubt"]),
        ("userId=user-2", vec!["in-doubt", "top-up-put-off", "bill", "making"]),
        ("telegramId=3", vec!["paid"]),
        ("telegramId=3&userId=user-2", vec![]),
        ("telegramId=-100", vec![]),
    ] {
        assert_eq!(whole(&bench, query).await, receipts, "{query}");
        let page = bench.send(&list(query)).await.ok(200);
        // Only months are looked through one after the other.
        let is_of_months = query.starts_with("telegramId") && !query.contains("userId");
        assert_eq!(
            (ids(&page), page["nextCursor"].is_string()),
            (whole(&bench, query).await, is_of_months),
            "{query}"
        );
    }
    let all = bench.send(&list("limit=100")).await.ok(200);
    assert_eq!(ids(&all).len(), 15);
    let shown = bench.send(&Trigger::of("bonus").at("/api/admin/bonuses/paid")).await.ok(200);
    assert_eq!(all["items"][8], shown, "a list shows what one shows");
    for case in ["bonuses", "bonuses-manual", "bonuses-retry"] {
        assert!(!ids(&bench.send(&Trigger::of(case)).await.ok(200)).is_empty(), "{case}");
    }
}

#[tokio::test]
async fn pages_hold_every_bonus_once_newest_first() {
    for (limit, query) in
        [(2, ""), (1, "&bucket=retry"), (2, "&bucket=manual"), (1, "&state=created"), (3, "&userId=user-1")]
    {
        let bench = Bench::start().await;
        of_each_kind(&bench).await;
        let at_once = whole(&bench, &format!("limit=100{query}")).await;
        assert!(at_once.len() >= 2, "{query}");
        let mut seen = Vec::new();
        let mut page = bench.send(&list(&format!("limit={limit}{query}"))).await.ok(200);
        // What is made meanwhile is before the list.
        let meanwhile = Earned { receipt: "meanwhile", user: "user-1", chat: 1, at: ago(1) };
        bench.bonus(meanwhile, h::put_off).await;
        loop {
            assert!(ids(&page).len() <= limit, "{query}");
            seen.extend(ids(&page));
            let Some(next) = page["nextCursor"].as_str() else { break };
            page = bench.send(&list(&format!("limit={limit}{query}&cursor={next}"))).await.ok(200);
        }
        assert_eq!(seen, at_once, "{query}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list_and_cannot_be_made_up() {
    let bench = Bench::start().await;
    of_each_kind(&bench).await;
    let page = bench.send(&list("limit=1&bucket=manual")).await.ok(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    for query in [
        format!("cursor={cursor}"),
        format!("bucket=retry&cursor={cursor}"),
        format!("bucket=manual&userId=user-1&cursor={cursor}"),
        format!("state=refused&cursor={cursor}"),
        format!("bucket=manual&cursor=x{cursor}"),
        "bucket=manual&cursor=".to_owned(),
    ] {
        bench.send(&list(&query)).await.problem(422, "invalid_cursor");
    }
}

#[tokio::test]
async fn unknown_and_impossible_parameters_are_refused_and_cost_no_request_to_aws() {
    let bench = Bench::start().await;
    for query in [
        "state=",
        "state=open",
        "bucket=",
        "bucket=all",
        "state=created&bucket=retry",
        "userId=",
        "userId=a%20b",
        "telegramId=",
        "telegramId=x",
        "telegramId=1.5",
        "limit=0",
        "limit=101",
        "limit=x",
        "page=2",
    ] {
        bench.send(&list(query)).await.problem(422, "invalid_parameter");
    }
    let refused = bench.send(&list("state=open")).await.problem(422, "invalid_parameter");
    let states = "the states are CREATED, MAKING_BILL, BILL_MADE, PAYING, PAID, TOPPING_UP, DONE, REFUSED, NEEDS_REVIEW, CANCELLED, REFUNDED";
    assert_eq!(refused.body["detail"], states);
    let refused = bench.send(&list("bucket=all")).await.problem(422, "invalid_parameter");
    assert_eq!(refused.body["detail"], "the buckets are retry, manual");
    assert_eq!(bench.wire.calls().len(), 0);
    for query in ["state=created", "bucket=retry", "bucket=manual", "userId=user-1"] {
        assert_eq!(
            bench.send(&list(query)).await.ok(200),
            json!({ "items": [], "nextCursor": null }),
            "{query}"
        );
    }
}
