//! The calls of the API that only look: channels, fees, instructions, transactions.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::channels::{CHANNELS, ListedChannel, channel};
use super::instructions::{Filling, instructions};
use super::merchant::Merchant;
use super::transaction::{Sums, Transaction};
use super::views::{ListedTransaction, TransactionView};
use super::{answer, php_json, refuse};
use crate::world::World;

type Parameters = Query<HashMap<String, String>>;

const MOST_PER_PAGE: usize = 50;

/// `GET /merchant/payment-channel`
pub(super) async fn payment_channels(
    _merchant: Merchant,
    State(world): State<Arc<World>>,
    Query(parameters): Parameters,
) -> Response {
    let books = world.tripay();
    let wanted = parameters.get("code");
    let channels: Vec<ListedChannel> = CHANNELS
        .iter()
        .filter(|channel| wanted.is_none_or(|code| code == channel.code))
        .map(|channel| ListedChannel::new(channel, books.terms(channel), &world.url))
        .collect();
    answer(StatusCode::OK, php_json::success("Success", channels))
}

#[derive(Debug, Serialize)]
struct CalculatedFee {
    code: &'static str,
    name: &'static str,
    fee: FeeParts,
    total_fee: FeeShares,
}

#[derive(Debug, Serialize)]
struct FeeParts {
    flat: i64,
    percent: String,
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Debug, Serialize)]
struct FeeShares {
    merchant: i64,
    customer: i64,
}

/// `GET /merchant/fee-calculator`
pub(super) async fn fee_calculator(
    _merchant: Merchant,
    State(world): State<Arc<World>>,
    Query(parameters): Parameters,
) -> Response {
    let Some(amount) = parameters.get("amount").and_then(|amount| amount.parse::<i64>().ok()) else {
        return refuse(StatusCode::BAD_REQUEST, "The amount field is required.");
    };
    let bearer = world.tripay().settings.fee_bearer;
    let wanted = parameters.get("code");
    let fees: Vec<CalculatedFee> = CHANNELS
        .iter()
        .filter(|channel| wanted.is_none_or(|code| code == channel.code))
        .map(|channel| {
            let sums = Sums::of(channel, amount, bearer);
            CalculatedFee {
                code: channel.code,
                name: channel.name,
                fee: FeeParts {
                    flat: channel.fee.flat,
                    percent: channel.fee.percent_text(),
                    min: channel.fee.minimum,
                    max: None,
                },
                total_fee: FeeShares { merchant: sums.fee_merchant, customer: sums.fee_customer },
            }
        })
        .collect();
    answer(StatusCode::OK, php_json::success("", fees))
}

/// `GET /payment/instruction`
pub(super) async fn payment_instruction(_merchant: Merchant, Query(parameters): Parameters) -> Response {
    let Some(code) = parameters.get("code") else {
        return refuse(StatusCode::BAD_REQUEST, "The code field is required.");
    };
    let Some(channel) = channel(code) else {
        return refuse(StatusCode::NOT_FOUND, "Payment channel not found");
    };
    let filling = Filling {
        pay_code: parameters.get("pay_code").map(String::as_str),
        amount: parameters.get("amount").and_then(|amount| amount.parse().ok()),
        keeps_html: parameters.get("allow_html").is_none_or(|allowed| allowed != "0"),
    };
    answer(StatusCode::OK, php_json::success("", instructions(channel, filling)))
}

/// `GET /transaction/detail`
pub(super) async fn detail(
    merchant: Merchant,
    State(world): State<Arc<World>>,
    Query(parameters): Parameters,
) -> Response {
    let books = world.tripay();
    match own(&merchant, parameters.get("reference").and_then(|reference| books.find(reference))) {
        Some(transaction) => {
            let view = TransactionView::in_detail(transaction, &world.url);
            answer(StatusCode::OK, php_json::success("Transaction found", view))
        }
        None => refuse(StatusCode::NOT_FOUND, "Transaction not found"),
    }
}

/// `GET /transaction/check-status`
pub(super) async fn check_status(
    merchant: Merchant,
    State(world): State<Arc<World>>,
    Query(parameters): Parameters,
) -> Response {
    let books = world.tripay();
    match own(&merchant, parameters.get("reference").and_then(|reference| books.find(reference))) {
        Some(transaction) => {
            let sentence = format!("Status transaksi saat ini {}", transaction.status.word());
            answer(StatusCode::OK, php_json::success_in_words(&sentence))
        }
        None => refuse(StatusCode::NOT_FOUND, "Transaction not found"),
    }
}

/// One side never shows what the other holds.
fn own<'a>(merchant: &Merchant, found: Option<&'a Transaction>) -> Option<&'a Transaction> {
    found.filter(|transaction| transaction.side == merchant.side)
}

#[derive(Debug, Serialize)]
struct Listing<'a> {
    success: bool,
    message: &'static str,
    data: Vec<ListedTransaction<'a>>,
    pagination: Pagination,
}

#[derive(Debug, Serialize)]
struct Pagination {
    sort: &'static str,
    offset: Offset,
    current_page: usize,
    previous_page: Option<usize>,
    next_page: Option<usize>,
    last_page: usize,
    per_page: usize,
    total_records: usize,
}

#[derive(Debug, Serialize)]
struct Offset {
    from: usize,
    to: usize,
}

/// `GET /merchant/transactions`
pub(super) async fn transactions(
    merchant: Merchant,
    State(world): State<Arc<World>>,
    Query(parameters): Parameters,
) -> Response {
    let books = world.tripay();
    let is = |name: &str, value: &str| parameters.get(name).is_none_or(|wanted| wanted == value);
    let mut found: Vec<&Transaction> = books
        .transactions
        .iter()
        .filter(|transaction| {
            transaction.side == merchant.side
                && is("reference", &transaction.reference)
                && is("merchant_ref", &transaction.merchant_ref)
                && is("method", transaction.channel.code)
                && is("status", transaction.status.word())
        })
        .collect();
    let sort = match parameters.get("sort").map(String::as_str) {
        Some("desc") => "desc",
        _ => "asc",
    };
    if sort == "desc" {
        found.reverse();
    }
    let number = |name: &str| parameters.get(name).and_then(|number| number.parse::<usize>().ok());
    let per_page = number("per_page").unwrap_or(MOST_PER_PAGE).clamp(1, MOST_PER_PAGE);
    let page = number("page").unwrap_or(1).max(1);
    let last_page = found.len().div_ceil(per_page).max(1);
    let skipped = per_page.saturating_mul(page - 1);
    let data: Vec<ListedTransaction<'_>> = found
        .iter()
        .skip(skipped)
        .take(per_page)
        .map(|transaction| ListedTransaction::new(transaction, &world.url))
        .collect();
    let offset = match data.len() {
        0 => Offset { from: 0, to: 0 },
        shown => Offset { from: skipped + 1, to: skipped + shown },
    };
    let pagination = Pagination {
        sort,
        offset,
        current_page: page,
        previous_page: (page > 1).then(|| page - 1),
        next_page: (page < last_page).then(|| page + 1),
        last_page,
        per_page,
        total_records: found.len(),
    };
    let listing = Listing { success: true, message: "Success", data, pagination };
    answer(StatusCode::OK, php_json::encode(&listing))
}
