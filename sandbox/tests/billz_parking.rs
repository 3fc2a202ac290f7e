//! Billz at the wire: postponed orders, their deletion, the list of drafts, and customers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use sandbox::billz::{CASH_PAYMENT_TYPE_ID, SHOP_ID};
use serde_json::{Value, json};
use support::billz::{COAT, SHIRT, SILK, Seller, orders, refusal, stock};
use support::{control, start};

/// The shop's time in so many hours.
fn in_hours(hours: i64) -> String {
    let at =
        (Timestamp::now() + SignedDuration::from_hours(hours)).to_zoned(TimeZone::fixed(Offset::constant(5)));
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[tokio::test]
async fn a_postponed_order_keeps_its_products_until_its_time() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(SILK, json!(2)).await;
    let until = in_hours(1);
    let postponed = seller.postpone(&order, "Order 12345 - Tashkent", &until).await;
    let shown = (&postponed["id"], &postponed["park_status"], &postponed["future_time"]);
    assert_eq!(shown, (&json!(order), &json!("active"), &json!(until)), "the order itself, in no envelope");
    let detail = &postponed["order_detail"];
    assert_eq!(
        (&detail["total_price"], &detail["comment"]),
        (&json!(254_100), &json!("Order 12345 - Tashkent"))
    );
    let (_, products) = seller.get("v2/products?limit=100").await;
    let silk = products["products"].as_array().unwrap().iter().find(|one| one["id"] == SILK).unwrap();
    assert_eq!(
        silk["shop_measurement_values"][0]["active_measurement_value"], 2,
        "not lowered by a postponed order"
    );

    let other = seller.draft().await;
    assert_eq!(refusal(&seller.add(&other, SILK, json!(1)).await).1, "20016");
    assert_eq!(refusal(&seller.add(&order, SHIRT, json!(1)).await).2, "order is not a draft");
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 3_601 })).await;
    assert_eq!(seller.order(&order).await["park_status"], "expired");
    assert_eq!(seller.add(&other, SILK, json!(1)).await["status_code"], 200, "free again");
    assert_eq!(refusal(&seller.pay(&order, json!(254_100)).await).2, "order is expired");
    assert_eq!(
        refusal(&seller.delete(&format!("v2/order/{order}")).await.1).2,
        "failed to validate delete order"
    );
}

#[tokio::test]
async fn a_postponed_order_is_paid_as_it_is() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(COAT, json!(5)).await;
    seller.postpone(&order, "", &in_hours(1)).await;
    assert_eq!(seller.pay(&order, json!(1_400_000)).await["order_type"], "SALE");
    assert_eq!(
        (stock(&running, COAT).await, &seller.order(&order).await["park_status"]),
        (json!(0), &json!("completed"))
    );
    assert_eq!(
        seller.order(&order).await["order_detail"]["comment"],
        "Order 7",
        "an empty comment changes nothing"
    );
}

#[tokio::test]
async fn postponing_wants_a_time_to_come_and_products_that_are_there() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let (one, other) = (seller.draft_of(SILK, json!(2)).await, seller.draft_of(SILK, json!(1)).await);
    for unreadable in ["2026-12-21", "2126-12-21T06:47:30", ""] {
        assert_eq!(seller.postpone(&one, "", unreadable).await["code"], 400, "{unreadable}");
    }
    assert_eq!(refusal(&seller.postpone(&one, "", &in_hours(-1)).await).2, "time must be in the future");
    assert_eq!(refusal(&seller.postpone("nothing", "", &in_hours(1)).await).0, 404);
    assert_eq!(seller.postpone(&one, "", &in_hours(1)).await["park_status"], "active");
    assert_eq!(refusal(&seller.postpone(&one, "", &in_hours(2)).await).2, "order is not a draft");
    assert_eq!(
        refusal(&seller.postpone(&other, "", &in_hours(1)).await).1,
        "20016",
        "kept for the other one"
    );
    let empty = seller.draft().await;
    assert_eq!(
        seller.postpone(&empty, "", &in_hours(1)).await["park_status"],
        "active",
        "nobody looks inside"
    );
}

