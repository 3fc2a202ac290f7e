//! `getAccountInfo`, whose balance has the other sign, and `listAccounts`, whose balances have not.

use super::accounts::Account;
use super::answers::{Refusal, done};
use super::members::Members;
use super::switch::Switch;
use super::xml_rpc::Value;
use super::{CUSTOMER, page_of};
use crate::decimal::Decimal;

/// A double, always with a point.
pub(super) fn double(amount: Decimal<2>) -> Value {
    let mut text = amount.to_string();
    if !text.contains('.') {
        text.push_str(".0");
    }
    Value::Double(text)
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

/// One account, flat: without a `result`.
pub(super) fn account_told(switch: &Switch, mut members: Members) -> Result<Value, Refusal> {
    let (i_account, username) = (members.int("i_account")?, members.text("username")?);
    members.end()?;
    let account = match (i_account, username) {
        (Some(i_account), None) => switch.account(i_account)?,
        (None, Some(username)) => {
            let mut accounts = switch.accounts.values();
            let found = accounts.find(|account| account.username == username);
            found.ok_or_else(|| Refusal::not_found("Account"))?
        }
        _ => return Err(Refusal::bad_parameters("one of i_account and username is required")),
    };
    Ok(Value::Struct(vec![
        ("i_account", Value::Int(account.i_account)),
        ("i_customer", Value::Int(CUSTOMER)),
        ("username", text(&account.username)),
        ("authname", text(&format!("{}-sip", account.username))),
        // The trap of the real one: what the customer has is below nought here.
        ("balance", double(Decimal(-account.balance.0))),
        ("credit_limit", double(account.credit_limit)),
        ("base_currency", text(&account.currency)),
        ("payment_currency", text(&account.payment_currency)),
        ("blocked", Value::Int(i32::from(account.blocked))),
        ("i_commission_agent", Value::Nil),
        ("description", text("")),
    ]))
}

/// All accounts, by their numbers.
pub(super) fn accounts_told(switch: &Switch, mut members: Members) -> Result<Value, Refusal> {
    let (offset, limit) = (members.count("offset", 0)?, members.count("limit", 1)?);
    members.end()?;
    let page = page_of(switch.accounts.values().collect(), offset, limit);
    Ok(done(vec![("accounts", Value::Array(page.into_iter().map(listed).collect()))]))
}

fn listed(account: &Account) -> Value {
    Value::Struct(vec![
        ("i_account", Value::Int(account.i_account)),
        ("username", text(&account.username)),
        ("description", text("")),
        ("blocked", Value::Boolean(account.blocked)),
        ("expired", Value::Boolean(false)),
        ("balance", double(account.balance)),
        ("credit_limit", double(account.credit_limit)),
        ("base_currency", text(&account.currency)),
        ("registration_status", Value::Nil),
    ])
}
