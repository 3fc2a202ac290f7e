//! What Billz's answers become in our words: what is made, and orders as they are shown.

use serde_json::{Value, json};
use shared::domain::billz::operation::{Answer, OperationKind, OrderView, Park};
use shared::domain::billz::quantity::Quantity;
use shared::retry::{Failure, Retry, Verdict};

use crate::billz_setup::{CLIENT, DONE, ORDER, SHOWN, answer, call_error, good, soum, view};
use crate::odd_server;

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut order: Value = serde_json::from_str(SHOWN).unwrap();
    change(&mut order);
    order.to_string()
}

async fn shown(body: &str) -> OrderView {
    match answer(OperationKind::ReadOrder, body).await {
        Ok(Answer::Order(Some(view))) => view,
        other => panic!("{body}: {other:?}"),
    }
}

async fn unreadable(kind: OperationKind, body: &str) -> Retry {
    let error = call_error(kind, odd_server::json(200, body)).await;
    assert_eq!(error.failure, Failure::Unreadable, "{kind:?} of {body}");
    error.retry()
}

#[tokio::test]
async fn an_order_is_shown_at_the_top_or_as_data() {
    assert_eq!(shown(SHOWN).await, view());
    let inside = format!(r#"{{"status_code":200,"error":{{"code":""}},"data":{}}}"#, SHOWN.trim());
    assert_eq!(shown(&inside).await, view(), "the document is the order alone");
    assert_eq!(answer(OperationKind::Postpone, &inside).await, Ok(Answer::Postponed(Some(view()))));
}

#[tokio::test]
async fn an_amount_is_read_to_the_last_tiyin_or_not_at_all() {
    let read = [
        ("254100", Some(25_410_000)),
        ("254100.0", Some(25_410_000)),
        ("254100.5", Some(25_410_050)),
        ("254100.50", Some(25_410_050)),
        ("254100.120000", Some(25_410_012)),
        (r#""254100.50""#, Some(25_410_050)),
        ("0", Some(0)),
        ("0.0", Some(0)),
        ("90071992547409.93", Some(9_007_199_254_740_993)),
        ("254100.125", None),
        ("2.541e5", None),
        ("-1", None),
        ("null", None),
        (r#""free""#, None),
        ("99999999999999999999", None),
    ];
    for (written, minor) in read {
        let body = SHOWN.replace("254100", written);
        assert_eq!(shown(&body).await.total, minor.map(soum), "{written}");
    }
}

#[tokio::test]
async fn goods_are_counted_in_thousandths() {
    let field = "total_products_measurement_value";
    for (written, quantity) in [
        ("3", Some("3")),
        ("2.125", Some("2.125")),
        ("2.5000", Some("2.5")),
        ("2.1255", None),
        ("null", None),
        ("-1", None),
    ] {
        let body = SHOWN.replace(&format!(r#""{field}":3"#), &format!(r#""{field}":{written}"#));
        let expected: Option<Quantity> = quantity.map(|quantity| quantity.parse().unwrap());
        assert_eq!(shown(&body).await.quantity, expected, "{written}");
    }
    let none = changed(|order| order["order_detail"][field] = json!(0));
    assert_eq!(shown(&none).await.quantity, Some(Quantity::NONE));
}

#[tokio::test]
async fn no_word_for_where_an_order_stands_is_not_the_word_for_a_draft() {
    for (word, park) in [
        (json!(""), Park::Draft),
        (json!("active"), Park::Active),
        (json!("expired"), Park::Expired),
        (json!("completed"), Park::Completed),
        (json!("Completed"), Park::Other("Completed".to_owned())),
        (Value::Null, Park::Other(String::new())),
        (json!(7), Park::Other(String::new())),
    ] {
        let body = changed(|order| order["park_status"] = word.clone());
        assert_eq!(shown(&body).await.park, park, "{word}");
    }
}

#[tokio::test]
async fn what_is_missing_or_too_long_to_keep_is_left_out() {
    let bare = format!(r#"{{"id":"{ORDER}","park_status":""}}"#);
    let expected =
        OrderView { number: None, park: Park::Draft, total: None, quantity: None, document: bare.clone() };
    assert_eq!(shown(&bare).await, expected);
    let number = changed(|order| order["order_number"] = json!(213_945));
    assert_eq!(shown(&number).await.number.as_deref(), Some("213945"));
    let long = changed(|order| order["note"] = json!("x".repeat(64 << 10)));
    let view = shown(&long).await;
    assert_eq!((view.document.as_str(), view.total), ("", Some(soum(25_410_000))));
}

#[tokio::test]
async fn of_words_that_billz_may_make_as_long_as_it_likes_the_beginning_is_kept() {
    let long = "ж".repeat(5000);
    let kept = Some("ж".repeat(100));
    let body = changed(|order| {
        order["order_number"] = json!(long);
        order["park_status"] = json!(long);
    });
    let view = shown(&body).await;
    assert_eq!((view.number, view.park), (kept.clone(), Park::Other(kept.clone().unwrap())));
    let body =
        json!({ "status_code": 200, "error": null, "data": { "id": "order-1", "order_number": long } });
    let created = Answer::DraftCreated { order: "order-1".parse().unwrap(), number: kept };
    assert_eq!(answer(OperationKind::CreateDraft, &body.to_string()).await, Ok(created));
}

#[tokio::test]
async fn another_order_than_the_one_asked_for_is_not_believed() {
    let other = changed(|order| order["id"] = json!("38c3920a-ffdd-4233-a823-8af3266f5f4f"));
    assert_eq!(unreadable(OperationKind::ReadOrder, &other).await, Retry::Safe { after: None });
    assert_eq!(unreadable(OperationKind::Postpone, &other).await, Retry::AskFirst);
}

#[tokio::test]
async fn an_order_that_is_shown_as_a_draft_is_not_put_aside() {
    for word in ["", "expired"] {
        let body = changed(|order| order["park_status"] = json!(word));
        assert_eq!(unreadable(OperationKind::Postpone, &body).await, Retry::AskFirst, "{word:?}");
    }
    assert_eq!(answer(OperationKind::Postpone, DONE).await, Ok(Answer::Postponed(None)));
    let Ok(Answer::Postponed(Some(view))) =
        answer(OperationKind::Postpone, &changed(|order| order["park_status"] = json!("parked"))).await
    else {
        panic!("not postponed")
    };
    assert_eq!(view.park, Park::Other("parked".to_owned()));
}

/// Beside the envelope's data stands the id of a message: it looks like an order's.
#[tokio::test]
async fn a_creation_without_a_usable_id_leaves_open_what_billz_made() {
    let message = "38c3920a-ffdd-4233-a823-8af3266f5f4f";
    for data in ["null", "{}", r#"{"id":""}"#, r#"{"id":null}"#, r#"{"id":"a b"}"#, r#""x""#] {
        let body = format!(r#"{{"status_code":200,"id":"{message}","error":{{"code":""}},"data":{data}}}"#);
        assert_eq!(unreadable(OperationKind::CreateDraft, &body).await, Retry::AskFirst, "{data}");
    }
    for body in
        [r#"{"id":""}"#, r#"{"id":"a b"}"#, r#"{"id":null}"#, r#"{"message":"ok"}"#, r#"{"clients":[]}"#]
    {
        assert_eq!(unreadable(OperationKind::CreateClient, body).await, Retry::AskFirst, "{body}");
    }
}

#[tokio::test]
async fn a_number_may_be_missing_and_an_id_may_be_inside() {
    let body = r#"{"status_code":200,"error":null,"data":{"id":"order-1","order_number":5632631379}}"#;
    let number = Some("5632631379".to_owned());
    let created = |number| Answer::DraftCreated { order: "order-1".parse().unwrap(), number };
    assert_eq!(answer(OperationKind::CreateDraft, body).await, Ok(created(number)));
    let body = r#"{"status_code":200,"data":{"id":"order-1"}}"#;
    assert_eq!(answer(OperationKind::CreateDraft, body).await, Ok(created(None)));
    let body = format!(r#"{{"code":200,"message":"ok","error":null,"data":{{"id":"{CLIENT}"}}}}"#);
    assert_eq!(answer(OperationKind::CreateClient, &body).await, Ok(good(OperationKind::CreateClient).1));
}

#[tokio::test]
async fn a_payment_is_proven_by_its_cheque_or_by_an_envelope() {
    let proofs = [
        r#"{"order_type":"SALE"}"#,
        r#"{"should_print_cheque":false}"#,
        r#"{"data":{"order_type":"SALE","should_print_cheque":true}}"#,
        DONE,
    ];
    for body in proofs {
        assert_eq!(answer(OperationKind::Pay, body).await, Ok(Answer::Done), "{body}");
    }
    for body in
        [r#"{"message":"accepted"}"#, r#"{"status_code":202,"data":{"id":"x"}}"#, r#"{"order_type":""}"#]
    {
        assert_eq!(unreadable(OperationKind::Pay, body).await, Retry::AskFirst, "{body}");
        assert_eq!(unreadable(OperationKind::AddItem, body).await, Retry::AskFirst, "{body}");
    }
    let accepted = call_error(OperationKind::Pay, odd_server::json(202, DONE)).await;
    assert_eq!((accepted.failure, accepted.retry()), (Failure::Unreadable, Retry::AskFirst));
}

/// What sets may be set again: a word is enough.
#[tokio::test]
async fn what_only_sets_is_done_when_billz_says_a_word() {
    for kind in [OperationKind::AttachClient, OperationKind::SetTotal] {
        let body = r#"{"message":"Successfully updated"}"#;
        assert_eq!(answer(kind, body).await, Ok(Answer::Done), "{kind:?}");
        assert_eq!(unreadable(kind, r#"{"id":"x"}"#).await, Retry::Safe { after: None }, "{kind:?}");
    }
}