#[tokio::test]
async fn only_drafts_are_deleted() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(SILK, json!(2)).await;
    let (path, returned) = (format!("v2/order/{order}"), json!({ "order_id": order }));
    assert_eq!(
        refusal(&seller.post("v2/order/return-postpone", returned.clone()).await.1).2,
        "order is not postponed"
    );
    seller.postpone(&order, "", &in_hours(1)).await;
    let (status, refused) = seller.delete(&path).await;
    assert_eq!((status, refusal(&refused)), (200, (400, "400", "failed to validate delete order")));
    let as_others_do = json!({ "method": "order.postpone", "params": { "order_id": order } });
    assert_eq!(seller.post("v2/order/return-postpone", as_others_do).await.0, 400);

    let (status, answer) = seller.post("v2/order/return-postpone", returned).await;
    assert_eq!((status, answer["id"].is_string(), answer["id"] == json!(order)), (200, true, false));
    let order_now = seller.order(&order).await;
    assert_eq!((&order_now["park_status"], &order_now["future_time"]), (&json!(""), &json!("")));
    let (status, answer) = seller.delete(&path).await;
    assert_eq!((status, answer["id"].is_string(), answer["id"] == json!(order)), (200, true, false));
    let (status, gone) = seller.get(&path).await;
    assert_eq!((status, &gone["error"]), (404, &json!("order not found")));
    assert_eq!(refusal(&seller.delete(&path).await.1), (404, "404", "order not found"));
    assert_eq!(
        (&orders(&running).await[0]["state"], stock(&running, SILK).await),
        (&json!("deleted"), json!(2))
    );
}

#[tokio::test]
async fn drafts_are_listed_newest_first_and_found_by_what_is_known_of_them() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let mut drafts = Vec::new();
    for _ in 0..12 {
        drafts.push(seller.draft_of(SHIRT, json!(1)).await);
    }
    seller.postpone(&drafts[0], "Order 12345 - Tashkent", &in_hours(1)).await;
    seller.postpone(&drafts[1], "Paid later", &in_hours(1)).await;
    seller.pay(&drafts[1], json!(35_000)).await;
    seller.pay(&drafts[2], json!(35_000)).await;
    seller.delete(&format!("v2/order/{}", drafts[3])).await;
    let (_, created) =
        seller.post("v1/client", json!({ "first_name": "Aziza", "phone_number": "+998901234567" })).await;
    let client = created["id"].as_str().unwrap();
    seller
        .put(
            &format!("v2/order-customer-new/{}", drafts[4]),
            json!({ "customer_id": client, "check_auth_code": false }),
        )
        .await;

    let list = async |query: &str| -> (u64, Vec<String>) {
        let (status, answer) = seller.get(&format!("v2/order-notes?{query}")).await;
        assert_eq!(status, 200, "{query}: {answer}");
        let ids =
            answer["orders"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned());
        (answer["count"].as_u64().unwrap(), ids.collect())
    };
    let newest: Vec<String> = drafts[4..].iter().rev().cloned().collect();
    let mut all = newest.clone();
    all.push(drafts[0].clone());
    assert_eq!(list("limit=100").await, (9, all.clone()), "neither deleted nor completed");
    assert_eq!(list("").await.1.len(), 9);
    assert_eq!(list("limit=4&page=2").await, (9, all[4..8].to_vec()));
    assert_eq!(list("limit=4&page=9").await, (9, vec![]));
    assert_eq!(list("search=order%2012345").await, (1, vec![drafts[0].clone()]));
    assert_eq!(list("search=213957").await.0, 0);
    assert_eq!(list("search=213956").await, (1, vec![drafts[11].clone()]));
    assert_eq!(list("future_time_is_null=true").await, (8, newest));
    assert_eq!(list("future_time_is_null=false&limit=10").await.1, [drafts[0].clone()]);
    assert_eq!(list("order_park_status=active").await.1, [drafts[0].clone()]);
    assert_eq!(list("order_park_status=completed").await.1, [drafts[1].clone()], "it was postponed once");
    assert_eq!(list(&format!("client={client}")).await.1, [drafts[4].clone()]);
    assert_eq!(list(&format!("shop_id={SHOP_ID}")).await.0, 9);
    assert_eq!(list("shop_id=elsewhere").await.0, 0);
    let (yesterday, tomorrow) = (in_hours(-24), in_hours(24));
    let (yesterday, tomorrow) = (&yesterday[..10], &tomorrow[..10]);
    assert_eq!(list(&format!("start_date={yesterday}&end_date={tomorrow}&page=1")).await.0, 9);
    assert_eq!(list(&format!("start_date={tomorrow}")).await.0, 0);
    assert_eq!(list("end_date=2026-01-01").await.0, 0);
    assert_eq!(seller.get("v2/order-notes?find=x").await.0, 400);
}

