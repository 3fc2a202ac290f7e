//! The user service: `GET /users/internal/users/{id}` with `X-Internal-Api-Key`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::world::World;

/// A user, as it is put in through control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct User {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) telegram_chat_id: Option<i64>,
    #[serde(default = "indonesian")]
    pub(crate) locale: String,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
}

fn indonesian() -> String {
    "id".to_owned()
}

/// A user, as the service shows it.
#[derive(Debug, Serialize)]
struct ShownUser {
    id: String,
    email: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    telegram_chat_id: Option<i64>,
    locale: String,
    roles: Vec<String>,
}

impl From<User> for ShownUser {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            phone: user.phone,
            telegram_chat_id: user.telegram_chat_id,
            locale: user.locale,
            roles: user.roles,
        }
    }
}

/// All users.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    pub(crate) users: BTreeMap<String, User>,
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/internal/users/{id}", get(read))
}

async fn read(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<ShownUser>, Problem> {
    check_internal_key(&world, &headers)?;
    let user = world.users().users.get(&id).cloned();
    user.map(|user| Json(user.into())).ok_or_else(|| Problem::not_found("user", &id))
}

/// Both internal services let in who has the internal API key.
pub(crate) fn check_internal_key(world: &World, headers: &HeaderMap) -> Result<(), Problem> {
    let key = headers.get("x-internal-api-key").and_then(|key| key.to_str().ok());
    match key == Some(world.options.internal_api_key.as_str()) {
        true => Ok(()),
        false => {
            let detail = "X-Internal-Api-Key is missing or wrong";
            Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail))
        }
    }
}
