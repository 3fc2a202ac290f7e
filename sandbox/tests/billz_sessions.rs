//! Billz at the wire: who is let in, for how long, and how fast.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::billz::{CASHBOX_ID, SHOP_ID};
use sandbox::server::Running;
use serde_json::{Value, json};
use support::billz::{SHIRT, Seller};
use support::panel::logins;
use support::{control, start};

fn claims(token: &Value) -> Value {
    let inside = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(inside).unwrap()).unwrap()
}

async fn settle(running: &Running, setting: &str, wish: Value) -> Value {
    control(running, "PUT", &format!("/_control/billz/settings/{setting}"), wish).await
}

async fn advance(running: &Running, seconds: i64) {
    control(running, "POST", "/_control/clock", json!({ "advanceSeconds": seconds })).await;
}

fn expired() -> (u16, Value) {
    (401, json!({ "code": 401, "message": "token error", "error": "Token is expired", "data": null }))
}

#[tokio::test]
async fn a_log_in_gives_a_token_that_says_when_it_ends() {
    let running = start().await;
    let mut seller = Seller::of(&running).await;
    let answer = seller.log_in().await;
    let pair = &answer["data"];
    let told =
        (&answer["code"], &answer["message"], &answer["error"], &pair["token_type"], &pair["expires_in"]);
    assert_eq!(told, (&json!(200), &json!("ok"), &Value::Null, &json!("Bearer"), &json!(86_400)));
    let inside = claims(&pair["access_token"]);
    assert_eq!(inside["exp"].as_i64().unwrap() - inside["iat"].as_i64().unwrap(), 86_400);
    assert!(inside["company_id"].is_string(), "{inside}");
    assert_eq!(seller.get("v1/shop").await.0, 200);

    for (body, status) in [(json!({ "secret_token": "wrong" }), 401), (json!({ "token": "x" }), 400)] {
        let (seen, refused) = seller.post("v1/auth/login", body).await;
        assert_eq!((seen, &refused["code"], &refused["data"]), (status, &json!(status), &Value::Null));
    }
    assert_eq!(logins(&running, "billz").await, (2, 1));
    let mut stranger = Seller::stranger(&running);
    for token in ["", "eyJ.eyJ.x"] {
        token.clone_into(&mut stranger.token);
        let (status, refused) = stranger.get("v1/shop").await;
        assert_eq!(
            (status, &refused["message"], &refused["error"]),
            (401, &json!("token error"), &json!("Token is invalid"))
        );
    }
}

