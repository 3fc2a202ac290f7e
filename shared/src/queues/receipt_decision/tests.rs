//! What decisions mean, which cannot be read, and what is said of those.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;
use crate::domain::identifier::MAX_LENGTH;

/// Decisions, and whether each is paid out.
pub(super) const GOOD: &str = include_str!("../../../tests/fixtures/receipt_decisions/good.json");
/// What is none, and what is said of it; `unreadable` where it is not even JSON of that form.
pub(super) const BAD: &str = include_str!("../../../tests/fixtures/receipt_decisions/bad.json");

/// A decision.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GoodMessage {
    pub(super) what: String,
    pub(super) is_paid: bool,
    pub(super) message: Box<RawValue>,
}

/// None.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BadMessage {
    pub(super) reason: String,
    /// Whether its sender can know from the schema. It cannot say all that is asked for.
    pub(super) schema_refuses: bool,
    pub(super) message: Box<RawValue>,
}

/// What a message means, or what is wrong with it.
fn meaning(message: &str) -> Result<Meaning, String> {
    let decision: ReceiptDecision = serde_json::from_str(message).map_err(|_| "unreadable".to_owned())?;
    decision.meaning(Locale::Ru).map_err(|error| error.to_string())
}

fn accepted() -> Value {
    json!({ "receipt_id": "receipt-1", "status": "accepted", "eligible": true, "user_id": "user-1",
        "telegram_id": 700_000_001, "locale": "uk", "msisdn": "gAAAAABrAkyg2gDl-_0A==", "amount": 100, "currency": "UAH" })
}

fn paid(message: &Value) -> Accepted {
    match meaning(&message.to_string()) {
        Ok(Meaning::Pay(accepted)) => *accepted,
        other => panic!("{message}: {other:?}"),
    }
}

/// An accepted one, with another value of a field.
fn with(field: &str, value: Value) -> Value {
    let mut message = accepted();
    message[field] = value;
    message
}

#[test]
fn an_accepted_receipt_is_read_whole() {
    let expected = Accepted {
        receipt: "receipt-1".parse().unwrap(),
        user: "user-1".parse().unwrap(),
        chat: ChatId(700_000_001),
        locale: Locale::Uk,
        msisdn: SealedMsisdn::new("gAAAAABrAkyg2gDl-_0A==").unwrap(),
        amount: Money::new(100, Currency::Uah),
    };
    assert_eq!(paid(&accepted()), expected);
}

#[test]
fn each_decision_is_paid_out_or_not() {
    for GoodMessage { what, is_paid, message } in serde_json::from_str::<Vec<GoodMessage>>(GOOD).unwrap() {
        let receipt: ReceiptId = "receipt-1".parse().unwrap();
        match meaning(message.get()).unwrap() {
            Meaning::Pay(accepted) => assert_eq!((accepted.receipt, is_paid), (receipt, true), "{what}"),
            Meaning::Nothing(named) => assert_eq!((named, is_paid), (receipt, false), "{what}"),
        }
    }
}

#[test]
fn what_is_no_decision_is_told_by_the_field_that_is_wrong() {
    let bad: Vec<BadMessage> = serde_json::from_str(BAD).unwrap();
    assert!(bad.len() > 50, "{}", bad.len());
    for BadMessage { reason, message, .. } in bad {
        assert_eq!(meaning(message.get()), Err(reason), "{message}");
    }
}

#[test]
fn each_field_that_a_payout_needs_is_missed_by_its_name() {
    for field in ["user_id", "telegram_id", "msisdn", "amount"] {
        let mut message = accepted();
        message.as_object_mut().unwrap().remove(field);
        for message in [message, with(field, Value::Null)] {
            assert_eq!(meaning(&message.to_string()), Err(format!("{field} is missing")));
        }
    }
    for field in ["receipt_id", "status"] {
        let mut message = accepted();
        message.as_object_mut().unwrap().remove(field);
        assert_eq!(meaning(&message.to_string()), Err("unreadable".to_owned()), "{field}");
    }
}

#[test]
fn what_need_not_be_said_has_its_default() {
    for (field, said) in [("locale", json!("pl")), ("currency", json!("EUR"))] {
        let bonus = paid(&with(field, said));
        assert_eq!(
            (bonus.locale, bonus.amount.currency()),
            match field {
                "locale" => (Locale::En, Currency::Uah),
                _ => (Locale::Uk, Currency::Eur),
            }
        );
    }
    let mut bare = accepted();
    for field in ["locale", "currency", "eligible"] {
        bare.as_object_mut().unwrap().remove(field);
    }
    let bonus = paid(&bare);
    assert_eq!((bonus.locale, bonus.amount), (Locale::Ru, Money::new(100, Currency::Uah)));
}

#[test]
fn eligible_false_pays_nothing_and_asks_for_nothing() {
    let bare = json!({ "receipt_id": "receipt-1", "status": "accepted", "eligible": false });
    for message in [with("eligible", json!(false)), bare] {
        assert_eq!(meaning(&message.to_string()), Ok(Meaning::Nothing("receipt-1".parse().unwrap())));
    }
}

#[test]
fn ids_and_numbers_are_as_long_as_they_may_be() {
    let (longest, token) = ("x".repeat(MAX_LENGTH), "A".repeat(512));
    for (field, longest) in [("receipt_id", &longest), ("user_id", &longest), ("msisdn", &token)] {
        paid(&with(field, json!(longest)));
        assert!(meaning(&with(field, json!(format!("{longest}x"))).to_string()).is_err(), "{field}");
    }
}

#[test]
fn a_decision_shows_nothing_of_its_sealed_number() {
    for token in ["gAAAAABrAkyg2gDl-_0A==", "380671234567"] {
        let decision: ReceiptDecision = serde_json::from_value(with("msisdn", json!(token))).unwrap();
        let shown = format!("{decision:?} {decision:#?}");
        assert!(shown.contains("receipt-1") && !shown.contains(token), "{shown}");
    }
}

#[test]
fn a_reason_quotes_nothing_that_was_sent() {
    let secret = "Zuhra 998901234567";
    for field in ["receipt_id", "user_id", "msisdn", "currency"] {
        let decision: ReceiptDecision = serde_json::from_value(with(field, json!(secret))).unwrap();
        let error = decision.meaning(Locale::Uk).unwrap_err();
        assert!(error.to_string().starts_with(field), "{error}");
        assert!(!format!("{error} {error:?}").contains("Zuhra"), "{error:?}");
    }
}
