//! The user service: who a customer is.

use serde_json::json;
use shared::providers::internal_service::{InternalKeyError, InternalKeys, InternalService};
use shared::providers::user_service::{User, UserService};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer, Play, html};
use crate::setup::{caller, internal_service};

const USER: &str = include_str!("../fixtures/users/user.json");

async fn playing(play: Play) -> (UserService, OddServer) {
    let server = OddServer::start([play]).await;
    (UserService::new(internal_service(server.url())), server)
}

#[tokio::test]
async fn a_user_is_asked_for_with_the_first_internal_key() {
    let (users, server) = playing(odd_server::json(200, USER)).await;
    let found = users.user(&"user-1".parse().unwrap()).await.unwrap();
    let user = User {
        email: "user-1@example.com".to_owned(),
        name: "Budi Santoso".to_owned(),
        phone: Some("081234567890".to_owned()),
        telegram_chat_id: Some(700_000_001),
        locale: Some("id".to_owned()),
        roles: vec!["user".to_owned()],
    };
    assert_eq!(found, Some(user));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/internal/users/user-1"));
    assert_eq!(seen.header("x-internal-api-key"), "key-in-use");
    assert!(!seen.has("authorization"));
}

#[tokio::test]
async fn a_user_may_have_no_phone_number_chat_and_language_but_not_no_name() {
    let user = |body: serde_json::Value| async move {
        let (users, _server) = playing(odd_server::json(200, &body.to_string())).await;
        users.user(&"user-2".parse().unwrap()).await
    };
    let found = user(json!({ "email": "a@example.com", "name": "Siti", "phone": null })).await;
    let found = found.unwrap().unwrap();
    assert_eq!((found.phone, found.telegram_chat_id, found.locale), (None, None, None));
    let error = user(json!({ "email": "a@example.com" })).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::Unreadable, Retry::Safe { after: None }));
}

#[tokio::test]
async fn a_user_that_is_not_there_is_none_and_a_refusal_is_not() {
    let (users, _server) = playing(odd_server::json(404, "{}")).await;
    assert_eq!(users.user(&"user-9".parse().unwrap()).await, Ok(None));
    for play in [odd_server::json(400, "{}"), html(409)] {
        let (users, _server) = playing(play).await;
        let error = users.user(&"user-1".parse().unwrap()).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (Failure::Refused, Retry::Never));
    }
    for play in [html(502), Play::CutBefore, Play::CutAfter, html(200)] {
        let (users, _server) = playing(play).await;
        let error = users.user(&"user-1".parse().unwrap()).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Safe { after: None }, "{error}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_accepted_says_nothing_about_the_user() {
    for play in [odd_server::json(403, "{}"), html(401)] {
        let (users, _server) = playing(play).await;
        let error = users.user(&"user-1".parse().unwrap()).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (Failure::NotReached, Retry::Safe { after: None }));
    }
}

#[test]
fn a_service_needs_a_key_that_can_stand_in_a_header() {
    let service = |keys: &[&str]| {
        let api_keys = keys.iter().map(|key| (*key).to_owned().into()).collect();
        InternalService::new(caller(), "http://127.0.0.1:1", &InternalKeys { api_keys }).map(drop)
    };
    assert_eq!(service(&["key"]), Ok(()));
    assert_eq!(service(&[]), Err(InternalKeyError));
    assert_eq!(service(&["two\nlines"]), Err(InternalKeyError));
}

#[tokio::test]
async fn no_secret_shows_where_a_client_is_printed() {
    let (users, _server) = playing(html(200)).await;
    assert!(!format!("{users:?}{:?}", crate::setup::tripay("http://127.0.0.1:1")).contains("key-"));
}
