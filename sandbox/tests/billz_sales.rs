//! Billz at the wire: a sale from its draft to its payment, and what is refused on the way.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use reqwest::Method;
use sandbox::billz::{CARD_PAYMENT_TYPE_ID, CASH_PAYMENT_TYPE_ID, CASHBOX_ID, SHOP_ID};
use serde_json::{Value, json};
use support::billz::{COAT, SHIRT, SILK, Seller, orders, refusal, stock};
use support::{control, start};

#[tokio::test]
async fn a_draft_is_made_in_an_envelope() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let wanted = json!({ "shop_id": SHOP_ID, "cashbox_id": CASHBOX_ID, "comment": "Order 7 <Tashkent>" });
    let (status, answer) = seller.post("v2/order", wanted.clone()).await;
    let id = answer["data"]["id"].as_str().unwrap();
    assert_eq!((status, &answer["status_code"], &answer["id"]), (200, &json!(200), &json!(id)));
    assert_eq!(answer["error"], json!({ "code": "", "message": "" }));
    let told = json!({ "id": id, "order_number": "213945", "order_type": "SALE" });
    assert_eq!((&answer["data"], &answer["topic"]), (&told, &json!("v2.order_service.order.created")));

    let order = seller.order(id).await;
    let shown = (&order["id"], &order["order_number"], &order["park_status"], &order["future_time"]);
    assert_eq!(shown, (&json!(id), &json!("213945"), &json!(""), &json!("")));
    let detail = json!({
        "customer": { "id": "" }, "user": order["order_detail"]["user"], "cashbox_name": "Cashbox 1",
        "shop": { "name": "Main Store" }, "total_price": 0, "has_discount": false,
        "comment": "Order 7 <Tashkent>", "with_cashback": 0, "loyalty_payment": 0,
        "total_products_measurement_value": 0,
    });
    assert_eq!(order["order_detail"], detail);
    let again = seller.post("v2/order", wanted).await.1;
    assert_ne!(again["data"]["id"], json!(id), "nothing is idempotent");

    for (field, words) in [("shop_id", "shop not found"), ("cashbox_id", "cashbox not found")] {
        let mut wrong = json!({ "shop_id": SHOP_ID, "cashbox_id": CASHBOX_ID });
        wrong[field] = json!("elsewhere");
        let (status, answer) = seller.post("v2/order", wrong).await;
        assert_eq!((status, refusal(&answer)), (200, (404, "404", words)));
    }
    for malformed in [json!({ "shop_id": SHOP_ID }), json!({ "shop": 1 }), json!([])] {
        let (status, answer) = seller.post("v2/order", malformed).await;
        assert_eq!((status, &answer["code"], &answer["data"]), (400, &json!(400), &Value::Null));
    }
    assert_eq!(orders(&running).await.len(), 2);
}

#[tokio::test]
async fn items_come_at_their_price_and_add_up() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(SILK, json!(2)).await;
    assert_eq!(seller.totals(&order).await, (json!(254_100), json!(2)));
    seller.add(&order, SHIRT, json!(0.5)).await;
    assert_eq!(seller.totals(&order).await, (json!(271_600), json!(2.5)));
    seller.add(&order, SHIRT, json!(1)).await;
    let shown = &orders(&running).await[0];
    let quantities: Vec<&Value> =
        shown["items"].as_array().unwrap().iter().map(|item| &item["quantity"]).collect();
    assert_eq!(
        (quantities, &shown["totalPrice"]),
        (vec![&json!(2), &json!(0.5), &json!(1)], &json!(306_600))
    );

    control(
        &running,
        "PUT",
        "/_control/billz/products/tape",
        json!({ "name": "Tape", "price": 10.01, "stock": 9 }),
    )
    .await;
    let tape = seller.draft_of("tape", json!(0.333)).await;
    assert_eq!(seller.totals(&tape).await, (json!(3.33), json!(0.333)), "rounded half up to a tiyin");
    seller.add(&tape, "tape", json!(0.45)).await;
    assert_eq!(seller.totals(&tape).await, (json!(7.83), json!(0.783)), "3.33 and 4.50");
}

#[tokio::test]
async fn items_that_are_not_there_or_make_no_sense_are_refused() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(COAT, json!(3)).await;
    let no_stock = seller.add(&order, COAT, json!(3)).await;
    assert_eq!(refusal(&no_stock), (400, "20016", "not enough products in stock"));
    assert_eq!((&no_stock["data"], &no_stock["id"]), (&json!({ "error_code": 20_016 }), &json!("")));
    assert_eq!(seller.add(&order, COAT, json!(2)).await["status_code"], 200);
    assert_eq!(refusal(&seller.add(&order, "nothing", json!(1)).await).2, "product not found");
    assert_eq!(refusal(&seller.add("nothing", COAT, json!(1)).await).2, "order not found");
    assert_eq!(refusal(&seller.add(&order, SHIRT, json!(0)).await).0, 400);
    assert_eq!(refusal(&seller.add(&order, SHIRT, json!(-1)).await).0, 400);
    for unreadable in [json!("1"), json!(0.0001), json!(null)] {
        assert_eq!(seller.add(&order, SHIRT, unreadable.clone()).await["code"], 400, "{unreadable}");
    }
    assert_eq!(seller.totals(&order).await, (json!(1_400_000), json!(5)));
}

