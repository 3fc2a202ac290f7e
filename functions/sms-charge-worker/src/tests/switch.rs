//! The switch as a test sees it: what it was asked, what it booked, and how it misbehaves.

use sandbox::sippy::USERNAME;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::wire::Call;
use serde_json::{Value, json};

use super::bench::Bench;

/// The secret that holds the credentials.
const SECRET: &str = "test/sippy";
/// The switch's accounts after a reset, by what they are kept in.
pub const USD: u32 = 3;
pub const EUR: u32 = 5;

impl Bench {
    /// The calls to the switch since the story began: the methods, and `challenge`.
    pub fn switch_calls(&self) -> Vec<String> {
        self.wire.calls().iter().filter(|call| call.tap == "switch").map(method).collect()
    }

    /// The debits at the switch of an account, oldest first.
    pub async fn debits(&self, account: u32) -> Vec<Value> {
        let shown = self.control("GET", &format!("sippy/accounts/{account}"), &Value::Null).await;
        let payments = shown["payments"].as_array().unwrap().iter();
        payments.filter(|payment| payment["kind"] == "debit").cloned().collect()
    }

    /// What a debit of the switch was told to take, and what its notes begin with.
    pub async fn taken(&self, account: u32) -> Vec<(String, String)> {
        let taken = |debit: &Value| {
            let notes = debit["notes"].as_str().unwrap().split(' ').next().unwrap().to_owned();
            (format!("{} {}", debit["amount"], debit["currency"].as_str().unwrap()), notes)
        };
        self.debits(account).await.iter().map(taken).collect()
    }

    /// Another password in the secret.
    pub fn rotate(&self, password: &str) {
        keep_password(&self.aws, password);
    }

    /// Makes an operation of the switch misbehave.
    pub async fn fault(&self, wish: Value) {
        let mut whole = json!({ "party": "sippy" });
        whole.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        self.control("POST", "faults", &whole).await;
    }

    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/_control/{path}");
        let (status, answer) = self.sandbox.control(method, &path, body).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

/// Puts a password into the secret.
pub fn keep_password(aws: &Aws, password: &str) {
    aws.secrets.set(SECRET, &json!({ "username": USERNAME, "password": password }));
}

/// What a call to the switch wants.
fn method(call: &Call) -> String {
    let body = String::from_utf8_lossy(&call.request_body).into_owned();
    let named = body.split_once("<methodName>").and_then(|(_, rest)| rest.split_once("</methodName>"));
    named.map_or_else(|| "challenge".to_owned(), |(name, _)| name.to_owned())
}
