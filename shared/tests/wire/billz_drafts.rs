//! Looking for a client or a draft of ours: what is found, what is not there, and what nobody can know.

use serde_json::{Value, json};
use shared::domain::billz::operation::{Answer, DraftSearch, OperationKind};
use shared::providers::billz::BillzError;
use shared::retry::Failure;

use crate::billz_setup::{CLIENT, ORDER, REFERENCE, answer, good, order};

async fn client(body: &Value) -> Result<Option<String>, Failure> {
    match answer(OperationKind::FindClient, &body.to_string()).await {
        Ok(Answer::Client(id)) => Ok(id.map(|id| id.as_str().to_owned())),
        Err(BillzError::Call(error)) => Err(error.failure),
        other => panic!("{body}: {other:?}"),
    }
}

async fn search(body: &Value) -> Result<DraftSearch, Failure> {
    match answer(OperationKind::FindDraft, &body.to_string()).await {
        Ok(Answer::Draft(found)) => Ok(found),
        Err(BillzError::Call(error)) => Err(error.failure),
        other => panic!("{body}: {other:?}"),
    }
}

/// A draft without goods or customer, made in the minute that is looked at.
fn draft(comment: &str) -> Value {
    json!({
        "id": ORDER,
        "order_number": "213945",
        "order_type": "SALE",
        "park_status": "",
        "order_detail": {
            "customer": { "id": "" },
            "comment": comment,
            "total_price": 0,
            "total_products_measurement_value": 0,
        },
        "created_at": "2026-11-21 06:47:30",
    })
}

fn listed(orders: &[Value]) -> Value {
    json!({ "count": orders.len(), "orders": orders })
}

fn found(number: Option<&str>) -> DraftSearch {
    DraftSearch::Found { order: order(), number: number.map(str::to_owned) }
}

#[tokio::test]
async fn a_client_has_exactly_the_number_that_was_asked_for() {
    let known = Ok(Some(CLIENT.to_owned()));
    for phone in [json!("+998901234567"), json!("998 90 123 45 67"), json!(998_901_234_567_i64)] {
        let row = json!({ "id": CLIENT, "phone_numbers": ["+998000000000", phone] });
        assert_eq!(client(&json!({ "clients": [row], "count": 1 })).await, known, "{phone}");
        assert_eq!(client(&json!({ "code": 200, "data": { "clients": [row], "count": 1 } })).await, known);
    }
    for phone in ["901234567", "+99890123456", "+9989012345678", "+998901234568", "", "1998901234567"] {
        let row = json!({ "id": CLIENT, "phone_numbers": [phone] });
        assert_eq!(client(&json!({ "clients": [row], "count": 1 })).await, Ok(None), "{phone}");
    }
    for empty in [
        json!({ "clients": [], "count": 0 }),
        json!({ "clients": null, "count": 0 }),
        json!({ "count": 0 }),
        json!({ "clients": [{ "id": CLIENT }, { "id": CLIENT, "phone_numbers": null }] }),
    ] {
        assert_eq!(client(&empty).await, Ok(None), "{empty}");
    }
}

