//! The sandbox's own page about the switch: its accounts and what was booked on them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::accounts::Account;
use super::dates;
use super::payments::{Payment, PaymentKind};
use super::switch::Switch;
use crate::page::{confined, escape, page};
use crate::world::World;

/// The newest so many payments are listed.
const MOST_LISTED: usize = 100;

/// `/sippy`: what is inside, for people who look at the sandbox.
pub(super) async fn overview(State(world): State<Arc<World>>) -> Response {
    let switch = world.sippy();
    let content = format!(
        "<h2>Accounts</h2>{}\n<h2>Payments</h2>{}\n\
         <p><a href=\"/_control/sippy/settings/visibility\">Visibility</a> · \
         <a href=\"/_control/sippy/settings/nonce\">Nonces</a> · <a href=\"/\">All</a></p>\n",
        account_table(&switch),
        payment_table(&switch, world.clock.now_ms()),
    );
    confined(page("Sippy", &content))
}

/// How many debits there were, for the front page.
pub(crate) fn summary(switch: &Switch) -> String {
    let debits = switch.payments.iter().filter(|payment| payment.kind == PaymentKind::Debit).count();
    format!("<p>{} accounts, {debits} debits.</p>", switch.accounts.len())
}

fn account_table(switch: &Switch) -> String {
    let row = |account: &Account| {
        format!(
            "<tr><td><a href=\"/_control/sippy/accounts/{id}\">{id}</a></td><td dir=\"auto\">{}</td>\
             <td>{} {currency}</td><td>{}</td><td class=\"status\">{}</td><td>{}</td></tr>\n",
            escape(&account.username),
            account.balance,
            account.credit_limit,
            if account.blocked { "blocked" } else { "" },
            switch.payments_of(account.i_account).count(),
            id = account.i_account,
            currency = escape(&account.currency),
        )
    };
    let rows: String = switch.accounts.values().map(row).collect();
    format!(
        "<table><tr><th>Account</th><th>User</th><th>Balance</th><th>Credit limit</th><th></th>\
         <th>Payments</th></tr>\n{rows}</table>"
    )
}

fn payment_table(switch: &Switch, now_ms: i64) -> String {
    if switch.payments.is_empty() {
        return "<p>None yet: they come with <code>accountDebit</code>.</p>".to_owned();
    }
    let row = |payment: &Payment| {
        let (sign, word) = match payment.kind {
            PaymentKind::Debit => ("-", "debit"),
            PaymentKind::Credit => ("", "credit"),
            PaymentKind::AddFunds => ("", "funds added"),
        };
        let hidden = if payment.is_visible(switch.visibility, now_ms) { "" } else { ", not shown yet" };
        format!(
            "<tr><td>{}</td><td>{}</td><td>{sign}{} {}</td><td class=\"status\">{word}{hidden}</td>\
             <td dir=\"auto\">{}</td><td>{}</td></tr>\n",
            payment.i_payment,
            payment.i_account,
            payment.amount,
            escape(&payment.currency),
            escape(payment.notes.as_deref().unwrap_or_default()),
            dates::text(payment.payment_time),
        )
    };
    let rows: String = switch.payments.iter().rev().take(MOST_LISTED).map(row).collect();
    format!(
        "<table><tr><th>Payment</th><th>Account</th><th>Amount</th><th>Kind</th><th>Notes</th><th>Time</th></tr>\n\
         {rows}</table>"
    )
}
