//! What each kind of job needs. Here no field is there that is not known.

use super::fields::{Fault, Fields, amount, id, name, phone, price, quantity, text};
use super::place_order::new_order;
use super::tree::Json;
use crate::domain::billz::order::OrderLine;
use crate::domain::billz::work::{JobKind, NewClient, Work};
use crate::domain::identifier::BillzOrderId;

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
            system_id: fields.optional("clientIdSys", id)?,
        }),
        JobKind::CreateOrder => {
            // There is one shop. Senders name one all the same.
            drop(fields.optional("shopId", text)?);
            Work::CreateOrder
        }
        JobKind::AddItem => Work::AddItem {
            order: order(&mut fields)?,
            line: OrderLine {
                product: fields.required("productId", id)?,
                quantity: fields.required("qty", quantity)?,
                seller: fields.optional("employeeID", id)?,
            },
        },
        JobKind::AddClient => {
            Work::AddClient { order: order(&mut fields)?, client: fields.required("customerId", id)? }
        }
        JobKind::PostponeOrder => Work::PostponeOrder {
            order: order(&mut fields)?,
            comment: fields.words("comment", MAX_COMMENT)?.unwrap_or_default(),
        },
        JobKind::CancelPostpone => Work::CancelPostpone { order: order(&mut fields)? },
        JobKind::CreateDiscount => discount(&mut fields)?,
        JobKind::MakePayment => Work::MakePayment {
            order: order(&mut fields)?,
            card: fields.required("cardId", id)?,
            total: fields.required("totalPrice", price)?,
        },
        JobKind::DeleteOrder => Work::DeleteOrder { order: order(&mut fields)? },
        JobKind::GetOrder => Work::GetOrder { order: order(&mut fields)? },
    };
    fields.end()?;
    Ok(work)
}

fn order(fields: &mut Fields) -> Result<BillzOrderId, Fault> {
    fields.required("orderId", id)
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