/// To say that there is nobody would be to make the client again.
#[tokio::test]
async fn a_list_of_clients_that_cannot_be_trusted_is_not_nobody() {
    let others = |count: usize| {
        let rows = (0..count).map(|n| json!({ "id": "x", "phone_numbers": [format!("+99890{n:07}")] }));
        json!({ "clients": rows.collect::<Vec<_>>(), "count": 5000 })
    };
    assert_eq!(client(&others(99)).await, Ok(None));
    let unusable =
        json!({ "clients": [{ "id": "not an id", "phone_numbers": ["998901234567"] }], "count": 1 });
    let odd = [
        others(100),
        unusable,
        json!({ "clients": null, "count": 3 }),
        json!({ "clients": null }),
        json!({ "clients": {}, "count": 0 }),
        json!([]),
    ];
    for body in odd {
        assert_eq!(client(&body).await, Err(Failure::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn a_draft_is_ours_by_our_whole_reference() {
    for comment in [REFERENCE.to_owned(), format!("paydesk {REFERENCE}"), format!("[{REFERENCE}], please")] {
        assert_eq!(search(&listed(&[draft(&comment)])).await, Ok(found(Some("213945"))), "{comment}");
    }
    let body = json!({ "status_code": 200, "data": listed(&[draft(REFERENCE)]) });
    assert_eq!(search(&body).await, Ok(found(Some("213945"))));
    let near = [
        format!("{REFERENCE}1"),
        format!("1{REFERENCE}"),
        format!("{REFERENCE}-2"),
        REFERENCE.to_uppercase(),
        "order_12345_179500000000".to_owned(),
        "by hand".to_owned(),
    ];
    for comment in near {
        assert_eq!(search(&listed(&[draft(&comment)])).await, Ok(DraftSearch::Absent), "{comment}");
    }
}

#[tokio::test]
async fn a_bare_draft_of_that_time_may_be_ours() {
    let sample: Value = serde_json::from_str(good(OperationKind::FindDraft).0).unwrap();
    let bare = draft("");
    assert_eq!(search(&listed(std::slice::from_ref(&bare))).await, Ok(DraftSearch::Doubtful));
    let changed = |change: fn(&mut Value)| {
        let mut draft = bare.clone();
        change(&mut draft);
        listed(&[draft])
    };
    let may_be_ours: [fn(&mut Value); 8] = [
        |draft| draft["created_at"] = json!("2026-11-21 06:44:00"),
        |draft| draft["created_at"] = json!("2026-11-21T01:44:00Z"),
        |draft| draft["created_at"] = json!("yesterday"),
        |draft| draft["created_at"] = Value::Null,
        |draft| draft["order_detail"]["customer"] = Value::Null,
        |draft| draft["order_detail"]["total_products_measurement_value"] = Value::Null,
        |draft| draft["order_detail"]["comment"] = Value::Null,
        |draft| draft["order_detail"] = Value::Null,
    ];
    for change in may_be_ours {
        let body = changed(change);
        assert_eq!(search(&body).await, Ok(DraftSearch::Doubtful), "{body}");
    }
    let another: [fn(&mut Value); 5] = [
        |draft| draft["created_at"] = json!("2026-11-21 06:43:59"),
        |draft| draft["created_at"] = json!("2026-11-21T01:43:59Z"),
        |draft| draft["order_detail"]["customer"]["id"] = json!("somebody"),
        |draft| draft["order_detail"]["customer"] = json!("somebody"),
        |draft| draft["order_detail"]["total_products_measurement_value"] = json!(1),
    ];
    for change in another {
        let body = changed(change);
        assert_eq!(search(&body).await, Ok(DraftSearch::Absent), "{body}");
    }
    assert_eq!(search(&listed(&[])).await, Ok(DraftSearch::Absent));
    for none in [json!({ "count": 0, "orders": null }), json!({ "count": 0 })] {
        assert_eq!(search(&none).await, Ok(DraftSearch::Absent), "{none}");
    }
    assert_eq!(search(&sample).await, Ok(found(Some("213945"))), "beside another draft");
}

/// Absent would mean that a second draft is made.
#[tokio::test]
async fn a_list_of_drafts_that_cannot_be_trusted_is_not_absence() {
    let others: Vec<Value> = (0..100).map(|n| draft(&format!("by hand {n}"))).collect();
    assert_eq!(search(&listed(&others[..99])).await, Ok(DraftSearch::Absent));
    assert_eq!(search(&listed(&others)).await, Ok(DraftSearch::Doubtful), "it may go on");
    let short = json!({ "count": 3, "orders": others[..2] });
    assert_eq!(search(&short).await, Ok(DraftSearch::Doubtful), "one of three is not shown");
    let mut long = others.clone();
    long[57] = draft(REFERENCE);
    assert_eq!(search(&listed(&long)).await, Ok(found(Some("213945"))));
    let two = listed(&[draft(REFERENCE), draft(REFERENCE)]);
    assert_eq!(search(&two).await, Ok(DraftSearch::Doubtful), "two with one reference");
    let mut unusable = draft(REFERENCE);
    unusable["id"] = json!("../x");
    for body in [
        listed(&[unusable]),
        json!({ "count": 2, "orders": null }),
        json!({ "orders": null }),
        json!({ "count": 0, "orders": {} }),
        json!([]),
    ] {
        assert_eq!(search(&body).await, Err(Failure::Unreadable), "{body}");
    }
}
