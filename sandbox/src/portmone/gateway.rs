//! The merchant gateway, in its JSON form: `result`, which tells what became of a bill.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::amounts::amount_text;
use super::bills::{Bill, State as BillState};
use super::dates::moment;
use super::{GATEWAY_LOGIN, GATEWAY_PASSWORD, GATEWAY_PAYEE};
use crate::world::World;

/// An error as the gateway tells it, under HTTP 200. The codes are invented.
pub(crate) fn error_document(code: &str, words: &str) -> Value {
    json!({ "errorCode": code, "error": words })
}

/// Answers the orders that are asked for: a list of one, or of none.
pub(super) async fn call(State(world): State<Arc<World>>, body: Bytes) -> Json<Value> {
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return Json(error_document("3", "the body is not JSON"));
    };
    if asked["method"] != "result" {
        return Json(error_document("1", "unknown method"));
    }
    let wanted = &asked["params"]["data"];
    let credentials = [&wanted["payeeId"], &wanted["login"], &wanted["password"]].map(text);
    if credentials != [GATEWAY_PAYEE, GATEWAY_LOGIN, GATEWAY_PASSWORD].map(|known| Some(known.to_owned())) {
        return Json(error_document("2", "invalid payee, login or password"));
    }
    let Some(id) = text(&wanted["shopbillId"]) else {
        return Json(error_document("3", "shopbillId is required"));
    };
    let status = text(&wanted["status"]).filter(|status| !matches!(status.as_str(), "" | "%"));
    let office = world.portmone();
    let found = office
        .bill(&id)
        .filter(|bill| status.as_deref().is_none_or(|status| status == bill.state.gateway_word()));
    Json(found.into_iter().map(order).collect())
}

/// Numbers may be written as text, too.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn order(bill: &Bill) -> Value {
    let is_rejected = bill.state == BillState::Rejected;
    json!({
        "shopBillId": bill.id.to_string(),
        "shopOrderNumber": bill.comment.clone().unwrap_or_default(),
        "billAmount": bill.amount.map(amount_text).unwrap_or_default(),
        "status": bill.state.gateway_word(),
        "payee_id": GATEWAY_PAYEE,
        "errorCode": if is_rejected { "5" } else { "0" },
        "errorMessage": if is_rejected { "Declined" } else { "" },
        "pay_date": bill.paid_at.map(moment).unwrap_or_default(),
        "authCode": "TESTPM",
        "rrn": "",
        "terminal_id": "",
        "merchant_id": "",
        "bank_name": "",
        "cardMask": "444433******0000",
        "cardTypeName": "VISA",
    })
}
