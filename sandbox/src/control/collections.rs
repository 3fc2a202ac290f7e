//! Puts things into the parties' worlds and shows them: `/_control/{party}/{collection}/{id}`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{billz, isp, party, portmone, sippy, telecom, telegram};
use crate::clock::instant_text;
use crate::options::FeeBearer;
use crate::orders::Order;
use crate::party::Party;
use crate::problem::{Problem, read_body};
use crate::tripay::books::Books;
use crate::tripay::channels::channel;
use crate::tripay::transaction::Transaction;
use crate::users::User;
use crate::world::World;

const KNOWN: &str = "orders/orders, users/users, tripay/transactions, tripay/channels, tripay/settings/merchant, \
                     telegram/chats, telegram/settings/limits, isp-panel/customers, isp-panel/workers, \
                     isp-panel/tasks, isp-panel/settings/session, billz/products, billz/orders, \
                     billz/clients, billz/settings/limit, billz/settings/token, sippy/accounts, \
                     sippy/payments, sippy/settings/visibility, sippy/settings/nonce, portmone/bills, \
                     portmone/settings/reseller, telecom/top-ups, telecom/subscribers";

fn unknown_collection(party: Party, collection: &str) -> Problem {
    let detail = format!("there is no collection {}/{collection}; known: {KNOWN}", party.name());
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

/// `GET /_control/{party}/{collection}`: the ids that are there.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    Path((party_name, collection)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let items: Vec<Value> =
        match (party(&party_name)?, collection.as_str()) {
            (Party::Orders, "orders") => {
                let orders = world.orders();
                orders.orders.keys().filter_map(|id| orders.shown(id)).collect()
            }
            (Party::Users, "users") => world.users().users.values().map(|user| json!(user)).collect(),
            (Party::Tripay, "transactions") => {
                let books = world.tripay();
                books.transactions.iter().map(|transaction| shown_transaction(transaction, &world)).collect()
            }
            (Party::Telegram, "chats") => world.telegram().chats.values().map(telegram::shown_chat).collect(),
            (Party::IspPanel, _) => isp::list(&world.isp_panel(), &collection)
                .ok_or_else(|| unknown_collection(Party::IspPanel, &collection))?,
            (Party::Billz, _) => billz::list(&world, &collection)
                .ok_or_else(|| unknown_collection(Party::Billz, &collection))?,
            (Party::Sippy, _) => sippy::list(&world, &collection)
                .ok_or_else(|| unknown_collection(Party::Sippy, &collection))?,
            (Party::Portmone, _) => portmone::list(&world, &collection)
                .ok_or_else(|| unknown_collection(Party::Portmone, &collection))?,
            (Party::Telecom, _) => telecom::list(&world, &collection)
                .ok_or_else(|| unknown_collection(Party::Telecom, &collection))?,
            (other, _) => return Err(unknown_collection(other, &collection)),
        };
    Ok(Json(json!({ "items": items })))
}

