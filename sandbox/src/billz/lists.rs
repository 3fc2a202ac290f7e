//! What a company has: its shop, its cash box, its ways to pay and its products.

use axum::Json;
use axum::extract::Query;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::products::Product;
use super::{
    CARD_PAYMENT_TYPE_ID, CASH_PAYMENT_TYPE_ID, CASHBOX_ID, CASHBOX_NAME, SHOP_ID, SHOP_NAME, page_of,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Parameters {
    limit: Option<usize>,
    page: Option<usize>,
    search: String,
    #[serde(rename = "only_allowed")]
    _only_allowed: Option<bool>,
    #[serde(rename = "group_variations")]
    _group_variations: Option<bool>,
    #[serde(rename = "Billz-Response-Channel")]
    _channel: String,
}

/// A page of a list under this key.
fn list(key: &str, all: &[Value], parameters: &Parameters) -> Json<Value> {
    let shown = page_of(all, parameters.limit, parameters.page);
    Json(json!({ "count": all.len(), key: shown }))
}

/// `GET /v1/shop`
pub(super) async fn shops(_caller: Caller, Query(parameters): Query<Parameters>) -> Json<Value> {
    list("shops", &[json!({ "id": SHOP_ID, "name": SHOP_NAME })], &parameters)
}

/// `GET /v1/cash-box`. The key is not documented: this is one that clients try.
pub(super) async fn cash_boxes(_caller: Caller, Query(parameters): Query<Parameters>) -> Json<Value> {
    let cash_box = json!({ "id": CASHBOX_ID, "name": CASHBOX_NAME, "shop_id": SHOP_ID });
    list("cash_boxes", &[cash_box], &parameters)
}

/// `GET /v1/company-payment-type`. The key is not documented: this is one that clients try.
pub(super) async fn payment_types(_caller: Caller, Query(parameters): Query<Parameters>) -> Json<Value> {
    let types = [
        json!({ "id": CASH_PAYMENT_TYPE_ID, "name": "Cash" }),
        json!({ "id": CARD_PAYMENT_TYPE_ID, "name": "Card terminal" }),
    ];
    list("company_payment_types", &types, &parameters)
}

/// `GET /v2/products`. Unlike the real one, it shows what was sold at once. What is postponed is still shown.
pub(super) async fn products(caller: Caller, Query(parameters): Query<Parameters>) -> Json<Value> {
    let company = caller.company();
    let search = parameters.search.to_lowercase();
    let found = company.products.values().filter(|product| product.name.to_lowercase().contains(&search));
    list("products", &found.map(view).collect::<Vec<_>>(), &parameters)
}

fn view(product: &Product) -> Value {
    let digits: String = product.id.chars().filter(char::is_ascii_digit).take(8).collect();
    json!({
        "id": product.id,
        "name": product.name,
        "sku": format!("SKU-{digits}"),
        "barcode": format!("20000{digits:0<8}"),
        "brand_name": "",
        "shop_measurement_values": [{ "shop_id": SHOP_ID, "active_measurement_value": product.stock }],
        "shop_prices": [{
            "shop_id": SHOP_ID,
            "retail_price": product.price,
            "retail_currency": "UZS",
            "promo_price": 0,
        }],
    })
}
