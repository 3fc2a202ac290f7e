//! `GET /api/v1/billing/invoices` and `GET /api/v1/billing/invoices/{id}`.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::Bench;

async fn with_invoices(count: usize) -> (Bench, Vec<String>) {
    let bench = Bench::start().await;
    let mut made = Vec::new();
    for number in 0..count {
        made.push(next_invoice(&bench, number).await);
    }
    (bench, made)
}

async fn next_invoice(bench: &Bench, number: usize) -> String {
    let order = format!("listed-{number}");
    bench.put_order(&order, 50_000, json!({})).await;
    bench.created(&order).await
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn page(limit: u8, cursor: &Value) -> Trigger {
    let cursor = cursor.as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    Trigger::of("list").query(&format!("limit={limit}{cursor}"))
}

#[tokio::test]
async fn pages_hold_every_invoice_once_newest_first() {
    let (bench, mut made) = with_invoices(5).await;
    bench.created("order-2").await;
    made.reverse();
    for limit in [1, 2, 5, 100] {
        let (mut seen, mut cursor) = (Vec::new(), json!(null));
        loop {
            let one = bench.send(&page(limit, &cursor)).await.ok(200);
            assert!(ids(&one).len() <= usize::from(limit));
            seen.extend(ids(&one));
            cursor = one["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(seen, made, "limit {limit}");
    }
}

#[tokio::test]
async fn invoices_made_or_changed_while_paging_are_neither_skipped_nor_repeated() {
    let (bench, made) = with_invoices(5).await;
    let first = bench.send(&Trigger::of("list")).await.ok(200);
    assert_eq!(ids(&first), [made[4].clone(), made[3].clone()]);
    let newest = next_invoice(&bench, 5).await;
    bench.send(&Trigger::of("cancel").about(&made[3])).await.ok(200);
    bench.send(&Trigger::of("cancel").about(&made[2])).await.ok(200);
    let second = bench.send(&page(2, &first["nextCursor"])).await.ok(200);
    assert_eq!(ids(&second), [made[2].clone(), made[1].clone()]);
    let third = bench.send(&page(2, &second["nextCursor"])).await.ok(200);
    assert_eq!((ids(&third), &third["nextCursor"]), (vec![made[0].clone()], &Value::Null));
    assert_eq!(ids(&bench.send(&page(1, &json!(null))).await.ok(200)), [newest]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let (bench, _) = with_invoices(3).await;
    let cursor = bench.send(&Trigger::of("list")).await.ok(200)["nextCursor"].clone();
    bench.send(&page(2, &cursor).by("user-2")).await.problem(422, "invalid_cursor");
    let elsewhere = format!("limit=2&cursor={}", cursor.as_str().unwrap());
    bench.send(&Trigger::of("admin-invoices").query(&elsewhere)).await.problem(422, "invalid_cursor");
    bench.send(&Trigger::of("transactions").query(&elsewhere)).await.problem(422, "invalid_cursor");
    let mut forged = cursor.as_str().unwrap().to_owned().into_bytes();
    for place in 0..forged.len() {
        let kept = forged[place];
        forged[place] = if kept == b'A' { b'B' } else { b'A' };
        let text = json!(String::from_utf8(forged.clone()).unwrap());
        bench.send(&page(2, &text)).await.problem(422, "invalid_cursor");
        forged[place] = kept;
    }
    for text in ["", "x", "INV-20261121-7K3M9QZX", "%00", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
        bench.send(&page(2, &json!(text))).await.problem(422, "invalid_cursor");
    }
    bench.send(&page(2, &cursor)).await.ok(200);
}

#[tokio::test]
async fn unknown_and_impossible_parameters_are_refused() {
    let bench = Bench::start().await;
    for query in
        ["limit=0", "limit=101", "limit=-1", "limit=x", "size=2", "limit=2&page=3", "limit=1&limit=2"]
    {
        bench.send(&Trigger::of("list").query(query)).await.problem(422, "invalid_parameter");
    }
    let empty = bench.send(&Trigger::of("list").query("limit=100")).await.ok(200);
    assert_eq!(empty, json!({ "items": [], "nextCursor": null }));
}

#[tokio::test]
async fn an_invoice_is_shown_to_its_customer_and_to_admins_only() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    let get = Trigger::of("get").about(&id);
    let mut shown = bench.send(&get).await.ok(200);
    assert_eq!((&shown["id"], &shown["state"]), (&json!(id), &json!("PENDING")));
    assert!(shown.get("channels").is_none() && shown.get("reports").is_none());

    bench.send(&get.clone().by("user-2")).await.problem(404, "not_found");
    bench.send(&get.clone().by("admin-1")).await.problem(404, "not_found");
    for other in ["INV-20261121-AAAAAAAA", "INV-1", "x"] {
        bench
            .send(&get.clone().at(&format!("/api/v1/billing/invoices/{other}")))
            .await
            .problem(404, "not_found");
    }
    let admin = Trigger::of("admin-invoice").about(&id);
    let evidence = bench.send(&admin).await.ok(200);
    shown["reviewOpenedAt"] = json!(null);
    shown["reports"] = json!([]);
    shown["reviews"] = json!([]);
    assert_eq!(evidence, shown);
    bench.send(&Trigger::of("admin-invoice")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_corrupt_item_is_an_error_and_never_not_found() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    bench.rewrite(&id, |item| item["standing"] = json!({ "S": "nonsense" }));
    bench.send(&Trigger::of("get").about(&id)).await.problem(500, "internal_error");
    bench.send(&Trigger::of("list")).await.problem(500, "internal_error");
}
