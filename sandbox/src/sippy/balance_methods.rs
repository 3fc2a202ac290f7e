//! `accountDebit`, `accountCredit` and `accountAddFunds`: booked at once, and answered with nothing but `OK`.

use super::accounts::is_currency;
use super::answers::{Refusal, done};
use super::members::{Members, needed};
use super::payments::{Payment, PaymentKind};
use super::switch::Switch;
use super::xml_rpc::Value;

/// Moves the balance of an account and notes it as a payment.
pub(super) fn move_balance(
    switch: &mut Switch,
    kind: PaymentKind,
    mut members: Members,
    now_ms: i64,
) -> Result<Value, Refusal> {
    let i_account = needed("i_account", members.int("i_account")?)?;
    let amount = needed("amount", members.amount("amount")?)?;
    let currency = needed("currency", members.text("currency")?)?;
    let notes = members.text("payment_notes")?;
    let payment_time = members.date("payment_time")?.unwrap_or(now_ms.div_euclid(1_000));
    members.end()?;
    if !is_currency(&currency) {
        return Err(Refusal::bad_parameters("currency must be three capital letters"));
    }
    let i_payment = switch.next_payment();
    let account = switch.accounts.get_mut(&i_account).ok_or_else(|| Refusal::not_found("Account"))?;
    account.book(kind, amount, &currency)?;
    switch.payments.push(Payment {
        i_payment,
        i_account,
        kind,
        amount,
        currency,
        notes,
        payment_time,
        booked_at_ms: now_ms,
    });
    Ok(done(vec![]))
}
