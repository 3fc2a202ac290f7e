//! The sandbox's own page about Portmone: its bills and what became of them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::amounts::amount_text;
use super::bills::{Bill, State as BillState};
use super::office::Office;
use super::payees::Language;
use crate::clock::instant_text;
use crate::page::{confined, escape, page};
use crate::world::World;

/// The newest so many bills are listed.
const MOST_LISTED: usize = 100;

/// `/portmone`: what is inside, for people who look at the sandbox.
pub(super) async fn overview(State(world): State<Arc<World>>) -> Response {
    let content = format!(
        "<h2>Bills</h2>{}\n<p><a href=\"/_control/portmone/settings/reseller\">Settings</a> · \
         <a href=\"/_control/log?party=portmone\">Log</a> · <a href=\"/\">All</a></p>\n",
        bill_table(&world.portmone()),
    );
    confined(page("Portmone", &content))
}

/// How many bills there were, for the front page.
pub(crate) fn summary(office: &Office) -> String {
    format!("<p>{} bills, {} payments.</p>", office.bills.len(), office.paid)
}

fn bill_table(office: &Office) -> String {
    if office.bills.is_empty() {
        return "<p>None yet: they come with <code>bills.create</code>.</p>".to_owned();
    }
    let row = |bill: &Bill| {
        format!(
            "<tr><td><a href=\"/_control/portmone/bills/{id}\">{id}</a></td><td>{}</td><td>{}</td><td>{} {}</td>\
             <td class=\"status\">{}</td><td dir=\"auto\">{}</td><td>{}</td></tr>\n",
            escape(bill.payee.name(Language::English)),
            escape(&bill.contract_number),
            bill.amount.map(amount_text).unwrap_or_default(),
            escape(&bill.currency),
            word(bill.state),
            escape(bill.comment.as_deref().unwrap_or_default()),
            instant_text(bill.created_at),
            id = bill.id,
        )
    };
    let rows: String = office.bills.values().rev().take(MOST_LISTED).map(row).collect();
    format!(
        "<table><tr><th>Bill</th><th>Payee</th><th>Contract</th><th>Amount</th><th>State</th><th>Comment</th>\
         <th>Made</th></tr>\n{rows}</table>"
    )
}

fn word(state: BillState) -> &'static str {
    match state {
        BillState::Created => "created",
        BillState::Paid => "paid",
        BillState::Rejected => "rejected",
        BillState::Returned => "returned",
    }
}
