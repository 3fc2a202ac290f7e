//! `/v1/client`: makes customers and looks for them.

use axum::Json;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{HttpError, read};
use super::caller::Caller;
use super::clients::{Client, Wanted};
use super::local_time::local_text;
use super::page_of;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Billz takes these, and they change nothing here")]
struct NewClient {
    first_name: String,
    #[serde(default)]
    last_name: String,
    phone_number: String,
    #[serde(default)]
    chat_id: String,
    #[serde(default)]
    date_of_birth: String,
    gender: Option<u8>,
}

/// `POST /v1/client`. Another one is made for a number that is known, too: what the real one does is not known.
pub(super) async fn create(caller: Caller, body: Bytes) -> Result<Response, HttpError> {
    let wanted: NewClient = read(&body)?;
    let client = Client {
        first_name: wanted.first_name,
        last_name: wanted.last_name,
        phone_number: wanted.phone_number,
        chat_id: wanted.chat_id,
        date_of_birth: wanted.date_of_birth,
        ..Client::default()
    };
    let id = caller.company().create_client(client, caller.now());
    let id = id.map_err(|objection| HttpError::bad_request(objection.message))?;
    Ok(Json(json!({ "id": id })).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Parameters {
    phone_number: String,
    chat_id: String,
    search: String,
    limit: Option<usize>,
    page: Option<usize>,
    #[serde(rename = "Billz-Response-Channel")]
    _channel: String,
}

/// `GET /v1/client`. Numbers are compared by their digits.
pub(super) async fn find(caller: Caller, Query(parameters): Query<Parameters>) -> Json<Value> {
    let company = caller.company();
    let wanted = Wanted {
        phone_number: parameters.phone_number,
        chat_id: parameters.chat_id,
        search: parameters.search,
    };
    let found = company.find_clients(&wanted);
    let shown = page_of(&found, parameters.limit, parameters.page);
    let shown: Vec<Value> = shown.iter().map(|client| view(client)).collect();
    Json(json!({ "clients": shown, "count": found.len() }))
}

fn view(client: &Client) -> Value {
    json!({
        "id": client.id,
        "first_name": client.first_name,
        "last_name": client.last_name,
        "phone_numbers": [client.phone_number],
        "cards": [],
        "chat_id": client.chat_id,
        "balance": 0,
        "birth_date": client.date_of_birth,
        "created_at": local_text(client.created_at),
        "last_transaction_date": "",
    })
}
