//! Messages for the function's queues, and the refusals of Telegram, in their owners' words.

use serde_json::{Value, json};

/// The customer whose language is Ukrainian, with an address and a chat.
pub const USER: &str = "user-5";
pub const EMAIL: &str = "olena@example.com";
pub const CHAT: i64 = 700_000_005;
/// A customer without a chat.
pub const USER_WITHOUT_CHAT: &str = "user-6";
/// A customer without an address.
pub const USER_WITHOUT_EMAIL: &str = "user-7";
pub const OTHER_CHAT: i64 = 700_000_007;
/// The operators' group.
pub const GROUP: i64 = -1_001_234_567_890;
/// What a customer logs in with. Searched for in everything that is logged and stored.
pub const PASSWORD: &str = "S33d-Vps-Passw0rd";

/// `payment.confirmed`: urgent.
pub fn confirmed() -> Value {
    json!({ "event": "payment.confirmed", "data": {
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "amount": 125_000,
        "currency": "UAH",
        "paidAt": "2026-11-21T08:04:00Z",
    } })
}

/// `order.created`: can wait.
pub fn created() -> Value {
    json!({ "event": "order.created", "data": { "orderId": "order-1", "amount": 125_000, "currency": "UAH" } })
}

/// `payment.expiring`, with a picture of the code.
pub fn expiring() -> Value {
    json!({ "event": "payment.expiring", "data": {
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "amount": 125_000,
        "currency": "UAH",
        "expiresAt": "2026-11-21T18:04:00Z",
        "payUrl": "https://tripay.co.id/checkout/T1",
        "qrImageUrl": "https://tripay.co.id/qr/T1",
    } })
}

/// `vps.active`: holds a secret.
pub fn active() -> Value {
    json!({ "event": "vps.active", "data": {
        "orderId": "order-1",
        "hostname": "vps-1.example.com",
        "ipAddress": "203.0.113.7",
        "username": "root",
        "password": PASSWORD,
    } })
}

/// `payment.needs_review`: for the operators.
pub fn needs_review() -> Value {
    json!({ "event": "payment.needs_review", "data": {
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "userId": "user-1",
        "reason": "other_amount",
        "amount": 150_000,
        "currency": "IDR",
    } })
}

/// `task.created`: for who asked for it.
pub fn task_created() -> Value {
    json!({ "event": "task.created", "data": {
        "taskType": "maintenance",
        "customer": "customer123",
        "workers": ["Taras", "Ihor"],
        "whatsapp": true,
    } })
}

/// `task.failed`, with a button to try again.
pub fn task_failed() -> Value {
    json!({ "event": "task.failed", "data": {
        "taskType": "maintenance",
        "customer": "customer123",
        "code": "AUTH_HTTP_ERROR",
        "reason": "The panel refused our login",
        "retryable": true,
        "taskId": "task-1",
        "attempt": 1,
    } })
}

/// `task.needs_review`, with two buttons.
pub fn task_to_look_for() -> Value {
    json!({ "event": "task.needs_review", "data": {
        "taskType": "maintenance",
        "customer": "customer123",
        "code": "TASK_CREATE_REQUEST_FAILED",
        "reason": "The panel did not answer",
        "taskId": "task-1",
        "attempt": 2,
    } })
}

/// The same notification, as the answer to something asked in a chat.
pub fn told_in(chat: i64, locale: &str, mut notification: Value) -> Value {
    notification["chat"] = json!({ "id": chat, "locale": locale });
    notification
}

/// A message for the queue of notifications.
pub fn notification(id: &str, user: Option<&str>, notice: &Value) -> Value {
    json!({ "version": 1, "id": id, "correlationId": format!("correlation-{id}"), "userId": user, "notice": notice })
}

/// A message for a channel's queue.
pub fn request(channel: &str, round: u32, notification: &Value) -> Value {
    json!({ "version": 1, "notification": notification, "channel": channel, "round": round })
}

/// A refusal of Telegram.
pub fn refusal(status: u16, words: &str, parameters: Option<Value>) -> (u16, String) {
    let mut body = json!({ "ok": false, "error_code": status, "description": words });
    if let Some(parameters) = parameters {
        body["parameters"] = parameters;
    }
    (status, body.to_string())
}

/// Telegram wants to be left alone for so many seconds.
pub fn limited(seconds: u64) -> (u16, String) {
    let words = format!("Too Many Requests: retry after {seconds}");
    refusal(429, &words, Some(json!({ "retry_after": seconds })))
}

/// The chat's person wants no more messages of the bot.
pub fn blocked() -> (u16, String) {
    refusal(403, "Forbidden: bot was blocked by the user", None)
}

/// SES's word that an email came back.
pub fn bounce(kind: &str, delivery: Option<&str>, address: &str) -> Value {
    let tags = delivery.map_or_else(|| json!({}), |delivery| json!({ "delivery": [delivery] }));
    json!({
        "eventType": "Bounce",
        "mail": { "messageId": "0100-1", "destination": [address], "tags": tags },
        "bounce": {
            "bounceType": kind,
            "bounceSubType": "General",
            "bouncedRecipients": [{ "emailAddress": address }],
        },
    })
}
