//! The bot's webhook, as the tests of the sandbox play one: answers what it was told to, else 200 and nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sandbox::server::Running;
use serde_json::{Value, json};

use super::Received;
use super::bot::Bot;

pub const SECRET: &str = "sandbox-tests_secret";

#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

#[derive(Clone)]
pub struct Webhook {
    pub url: String,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Webhook {
    /// A webhook that the sandbox delivers to.
    pub async fn set(running: &Running) -> Self {
        let webhook = Self::start().await;
        let wish = json!({ "url": webhook.url, "secret_token": SECRET });
        Bot::of(running).get("setWebhook", wish).await;
        webhook
    }

    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/telegram", listener.local_addr().unwrap());
        let webhook = Self { url, answers: Arc::default(), received: Arc::default() };
        let served = webhook.clone();
        let router = Router::new().fallback(move |headers: HeaderMap, body: axum::body::Bytes| async move {
            served.received.lock().unwrap().push(Received { headers, body: body.to_vec() });
            served.next_answer()
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        webhook
    }

    fn next_answer(&self) -> Response {
        let Some(answer) = self.answers.lock().unwrap().pop_front() else {
            return StatusCode::OK.into_response();
        };
        let mut response = (StatusCode::from_u16(answer.status).unwrap(), answer.body).into_response();
        response.headers_mut().remove("content-type");
        for (name, value) in answer.headers {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    }

    /// The next update is answered so.
    pub fn answers(&self, status: u16, headers: &[(&'static str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.answers.lock().unwrap().push_back(Answer { status, headers, body: body.to_owned() });
    }

    /// The next update is answered with a call.
    pub fn replies(&self, call: &Value) {
        self.answers(200, &[("content-type", "application/json")], &call.to_string());
    }

    /// The next so many updates fail.
    pub fn fails(&self, times: usize) {
        for _ in 0..times {
            self.answers(503, &[], "");
        }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The documents that came, in order.
    pub fn updates(&self) -> Vec<Value> {
        self.received().iter().map(Received::json).collect()
    }
}
