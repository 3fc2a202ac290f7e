//! The checkout page: where a customer pays, and where a person plays one.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;

use super::callbacks::deliver;
use super::reports::{Delivery, Report, Wording};
use super::transaction::{Status, Transaction};
use crate::clock::instant_text;
use crate::page::{escape, page, rupiah};
use crate::world::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/checkout/{reference}", get(show))
        .route("/checkout/{reference}/{event}", post(press))
}

fn missing(reference: &str) -> Response {
    let words = format!("<p>There is no transaction <code>{}</code>.</p>", escape(reference));
    (StatusCode::NOT_FOUND, page("Not found", &words)).into_response()
}

async fn show(State(world): State<Arc<World>>, Path(reference): Path<String>) -> Response {
    let transaction = world.tripay().find(&reference).cloned();
    match transaction {
        Some(transaction) => render(&transaction, &world.url).into_response(),
        None => missing(&reference),
    }
}

/// A button was pressed: the transaction moves, the merchant is told, the page is shown again.
async fn press(
    State(world): State<Arc<World>>,
    Path((reference, event)): Path<(String, String)>,
) -> Response {
    let event = match event.as_str() {
        "pay" => Status::Paid,
        "expire" => Status::Expired,
        "fail" => Status::Failed,
        "refund" => Status::Refund,
        _ => return missing(&reference),
    };
    let report = {
        let mut books = world.tripay();
        let default_url = books.settings.callback_url.clone();
        let now = world.clock.now_seconds();
        let Some(transaction) = books.find_mut(&reference) else {
            return missing(&reference);
        };
        if !offered(transaction.status).iter().any(|(offer, _, _)| *offer == event) {
            let words = format!("<p>The transaction is {}.</p>", transaction.status.word());
            return (StatusCode::CONFLICT, page("Too late", &words)).into_response();
        }
        transaction.apply(event, now);
        Report::about(transaction, &Wording::of(event), default_url.as_deref())
    };
    deliver(&world, report).await;
    Redirect::to(&format!("/tripay/checkout/{reference}")).into_response()
}

/// The buttons of a status: the event, its path, its words.
fn offered(status: Status) -> &'static [(Status, &'static str, &'static str)] {
    match status {
        Status::Unpaid => &[
            (Status::Paid, "pay", "Pay"),
            (Status::Expired, "expire", "Let it expire"),
            (Status::Failed, "fail", "Let it fail"),
        ],
        Status::Paid => &[(Status::Refund, "refund", "Refund")],
        Status::Expired | Status::Failed | Status::Refund => &[],
    }
}

fn render(transaction: &Transaction, sandbox_url: &str) -> Html<String> {
    let row = |name: &str, value: &str| format!("<tr><th>{name}</th><td>{value}</td></tr>\n");
    let mut rows = row("Status", &format!("<span class=\"status\">{}</span>", transaction.status.word()));
    rows += &row("To pay", &rupiah(transaction.sums.amount));
    rows += &row("Channel", &escape(transaction.channel.name));
    if let Some(pay_code) = &transaction.pay_code {
        rows += &row("Pay code", &format!("<code>{}</code>", escape(pay_code)));
    }
    if let Some(qr_url) = transaction.qr_url(sandbox_url) {
        rows += &row("Scan", &format!("<img alt=\"QR code\" src=\"{}\">", escape(&qr_url)));
    }
    rows += &row("Merchant's reference", &escape(&transaction.merchant_ref));
    rows += &row("Customer", &escape(&transaction.customer.name));
    for item in &transaction.items {
        let words = format!("{} × {} · {}", item.quantity, escape(&item.name), rupiah(item.subtotal()));
        rows += &row("Item", &words);
    }
    rows += &row("Expires", &instant_text(transaction.expired_time));
    let reference = escape(&transaction.reference);
    let buttons: String = offered(transaction.status)
        .iter()
        .map(|(_, path, words)| {
            format!(
                "<form method=\"post\" action=\"/tripay/checkout/{reference}/{path}\">\
                 <button class=\"{path}\">{words}</button></form>"
            )
        })
        .collect();
    let back = transaction
        .return_url
        .as_deref()
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"))
        .map_or_else(String::new, |url| format!("<p><a href=\"{}\">Back to the shop</a></p>", escape(url)));
    let deliveries = render_deliveries(&transaction.deliveries);
    let content = format!(
        "<p>{reference}</p><table>{rows}</table><p>{buttons}</p>{back}{deliveries}<p><a href=\"/\">All</a></p>"
    );
    page("Checkout", &content)
}

fn render_deliveries(deliveries: &[Delivery]) -> String {
    if deliveries.is_empty() {
        return String::new();
    }
    let rows: String = deliveries
        .iter()
        .map(|delivery| {
            let got = match (&delivery.status, &delivery.error) {
                (Some(status), _) => format!("{status} {}", delivery.body.as_deref().unwrap_or_default()),
                (None, error) => error.clone().unwrap_or_default(),
            };
            let verdict = if delivery.accepted { "accepted" } else { "not accepted" };
            let to = delivery.url.as_deref().unwrap_or("nowhere");
            format!(
                "<tr><td>{}</td><td>{}</td><td>{verdict}: {}</td></tr>",
                delivery.at,
                escape(to),
                escape(&got)
            )
        })
        .collect();
    format!("<h2>Reports to the merchant</h2><table>{rows}</table>")
}
