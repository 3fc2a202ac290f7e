//! A bot, as the tests of the sandbox play one.

use sandbox::server::Running;
use sandbox::telegram::TOKEN;
use serde_json::{Value, json};

/// The chat of user-1.
pub const BUDI: i64 = 700_000_001;
/// The group of the operators.
pub const OPERATORS: i64 = -1_001_234_567_890;

pub struct Bot {
    pub http: reqwest::Client,
    pub url: String,
}

impl Bot {
    pub fn of(running: &Running) -> Self {
        Self { http: super::http(), url: format!("{}/telegram/bot{TOKEN}", running.url()) }
    }

    /// Calls a method with a JSON body; the status and the envelope.
    pub async fn call(&self, method: &str, parameters: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}/{method}", self.url)).json(parameters);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Calls a method that must go well; its result.
    pub async fn get(&self, method: &str, parameters: Value) -> Value {
        let (status, answer) = self.call(method, &parameters).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method} {parameters}: {answer}");
        answer["result"].clone()
    }

    /// Calls a method that must be refused; the envelope, without what every refusal has.
    pub async fn refused(&self, method: &str, parameters: Value, status: u16, words: &str) -> Value {
        let (answered, answer) = self.call(method, &parameters).await;
        assert_eq!(answered, status, "{method} {parameters}: {answer}");
        assert_eq!((&answer["ok"], &answer["error_code"]), (&json!(false), &json!(status)));
        assert_eq!(answer["description"], words, "{method} {parameters}");
        answer["parameters"].clone()
    }

    pub async fn say(&self, chat: i64, text: &str) -> Value {
        self.get("sendMessage", json!({ "chat_id": chat, "text": text, "parse_mode": "HTML" })).await
    }
}