#[tokio::test]
async fn a_free_price_counts_only_where_the_product_allows_it() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft().await;
    let add = async |product: &str, rest: Value| {
        let mut item = json!({ "product_id": product, "sold_measurement_value": 2, "is_manual": true });
        item.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let (_, answer) = seller.post(&format!("v2/order-product/{order}"), item).await;
        assert_eq!(answer["status_code"], 200, "{answer}");
    };
    add(SHIRT, json!({ "use_free_price": true, "free_price": 40_000.5 })).await;
    assert_eq!(seller.totals(&order).await.0, json!(80_001));
    add(SHIRT, json!({ "use_free_price": true })).await;
    add(SHIRT, json!({ "use_free_price": false, "free_price": 1 })).await;
    assert_eq!(seller.totals(&order).await.0, json!(80_001 + 140_000), "without a price, or not wanted");
    add(COAT, json!({ "use_free_price": true, "free_price": 1 })).await;
    assert_eq!(seller.totals(&order).await.0, json!(220_001 + 560_000), "the retail price stays, silently");
}

#[tokio::test]
async fn a_discount_in_currency_sets_the_price() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(COAT, json!(2)).await;
    seller.discount(&order, "CURRENCY", json!(333_000), Some(COAT)).await;
    assert_eq!(seller.totals(&order).await.0, json!(666_000), "the unit price");
    seller.discount(&order, "CURRENCY", json!(500_000), None).await;
    assert_eq!(seller.totals(&order).await.0, json!(500_000), "the whole cart");
    seller.discount(&order, "CURRENCY", json!(600_000.25), None).await;
    assert_eq!(seller.totals(&order).await.0, json!(600_000.25), "the second takes the place of the first");
    seller.discount(&order, "PERCENTAGE", json!(10), None).await;
    assert_eq!(seller.totals(&order).await.0, json!(599_400));
    seller.discount(&order, "PERCENTAGE", json!(12.5), Some(COAT)).await;
    seller.discount(&order, "PERCENTAGE", json!(0), None).await;
    assert_eq!(seller.totals(&order).await.0, json!(490_000));
    assert_eq!(seller.order(&order).await["order_detail"]["has_discount"], true);

    assert_eq!(refusal(&seller.discount(&order, "PERCENTAGE", json!(101), None).await).0, 400);
    assert_eq!(refusal(&seller.discount(&order, "CURRENCY", json!(-1), None).await).0, 400);
    assert_eq!(refusal(&seller.discount(&order, "CURRENCY", json!(1), Some(SHIRT)).await).0, 404);
    let empty = seller.draft().await;
    assert_eq!(refusal(&seller.discount(&empty, "CURRENCY", json!(1), None).await).2, "order has no items");
    assert_eq!(seller.discount(&order, "SOUM", json!(1), None).await["code"], 400);
}

#[tokio::test]
async fn an_item_is_changed_but_not_taken_away() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft().await;
    let item = seller.add(&order, COAT, json!(2)).await["data"]["id"].as_str().unwrap().to_owned();
    let path = format!("v1/order-item/{item}");
    let change = |quantity: Value, product: &str| {
        let wanted = json!({
            "product_id": product, "measurement_value": quantity, "use_wholesale_price": false, "sellers": [],
        });
        seller.put(&path, wanted)
    };
    assert_eq!(change(json!(5), COAT).await.1["status_code"], 200);
    assert_eq!(seller.totals(&order).await, (json!(1_400_000), json!(5)));
    assert_eq!(refusal(&change(json!(6), COAT).await.1).1, "20016");
    assert!(refusal(&change(json!(0), COAT).await.1).2.contains("min_allowed 0.01"));
    assert_eq!(refusal(&change(json!(1), SHIRT).await.1).0, 404);
    let other = json!({ "product_id": COAT, "measurement_value": 1 });
    assert_eq!(refusal(&seller.put("v1/order-item/none", other).await.1).2, "order item not found");
    assert_eq!(seller.totals(&order).await.1, json!(5));
}

