//! `GET /_control/mail/messages?to=`: the mail that was sent, oldest first.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde_json::{Value, json};

use crate::mail::outbox::mails;
use crate::problem::Problem;
use crate::world::World;

pub(super) async fn messages(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    if let Some(unknown) = parameters.keys().find(|name| *name != "to") {
        return Err(Problem::bad_request(format!("unknown parameter {unknown:?}; known: to")));
    }
    let mut mails = mails(world.options.aws_endpoint.as_deref()).await?;
    if let Some(wanted) = parameters.get("to") {
        mails.retain(|mail| mail.to.iter().any(|address| address_of(address).eq_ignore_ascii_case(wanted)));
    }
    Ok(Json(json!({ "items": mails })))
}

/// The bare address of `Budi <budi@example.com>`.
fn address_of(recipient: &str) -> &str {
    recipient.rsplit_once('<').map_or(recipient, |(_, address)| address.trim_end_matches('>')).trim()
}
