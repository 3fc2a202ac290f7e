//! Somebody who sells through Billz, as the tests of the sandbox play one.

use reqwest::{Method, RequestBuilder};
use sandbox::billz::{CASH_PAYMENT_TYPE_ID, CASHBOX_ID, SECRET_TOKEN, SHOP_ID};
use sandbox::server::Running;
use serde_json::{Value, json};

/// 35000 soum, 100 in stock; a sale may name its own price.
pub const SHIRT: &str = "2ce40c63-4527-4898-a975-7c30c255fd50";
/// 280000 soum, 5 in stock.
pub const COAT: &str = "90219ac7-88b7-43f6-bed9-5c6761aefa72";
/// 127050 soum, 2 in stock.
pub const SILK: &str = "3e5d7f90-1b2c-4d3e-8f4a-5b6c7d8e9f01";

pub struct Seller {
    pub http: reqwest::Client,
    pub url: String,
    pub token: String,
}

impl Seller {
    /// Somebody who is logged in, at a Billz without a limit.
    pub async fn of(running: &Running) -> Self {
        super::control(running, "PUT", "/_control/billz/settings/limit", json!({ "perSecond": 0 })).await;
        let mut seller = Self::stranger(running);
        seller.log_in().await;
        seller
    }

    /// Somebody who is not.
    pub fn stranger(running: &Running) -> Self {
        Self { http: super::http(), url: format!("{}/billz", running.url()), token: String::new() }
    }

    /// Logs in; what was answered.
    pub async fn log_in(&mut self) -> Value {
        let (status, answer) = self.post("v1/auth/login", json!({ "secret_token": SECRET_TOKEN })).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["access_token"].as_str().unwrap().clone_into(&mut self.token);
        answer
    }

    /// A request that waits for its answer over HTTP.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/{path}", self.url)).bearer_auth(&self.token);
        request.header("Billz-Response-Channel", "HTTP")
    }

    pub async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A new draft's id.
    pub async fn draft(&self) -> String {
        let wanted = json!({ "shop_id": SHOP_ID, "cashbox_id": CASHBOX_ID, "comment": "Order 7" });
        let (status, answer) = self.post("v2/order", wanted).await;
        assert_eq!((status, &answer["status_code"]), (200, &json!(200)), "{answer}");
        answer["data"]["id"].as_str().unwrap().to_owned()
    }

    /// A draft with so many of a product.
    pub async fn draft_of(&self, product: &str, quantity: Value) -> String {
        let order = self.draft().await;
        let answer = self.add(&order, product, quantity).await;
        assert_eq!(answer["status_code"], 200, "{answer}");
        order
    }

    /// Adds an item; what was answered.
    pub async fn add(&self, order: &str, product: &str, quantity: Value) -> Value {
        let item =
            json!({ "product_id": product, "sold_measurement_value": quantity, "response_type": "HTTP" });
        self.post(&format!("v2/order-product/{order}"), item).await.1
    }

    /// Sets a discount; what was answered.
    pub async fn discount(&self, order: &str, unit: &str, value: Value, product: Option<&str>) -> Value {
        let mut wanted = json!({ "discount_unit": unit, "discount_value": value });
        if let Some(product) = product {
            wanted["product_id"] = json!(product);
        }
        self.post(&format!("v2/order-manual-discount/{order}"), wanted).await.1
    }

    /// Pays in cash; what was answered.
    pub async fn pay(&self, order: &str, amount: Value) -> Value {
        let payment = json!({ "company_payment_type_id": CASH_PAYMENT_TYPE_ID, "paid_amount": amount });
        self.post(&format!("v2/order-payment/{order}"), json!({ "payments": [payment] })).await.1
    }

    pub async fn postpone(&self, order: &str, comment: &str, time: &str) -> Value {
        let wanted = json!({ "order_id": order, "comment": comment, "time": time });
        self.post("v2/order/create_postpone", wanted).await.1
    }

    /// The order as Billz shows it.
    pub async fn order(&self, order: &str) -> Value {
        let (status, answer) = self.get(&format!("v2/order/{order}")).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// The total and how many there are.
    pub async fn totals(&self, order: &str) -> (Value, Value) {
        let detail = self.order(order).await["order_detail"].clone();
        (detail["total_price"].clone(), detail["total_products_measurement_value"].clone())
    }
}

/// What is in stock of a product.
pub async fn stock(running: &Running, product: &str) -> Value {
    let path = format!("/_control/billz/products/{product}");
    super::control(running, "GET", &path, Value::Null).await["stock"].clone()
}

/// The orders as control shows them.
pub async fn orders(running: &Running) -> Vec<Value> {
    let shown = super::control(running, "GET", "/_control/billz/orders", Value::Null).await;
    shown["items"].as_array().unwrap().clone()
}

/// What the envelope says of a refusal: its status and its error.
pub fn refusal(answer: &Value) -> (u64, &str, &str) {
    let error = &answer["error"];
    let words = error["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
    (answer["status_code"].as_u64().unwrap(), error["code"].as_str().unwrap(), words)
}