#[tokio::test]
async fn a_token_ends_when_it_says_or_when_control_says_so() {
    let running = start().await;
    let mut seller = Seller::of(&running).await;
    let settings =
        settle(&running, "token", json!({ "lifeSeconds": 600, "expiresInSeconds": 1_296_000 })).await;
    assert_eq!(settings, json!({ "lifeSeconds": 600, "expiresInSeconds": 1_296_000 }));
    let pair = seller.log_in().await["data"].clone();
    let inside = claims(&pair["access_token"]);
    assert_eq!(
        (&pair["expires_in"], inside["exp"].as_i64().unwrap() - inside["iat"].as_i64().unwrap()),
        (&json!(1_296_000), 600)
    );
    advance(&running, 590).await;
    let order = seller.draft().await;
    advance(&running, 11).await;
    assert_eq!(seller.get("v1/shop").await, expired());
    let add = json!({ "product_id": SHIRT, "sold_measurement_value": 1 });
    assert_eq!(seller.post(&format!("v2/order-product/{order}"), add).await, expired());
    seller.log_in().await;
    assert_eq!(seller.totals(&order).await.1, json!(0), "nothing was added");

    let second = {
        let mut other = Seller::stranger(&running);
        other.log_in().await;
        other
    };
    let ended = control(&running, "POST", "/_control/billz/tokens/expire", Value::Null).await;
    assert_eq!(ended, json!({ "expired": 3 }), "of four: one ran out before");
    for one in [&seller, &second] {
        assert_eq!(one.get("v1/shop").await, expired());
    }
    seller.log_in().await;
    assert_eq!(seller.get("v1/shop").await.0, 200);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_second_use_ends_the_session() {
    let running = start().await;
    let mut seller = Seller::of(&running).await;
    let first = seller.log_in().await["data"].clone();
    let refresh = async |token: &Value, platform: Option<&str>| -> (u16, Value) {
        let request = seller.http.post(format!("{}/v2/auth/refresh", seller.url));
        let request = request.json(&json!({ "refresh_token": token }));
        seller
            .send(match platform {
                Some(id) => request.header("platform-id", id),
                None => request,
            })
            .await
    };
    let platform = Some("7d4a4c38-dd84-4902-b744-0488b80a4c01");
    assert_eq!(refresh(&first["refresh_token"], None).await.0, 400);
    let (status, second) = refresh(&first["refresh_token"], platform).await;
    assert_eq!((status, &second["data"]["expires_in"]), (200, &json!(86_400)));
    let mut by_second = Seller::stranger(&running);
    second["data"]["access_token"].as_str().unwrap().clone_into(&mut by_second.token);
    assert_eq!(by_second.get("v1/shop").await.0, 200);
    assert_eq!(refresh(&first["refresh_token"], platform).await.0, 401);
    assert_eq!((by_second.get("v1/shop").await.0, seller.get("v1/shop").await.0), (401, 401));
    assert_eq!(refresh(&second["data"]["refresh_token"], platform).await.0, 401);
    assert_eq!(logins(&running, "billz").await, (2, 0), "a refresh is no log-in");
}

#[tokio::test]
async fn two_requests_are_taken_within_a_second() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    assert_eq!(settle(&running, "limit", json!({ "perSecond": 2 })).await, json!({ "perSecond": 2 }));
    // The clock's step empties the window of what came before.
    advance(&running, 2).await;
    let wanted = json!({ "shop_id": SHOP_ID, "cashbox_id": CASHBOX_ID });
    let began = Instant::now();
    let at_once = futures::future::join_all((0..10).map(|_| seller.post("v2/order", wanted.clone()))).await;
    let (taken, limited): (Vec<_>, Vec<_>) = at_once.into_iter().partition(|(status, _)| *status == 200);
    let windows = usize::try_from(began.elapsed().as_secs()).unwrap() + 2;
    assert!((2..=2 * windows).contains(&taken.len()), "{taken:?}");
    for (status, answer) in limited {
        assert_eq!((status, &answer["code"], &answer["data"]), (429, &json!(429), &Value::Null));
    }
    assert_eq!(support::billz::orders(&running).await.len(), taken.len(), "what was refused was not done");
    advance(&running, 2).await;
    assert_eq!(seller.get("v1/shop").await.0, 200);

    settle(&running, "limit", json!({ "perSecond": 0 })).await;
    let at_once = futures::future::join_all((0..20).map(|_| seller.get("v1/shop"))).await;
    assert!(at_once.iter().all(|(status, _)| *status == 200));
}

#[tokio::test]
async fn the_lists_show_what_the_company_has() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let shops = seller.get("v1/shop?limit=100&only_allowed=true").await.1;
    assert_eq!(shops["shops"], json!([{ "id": SHOP_ID, "name": "Main Store" }]));
    let boxes = seller.get("v1/cash-box?limit=100").await.1;
    assert_eq!(boxes["cash_boxes"], json!([{ "id": CASHBOX_ID, "name": "Cashbox 1", "shop_id": SHOP_ID }]));
    let types = seller.get("v1/company-payment-type?limit=1000").await.1;
    let names: Vec<&Value> =
        types["company_payment_types"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Cash", "Card terminal"]);
    assert_eq!(
        seller.get("v1/company-payment-type?limit=1").await.1["company_payment_types"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let (_, products) = seller.get("v2/products?limit=2&page=2&group_variations=true").await;
    assert_eq!((&products["count"], products["products"].as_array().unwrap().len()), (&json!(3), 1));
    let (_, silk) = seller.get("v2/products?search=IPAK").await;
    let silk = &silk["products"][0];
    assert_eq!(
        silk["shop_measurement_values"],
        json!([{ "shop_id": SHOP_ID, "active_measurement_value": 2 }])
    );
    let price =
        json!([{ "shop_id": SHOP_ID, "retail_price": 127_050, "retail_currency": "UZS", "promo_price": 0 }]);
    assert_eq!(silk["shop_prices"], price);
    let (status, nowhere) = seller.get("v3/order-search").await;
    assert_eq!((status, &nowhere["code"]), (404, &json!(404)));
    assert_eq!(seller.put("v2/order", json!({})).await.0, 405);
}
