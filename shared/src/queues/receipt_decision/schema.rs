//! What senders can read: `docs/receipt-decision.schema.json`, written from the code, and as strict as the reader in as
//! far as a schema can be.

use serde_json::{Value, json};

use super::ReceiptDecision;
use super::tests::{BAD, BadMessage, GOOD, GoodMessage};
use crate::domain::identifier::MAX_LENGTH;
use crate::queues::checked_in_schema::{hold, of_read};

/// What an id may be.
pub(super) fn id() -> Value {
    json!(format!(r"^(?!\.+$)[A-Za-z0-9_.:@\-]{{1,{MAX_LENGTH}}}$"))
}

/// Of a decision that is paid out.
pub(super) fn accepted() -> Value {
    json!({ "properties": { "status": { "const": "accepted" }, "eligible": { "not": { "const": false } } } })
}

/// What such a decision has to say.
pub(super) fn needed() -> Value {
    json!({
        "required": ["user_id", "telegram_id", "msisdn", "amount"],
        "properties": {
            "user_id": { "type": "string", "pattern": id() },
            "telegram_id": { "type": "integer" },
            "msisdn": { "type": "string", "pattern": r"^[A-Za-z0-9_=\-]{1,512}$" },
            "amount": { "type": "integer", "minimum": 1 },
            "currency": { "enum": ["UAH", "USD", "EUR", "UZS", "IDR", null] },
        },
    })
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&of_read::<ReceiptDecision>()).unwrap()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_checked_in_schema_is_what_the_code_says() {
    hold("receipt-decision.schema.json", &of_read::<ReceiptDecision>());
}

#[test]
fn the_schema_takes_every_decision() {
    let schema = schema();
    for GoodMessage { what, message, .. } in serde_json::from_str::<Vec<GoodMessage>>(GOOD).unwrap() {
        let message = value(message.get());
        let faults: Vec<String> = schema.iter_errors(&message).map(|error| error.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{what}");
    }
}

#[test]
fn the_schema_refuses_what_is_none_where_a_schema_can() {
    let schema = schema();
    for BadMessage { reason, schema_refuses, message } in
        serde_json::from_str::<Vec<BadMessage>>(BAD).unwrap()
    {
        let is_refused = !schema.is_valid(&value(message.get()));
        assert_eq!(is_refused, schema_refuses, "{reason}: {message}");
    }
}

#[test]
fn what_the_schema_asks_for_is_said_in_words() {
    let schema = of_read::<ReceiptDecision>();
    for (field, property) in schema["properties"].as_object().unwrap() {
        assert!(property["description"].is_string(), "{field}");
    }
    assert_eq!(schema["required"], json!(["receipt_id", "status"]));
    assert_eq!(schema.get("additionalProperties"), None, "more may be said");
}
