//! `POST /transaction/create`: weighs what is asked for and opens a transaction.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;

use super::books::{Books, random_pay_code};
use super::channels::{Channel, ChannelKind, channel};
use super::create_body::{CreateRequest, read};
use super::credentials::{Side, create_is_signed};
use super::merchant::Merchant;
use super::transaction::{Item, Status, Sums, Transaction};
use super::views::TransactionView;
use super::{answer, php_json, refuse};
use crate::world::World;

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// No instant that anybody means is smaller; a duration always is.
const SMALLEST_INSTANT: i64 = 1_000_000_000;

pub(super) async fn create(
    merchant: Merchant,
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let content_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let opened = read(content_type, &body).and_then(|request| {
        let now = world.clock.now_seconds();
        open(&mut world.tripay(), merchant.side, request, now)
    });
    match opened {
        Ok(transaction) => {
            let view = TransactionView::created(&transaction, &world.url);
            answer(StatusCode::OK, php_json::success("", view))
        }
        Err(message) => refuse(StatusCode::BAD_REQUEST, &message),
    }
}

/// Opens a transaction. A `merchant_ref` may come twice: it opens a second one, as at Tripay.
fn open(books: &mut Books, side: Side, request: CreateRequest, now: i64) -> Result<Transaction, String> {
    if !create_is_signed(side.credentials(), &request.merchant_ref, request.amount, &request.signature) {
        return Err("Invalid signature".to_owned());
    }
    let channel = channel(&request.method)
        .filter(|channel| books.terms(channel).is_active)
        .ok_or_else(|| "Payment channel is not enabled".to_owned())?;
    weigh_amount(channel, request.amount, &request.items)?;
    let expired_time = expiry(channel, request.expired_time, now)?;
    let mut customer = request.customer;
    if channel.is_qr() {
        customer.phone = None;
    }
    let has_code = channel.kind == ChannelKind::Direct && !channel.is_qr();
    let transaction = Transaction {
        side,
        reference: books.next_reference(side),
        merchant_ref: request.merchant_ref,
        channel,
        customer,
        callback_url: request.callback_url,
        return_url: request.return_url,
        requested_amount: request.amount,
        sums: Sums::of(channel, request.amount, books.settings.fee_bearer),
        items: request.items,
        pay_code: has_code.then(random_pay_code),
        status: Status::Unpaid,
        created_at: now,
        expired_time,
        paid_at: None,
        deliveries: Vec::new(),
    };
    books.transactions.push(transaction.clone());
    Ok(transaction)
}

fn weigh_amount(channel: &Channel, amount: i64, items: &[Item]) -> Result<(), String> {
    if amount < channel.minimum_amount {
        return Err(format!("Minimum amount for this channel is {}", channel.minimum_amount));
    }
    if amount > channel.maximum_amount {
        return Err(format!("Maximum amount for this channel is {}", channel.maximum_amount));
    }
    if items.iter().any(|item| item.price < 0 || item.quantity < 1) {
        return Err("The order items are invalid.".to_owned());
    }
    // What Tripay does here is not known; whoever is refused here has a mistake in its sums.
    let total: i64 = items.iter().map(Item::subtotal).sum();
    match total == amount {
        true => Ok(()),
        false => Err(format!("The amount {amount} differs from the total of the order items {total}")),
    }
}

/// When the transaction ends: a day from now or as asked, cut to a minute below the channel's longest lifetime.
fn expiry(channel: &Channel, asked: Option<i64>, now: i64) -> Result<i64, String> {
    let (shortest, longest) = channel.lifetime_minutes;
    let asked = asked.unwrap_or(now.saturating_add(DAY_SECONDS));
    if asked < SMALLEST_INSTANT || asked <= now {
        return Err("Expired time must be in seconds (Unix Timestamp)".to_owned());
    }
    let lifetime = asked - now;
    if lifetime < shortest * 60 {
        return Err(format!("Minimum expired time for this channel is {shortest} minutes"));
    }
    if lifetime > longest * 60 {
        return Ok(now + longest * 60 - 60);
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::expiry;
    use crate::tripay::channels::channel;

    const NOW: i64 = 1_795_226_400;

    #[test]
    fn an_expiry_is_an_instant_within_the_channels_limits() {
        let (bank, qris) = (channel("BCAVA").unwrap(), channel("QRIS").unwrap());
        assert_eq!(expiry(bank, None, NOW), Ok(NOW + 86_400));
        assert_eq!(expiry(bank, Some(NOW + 3_600), NOW), Ok(NOW + 3_600));
        assert_eq!(expiry(qris, Some(NOW + 86_400), NOW), Ok(NOW + 59 * 60));
        assert_eq!(expiry(qris, None, NOW), Ok(NOW + 59 * 60));
        let not_an_instant = Err("Expired time must be in seconds (Unix Timestamp)".to_owned());
        assert_eq!(expiry(bank, Some(86_400), NOW), not_an_instant);
        assert_eq!(expiry(bank, Some(NOW - 1), NOW), not_an_instant);
        assert!(expiry(bank, Some(NOW + 60), NOW).unwrap_err().starts_with("Minimum expired time"));
    }
}
