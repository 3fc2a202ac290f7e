//! A merchant and its callback receiver, as the tests of the sandbox play them.
#![allow(dead_code)]

pub mod aws_clients;
pub mod billz;
pub mod bot;
pub mod panel;
pub mod reseller;
pub mod sippy;
pub mod webhook;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::tripay::credentials::{Credentials, SANDBOX};
use serde_json::{Value, json};
use sha2::Sha256;

pub fn http() -> reqwest::Client {
    // The client wants a TLS provider even where no TLS is spoken; a second installation changes nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .user_agent("sandbox-tests")
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

pub async fn start() -> Running {
    Sandbox::start(Options::default()).await.unwrap()
}

pub fn signature(key: &str, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// A create body for one item, signed.
pub fn create_body(credentials: Credentials, channel: &str, merchant_ref: &str, amount: i64) -> Value {
    let message = format!("{}{merchant_ref}{amount}", credentials.merchant_code);
    json!({
        "method": channel,
        "merchant_ref": merchant_ref,
        "amount": amount,
        "customer_name": "Budi Santoso",
        "customer_email": "budi@example.com",
        "customer_phone": "081234567890",
        "order_items": [{ "name": "Kopi", "price": amount, "quantity": 1 }],
        "signature": signature(credentials.private_key, message.as_bytes()),
    })
}

pub struct Merchant {
    pub http: reqwest::Client,
    pub url: String,
    pub api_key: &'static str,
}

impl Merchant {
    pub fn of(running: &Running) -> Self {
        let url = format!("{}/tripay/api-sandbox", running.url());
        Self { http: http(), url, api_key: SANDBOX.api_key }
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(self.api_key);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub async fn create(&self, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}/transaction/create", self.url)).bearer_auth(self.api_key);
        let response = request.json(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Opens a transaction and answers its reference.
    pub async fn open(&self, channel: &str, merchant_ref: &str, amount: i64) -> String {
        let (status, created) = self.create(&create_body(SANDBOX, channel, merchant_ref, amount)).await;
        assert_eq!(status, 200, "{created}");
        created["data"]["reference"].as_str().unwrap().to_owned()
    }
}

#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Receives callbacks and answers them all the same way.
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<(u16, String)>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new((200, r#"{"success":true}"#.to_owned())));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/tripay", listener.local_addr().unwrap());
        let (keep, say) = (Arc::clone(&received), Arc::clone(&answer));
        let router = Router::new().fallback(move |headers: HeaderMap, body: axum::body::Bytes| async move {
            keep.lock().unwrap().push(Received { headers, body: body.to_vec() });
            let (status, body) = say.lock().unwrap().clone();
            (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")], body).into_response()
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, received, answer }
    }

    pub fn answer_with(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// A sandbox whose reports go to a receiver.
pub async fn start_with_receiver() -> (Running, Receiver) {
    let receiver = Receiver::start().await;
    let options = Options { tripay_callback_url: Some(receiver.url.clone()), ..Options::default() };
    (Sandbox::start(options).await.unwrap(), receiver)
}

/// A control request that must be answered with 200.
pub async fn control(running: &Running, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = running.control(method, path, &body).await.unwrap();
    assert_eq!(status, 200, "{method} {path}: {answer}");
    answer
}
