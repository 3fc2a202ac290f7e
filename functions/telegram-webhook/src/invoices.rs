//! A customer's invoices in the chat: the list, one of them, and a code to pay it with.

use shared::domain::identifier::UserId;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::payment_channel::PaymentChannel;
use shared::stores::table::StoreError;
use shared::stores::transactions::{Filter, place_of};
use shared::workflows::pay_invoice::PayError;

use crate::reply::Reply;
use crate::turn::Turn;

/// Invoices on a page.
const PAGE: u8 = 6;

/// The invoices, newest first, after the one named.
pub async fn list(turn: Turn<'_>, after: Option<&InvoiceNumber>) -> Result<Reply, StoreError> {
    let Some(user) = turn.user() else { return Ok(turn.show(turn.words().not_linked())) };
    let after = match after {
        Some(number) => own(&turn, user, number).await?,
        None => None,
    };
    let filter = Filter { customer: Some(user.clone()), ..Filter::default() };
    let place = after.as_ref().map(place_of);
    let listing = turn.app.invoices.list(&filter, place.as_ref(), PAGE).await?;
    if listing.invoices.is_empty() && place.is_none() {
        return Ok(turn.show(turn.words().no_invoices()));
    }
    let next = listing.invoices.last().filter(|_| listing.next.is_some()).map(|invoice| &invoice.number);
    Ok(turn.show(turn.words().invoice_list(&listing.invoices, next, place.is_none())))
}

/// One invoice.
pub async fn show(turn: Turn<'_>, number: &InvoiceNumber) -> Result<Reply, StoreError> {
    Ok(match asked_for(&turn, number).await? {
        Ok(invoice) => turn.show(turn.words().invoice(&invoice, turn.cause.now)),
        Err(reply) => reply,
    })
}

/// The ways to pay an invoice.
pub async fn channels(turn: Turn<'_>, number: &InvoiceNumber) -> Result<Reply, StoreError> {
    let invoice = match asked_for(&turn, number).await? {
        Ok(invoice) => invoice,
        Err(reply) => return Ok(reply),
    };
    if let Err(error) = invoice.check_payable(turn.cause.now) {
        return Ok(not_paid(&turn, &PayError::Choice(error)));
    }
    let Some(tripay) = turn.app.tripay.tripay().await else {
        return Ok(turn.alert(turn.words().payments_off()));
    };
    match turn.app.channels.ways_to_pay(&tripay, Some(invoice.order.amount)).await {
        Ok(ways) => Ok(turn.show(turn.words().channels(&invoice, &ways))),
        Err(error) => Ok(not_paid(&turn, &PayError::Tripay(error))),
    }
}

/// A code to pay an invoice with. Asking again gives the same code.
pub async fn pay(
    turn: Turn<'_>,
    number: &InvoiceNumber,
    channel: PaymentChannel,
) -> Result<Reply, StoreError> {
    let invoice = match asked_for(&turn, number).await? {
        Ok(invoice) => invoice,
        Err(reply) => return Ok(reply),
    };
    let users = turn.app.users();
    match turn.app.cashier(&users).code_for(invoice, channel, turn.cause).await {
        Ok(invoice) => Ok(turn.show(turn.words().code(&invoice, turn.cause.now))),
        Err(PayError::Store(error)) => Err(error),
        Err(error) => Ok(not_paid(&turn, &error)),
    }
}

fn not_paid(turn: &Turn<'_>, error: &PayError) -> Reply {
    tracing::warn!(correlationId = turn.cause.correlation_id, %error, "no code to pay with");
    turn.alert(turn.words().pay_refused(error))
}

/// The invoice that was asked for; or what is said to who has no such invoice.
async fn asked_for(turn: &Turn<'_>, number: &InvoiceNumber) -> Result<Result<Invoice, Reply>, StoreError> {
    let Some(user) = turn.user() else { return Ok(Err(turn.show(turn.words().not_linked()))) };
    let invoice = own(turn, user, number).await?;
    Ok(invoice.ok_or_else(|| turn.alert(turn.words().no_such_invoice())))
}

/// The invoice of that number, if it is the person's.
async fn own(turn: &Turn<'_>, user: &UserId, number: &InvoiceNumber) -> Result<Option<Invoice>, StoreError> {
    let invoice = turn.app.invoices.get(number).await?;
    Ok(invoice.filter(|invoice| invoice.order.customer == *user))
}
