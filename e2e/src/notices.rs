//! What people were told: read where they would read it, and in the log of deliveries.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::people::Person;
use crate::stack::Stack;
use crate::wait;

/// How long a message may take to arrive. A chat gets one a second.
pub const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(60);
/// What names the company's services.
const SERVICE_KEY: &str = "x-internal-api-key";

impl Stack {
    /// A request of one of the company's services.
    pub fn service_request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).header(SERVICE_KEY, &self.file.internal_api_key)
    }

    /// Has somebody told something, by `POST /internal/notifications/send`; answers the notification's id.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn notify(&self, event: &str, person: &Person, fields: &Value) -> anyhow::Result<String> {
        let wish = json!({ "event": event, "userId": person.id, "data": fields });
        let request = self.service_request(Method::POST, "/internal/notifications/send").json(&wish);
        crate::billing::text(&Answer::to(request).await?.ok()?, "id")
    }

    /// Has a delivery sent again.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn resend(&self, delivery: &str) -> anyhow::Result<Answer> {
        let path = format!("/internal/notifications/{delivery}/resend");
        Answer::to(self.service_request(Method::POST, &path).json(&json!({}))).await
    }

    /// The mail to an address that mentions `mark`, oldest first.
    ///
    /// # Errors
    /// When the sandbox cannot read it.
    pub async fn mails(&self, address: &str, mark: &str) -> anyhow::Result<Vec<Value>> {
        let wish = [("to", address)];
        let url = format!("{}/_control/mail/messages", self.file.sandbox_url);
        let all = Answer::to(self.http.get(url).query(&wish)).await?.ok()?;
        Ok(items(&all["items"], |mail| {
            [&mail["subject"], &mail["text"]].iter().any(|part| mentions(part, mark))
        }))
    }

    /// The messages that a chat shows and that mention `mark`, oldest first.
    ///
    /// # Errors
    /// When there is no such chat.
    pub async fn chat(&self, chat: i64, mark: &str) -> anyhow::Result<Vec<Value>> {
        let seen = self.control(Method::GET, &format!("telegram/chats/{chat}"), &Value::Null).await?;
        Ok(items(&seen["messages"], |message| mentions(&message["text"], mark)))
    }

    /// The log of deliveries to somebody, newest first.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn log_of(&self, user: &str) -> anyhow::Result<Vec<Value>> {
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let mut wish = vec![("user", user.to_owned()), ("limit", "100".to_owned())];
            wish.extend(cursor.map(|cursor| ("cursor", cursor)));
            let request = self.service_request(Method::GET, "/internal/notifications/logs").query(&wish);
            let part = Answer::to(request).await?.ok()?;
            found.extend(items(&part["items"], |_| true));
            match part["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(found),
            }
        }
    }

    /// Waits until the log has that delivery, such as `INV-….4.0.email`, in that state.
    ///
    /// # Errors
    /// When it takes too long; the error shows the log.
    pub async fn delivery_becomes(&self, person: &Person, id: &str, status: &str) -> anyhow::Result<Value> {
        let mut seen = Vec::new();
        let found = wait::until(&format!("{id} becomes {status}"), ARRIVAL_TIMEOUT, async || {
            seen = self.log_of(&person.id).await?;
            Ok(seen.iter().find(|entry| entry["id"] == id && entry["status"] == status).cloned())
        })
        .await;
        found.map_err(|error| error.context(format!("the log has {}", Value::from(seen))))
    }

    /// Waits until somebody was told something new by each of these channels: what was on its way to them before has
    /// arrived by then, for messages to one person overtake each other by seconds at most.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn told_everything(&self, person: &Person, channels: &[&str]) -> anyhow::Result<()> {
        let fields = json!({ "invoice": "INV-20261121-BARR1ER0", "orderId": "the-last-order", "amount": 1,
            "currency": "IDR", "paidAt": "2026-11-21T08:00:00Z" });
        let last = self.notify("payment.confirmed", person, &fields).await?;
        for channel in channels {
            self.delivery_becomes(person, &format!("{last}.{channel}"), "SENT").await?;
        }
        Ok(())
    }
}

fn items(list: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    list.as_array().into_iter().flatten().filter(|item| is_wanted(item)).cloned().collect()
}

fn mentions(text: &Value, mark: &str) -> bool {
    text.as_str().is_some_and(|text| text.contains(mark))
}
