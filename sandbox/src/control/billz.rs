//! Billz: its products, orders and customers, how fast it lets one ask, and the end of tokens.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::collections::same_id;
use crate::billz::clients::Client;
use crate::billz::company::Company;
use crate::billz::local_time::local_text;
use crate::billz::order::{Line, Order, Payment};
use crate::billz::products::Product;
use crate::billz::tokens::TokenSettings;
use crate::clock::instant_text;
use crate::problem::{Problem, read_body};
use crate::world::World;

/// A life of ten years is the longest.
const LONGEST_LIFE_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

/// What is not a collection.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/billz/tokens/expire", post(end_tokens)).route("/billz/logins", get(logins))
}

async fn end_tokens(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "expired": world.billz().tokens.end_all(world.clock.now_seconds()) }))
}

async fn logins(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!(world.billz().tokens.logins))
}

/// The items of a collection; `None` where there is no such collection.
pub(super) fn list(world: &World, collection: &str) -> Option<Vec<Value>> {
    let (company, now) = (world.billz(), world.clock.now_seconds());
    match collection {
        "products" => Some(company.products.values().map(|product| json!(product)).collect()),
        "orders" => Some(company.orders.iter().map(|order| shown_order(order, now)).collect()),
        "clients" => Some(company.clients.iter().map(|client| json!(client)).collect()),
        _ => None,
    }
}

/// One item; `None` in the first place where there is no such collection, in the second where it is not in there.
pub(super) fn read(world: &World, collection: &str, id: &str) -> Option<Option<Value>> {
    let (company, now) = (world.billz(), world.clock.now_seconds());
    match (collection, id) {
        ("products", _) => Some(company.products.get(id).map(|product| json!(product))),
        ("orders", _) => {
            let order = company.orders.iter().find(|order| order.id == id);
            Some(order.map(|order| shown_order(order, now)))
        }
        ("clients", _) => {
            Some(company.clients.iter().find(|client| client.id == id).map(|client| json!(client)))
        }
        ("settings", "limit") => Some(Some(json!(company.pace.limit))),
        ("settings", "token") => Some(Some(json!(company.tokens.settings))),
        _ => None,
    }
}

/// Puts something there; `None` where there is no such collection.
pub(super) fn put(
    company: &mut Company,
    collection: &str,
    id: &str,
    body: &[u8],
) -> Option<Result<Value, Problem>> {
    match (collection, id) {
        ("products", _) => Some(put_product(company, id, body)),
        ("clients", _) => Some(put_client(company, id, body)),
        ("settings", "limit") => Some(read_body(body).map(|limit| {
            company.pace.limit = limit;
            json!(limit)
        })),
        ("settings", "token") => Some(put_token_settings(company, body)),
        ("orders", _) => {
            let detail = "orders are made by POST /v2/order, and moved by what is done to them";
            Some(Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)))
        }
        _ => None,
    }
}

fn put_product(company: &mut Company, id: &str, body: &[u8]) -> Result<Value, Problem> {
    let mut product: Product = read_body(body)?;
    same_id(&mut product.id, id)?;
    if product.price.0 < 0 {
        return Err(Problem::bad_request("price must not be negative"));
    }
    let shown = json!(product);
    company.products.insert(id.to_owned(), product);
    Ok(shown)
}

fn put_client(company: &mut Company, id: &str, body: &[u8]) -> Result<Value, Problem> {
    let mut client: Client = read_body(body)?;
    same_id(&mut client.id, id)?;
    let shown = json!(client);
    match company.clients.iter_mut().find(|known| known.id == id) {
        Some(known) => *known = client,
        None => company.clients.push(client),
    }
    Ok(shown)
}

fn put_token_settings(company: &mut Company, body: &[u8]) -> Result<Value, Problem> {
    let settings: TokenSettings = read_body(body)?;
    if !(1..=LONGEST_LIFE_SECONDS).contains(&settings.life_seconds) {
        let detail = format!("lifeSeconds must be from 1 to {LONGEST_LIFE_SECONDS}");
        return Err(Problem::bad_request(detail));
    }
    company.tokens.settings = settings;
    Ok(json!(settings))
}

fn shown_order(order: &Order, now: i64) -> Value {
    json!({
        "id": order.id,
        "number": order.number,
        "state": order.state_word(now),
        "comment": order.comment,
        "customerId": order.customer_id,
        "items": order.lines.iter().map(shown_line).collect::<Vec<_>>(),
        "totalPrice": order.total(),
        "totalQuantity": order.total_quantity(),
        "hasDiscount": order.has_discount(),
        "payments": order.payments.iter().map(shown_payment).collect::<Vec<_>>(),
        "paidAmount": order.paid(),
        "futureTime": order.future_time.map(local_text),
        "createdAt": instant_text(order.created_at),
        "updatedAt": instant_text(order.updated_at),
    })
}

fn shown_line(line: &Line) -> Value {
    json!({
        "id": line.id,
        "productId": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "unitPrice": line.unit_price,
        "amount": line.amount(),
    })
}

fn shown_payment(payment: &Payment) -> Value {
    json!({
        "companyPaymentTypeId": payment.company_payment_type_id,
        "paidAmount": payment.paid_amount,
        "returnedAmount": payment.returned_amount,
    })
}
