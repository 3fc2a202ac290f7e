//! The sandbox's own page about Billz: its orders, its stock and its customers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::amounts::Amount;
use super::clients::Client;
use super::company::Company;
use super::local_time::local_text;
use super::order::{Line, Order};
use crate::decimal::Decimal;
use crate::page::{confined, escape, page};
use crate::world::World;

/// The newest so many orders are listed.
const MOST_LISTED: usize = 100;

/// `/billz`: what is inside, for people who look at the sandbox.
pub(super) async fn overview(State(world): State<Arc<World>>) -> Response {
    let now = world.clock.now_seconds();
    let company = world.billz();
    let content = format!(
        "<p>{}</p>\n<h2>Orders</h2>{}\n<h2>Stock</h2>{}\n<h2>Customers</h2>{}\n\
         <p><a href=\"/_control/billz/settings/limit\">Limit</a> · \
         <a href=\"/_control/billz/settings/token\">Tokens</a> · <a href=\"/\">All</a></p>\n",
        login_words(&company),
        order_table(&company, now),
        stock_table(&company, now),
        client_table(&company.clients),
    );
    confined(page("Billz", &content))
}

/// How many orders and log-ins there were, for the front page.
pub(crate) fn summary(company: &Company) -> String {
    format!("<p>{} orders. {}</p>", company.orders.len(), login_words(company))
}

fn login_words(company: &Company) -> String {
    format!("{} log-ins, {} refused so far.", company.tokens.logins.count, company.tokens.logins.refused)
}

fn order_table(company: &Company, now: i64) -> String {
    if company.orders.is_empty() {
        return "<p>None yet: they come with <code>POST /billz/v2/order</code>.</p>".to_owned();
    }
    let newest = company.orders.iter().rev().take(MOST_LISTED);
    let rows: String = newest.map(|order| order_row(order, &company.clients, now)).collect();
    format!(
        "<table><tr><th>Order</th><th>State</th><th>Items</th><th>Total</th><th>Paid</th><th>Customer</th>\
         <th>Comment</th><th>Created</th></tr>\n{rows}</table>"
    )
}

fn order_row(order: &Order, clients: &[Client], now: i64) -> String {
    let of_order = |client: &&Client| Some(&client.id) == order.customer_id.as_ref();
    let customer = clients.iter().find(of_order).map(|client| escape(&name(client))).unwrap_or_default();
    let until = order.future_time.map(|at| format!(" until {}", local_text(at))).unwrap_or_default();
    let items: String = order.lines.iter().map(item).collect();
    format!(
        "<tr><td><a href=\"/_control/billz/orders/{id}\">{number}</a></td>\
         <td class=\"status\">{state}{until}</td><td>{items}</td><td>{total}</td><td>{paid}</td>\
         <td dir=\"auto\">{customer}</td><td dir=\"auto\">{comment}</td><td>{created}</td></tr>\n",
        id = order.id,
        number = order.number,
        state = order.state_word(now),
        total = soum(order.total()),
        paid = soum(order.paid()),
        comment = escape(&order.comment),
        created = local_text(order.created_at),
    )
}

fn item(line: &Line) -> String {
    format!("{} × {} at {}<br>", line.quantity, escape(&line.name), soum(line.unit_price))
}

fn stock_table(company: &Company, now: i64) -> String {
    let row = |product: &super::products::Product| {
        let free = Decimal::<3>(company.available(&product.id, "", now));
        format!(
            "<tr><td><a href=\"/_control/billz/products/{id}\"><code>{id}</code></a></td>\
             <td dir=\"auto\">{}</td><td>{}</td><td>{}</td><td>{free}</td></tr>\n",
            escape(&product.name),
            soum(product.price),
            product.stock,
            id = escape(&product.id),
        )
    };
    let rows: String = company.products.values().map(row).collect();
    format!(
        "<table><tr><th>Product</th><th>Name</th><th>Price</th><th>In stock</th><th>Not postponed</th></tr>\n\
         {rows}</table>"
    )
}

fn client_table(clients: &[Client]) -> String {
    if clients.is_empty() {
        return "<p>None.</p>".to_owned();
    }
    let row = |client: &Client| {
        format!(
            "<tr><td><code>{}</code></td><td dir=\"auto\">{}</td><td>{}</td></tr>\n",
            escape(&client.id),
            escape(&name(client)),
            escape(&client.phone_number),
        )
    };
    let rows: String = clients.iter().rev().map(row).collect();
    format!("<table><tr><th>Customer</th><th>Name</th><th>Phone</th></tr>\n{rows}</table>")
}

fn name(client: &Client) -> String {
    format!("{} {}", client.first_name, client.last_name).trim().to_owned()
}

fn soum(amount: Amount) -> String {
    format!("{amount} UZS")
}