#[tokio::test]
async fn customers_are_made_and_found_by_their_numbers() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let wanted = json!({
        "first_name": "Aziza", "last_name": "Karimova", "phone_number": "+998901234567", "chat_id": "",
        "date_of_birth": "2022-05-14", "gender": 2,
    });
    let (status, created) = seller.post("v1/client", wanted.clone()).await;
    let id = created["id"].as_str().unwrap();
    assert_eq!((status, created.as_object().unwrap().len()), (200, 1));
    let other =
        seller.post("v1/client", json!({ "first_name": "Jasur", "phone_number": "998907654321" })).await.1;
    let (_, found) = seller.get("v1/client?phone_number=%2B998%2090%20123-45-67&limit=10&page=1").await;
    let client = &found["clients"][0];
    assert_eq!((&found["count"], &client["id"]), (&json!(1), &json!(id)));
    let shown = (&client["first_name"], &client["phone_numbers"], &client["birth_date"]);
    assert_eq!(shown, (&json!("Aziza"), &json!(["+998901234567"]), &json!("2022-05-14")));
    assert_eq!(
        seller.get("v1/client?phone_number=%2B998900000000").await.1,
        json!({ "clients": [], "count": 0 })
    );
    assert_eq!(seller.get("v1/client?search=karim").await.1["clients"][0]["id"], json!(id));
    assert_eq!(seller.get("v1/client?search=7654").await.1["clients"][0]["id"], other["id"]);
    assert_eq!(seller.get("v1/client").await.1["count"], 2);

    let twin = seller.post("v1/client", wanted).await.1;
    assert_ne!(twin["id"], created["id"]);
    let (_, found) = seller.get("v1/client?phone_number=998901234567").await;
    assert_eq!((&found["count"], &found["clients"][0]["id"]), (&json!(2), &twin["id"]), "two of one number");
    for wrong in [
        json!({ "first_name": "A", "phone_number": "call me" }),
        json!({ "first_name": " ", "phone_number": "+998901234567" }),
        json!({ "phone_number": "+998901234567" }),
        json!({ "first_name": "A", "phone_number": 998_901_234_567_u64 }),
    ] {
        assert_eq!(seller.post("v1/client", wrong.clone()).await.0, 400, "{wrong}");
    }

    let order = seller.draft().await;
    let path = format!("v2/order-customer-new/{order}");
    let attached = seller.put(&path, json!({ "customer_id": id, "check_auth_code": false })).await.1;
    assert_eq!(attached["status_code"], 200);
    assert_eq!(seller.order(&order).await["order_detail"]["customer"]["id"], json!(id));
    assert_eq!(refusal(&seller.put(&path, json!({ "customer_id": order })).await.1).2, "customer not found");
}

#[tokio::test]
async fn the_older_way_sells_too() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let call = async |method: &str, params: Value| {
        seller
            .send(
                seller
                    .http
                    .post(format!("{}/v1/orders", seller.url))
                    .bearer_auth(&seller.token)
                    .json(&json!({ "method": method, "params": params })),
            )
            .await
    };
    let (_, created) = call("order.create", json!({ "shop_id": SHOP_ID })).await;
    let order = created["result"].as_str().unwrap();
    seller.add(order, SHIRT, json!(3)).await;
    let (_, client) =
        seller.post("v1/client", json!({ "first_name": "Aziza", "phone_number": "998901234567" })).await;
    let attached =
        call("order.add_customer", json!({ "customer_id": client["id"], "order_id": order })).await;
    assert_eq!(attached, (200, json!({ "result": "ok" })));
    let postponed =
        call("order.postpone", json!({ "order_id": order, "comment": "", "time": in_hours(1) })).await;
    assert_eq!(
        (postponed.1, &seller.order(order).await["park_status"]),
        (json!({ "result": "ok" }), &json!("active"))
    );
    let pay = |amount: i64| {
        let payment = json!({
            "id": CASH_PAYMENT_TYPE_ID, "company_payment_type_id": CASH_PAYMENT_TYPE_ID, "paid_amount": amount,
        });
        call("order.make_payment", json!({ "payments": [payment], "order_id": order }))
    };
    let (status, refused) = pay(1).await;
    assert_eq!((status, refusal(&refused).1), (200, "20020"));
    assert_eq!(pay(105_000).await.1, json!({ "result": "ok" }));
    assert_eq!((stock(&running, SHIRT).await, orders(&running).await.len()), (json!(97), 1));
    assert_eq!(refusal(&call("order.create", json!({ "shop_id": "x" })).await.1).2, "shop not found");
    assert_eq!(call("order.cancel_postpone", json!({})).await.0, 400);
}
