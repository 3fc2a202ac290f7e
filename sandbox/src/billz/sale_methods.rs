//! The methods that change an order, from its draft to its payment.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::amounts::{Amount, Quantity};
use super::answers::{HttpError, read};
use super::caller::Caller;
use super::local_time::read_local;
use super::objections::Objection;
use super::order::Payment;
use super::order_view::OrderView;
use super::sale::{Discount, DiscountUnit, NewLine};
use super::{CASHBOX_ID, SHOP_ID};

/// What every method answers: an error of HTTP's own, or what Billz says.
type Answer = Result<Response, HttpError>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    shop_id: String,
    cashbox_id: String,
    #[serde(default)]
    comment: String,
}

/// `POST /v2/order`
pub(super) async fn create_order(caller: Caller, body: Bytes) -> Answer {
    let wanted: NewOrder = read(&body)?;
    let outcome = match () {
        () if wanted.shop_id != SHOP_ID => Err(Objection::not_found("shop")),
        () if wanted.cashbox_id != CASHBOX_ID => Err(Objection::not_found("cashbox")),
        () => {
            let mut company = caller.company();
            let id = company.create_order(wanted.comment, caller.now());
            company.order(&id).map(|order| {
                let told = json!({ "id": id, "order_number": order.number, "order_type": "SALE" });
                (id.clone(), told)
            })
        }
    };
    Ok(caller.envelope("order.created", outcome))
}

/// What is not read here means nothing for the price: no wholesale prices are played, and no sellers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Billz takes these, and they change nothing here")]
struct NewItem {
    product_id: String,
    sold_measurement_value: Quantity,
    #[serde(default)]
    use_free_price: bool,
    free_price: Option<Amount>,
    #[serde(default)]
    is_manual: bool,
    #[serde(default)]
    used_wholesale_price: bool,
    #[serde(default)]
    seller_ids: Vec<String>,
    response_type: Option<String>,
}

/// `POST /v2/order-product/{order_id}`
pub(super) async fn add_item(caller: Caller, Path(order_id): Path<String>, body: Bytes) -> Answer {
    let item: NewItem = read(&body)?;
    let wanted = NewLine {
        product_id: item.product_id,
        quantity: item.sold_measurement_value,
        free_price: item.free_price.filter(|_price| item.use_free_price),
    };
    let outcome = caller.company().add_item(&order_id, wanted, caller.now());
    Ok(caller.envelope("order_item.created", outcome.map(|id| (id.clone(), json!({ "id": id })))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Billz takes these, and they change nothing here")]
struct ChangedItem {
    product_id: String,
    measurement_value: Quantity,
    customer_id: Option<String>,
    #[serde(default)]
    use_wholesale_price: bool,
    #[serde(default)]
    sellers: Vec<Value>,
}

/// `PUT /v1/order-item/{item_id}`
pub(super) async fn change_item(caller: Caller, Path(item_id): Path<String>, body: Bytes) -> Answer {
    let item: ChangedItem = read(&body)?;
    let quantity = item.measurement_value;
    let outcome = caller.company().change_item(&item_id, &item.product_id, quantity, caller.now());
    Ok(caller.envelope("order_item.updated", outcome.map(|()| (item_id.clone(), json!({ "id": item_id })))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedDiscount {
    discount_unit: DiscountUnit,
    discount_value: Amount,
    product_id: Option<String>,
}

/// `POST /v2/order-manual-discount/{order_id}`
pub(super) async fn discount(caller: Caller, Path(order_id): Path<String>, body: Bytes) -> Answer {
    let wanted: WantedDiscount = read(&body)?;
    let wanted =
        Discount { unit: wanted.discount_unit, value: wanted.discount_value, product_id: wanted.product_id };
    let outcome = caller.company().discount(&order_id, &wanted, caller.now());
    Ok(caller.envelope("order.discounted", outcome.map(|()| (order_id.clone(), json!({ "id": order_id })))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Billz takes these, and they change nothing here")]
struct AttachedClient {
    customer_id: String,
    #[serde(default)]
    check_auth_code: bool,
}

/// `PUT /v2/order-customer-new/{order_id}`
pub(super) async fn attach_client(caller: Caller, Path(order_id): Path<String>, body: Bytes) -> Answer {
    let wanted: AttachedClient = read(&body)?;
    let outcome = caller.company().attach_client(&order_id, &wanted.customer_id, caller.now());
    let outcome = outcome.map(|()| (order_id.clone(), json!({ "id": order_id })));
    Ok(caller.envelope("order.customer_added", outcome))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Billz takes these, and they change nothing here")]
struct Payments {
    payments: Vec<NewPayment>,
    #[serde(default)]
    comment: String,
    /// Cashback and gift cards are not played.
    #[serde(default)]
    with_cashback: Amount,
    #[serde(default)]
    without_cashback: bool,
    #[serde(default)]
    skip_ofd: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Billz takes these, and they change nothing here")]
struct NewPayment {
    company_payment_type_id: String,
    paid_amount: Amount,
    #[serde(default)]
    returned_amount: Amount,
    company_payment_type: Option<Value>,
}

/// `POST /v2/order-payment/{order_id}`
pub(super) async fn pay(caller: Caller, Path(order_id): Path<String>, body: Bytes) -> Answer {
    let wanted: Payments = read(&body)?;
    if wanted.with_cashback.0 != 0 {
        return Ok(caller.bare("order.paid", Err(Objection::because("not enough cashback"))));
    }
    let payments = wanted.payments.into_iter().map(|payment| Payment {
        company_payment_type_id: payment.company_payment_type_id,
        paid_amount: payment.paid_amount,
        returned_amount: payment.returned_amount,
    });
    let outcome = caller.company().pay(&order_id, payments.collect(), &wanted.comment, caller.now());
    let prints_cheque = !wanted.skip_ofd;
    let told = json!({ "order_type": "SALE", "should_print_cheque": prints_cheque });
    Ok(caller.bare("order.paid", outcome.map(|()| Json(told).into_response())))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Postponed {
    order_id: String,
    #[serde(default)]
    comment: String,
    time: String,
}

/// `POST /v2/order/create_postpone`
pub(super) async fn postpone(caller: Caller, body: Bytes) -> Answer {
    let wanted: Postponed = read(&body)?;
    let until = read_local(&wanted.time);
    let until = until.ok_or_else(|| HttpError::bad_request("time must be YYYY-MM-DD HH:MM:SS"))?;
    let now = caller.now();
    let mut company = caller.company();
    let postponed = company.postpone(&wanted.order_id, &wanted.comment, until, now);
    let outcome = postponed.and_then(|()| company.order(&wanted.order_id));
    let told = outcome.map(|order| Json(OrderView::of(order, now)).into_response());
    Ok(caller.bare("order.postponed", told))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Returned {
    order_id: String,
}

/// `POST /v2/order/return-postpone`: the answer is the id of the message.
pub(super) async fn return_postpone(caller: Caller, body: Bytes) -> Answer {
    let wanted: Returned = read(&body)?;
    let outcome = caller.company().return_postpone(&wanted.order_id, caller.now());
    Ok(caller.bare("order.returned", outcome.map(|()| super::answers::accepted())))
}

/// `DELETE /v2/order/{order_id}`: the answer is the id of the message.
pub(super) async fn delete_order(caller: Caller, Path(order_id): Path<String>) -> Answer {
    let outcome = caller.company().delete_order(&order_id, caller.now());
    Ok(caller.bare("order.deleted", outcome.map(|()| super::answers::accepted())))
}
