//! `limit` and `cursor` of lists, and the other query parameters, read strictly.

use crate::stores::place::Place;
use axum::extract::FromRequestParts;
use axum::extract::Query;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::cursor::Cursors;
use super::replies::{Refusal, unprocessable};

/// Items on a page when nothing is said.
pub const DEFAULT_LIMIT: u8 = 20;
/// Most items on a page.
const MAX_LIMIT: u8 = 100;

/// Query parameters. Unknown ones are refused.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

/// Part of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// To be sent as `cursor` for the next part; null at the end.
    pub next_cursor: Option<String>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(parameters)| Self(parameters))
            .map_err(|error| unprocessable("invalid_parameter", error.body_text()))
    }
}

/// The number of items wanted.
///
/// # Errors
/// When it is not from 1 to 100.
pub fn limit(wanted: Option<u8>) -> Result<u8, Refusal> {
    let limit = wanted.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(unprocessable("invalid_parameter", format!("limit is a number from 1 to {MAX_LIMIT}")))
}

/// The place of a cursor, if there is one.
///
/// # Errors
/// When it does not belong to this list.
pub fn place(cursors: &Cursors, list: &str, cursor: Option<&str>) -> Result<Option<Place>, Refusal> {
    let read = |cursor| cursors.read(list, cursor);
    cursor.map(read).transpose().map_err(|error| unprocessable("invalid_cursor", error.to_string()))
}
