//! The sandbox's own page about the telecom: the top-ups that were made.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::books::{Books, TopUp};
use crate::page::{confined, escape, page};
use crate::world::World;

/// So many top-ups are listed.
const MOST_LISTED: usize = 100;

/// `/telecom`: what is inside, for people who look at the sandbox.
pub(super) async fn overview(State(world): State<Arc<World>>) -> Response {
    let content = format!(
        "<h2>Top-ups</h2>{}\n<p><a href=\"/_control/telecom/subscribers\">Who is refused</a> · \
         <a href=\"/_control/log?party=telecom\">Log</a> · <a href=\"/\">All</a></p>\n",
        top_up_table(&world.telecom()),
    );
    confined(page("Telecom", &content))
}

/// How many top-ups there were, for the front page.
pub(crate) fn summary(books: &Books) -> String {
    format!("<p>{} top-ups.</p>", books.top_ups.len())
}

fn top_up_table(books: &Books) -> String {
    if books.top_ups.is_empty() {
        return "<p>None yet: they come with <code>POST /telecom/top-ups</code>.</p>".to_owned();
    }
    let mut newest: Vec<&TopUp> = books.top_ups.values().collect();
    newest.sort_by(|one, other| other.at.cmp(&one.at));
    let row = |top_up: &&TopUp| {
        format!(
            "<tr><td>{}</td><td>{}</td><td>{} {}</td><td dir=\"auto\">{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(&top_up.id),
            escape(&top_up.msisdn),
            top_up.amount,
            escape(&top_up.currency),
            escape(&top_up.reference),
            top_up.requests,
            escape(&top_up.at),
        )
    };
    let rows: String = newest.iter().take(MOST_LISTED).map(row).collect();
    format!(
        "<table><tr><th>Top-up</th><th>Phone</th><th>Amount</th><th>Reference</th><th>Requests</th><th>Made</th></tr>\n\
         {rows}</table>"
    )
}
