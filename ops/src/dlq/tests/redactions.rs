//! What is shown of a letter by default.

use serde_json::{Value, json};

use super::super::redaction::{Summary, mask};

#[test]
fn only_listed_fields_that_look_harmless_are_shown() {
    let body = json!({
        "version": 1, "channel": "TELEGRAM", "orderId": "ord-7", "amount": 150_000, "retryable": true,
        "code": "ada@example.com", "reference": "+380501234567", "invoice": "380501234567",
        "status": "two words", "id": 99_887_766, "event": "x".repeat(121),
        "name": "Ada", "data": { "password": "secret", "list": ["one", { "orderId": "ord-8" }] }, "none": null,
    });
    let summary = Summary::of(&body.to_string());
    let shown = json!({ "version": 1, "channel": "TELEGRAM", "orderId": "ord-7", "amount": 150_000,
        "retryable": true, "data.list.1.orderId": "ord-8" });
    assert_eq!(Value::from(summary.fields), shown);
    assert_eq!(summary.withheld, 9);
}

#[test]
fn of_a_job_at_billz_its_type_and_ids_are_shown_and_not_its_client() {
    let place = json!({
        "type": "PLACE_ORDER", "correlationId": "order_1041_7", "timestamp": 1_795_000_000_000_u64,
        "payload": {
            "orderID": "1041", "clientFirstName": "Ada", "clientPhone": "+998901234567", "clientId": "998901234567",
            "delivery": { "region": "Tashkent", "address": "Amir Temur 1" },
            "products": [{ "ID": "2ce40c63-4527-4898-a975-7c30c255fd50", "qty": 2 }],
        },
    });
    let summary = Summary::of(&place.to_string());
    let shown = json!({ "type": "PLACE_ORDER", "correlationId": "order_1041_7", "payload.orderID": "1041" });
    assert_eq!((Value::from(summary.fields), summary.withheld), (shown, 8));

    let pay = json!({ "type": "MAKE_PAYMENT", "correlationId": "pay-7",
        "payload": { "orderId": "5fffc042-afe5-48bf-8203-eb72b27500da", "cardId": "cash", "totalPrice": 254_100 } });
    let words = "correlationId=pay-7 payload.orderId=5fffc042-afe5-48bf-8203-eb72b27500da type=MAKE_PAYMENT \
        (2 values withheld)";
    assert_eq!(Summary::of(&pay.to_string()).words(), words);
    assert_eq!(Summary::of(r#"{"resume":"order_1041_7"}"#).words(), "resume=order_1041_7");
    // An id that may be somebody's telephone number is not shown, whatever it is called.
    let telephones = json!({ "type": "+998901234567", "resume": "998901234567", "orderID": "998901234567" });
    assert_eq!(Summary::of(&telephones.to_string()).words(), "(3 values withheld)");
}

#[test]
fn of_a_receipt_s_decision_its_ids_are_shown_and_neither_the_phone_nor_the_chat() {
    let sealed = "gAAAAABpSealedNumber-_0=";
    let decision = json!({
        "receipt_id": "0b0f6b8e-1", "status": "accepted", "eligible": true, "user_id": "user-1",
        "telegram_id": 5_550_001_234_u64, "locale": "uk", "msisdn": sealed, "amount": 100, "currency": "UAH",
    });
    let words = "amount=100 currency=UAH eligible=true receipt_id=0b0f6b8e-1 status=accepted user_id=user-1 \
        (3 values withheld)";
    assert_eq!(Summary::of(&decision.to_string()).words(), words);
    let work = json!({ "version": 1, "correlationId": "callback-1", "bonus": "0b0f6b8e-1" });
    assert_eq!(Summary::of(&work.to_string()).words(), "bonus=0b0f6b8e-1 correlationId=callback-1 version=1");
    let counted = json!({ "id": "0b0f6b8e-1.4.0", "type": "payout_failure", "ts": "2026-11-21T12:00:00Z",
        "payload": { "receipt_id": "0b0f6b8e-1", "bonus_id": "0b0f6b8e-1", "bill_id": "523", "error_code": "p001",
            "amount_minor": 100, "currency": "UAH" } });
    let words = "id=0b0f6b8e-1.4.0 payload.amount_minor=100 payload.bill_id=523 payload.bonus_id=0b0f6b8e-1 \
        payload.currency=UAH payload.error_code=p001 payload.receipt_id=0b0f6b8e-1 type=payout_failure \
        (1 values withheld)";
    assert_eq!(Summary::of(&counted.to_string()).words(), words);
    // A stored bonus, buried with its outbox: the sealed number and the chat are among what is withheld.
    let image = json!({ "newImage": { "receipt": { "S": "0b0f6b8e-1" }, "msisdn": { "S": sealed },
        "chat": { "N": "5550001234" }, "recipient": { "S": "+**********67" }, "version": { "N": "2" } } });
    assert_eq!(Summary::of(&image.to_string()).words(), "newImage.version.N=2 (4 values withheld)");
}

#[test]
fn images_and_documents_within_text_are_looked_into() {
    let image = json!({ "keys": { "pk": { "S": "INVOICE#INV-1" } },
        "newImage": { "email": { "S": "ada@example.com" }, "version": { "N": "4" } } });
    let summary = Summary::of(&image.to_string());
    assert_eq!(
        Value::from(summary.fields),
        json!({ "keys.pk.S": "INVOICE#INV-1", "newImage.version.N": "4" })
    );
    assert_eq!(summary.withheld, 1);

    let report = json!({ "eventType": "Bounce", "mail": { "destination": ["ada@example.com"] } });
    let letter = json!({ "MessageId": "m-1", "Message": report.to_string() });
    let summary = Summary::of(&letter.to_string());
    assert_eq!(
        Value::from(summary.fields),
        json!({ "MessageId": "m-1", "Message.(text).eventType": "Bounce" })
    );
    assert_eq!(summary.withheld, 1);
}

#[test]
fn what_is_not_json_or_endlessly_deep_is_only_measured() {
    let summary = Summary::of("my password is secret");
    assert_eq!(summary.words(), "21 bytes that are not JSON");
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let summary = Summary::of(&deep);
    assert_eq!((summary.fields.len(), summary.withheld), (0, 1));
    assert_eq!(Summary::of("\"secret\"").words(), "(1 values withheld)");
}

#[test]
fn reasons_are_shown_without_what_they_quote() {
    for (reason, shown) in [
        ("malformed message: missing field `amount`", "malformed message: missing field `amount`"),
        (r#"invalid type: string "a \" b", expected u8"#, r#"invalid type: string "…", expected u8"#),
        (r#"ends within "a quot"#, r#"ends within "…""#),
        ("no account of ada@example.com here", "no account of … here"),
        ("chat 5550001234 is gone, or +380(50)1234567.", "chat … is gone, or …"),
        (
            "invalid type: integer `380501234567`, expected a string",
            "invalid type: integer `…`, expected a string",
        ),
        (
            "invalid value: integer `256`, expected u8 at column 7",
            "invalid value: integer `…`, expected u8 at column 7",
        ),
        (
            "unknown variant `pa55`w0`rd`, expected `EMAIL` or `TELEGRAM`",
            "unknown variant `…`, expected `EMAIL` or `TELEGRAM`",
        ),
        (
            "unknown variant `pa55`, expected one of `a.b`, `c_d`, `e-f`",
            "unknown variant `…`, expected one of `a.b`, `c_d`, `e-f`",
        ),
        ("unknown field `ada`, there are no fields", "unknown field `…`, there are no fields"),
        ("duplicate field `amount` at line 1", "duplicate field `amount` at line 1"),
        ("missing field `380501234567`", "missing field `…`"),
        ("cut within `pa55", "cut within `…`"),
        ("integer '380501234567'", "integer …"),
        ("given up after 12 tries: HTTP 503", "given up after 12 tries: HTTP 503"),
        ("", ""),
    ] {
        assert_eq!(mask(reason), shown);
    }
}
