//! The ISP's API at `/isp-api`: a log-in for a JWT, and the customers and workers of the panel.
//!
//! There is no documentation of the real one; `authenticate` and `user-info` are known from a bot that uses them.
//! `worker-list` is the sandbox's own: no such call is known.

pub(crate) mod tokens;
mod views;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::world::World;

/// The account that can log in. It opens nothing but this sandbox.
pub const USERNAME: &str = "paydesk";
/// Its password.
pub const PASSWORD: &str = "sandbox-isp-password";

/// Everything below `/isp-api`.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/authenticate", post(authenticate))
        .route("/user-info", get(user_info))
        .route("/worker-list", get(worker_list))
        .fallback(|| async { (StatusCode::NOT_FOUND, "Not Found") })
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") })
}

/// What it says where something is wrong: a status and plain words.
type Refusal = (StatusCode, &'static str);

const UNAUTHORIZED: Refusal = (StatusCode::UNAUTHORIZED, "Unauthorized");

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    user_name: String,
    password: String,
}

/// The token is the whole body, in plain text.
async fn authenticate(State(world): State<Arc<World>>, body: Bytes) -> Result<String, Refusal> {
    let Ok(account) = serde_json::from_slice::<Account>(&body) else {
        return Err((StatusCode::BAD_REQUEST, "Bad Request"));
    };
    let mut tokens = world.isp_api();
    if (account.user_name.as_str(), account.password.as_str()) != (USERNAME, PASSWORD) {
        tokens.logins.refused += 1;
        return Err(UNAUTHORIZED);
    }
    tokens.logins.count += 1;
    Ok(tokens.issue(USERNAME, world.clock.now_seconds()))
}

fn admit(world: &World, headers: &HeaderMap) -> Result<(), Refusal> {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
    match token.is_some_and(|token| world.isp_api().is_good(token, world.clock.now_seconds())) {
        true => Ok(()),
        false => Err(UNAUTHORIZED),
    }
}

#[derive(Debug, Deserialize)]
struct Wanted {
    /// A telephone number or a login name, whatever the parameter is called.
    mobile: Option<String>,
}

/// One hit is an object, several are an array, none is 404. That a part of a name is searched for, too, is the
/// sandbox's assumption: the known bot only asks for whole numbers and login names.
async fn user_info(
    State(world): State<Arc<World>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&world, &headers)?;
    let wanted = wanted.mobile.filter(|wanted| !wanted.trim().is_empty());
    let wanted = wanted.ok_or((StatusCode::BAD_REQUEST, "mobile is required"))?;
    let panel = world.isp_panel();
    let mut found: Vec<Value> = panel
        .directory
        .find(&wanted)
        .into_iter()
        .map(|one| views::user_info(one, &panel.directory))
        .collect();
    match found.len() {
        0 => Err((StatusCode::NOT_FOUND, "User not found")),
        1 => Ok(Json(found.remove(0)).into_response()),
        _ => Ok(Json(found).into_response()),
    }
}

async fn worker_list(State(world): State<Arc<World>>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    admit(&world, &headers)?;
    let panel = world.isp_panel();
    Ok(Json(json!(panel.directory.workers.values().collect::<Vec<_>>())))
}

/// The account of a log-in as the log may keep it.
pub(crate) fn without_password(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(mut account) if account.get("password").is_some() => {
            account["password"] = json!("(present)");
            account.to_string()
        }
        _ => body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_log_keeps_no_password() {
        let kept = without_password(r#"{"userName": "paydesk", "password": "sandbox-isp-password"}"#);
        assert_eq!(kept, r#"{"password":"(present)","userName":"paydesk"}"#);
        assert_eq!(without_password("{"), "{");
    }
}
