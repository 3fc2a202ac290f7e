//! The switch's methods, in its words. <https://support.sippysoft.com>: articles 107440 (debits), 107327 (account),
//! 107446 (payments).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::ledger::{Account, Debit, Payment, PaymentOutcome};
use super::xml_rpc::{Parameter, Value, request};
use super::{decimal, moment};
use crate::domain::money::{Currency, Money};
use crate::domain::sms::switch_account::SwitchAccount;

/// Payments asked for at once.
pub(super) const PAGE: u32 = 100;
/// Longest notes sent, in characters. The switch's own limit is not documented: what must survive stands first.
const MAX_NOTES: usize = 255;
/// Most of the switch's words about a payment that are kept, in characters.
const MAX_WORDS: usize = 500;

type Members = BTreeMap<String, Value>;

pub(super) fn account_debit(debit: &Debit<'_>) -> Vec<u8> {
    let notes: String =
        format!("{} {}", debit.reference, debit.words).trim_end().chars().take(MAX_NOTES).collect();
    request(
        "accountDebit",
        &[
            ("i_account", Parameter::Int(debit.account.number())),
            ("amount", Parameter::Double(decimal::written(debit.amount))),
            ("currency", Parameter::Text(debit.amount.currency().code())),
            ("payment_notes", Parameter::Text(&notes)),
        ],
    )
}

pub(super) fn get_account_info(account: SwitchAccount) -> Vec<u8> {
    request("getAccountInfo", &[("i_account", Parameter::Int(account.number()))])
}

pub(super) fn list_accounts() -> Vec<u8> {
    request("listAccounts", &[("offset", Parameter::Int(0)), ("limit", Parameter::Int(1))])
}

pub(super) fn get_payments_list(
    account: SwitchAccount,
    from: Timestamp,
    to: Timestamp,
    offset: u32,
) -> Vec<u8> {
    // Written in whole seconds: the last one counts, too.
    let end = to.checked_add(SignedDuration::from_secs(1)).unwrap_or(to);
    let (start, end) = (moment::written(from), moment::written(end));
    request(
        "getPaymentsList",
        &[
            ("i_account", Parameter::Int(account.number())),
            ("type", Parameter::Text("debit")),
            ("start_date", Parameter::Text(&start)),
            ("end_date", Parameter::Text(&end)),
            ("offset", Parameter::Int(offset)),
            ("limit", Parameter::Int(PAGE)),
        ],
    )
}

/// Whether the switch says that it did it.
pub(super) fn is_ok(value: &Value) -> bool {
    match value {
        Value::Struct(members) => members.get("result") == Some(&Value::Text("OK".to_owned())),
        Value::Int(_)
        | Value::Boolean(_)
        | Value::Double(_)
        | Value::Text(_)
        | Value::Nil
        | Value::Array(_) => false,
    }
}

/// Whether it is a list of accounts.
pub(super) fn is_list_of_accounts(value: &Value) -> bool {
    let Value::Struct(members) = value else { return false };
    is_ok(value) && matches!(members.get("accounts"), Some(Value::Array(_)))
}

/// Reads `getAccountInfo`; none when it is not that, or another account's.
pub(super) fn account(value: &Value, asked: SwitchAccount) -> Option<Account> {
    let Value::Struct(members) = value else { return None };
    if !matches!(members.get("i_account"), Some(Value::Int(number)) if *number == i64::from(asked.number())) {
        return None;
    }
    let currency = currency(members, "base_currency")?;
    Some(Account {
        username: text(members, "username").unwrap_or_default(),
        balance: members.get("balance").and_then(|balance| funds(balance, &currency)),
        payment_currency: self::currency(members, "payment_currency"),
        base_currency: currency,
        is_blocked: is_true(members.get("blocked"))?,
    })
}

/// This method writes what the account has with a minus, for historical reasons (article 107327).
fn funds(balance: &Value, currency: &str) -> Option<Money> {
    let inverted = decimal::millionths(balance)?;
    decimal::at_least(inverted.checked_neg()?, currency.parse().ok()?)
}

/// Reads a page of `getPaymentsList`; none when it is not that, or names another account's payment.
pub(super) fn payments(value: &Value, asked: SwitchAccount) -> Option<Vec<Payment>> {
    let Value::Struct(members) = value else { return None };
    let Some(Value::Array(payments)) = members.get("payments") else { return None };
    if !is_ok(value) {
        return None;
    }
    payments.iter().map(|payment| self::payment(payment, asked)).collect()
}

fn payment(value: &Value, asked: SwitchAccount) -> Option<Payment> {
    let Value::Struct(members) = value else { return None };
    let is_of_another =
        matches!(members.get("i_account"), Some(Value::Int(number)) if *number != i64::from(asked.number()));
    let (Some(Value::Int(id)), false) = (members.get("i_payment"), is_of_another) else { return None };
    let currency = text(members, "currency").unwrap_or_default();
    let amount = members.get("amount");
    Some(Payment {
        id: *id,
        at: text(members, "payment_time").and_then(|time| moment::read(&time)),
        amount: amount.and_then(|amount| size(amount, &currency)),
        amount_as_told: format!("{} {currency}", amount.map(as_told).unwrap_or_default()).trim().to_owned(),
        notes: text(members, "notes").unwrap_or_default(),
        outcome: match members.get("tx_result") {
            Some(Value::Int(1)) => PaymentOutcome::Booked,
            Some(Value::Int(2)) => PaymentOutcome::Failed,
            Some(_) | None => PaymentOutcome::Untold,
        },
    })
}

/// Whether a debit has a minus here is not documented.
fn size(amount: &Value, currency: &str) -> Option<Money> {
    let currency: Currency = currency.parse().ok()?;
    decimal::exact(decimal::millionths(amount)?.checked_abs()?, currency)
}

fn as_told(value: &Value) -> String {
    match value {
        Value::Double(text) | Value::Text(text) => text.chars().take(MAX_WORDS).collect(),
        Value::Int(number) => number.to_string(),
        Value::Boolean(_) | Value::Nil | Value::Array(_) | Value::Struct(_) => String::new(),
    }
}

fn text(members: &Members, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::Text(text) => Some(text.chars().take(MAX_WORDS).collect()),
        Value::Int(number) => Some(number.to_string()),
        Value::Boolean(_) | Value::Double(_) | Value::Nil | Value::Array(_) | Value::Struct(_) => None,
    }
}

/// A currency's code: three capital letters.
fn currency(members: &Members, name: &str) -> Option<String> {
    let code = text(members, name)?;
    (code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase())).then_some(code)
}

/// The manual has both, a truth and the numbers 0 and 1. What is not there is not so.
fn is_true(value: Option<&Value>) -> Option<bool> {
    match value {
        None | Some(Value::Nil | Value::Boolean(false) | Value::Int(0)) => Some(false),
        Some(Value::Boolean(true) | Value::Int(1)) => Some(true),
        Some(Value::Int(_) | Value::Double(_) | Value::Text(_) | Value::Array(_) | Value::Struct(_)) => None,
    }
}