#[tokio::test]
async fn payment_takes_the_exact_total_and_lowers_the_stock_once() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(SILK, json!(2)).await;
    assert_eq!(stock(&running, SILK).await, json!(2), "a draft keeps nothing");
    let wrong = seller.pay(&order, json!(10_000)).await;
    assert_eq!(refusal(&wrong), (400, "20020", "wrong payment amount: order total 254100, paid 10000"));
    assert_eq!(wrong["data"]["error_code"], 20_020);
    assert_eq!(
        (&seller.order(&order).await["park_status"], stock(&running, SILK).await),
        (&json!(""), json!(2))
    );

    let payment = |kind: &str, paid: Value, returned: Value| {
        json!({
            "company_payment_type_id": kind, "paid_amount": paid, "returned_amount": returned,
            "company_payment_type": { "name": "Cash" },
        })
    };
    let body = json!({
        "payments": [
            payment(CASH_PAYMENT_TYPE_ID, json!(200_000), json!(45_900)),
            payment(CARD_PAYMENT_TYPE_ID, json!(100_000), json!(0)),
        ],
        "comment": "test", "with_cashback": 0, "without_cashback": false, "skip_ofd": false,
    });
    let path = format!("v2/order-payment/{order}");
    let paid = seller.post(&path, body.clone()).await;
    assert_eq!(paid, (200, json!({ "order_type": "SALE", "should_print_cheque": true })));
    assert_eq!(
        (&seller.order(&order).await["park_status"], stock(&running, SILK).await),
        (&json!("completed"), json!(0))
    );
    let shown = &orders(&running).await[0];
    let told = (
        &shown["state"],
        &shown["paidAmount"],
        &shown["comment"],
        shown["payments"].as_array().unwrap().len(),
    );
    assert_eq!(told, (&json!("completed"), &json!(254_100), &json!("test"), 2));

    assert_eq!(refusal(&seller.post(&path, body).await.1).2, "order is already completed");
    assert_eq!(refusal(&seller.add(&order, SHIRT, json!(1)).await).2, "order is not a draft");
    assert_eq!(
        refusal(&seller.delete(&format!("v2/order/{order}")).await.1).2,
        "failed to validate delete order"
    );
    assert_eq!((orders(&running).await.len(), stock(&running, SILK).await), (1, json!(0)));
}

#[tokio::test]
async fn a_payment_that_cannot_be_taken_changes_nothing() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let (first, second) = (seller.draft_of(SILK, json!(2)).await, seller.draft_of(SILK, json!(1)).await);
    seller.pay(&first, json!(254_100)).await;
    assert_eq!(refusal(&seller.pay(&second, json!(127_050)).await).1, "20016", "sold in the meantime");
    let empty = seller.draft().await;
    assert_eq!(refusal(&seller.pay(&empty, json!(0)).await).2, "order has no items");
    assert_eq!(refusal(&seller.pay("nothing", json!(1)).await).2, "order not found");
    let shirt = seller.draft_of(SHIRT, json!(1)).await;
    let path = format!("v2/order-payment/{shirt}");
    let pay = |kind: &str, amount: i64| {
        let payment = json!({ "company_payment_type_id": kind, "paid_amount": amount });
        seller.post(&path, json!({ "payments": [payment] }))
    };
    assert_eq!(refusal(&pay("bitcoin", 35_000).await.1).2, "company payment type not found");
    assert_eq!(refusal(&pay(CASH_PAYMENT_TYPE_ID, -35_000).await.1).0, 400);
    let states: Vec<Value> = orders(&running).await.iter().map(|order| order["state"].clone()).collect();
    assert_eq!(
        (states, stock(&running, SHIRT).await),
        (vec![json!("completed"), json!("draft"), json!("draft"), json!("draft")], json!(100))
    );
}

#[tokio::test]
async fn without_the_channel_a_message_is_accepted_and_nothing_is_told() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let silent = async |path: &str, body: Value| {
        let request = seller.http.request(Method::POST, format!("{}/{path}", seller.url));
        seller.send(request.bearer_auth(&seller.token).json(&body)).await
    };
    let wanted = json!({ "shop_id": SHOP_ID, "cashbox_id": CASHBOX_ID });
    let (status, answer) = silent("v2/order", wanted.clone()).await;
    let order = orders(&running).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!((status, answer.as_object().unwrap().len()), (200, 1), "{answer}");
    assert!(answer["id"].is_string() && answer["id"] != json!(order), "the message's own id: {answer}");
    let too_many = json!({ "product_id": SILK, "sold_measurement_value": 3 });
    let (status, answer) = silent(&format!("v2/order-product/{order}"), too_many).await;
    assert_eq!((status, answer.as_object().unwrap().len(), answer["id"].is_string()), (200, 1, true));
    assert_eq!(seller.totals(&order).await.1, json!(0));
    let (_, in_query) = silent("v2/order?Billz-Response-Channel=HTTP", wanted).await;
    assert_eq!(in_query["data"]["order_number"], "213946");
}
