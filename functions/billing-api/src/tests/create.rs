//! `POST /api/v1/billing/invoices`.

use futures::future::join_all;
use sandbox::testbed::dynamodb::transaction_cancelled;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::Bench;

fn create(order: &str) -> Trigger {
    Trigger::of("create").body(&json!({ "orderId": order }))
}

#[tokio::test]
async fn an_order_gets_one_invoice_and_keeps_it() {
    let bench = Bench::start().await;
    let made = bench.send(&Trigger::of("create")).await.ok(201);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("INV-"), "{id}");
    let told = |field: &str| made[field].clone();
    assert_eq!(
        (told("number"), told("orderId"), told("userId")),
        (json!(id), json!("order-1"), json!("user-1"))
    );
    assert_eq!(
        (told("state"), told("amount"), told("currency")),
        (json!("PENDING"), json!(150_000), json!("IDR"))
    );
    assert_eq!((told("paidAt"), told("payment"), told("payments")), (json!(null), json!(null), json!([])));
    let bca = made["channels"].as_array().unwrap().iter().find(|one| one["channel"] == "BCA_VA").unwrap();
    assert_eq!((&bca["customerFee"], &bca["merchantFee"]), (&json!(0), &json!(5_500)));
    assert_eq!((&bca["minimumAmount"], &bca["method"]), (&json!(10_000), &json!("VIRTUAL_ACCOUNT")));

    let again = bench.send(&Trigger::of("create")).await.ok(200);
    assert_eq!(again, made);
    let stored = bench.stored("INVOICE");
    assert_eq!(stored.len(), 1);
    assert_eq!((&stored[0]["version"], &stored[0]["gsi2pk"]), (&json!(1), &json!("STATE#PENDING")));
    assert_eq!(bench.stored("ORDER")[0]["number"], id);
    assert_eq!(bench.new_events(), Vec::<String>::new(), "nobody is told of an invoice that waits");
}

#[tokio::test]
async fn an_invoice_is_made_with_one_read_and_one_transaction() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("create")).await.ok(201);
    let operations: Vec<String> = bench.calls_to("aws").iter().map(|call| call.operation()).collect();
    assert_eq!(operations, ["GetItem", "TransactWriteItems"]);
    assert_eq!((bench.calls_to("orders").len(), bench.calls_to("users").len()), (1, 0));
}

#[tokio::test]
async fn parallel_creates_of_one_order_give_the_same_invoice() {
    let bench = Bench::start().await;
    let trigger = Trigger::of("create");
    let answers = join_all((0..6).map(|_| bench.send(&trigger))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
    assert!(answers.iter().all(|answer| answer.body["id"] == answers[0].body["id"]));
    assert_eq!((bench.stored("INVOICE").len(), bench.stored("ORDER").len()), (1, 1));
}

#[tokio::test]
async fn a_transaction_conflict_asks_for_a_repeat_that_succeeds() {
    let bench = Bench::start().await;
    let conflict = transaction_cancelled(&["None", "TransactionConflict"]);
    bench.wire.answer_next("TransactWriteItems", 1, conflict);
    bench.send(&Trigger::of("create")).await.problem(503, "store_unavailable");
    assert_eq!(bench.stored("INVOICE").len(), 0);
    bench.send(&Trigger::of("create")).await.ok(201);
}

#[tokio::test]
async fn an_order_that_is_not_the_callers_is_not_there() {
    let bench = Bench::start().await;
    for order in ["order-2", "order-99", "order/1", ""] {
        bench.send(&create(order)).await.problem(404, "not_found");
    }
    assert_eq!(bench.stored("INVOICE").len(), 0);
    bench.created("order-2").await;
    bench.send(&create("order-2")).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_order_service_that_is_down_makes_no_invoice() {
    let bench = Bench::start().await;
    for fault in ["cut_before", "cut_after", "server_error", "garbage", "limit"] {
        bench.fault("orders", "order", fault, json!({})).await;
        bench.send(&Trigger::of("create")).await.problem(503, "provider_unavailable");
    }
    bench.fault("orders", "order", "refuse", json!({})).await;
    bench.send(&Trigger::of("create")).await.problem(502, "provider_refused");
    assert_eq!(bench.stored("INVOICE").len(), 0);
    bench.send(&Trigger::of("create")).await.ok(201);
}

#[tokio::test]
async fn an_invoice_survives_a_tripay_that_cannot_tell_its_channels() {
    let bench = Bench::start().await;
    bench.fault("tripay", "fee-calculator", "server_error", json!({})).await;
    bench.send(&Trigger::of("create")).await.problem(503, "provider_unavailable");
    let made = bench.stored("INVOICE");
    assert_eq!(made.len(), 1, "the invoice is kept, so that the repeat finds it");
    assert_eq!(bench.send(&Trigger::of("create")).await.ok(200)["id"], made[0]["number"]);
}

#[tokio::test]
async fn orders_that_cannot_be_invoiced_are_refused_with_the_reason() {
    let bench = Bench::start().await;
    bench.put_order("paid", 150_000, json!({ "status": "PAID" })).await;
    bench.send(&create("paid")).await.problem(409, "order_closed");
    bench.put_order("gone", 150_000, json!({ "status": "CANCELLED" })).await;
    bench.send(&create("gone")).await.problem(409, "order_closed");
    bench.put_order("dollars", 10_000, json!({ "currency": "USD" })).await;
    bench.send(&create("dollars")).await.problem(422, "currency_not_collected");
    bench.put_order("free", 0, json!({})).await;
    bench.send(&create("free")).await.problem(422, "nothing_to_pay");
    assert_eq!(bench.stored("INVOICE").len(), 0);
}

#[tokio::test]
async fn bodies_that_say_too_much_or_nothing_are_refused() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("create-unknown-field")).await.problem(422, "invalid_body");
    bench.send(&Trigger::of("create-not-json")).await.problem(400, "not_json");
    for body in [r#"{"orderId":1}"#, "{}", "", "[]", "null", r#"{"orderId":"a","orderId":"b"}"#] {
        bench.send(&Trigger::of("create").text(body)).await.problem(422, "invalid_body");
    }
    for body in ["{", r#"{"orderId":"order-1"} x"#, "\u{0}"] {
        bench.send(&Trigger::of("create").text(body)).await.problem(400, "not_json");
    }
    let longest = format!(r#"{{"orderId":"order-1"}}{}"#, " ".repeat((16 << 10) - 21));
    bench.send(&Trigger::of("create").text(&longest)).await.ok(201);
    bench.send(&Trigger::of("create").text(&format!("{longest} "))).await.problem(413, "body_too_long");
    assert_eq!(bench.stored("INVOICE").len(), 1);
}
