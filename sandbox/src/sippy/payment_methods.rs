//! `getPaymentsList` and `getPaymentInfo`: what was booked, as far as it is shown already.

use super::account_methods::double;
use super::answers::{Refusal, done};
use super::members::{Members, needed};
use super::payments::{Payment, PaymentKind, Visibility};
use super::switch::Switch;
use super::xml_rpc::Value;
use super::{CUSTOMER, dates, page_of};
use crate::decimal::Decimal;

/// Whose payments.
#[derive(Clone, Copy)]
enum Payer {
    Account(i32),
    /// The customer itself, to whom nobody pays anything here.
    Customer,
    Anybody,
}

impl Payer {
    fn read(switch: &Switch, members: &mut Members) -> Result<Self, Refusal> {
        match (members.int("i_account")?, members.int("i_customer")?) {
            (Some(_), Some(_)) => Err(Refusal::bad_parameters("not both i_account and i_customer")),
            (Some(i_account), None) => {
                switch.account(i_account).map(|account| Self::Account(account.i_account))
            }
            (None, Some(CUSTOMER)) => Ok(Self::Customer),
            (None, Some(_)) => Err(Refusal::not_found("Customer")),
            (None, None) => Ok(Self::Anybody),
        }
    }

    fn paid(self, payment: &Payment) -> bool {
        match self {
            Self::Account(i_account) => payment.i_account == i_account,
            Self::Customer => false,
            Self::Anybody => true,
        }
    }
}

/// The newest first; from `start_date` up to, and without, `end_date`.
pub(super) fn payments_told(switch: &Switch, mut members: Members, now_ms: i64) -> Result<Value, Refusal> {
    let payer = Payer::read(switch, &mut members)?;
    let (offset, limit) = (members.count("offset", 0)?, members.count("limit", 1)?);
    let (start, end) = (members.date("start_date")?, members.date("end_date")?);
    let wants_debits = match members.text("type")?.as_deref() {
        None => None,
        Some("debit") => Some(true),
        Some("credit") => Some(false),
        Some(_) => return Err(Refusal::bad_parameters("type must be credit or debit")),
    };
    members.end()?;
    let is_wanted = |payment: &&Payment| {
        payment.is_visible(switch.visibility, now_ms)
            && payer.paid(payment)
            && start.is_none_or(|start| payment.payment_time >= start)
            && end.is_none_or(|end| payment.payment_time < end)
            && wants_debits.is_none_or(|debits| debits == (payment.kind == PaymentKind::Debit))
    };
    let mut wanted: Vec<&Payment> = switch.payments.iter().rev().filter(is_wanted).collect();
    wanted.sort_by_key(|payment| std::cmp::Reverse(payment.payment_time));
    let page = page_of(wanted, offset, limit);
    let payments = page.into_iter().map(|payment| Value::Struct(told(payment, switch.visibility))).collect();
    Ok(done(vec![("payments", Value::Array(payments))]))
}

/// One payment, flat.
pub(super) fn payment_told(switch: &Switch, mut members: Members, now_ms: i64) -> Result<Value, Refusal> {
    let i_payment = needed("i_payment", members.int("i_payment")?)?;
    let payer = Payer::read(switch, &mut members)?;
    members.end()?;
    if matches!(payer, Payer::Anybody) {
        return Err(Refusal::bad_parameters("one of i_account and i_customer is required"));
    }
    let mut payments = switch.payments.iter().filter(|payment| payer.paid(payment));
    let found = payments.find(|payment| payment.i_payment == i_payment);
    let found = found.filter(|payment| payment.is_visible(switch.visibility, now_ms));
    let payment = found.ok_or_else(|| Refusal::not_found("Payment"))?;
    Ok(done(told(payment, switch.visibility)))
}

fn told(payment: &Payment, visibility: Visibility) -> Vec<(&'static str, Value)> {
    let is_negative = visibility.negative_debits && payment.kind == PaymentKind::Debit;
    let amount = if is_negative { Decimal(-payment.amount.0) } else { payment.amount };
    vec![
        ("i_payment", Value::Int(payment.i_payment)),
        ("payment_time", Value::Text(dates::text(payment.payment_time))),
        ("amount", double(amount)),
        ("currency", Value::Text(payment.currency.clone())),
        ("tx_id", Value::Nil),
        ("tx_error", Value::Nil),
        ("tx_result", Value::Int(1)),
        ("i_account", Value::Int(payment.i_account)),
        ("i_customer", Value::Nil),
        ("by_credit_debit_card", Value::Boolean(false)),
        ("by_voucher", Value::Boolean(false)),
        ("notes", payment.notes.clone().map_or(Value::Nil, Value::Text)),
    ]
}
