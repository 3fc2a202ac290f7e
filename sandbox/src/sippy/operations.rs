//! The methods, and what a request is called in the log and for faults.

use axum::response::Response;
use http::{Method, Request};
use hyper::body::Bytes;

use super::account_methods::{account_told, accounts_told};
use super::answers::{Refusal, answer};
use super::balance_methods::move_balance;
use super::caller::Caller;
use super::digest::prove;
use super::payment_methods::{payment_told, payments_told};
use super::payments::PaymentKind;
use super::xml_rpc::{method_name, read_call};
use crate::party::UNKNOWN_OPERATION;
use crate::world::World;

/// A request that is not let in: nothing is done, whatever it names.
const CHALLENGE: &str = "challenge";

/// Every name.
pub(crate) const SIPPY_OPERATIONS: [&str; 8] = [
    CHALLENGE,
    "accountDebit",
    "accountCredit",
    "accountAddFunds",
    "getAccountInfo",
    "listAccounts",
    "getPaymentsList",
    "getPaymentInfo",
];

/// The name of a request: of the method that it calls, where its sender has proven who it is.
pub(crate) fn sippy_operation(world: &World, request: &Request<Bytes>) -> &'static str {
    let (method, uri) = (request.method(), request.uri());
    if method != Method::POST || uri.path() != "/sippy/xmlapi/xmlapi" {
        return UNKNOWN_OPERATION;
    }
    let now_ms = world.clock.now_ms();
    let is_let_in = prove(method, uri, request.headers())
        .is_ok_and(|proof| world.sippy().nonces.would_take(&proof, now_ms));
    if !is_let_in {
        return CHALLENGE;
    }
    let called = method_name(request.body());
    let mut methods = SIPPY_OPERATIONS.iter().filter(|operation| **operation != CHALLENGE);
    methods.find(|operation| called.as_deref() == Some(**operation)).unwrap_or(&UNKNOWN_OPERATION)
}

/// Does what a call wants.
pub(super) async fn call(caller: Caller, body: Bytes) -> Response {
    let called = match read_call(&body) {
        Ok(called) => called,
        Err(words) => return answer(Err(Refusal::bad_parameters(words))),
    };
    let (mut switch, members, now_ms) = (caller.switch(), called.members, caller.now_ms());
    answer(match called.method.as_str() {
        "accountDebit" => move_balance(&mut switch, PaymentKind::Debit, members, now_ms),
        "accountCredit" => move_balance(&mut switch, PaymentKind::Credit, members, now_ms),
        "accountAddFunds" => move_balance(&mut switch, PaymentKind::AddFunds, members, now_ms),
        "getAccountInfo" => account_told(&switch, members),
        "listAccounts" => accounts_told(&switch, members),
        "getPaymentsList" => payments_told(&switch, members, now_ms),
        "getPaymentInfo" => payment_told(&switch, members, now_ms),
        other => Err(Refusal::bad_parameters(format!("unknown method {other}"))),
    })
}
