//! The first page: what is there, with links, so that a person finds the checkout page, the chats and the mail.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::billz;
use crate::clock::instant_text;
use crate::isp_panel::pages::summary;
use crate::mail::outbox::mails;
use crate::mail::pages::mail_table;
use crate::page::{escape, page, rupiah};
use crate::portmone;
use crate::sippy;
use crate::telecom;
use crate::telegram::pages::chat_table;
use crate::world::World;

/// The newest so many transactions are listed.
const MOST_LISTED: usize = 50;
/// The newest so many mails are listed.
const MOST_MAILS: usize = 10;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/", get(front)).route("/health", get(health))
}

async fn health(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "status": "ok", "now": world.clock.now_text() }))
}

async fn front(State(world): State<Arc<World>>) -> Html<String> {
    let mails = mails(world.options.aws_endpoint.as_deref()).await;
    let content = format!(
        "<p>Stand-ins for Tripay, Portmone, Telegram, Billz, a Sippy switch, a telecom, the ISP's panel and API, the order service and the user service.</p>\n\
         <h2>Tripay transactions</h2>{}\n<h2><a href=\"/telegram/chats\">Telegram chats</a></h2>{}\n\
         <h2><a href=\"/mail\">Mail</a></h2>{}\n<h2><a href=\"/billz\">Billz</a></h2>{}\n\
         <h2><a href=\"/sippy\">Sippy</a></h2>{}\n<h2><a href=\"/portmone\">Portmone</a></h2>{}\n\
         <h2><a href=\"/telecom\">Telecom</a></h2>{}\n<h2><a href=\"/isp-panel/\">ISP panel</a></h2>{}\n<h2>Orders</h2>{}\n<h2>Users</h2>{}\n\
         <p><a href=\"/_control/log\">Log</a> · <a href=\"/_control/faults\">Faults</a> · \
         <a href=\"/_control/tripay/settings/merchant\">Merchant settings</a></p>\n",
        transactions(&world),
        chat_table(&world.telegram()),
        mail_table(mails, MOST_MAILS),
        billz::pages::summary(&world.billz()),
        sippy::pages::summary(&world.sippy()),
        portmone::pages::summary(&world.portmone()),
        telecom::pages::summary(&world.telecom()),
        summary(&world.isp_panel()),
        orders(&world),
        users(&world)
    );
    page("Paydesk sandbox", &content)
}

fn transactions(world: &World) -> String {
    let books = world.tripay();
    if books.transactions.is_empty() {
        return "<p>None yet: they come with <code>POST /tripay/api-sandbox/transaction/create</code>.</p>"
            .to_owned();
    }
    let rows: String = books
        .transactions
        .iter()
        .rev()
        .take(MOST_LISTED)
        .map(|transaction| {
            format!(
                "<tr><td><a href=\"/tripay/checkout/{reference}\">{reference}</a></td><td>{}</td><td>{}</td>\
                 <td>{}</td><td class=\"status\">{}</td><td>{}</td></tr>\n",
                escape(&transaction.merchant_ref),
                transaction.channel.code,
                rupiah(transaction.sums.amount),
                transaction.status.word(),
                instant_text(transaction.created_at),
                reference = escape(&transaction.reference),
            )
        })
        .collect();
    format!(
        "<table><tr><th>Checkout</th><th>Merchant's reference</th><th>Channel</th><th>To pay</th>\
         <th>Status</th><th>Created</th></tr>\n{rows}</table>"
    )
}

fn orders(world: &World) -> String {
    let orders = world.orders();
    let rows: String = orders
        .orders
        .values()
        .map(|order| {
            let (id, user) = (escape(&order.id), escape(&order.user_id));
            format!(
                "<tr><td><a href=\"/_control/orders/orders/{id}\">{id}</a></td>\
                 <td><a href=\"/_control/users/users/{user}\">{user}</a></td><td>{} {}</td>\
                 <td class=\"status\">{}</td></tr>\n",
                order.amount,
                escape(&order.currency),
                escape(&order.status),
            )
        })
        .collect();
    format!("<table><tr><th>Order</th><th>User</th><th>Amount</th><th>Status</th></tr>\n{rows}</table>")
}

fn users(world: &World) -> String {
    let users = world.users();
    let rows: String = users
        .users
        .values()
        .map(|user| {
            let id = escape(&user.id);
            format!(
                "<tr><td><a href=\"/_control/users/users/{id}\">{id}</a></td><td>{}</td><td>{}</td></tr>\n",
                escape(&user.name),
                escape(&user.roles.join(", ")),
            )
        })
        .collect();
    format!("<table><tr><th>User</th><th>Name</th><th>Roles</th></tr>\n{rows}</table>")
}
