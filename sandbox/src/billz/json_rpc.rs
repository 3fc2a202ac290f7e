//! `POST /v1/orders`: an older way to do some of the same, known from clients and not from the documents.

use axum::Json;
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::SHOP_ID;
use super::amounts::Amount;
use super::answers::{HttpError, read, refused};
use super::caller::Caller;
use super::local_time::read_local;
use super::objections::Objection;
use super::order::Payment;
use crate::decimal::Decimal;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Called {
    method: String,
    params: Box<RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    shop_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddCustomer {
    customer_id: String,
    order_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Postpone {
    order_id: String,
    #[serde(default)]
    comment: String,
    time: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MakePayment {
    payments: Vec<NewPayment>,
    order_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPayment {
    /// Clients send the payment type's id here, too.
    #[serde(rename = "id")]
    _id: Option<String>,
    company_payment_type_id: String,
    paid_amount: Amount,
}

/// It answers over HTTP, whatever channel is named.
pub(super) async fn call(caller: Caller, body: Bytes) -> Result<Response, HttpError> {
    let called: Called = read(&body)?;
    let (params, now) = (called.params.get().as_bytes(), caller.now());
    let ok = |()| "ok".to_owned();
    let outcome = match called.method.as_str() {
        "order.create" => {
            let wanted: Create = read(params)?;
            match wanted.shop_id == SHOP_ID {
                true => Ok(caller.company().create_order(String::new(), now)),
                false => Err(Objection::not_found("shop")),
            }
        }
        "order.add_customer" => {
            let wanted: AddCustomer = read(params)?;
            caller.company().attach_client(&wanted.order_id, &wanted.customer_id, now).map(ok)
        }
        "order.postpone" => {
            let wanted: Postpone = read(params)?;
            let until = read_local(&wanted.time);
            let until = until.ok_or_else(|| HttpError::bad_request("time must be YYYY-MM-DD HH:MM:SS"))?;
            caller.company().postpone(&wanted.order_id, &wanted.comment, until, now).map(ok)
        }
        "order.make_payment" => {
            let wanted: MakePayment = read(params)?;
            let payments = wanted.payments.into_iter().map(|payment| Payment {
                company_payment_type_id: payment.company_payment_type_id,
                paid_amount: payment.paid_amount,
                returned_amount: Decimal(0),
            });
            caller.company().pay(&wanted.order_id, payments.collect(), "", now).map(ok)
        }
        other => return Err(HttpError::bad_request(format!("unknown method {other}"))),
    };
    Ok(match outcome {
        Ok(result) => Json(json!({ "result": result })).into_response(),
        Err(objection) => refused(&called.method, &objection),
    })
}
