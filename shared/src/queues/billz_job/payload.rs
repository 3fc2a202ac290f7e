//! What each kind of job needs. Here no field is there that is not known.

use super::fields::{Fault, Fields, amount, name, parsed, phone, price, quantity};
use super::place_order::new_order;
use super::tree::Json;
use crate::domain::billz::card::is_card_number;
use crate::domain::billz::order::OrderLine;
use crate::domain::billz::work::{JobKind, NewClient, Work};
use crate::domain::identifier::{BillzOrderId, CardId};

/// Longest remark beside an order, in characters.
pub(super) const MAX_COMMENT: usize = 500;

/// The payload of a job.
pub(super) fn work(kind: JobKind, payload: Json) -> Result<Work, Fault> {
    let mut fields = Fields::of("payload", payload)?;
    let work = match kind {
        JobKind::PlaceOrder => return Ok(Work::PlaceOrder(Box::new(new_order(fields)?))),
        JobKind::CreateClient => Work::CreateClient(NewClient {
            phone: fields.required("clientPhone", phone)?,
            first_name: fields.required("clientFirstName", name)?,
            last_name: fields.optional("clientLastName", name)?,
            system_id: fields.optional("clientIdSys", parsed)?,
        }),
        JobKind::CreateOrder => {
            // There is one shop. Senders name one all the same.
            drop(fields.optional("shopId", parsed::<String>)?);
            Work::CreateOrder
        }
        JobKind::AddItem => Work::AddItem {
            order: order(&mut fields)?,
            line: OrderLine {
                product: fields.required("productId", parsed)?,
                quantity: fields.required("qty", quantity)?,
                seller: fields.optional("employeeID", parsed)?,
            },
        },
        JobKind::AddClient => {
            Work::AddClient { order: order(&mut fields)?, client: fields.required("customerId", parsed)? }
        }
        JobKind::PostponeOrder => Work::PostponeOrder {
            order: order(&mut fields)?,
            comment: fields.remark("comment", MAX_COMMENT)?.unwrap_or_default(),
        },
        JobKind::CancelPostpone => Work::CancelPostpone { order: order(&mut fields)? },
        JobKind::CreateDiscount => discount(&mut fields)?,
        JobKind::MakePayment => Work::MakePayment {
            order: order(&mut fields)?,
            card: fields.required("cardId", card)?,
            total: fields.required("totalPrice", price)?,
        },
        JobKind::DeleteOrder => Work::DeleteOrder { order: order(&mut fields)? },
        JobKind::GetOrder => Work::GetOrder { order: order(&mut fields)? },
    };
    fields.end()?;
    Ok(work)
}

fn order(fields: &mut Fields) -> Result<BillzOrderId, Fault> {
    fields.required("orderId", |json| {
        let order: BillzOrderId = parsed(json)?;
        if is_card_number(order.as_str()) { Err(CARD_NUMBER.to_owned()) } else { Ok(order) }
    })
}

const CARD_NUMBER: &str = "looks like the number of a bank card, which has no place here";

/// One of our payment methods.
fn card(json: &Json) -> Result<CardId, String> {
    let card: CardId = parsed(json)?;
    if is_card_number(card.as_str()) { Err(CARD_NUMBER.to_owned()) } else { Ok(card) }
}

/// Senders say what is taken off; Billz is told what is left.
fn discount(fields: &mut Fields) -> Result<Work, Fault> {
    let order = order(fields)?;
    let off = fields.required("amount", price)?;
    let total = fields.required("totalPrice", amount)?;
    let new_total = total.minus(off).ok().filter(|left| left.minor() >= 0);
    let new_total =
        new_total.ok_or_else(|| Fault::new(fields.path_of("amount"), "is more than totalPrice"))?;
    Ok(Work::CreateDiscount { order, new_total })
}
