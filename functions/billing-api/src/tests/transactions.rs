//! `GET /internal/billing/transactions` and the admin's lists.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::invoice::number::MerchantRef;

use super::bench::Bench;

fn transactions(query: &str) -> Trigger {
    Trigger::of("transactions").query(query)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Every invoice that a filter passes, read in pages of two.
async fn all(bench: &Bench, filter: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&transactions(&format!("limit=2&{filter}{cursor}"))).await.ok(200);
        seen.extend(ids(&page));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

/// Eight invoices of two users, oldest first: two cancelled, one paid, three with a code.
async fn world() -> (Bench, Vec<String>) {
    let bench = Bench::start().await;
    let mut made = Vec::new();
    for number in 0..8 {
        let (order, user) = (format!("many-{number}"), if number % 4 == 3 { "user-2" } else { "user-1" });
        bench.put_order(&order, 50_000, json!({ "userId": user })).await;
        made.push(bench.created(&order).await);
    }
    for place in [0, 4] {
        bench.send(&Trigger::of("cancel").about(&made[place])).await.ok(200);
    }
    for (place, channel) in [(1, "BCA_VA"), (2, "QRIS"), (5, "BCA_VA")] {
        bench.pay(&made[place], channel).await.ok(200);
    }
    let paid =
        bench.invoice(&made[5])["attempts"][0]["transaction"]["reference"].as_str().unwrap().to_owned();
    bench.happens(&paid, "pay", json!({})).await;
    (bench, made)
}

fn picked(made: &[String], places: &[usize]) -> Vec<String> {
    places.iter().map(|place| made[*place].clone()).collect()
}

#[tokio::test]
async fn filters_hold_across_pages() {
    let (bench, made) = world().await;
    let stored = |place: usize| bench.invoice(&made[place])["created_at"].as_str().unwrap().to_owned();
    let (third, sixth) = (stored(2), stored(5));
    let expected: [(String, &[usize]); 12] = [
        (String::new(), &[7, 6, 5, 4, 3, 2, 1, 0]),
        ("status=PENDING".into(), &[7, 6, 3, 2, 1]),
        ("status=pending".into(), &[7, 6, 3, 2, 1]),
        ("status=PAID".into(), &[5]),
        ("status=CANCELLED".into(), &[4, 0]),
        ("status=NEEDS_REVIEW".into(), &[]),
        ("channel=BCA_VA".into(), &[5, 1]),
        ("channel=QRIS2".into(), &[2]),
        ("user=user-2".into(), &[7, 3]),
        ("user=user-1&status=PENDING&channel=BCA_VA".into(), &[1]),
        (format!("from={third}&to={sixth}"), &[4, 3, 2]),
        (format!("from={third}&to={sixth}&user=user-1&status=PENDING"), &[2]),
    ];
    for (filter, places) in expected {
        assert_eq!(all(&bench, &filter).await, picked(&made, places), "{filter}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_filter_is_refused() {
    let (bench, _) = world().await;
    let page = bench.send(&Trigger::of("transactions")).await.ok(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    for filter in ["", "status=PAID&", "status=PENDING&channel=BCA_VA&", "status=PENDING&user=user-1&"] {
        let other = transactions(&format!("{filter}limit=2&cursor={cursor}"));
        bench.send(&other).await.problem(422, "invalid_cursor");
    }
    bench.send(&transactions(&format!("status=PENDING&limit=5&cursor={cursor}"))).await.ok(200);
}

#[tokio::test]
async fn wrong_filters_are_refused_by_name() {
    let bench = Bench::start().await;
    let wrong = [
        "status=OPEN",
        "from=yesterday",
        "to=2026-11-21",
        "channel=GOPAY",
        "user=a%20b",
        "state=PAID",
        "limit=0",
    ];
    for query in wrong {
        let problem = bench.send(&transactions(query)).await.problem(422, "invalid_parameter");
        assert!(!problem.body["detail"].as_str().unwrap().is_empty(), "{query}");
    }
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn services_and_admins_see_the_evidence() {
    let (bench, made) = world().await;
    let page = bench.send(&transactions("status=PAID")).await.ok(200);
    let paid = &page["items"][0];
    assert_eq!((&paid["id"], &paid["state"]), (&json!(made[5]), &json!("PAID")));
    assert!(paid["paidAt"].is_string());
    assert_eq!(paid["payments"][0]["status"], "SUCCESS");
    let report = &paid["reports"][0];
    assert_eq!((&report["source"], &report["status"]), (&json!("callback"), &json!("PAID")));
    let raw: Value = serde_json::from_str(report["raw"].as_str().unwrap()).unwrap();
    assert_eq!(raw["reference"], report["reference"]);
    let listed = bench.send(&Trigger::of("admin-invoices").query("state=paid")).await.ok(200);
    assert_eq!(listed["items"][0], *paid);
    let none = bench.send(&Trigger::of("admin-invoices")).await.ok(200);
    assert_eq!(none, json!({ "items": [], "nextCursor": null }));
}

#[tokio::test]
async fn reports_that_name_no_invoice_are_listed_for_admins() {
    let bench = Bench::start().await;
    let merchant_ref: MerchantRef = "INV-20261121-AAAAAAAA-1".parse().unwrap();
    // As when the table was restored to a time before this invoice.
    let orphan = bench.orphan(&merchant_ref).await;
    for _ in 0..2 {
        bench.happens(&orphan, "pay", json!({})).await;
    }
    let listed = bench.send(&Trigger::of("admin-unmatched-reports")).await.ok(200);
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "kept once: {listed}");
    assert_eq!((&items[0]["reference"], &items[0]["status"]), (&json!(orphan), &json!("PAID")));
    assert_eq!(
        (&items[0]["amount"], &items[0]["merchantRef"]),
        (&json!(50_000), &json!(merchant_ref.to_string()))
    );
    assert!(items[0]["raw"].as_str().unwrap().contains(&orphan));
    let wrong = Trigger::of("admin-unmatched-reports").query("limit=0");
    bench.send(&wrong).await.problem(422, "invalid_parameter");
}