/// `GET /_control/{party}/{collection}/{id}`
pub(super) async fn read(
    State(world): State<Arc<World>>,
    Path((party_name, collection, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, Problem> {
    let found = match (party(&party_name)?, collection.as_str()) {
        (Party::Orders, "orders") => world.orders().shown(&id),
        (Party::Users, "users") => world.users().users.get(&id).map(|user| json!(user)),
        (Party::Tripay, "transactions") => {
            world.tripay().find(&id).map(|transaction| shown_transaction(transaction, &world))
        }
        (Party::Tripay, "channels") => shown_channel(&world.tripay(), &id),
        (Party::Telegram, "chats") => {
            world.telegram().chats.get(&telegram::chat_id(&id)?).map(telegram::shown_chat)
        }
        (Party::Telegram, "settings") if id == "limits" => Some(json!(world.telegram().limits)),
        (Party::Tripay, "settings") if id == "merchant" => Some(shown_settings(&world.tripay())),
        (Party::IspPanel, _) => isp::read(&world.isp_panel(), &collection, &id)
            .ok_or_else(|| unknown_collection(Party::IspPanel, &collection))?,
        (Party::Billz, _) => billz::read(&world, &collection, &id)
            .ok_or_else(|| unknown_collection(Party::Billz, &collection))?,
        (Party::Sippy, _) => sippy::read(&world, &collection, &id)
            .ok_or_else(|| unknown_collection(Party::Sippy, &collection))?,
        (Party::Portmone, _) => portmone::read(&world, &collection, &id)
            .ok_or_else(|| unknown_collection(Party::Portmone, &collection))?,
        (Party::Telecom, _) => telecom::read(&world, &collection, &id)
            .ok_or_else(|| unknown_collection(Party::Telecom, &collection))?,
        (other, _) => return Err(unknown_collection(other, &collection)),
    };
    found.map(Json).ok_or_else(|| Problem::not_found(&collection, &id))
}

/// `PUT /_control/{party}/{collection}/{id}`
pub(super) async fn put(
    State(world): State<Arc<World>>,
    Path((party_name, collection, id)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    match (party(&party_name)?, collection.as_str()) {
        (Party::Orders, "orders") => {
            let mut order: Order = read_body(&body)?;
            same_id(&mut order.id, &id)?;
            let mut orders = world.orders();
            orders.orders.insert(id.clone(), order);
            Ok(Json(json!(orders.shown(&id))))
        }
        (Party::Users, "users") => {
            let mut user: User = read_body(&body)?;
            same_id(&mut user.id, &id)?;
            world.users().users.insert(id, user.clone());
            Ok(Json(json!(user)))
        }
        (Party::Telegram, "chats") => telegram::put_chat(&mut world.telegram(), &id, &body).map(Json),
        (Party::Telegram, "settings") if id == "limits" => {
            telegram::put_limits(&mut world.telegram(), &body).map(Json)
        }
        (Party::Tripay, "channels") => set_channel(&mut world.tripay(), &id, &body),
        (Party::Tripay, "settings") if id == "merchant" => {
            let wish: SettingsWish = read_body(&body)?;
            let mut books = world.tripay();
            set_settings(&mut books, wish);
            Ok(Json(shown_settings(&books)))
        }
        (Party::Tripay, "transactions") => {
            let detail = "transactions are made by POST transaction/create, and moved by their events";
            Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail))
        }
        (Party::IspPanel, _) => isp::put(&mut world.isp_panel(), &collection, &id, &body)
            .unwrap_or_else(|| Err(unknown_collection(Party::IspPanel, &collection)))
            .map(Json),
        (Party::Billz, _) => billz::put(&mut world.billz(), &collection, &id, &body)
            .unwrap_or_else(|| Err(unknown_collection(Party::Billz, &collection)))
            .map(Json),
        (Party::Sippy, _) => sippy::put(&world, &collection, &id, &body)
            .unwrap_or_else(|| Err(unknown_collection(Party::Sippy, &collection)))
            .map(Json),
        (Party::Portmone, _) => portmone::put(&world, &collection, &id, &body)
            .unwrap_or_else(|| Err(unknown_collection(Party::Portmone, &collection)))
            .map(Json),
        (Party::Telecom, _) => telecom::put(&world, &collection, &id, &body)
            .unwrap_or_else(|| Err(unknown_collection(Party::Telecom, &collection)))
            .map(Json),
        (other, _) => Err(unknown_collection(other, &collection)),
    }
}

/// The id may stand in the document too, but not differ.
pub(super) fn same_id(inside: &mut String, id: &str) -> Result<(), Problem> {
    if !inside.is_empty() && inside != id {
        return Err(Problem::bad_request(format!("the document says id {inside:?}, the path {id:?}")));
    }
    id.clone_into(inside);
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelWish {
    active: bool,
}

fn set_channel(books: &mut Books, code: &str, body: &[u8]) -> Result<Json<Value>, Problem> {
    let wish: ChannelWish = read_body(body)?;
    let channel = channel(code).ok_or_else(|| Problem::not_found("channel", code))?;
    if wish.active {
        books.switched_off.remove(channel.code);
    } else {
        books.switched_off.insert(channel.code.to_owned());
    }
    Ok(Json(json!(shown_channel(books, code))))
}

fn shown_channel(books: &Books, code: &str) -> Option<Value> {
    let channel = channel(code)?;
    Some(json!({ "code": channel.code, "name": channel.name, "active": books.terms(channel).is_active }))
}

/// What is left out stays; `null` takes it away.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SettingsWish {
    #[serde(default, deserialize_with = "present")]
    callback_url: Option<Option<String>>,
    fee_bearer: Option<FeeBearer>,
    #[serde(default, deserialize_with = "present")]
    allowed_addresses: Option<Option<Vec<IpAddr>>>,
}

/// What was said, `null` too; nothing where the field was left out.
pub(super) fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn set_settings(books: &mut Books, wish: SettingsWish) {
    let settings = &mut books.settings;
    if let Some(callback_url) = wish.callback_url {
        settings.callback_url = callback_url;
    }
    if let Some(fee_bearer) = wish.fee_bearer {
        settings.fee_bearer = fee_bearer;
    }
    if let Some(allowed_addresses) = wish.allowed_addresses {
        settings.allowed_addresses = allowed_addresses;
    }
}

fn shown_settings(books: &Books) -> Value {
    let settings = &books.settings;
    json!({
        "callbackUrl": settings.callback_url,
        "feeBearer": settings.fee_bearer,
        "allowedAddresses": settings.allowed_addresses,
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownTransaction<'a> {
    reference: &'a str,
    merchant_ref: &'a str,
    status: &'static str,
    channel: &'static str,
    requested_amount: i64,
    amount: i64,
    fee_merchant: i64,
    fee_customer: i64,
    amount_received: i64,
    pay_code: Option<&'a str>,
    checkout_url: String,
    callback_url: Option<&'a str>,
    created_at: String,
    expires_at: String,
    paid_at: Option<String>,
}

fn shown_transaction(transaction: &Transaction, world: &World) -> Value {
    let shown = ShownTransaction {
        reference: &transaction.reference,
        merchant_ref: &transaction.merchant_ref,
        status: transaction.status.word(),
        channel: transaction.channel.code,
        requested_amount: transaction.requested_amount,
        amount: transaction.sums.amount,
        fee_merchant: transaction.sums.fee_merchant,
        fee_customer: transaction.sums.fee_customer,
        amount_received: transaction.sums.amount_received,
        pay_code: transaction.pay_code.as_deref(),
        checkout_url: transaction.checkout_url(&world.url),
        callback_url: transaction.callback_url.as_deref(),
        created_at: instant_text(transaction.created_at),
        expires_at: instant_text(transaction.expired_time),
        paid_at: transaction.paid_at.map(instant_text),
    };
    let mut shown = json!(shown);
    shown["deliveries"] = json!(transaction.deliveries);
    shown
}
