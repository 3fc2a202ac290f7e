//! The ISP API: what it is asked, and what every answer becomes.

use std::time::Duration;

use sandbox::isp_api::{PASSWORD, USERNAME};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use serde_json::{Value, json};
use shared::providers::call::CallError;
use shared::providers::isp_api::{FoundCustomer, FoundWorker, IspApi, IspCredentials, IspRoutes};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer, Play, html};
use crate::setup::caller;

const SAFE: Retry = Retry::Safe { after: None };

fn api(url: &str, password: &str) -> IspApi {
    let credentials = IspCredentials { username: USERNAME.into(), password: password.into() };
    let routes = IspRoutes {
        login_path: "/authenticate".to_owned(),
        search_path: "/user-info".to_owned(),
        search_parameter: "mobile".to_owned(),
        workers_path: Some("/worker-list".to_owned()),
    };
    IspApi::new(caller(), &format!("{url}/isp-api/"), credentials, routes)
}

fn token(name: &str) -> Play {
    let headers = vec![("content-type", "text/plain".to_owned())];
    Play::Answer { status: 200, headers, body: format!("head.{name}.sign") }
}

fn customer() -> Play {
    odd_server::json(
        200,
        r#"{"id":1001,"userName":"customer123","firstName":"Nadia","lastName":"Haddad","mobile":"70123456"}"#,
    )
}

fn nadia() -> FoundCustomer {
    FoundCustomer {
        username: "customer123".to_owned(),
        name: "Nadia Haddad".to_owned(),
        mobile: Some("70123456".to_owned()),
    }
}

async fn started() -> (Running, IspApi) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let api = api(&sandbox.url(), PASSWORD);
    (sandbox, api)
}

async fn logins(sandbox: &Running) -> Value {
    sandbox.control("GET", "/_control/isp-api/logins", &Value::Null).await.unwrap().1
}

async fn find_after_login(play: Play) -> Result<Vec<FoundCustomer>, CallError> {
    let server = OddServer::start([token("one"), play.clone()]).await;
    let answer = api(server.url(), PASSWORD).find("customer123").await;
    assert!(server.seen().len() <= 2, "{play:?} was repeated");
    answer
}

#[tokio::test]
async fn a_search_logs_in_and_asks_with_the_token() {
    let server = OddServer::start([token("one"), customer(), customer()]).await;
    let api = api(server.url(), PASSWORD);
    assert_eq!(api.find("+961 70&x=1").await, Ok(vec![nadia()]));
    assert_eq!(api.find("customer123").await, Ok(vec![nadia()]));
    let seen = server.seen();
    let lines: Vec<_> = seen.iter().map(|one| (one.method.as_str(), one.target.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("POST", "/isp-api/authenticate"),
            ("GET", "/isp-api/user-info?mobile=%2B961+70%26x%3D1"),
            ("GET", "/isp-api/user-info?mobile=customer123"),
        ]
    );
    assert_eq!(seen[0].header("content-type"), "application/json");
    let sent: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(sent, json!({ "userName": USERNAME, "password": PASSWORD }));
    assert!(!seen[0].has("authorization"));
    for one in &seen[1..] {
        assert_eq!(one.header("authorization"), "Bearer head.one.sign");
    }
}

#[tokio::test]
async fn a_token_that_is_no_longer_taken_is_replaced_once() {
    let gone = || odd_server::json(401, "{}");
    let server = OddServer::start([
        token("one"),
        customer(),
        gone(),
        token("two"),
        customer(),
        gone(),
        token("three"),
        gone(),
    ])
    .await;
    let api = api(server.url(), PASSWORD);
    assert_eq!(api.find("customer123").await, Ok(vec![nadia()]));
    assert_eq!(api.find("customer123").await, Ok(vec![nadia()]));
    let error = api.find("customer123").await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NotReached, SAFE));
    let used: Vec<String> = server
        .seen()
        .iter()
        .filter(|one| one.method == "GET")
        .map(|one| one.header("authorization").to_owned())
        .collect();
    let bearer = |name: &str| format!("Bearer head.{name}.sign");
    assert_eq!(used, ["one", "one", "two", "two", "three"].map(bearer));
    assert_eq!(server.seen().len(), 8);
}

#[tokio::test]
async fn nobody_is_a_result_and_a_refusal_is_not() {
    for play in [odd_server::json(404, "User not found"), html(404), odd_server::json(200, "[]")] {
        assert_eq!(find_after_login(play).await, Ok(Vec::new()));
    }
    for play in [odd_server::json(400, "{}"), odd_server::json(403, "{}"), html(302)] {
        let error = find_after_login(play).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (Failure::Refused, Retry::Never));
    }
}

#[tokio::test]
async fn whatever_says_nothing_may_be_asked_again() {
    for (play, failure) in [
        (html(200), Failure::Unreadable),
        (odd_server::json(200, ""), Failure::Unreadable),
        (odd_server::json(200, "\"User not found\""), Failure::Unreadable),
        (html(500), Failure::ServerError),
        (odd_server::json(429, "{}"), Failure::Limited(None)),
        (Play::CutAfter, Failure::NoAnswer),
        (Play::CutInside, Failure::NoAnswer),
    ] {
        let error = find_after_login(play.clone()).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (failure, SAFE), "{play:?}");
    }
    let headers = vec![("retry-after", "9".to_owned())];
    let limited = Play::Answer { status: 429, headers, body: String::new() };
    let after = Some(Duration::from_secs(9));
    assert_eq!(find_after_login(limited).await.unwrap_err().retry(), Retry::Safe { after });
}

#[tokio::test]
async fn without_a_token_nothing_is_asked_and_no_token_shows() {
    let long = format!("head.secret.{}", "x".repeat(5000));
    for (play, failure) in [
        (odd_server::json(401, "head.secret.sign"), Failure::NotReached),
        (odd_server::json(400, "head.secret.sign"), Failure::NotReached),
        (html(302), Failure::NotReached),
        (odd_server::json(200, "{\"token\":\"head.secret.sign\"}"), Failure::Unreadable),
        (odd_server::json(200, &long), Failure::Unreadable),
        (html(200), Failure::Unreadable),
        (html(503), Failure::ServerError),
        (Play::CutBefore, Failure::NoAnswer),
        (Play::CutAfter, Failure::NoAnswer),
    ] {
        let server = OddServer::start([play.clone()]).await;
        let api = api(server.url(), PASSWORD);
        let error = api.find("customer123").await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (failure, SAFE), "{play:?}");
        assert!(server.seen().len() <= 1, "{play:?}");
        let shown = format!("{error:?} {error} {api:?}");
        for secret in ["secret", PASSWORD, USERNAME] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_held_shows_nowhere() {
    let server = OddServer::start([token("secret"), customer()]).await;
    let api = api(server.url(), PASSWORD);
    api.find("customer123").await.unwrap();
    assert!(!format!("{api:?}").contains("secret"), "{api:?}");
}

#[tokio::test]
async fn workers_are_asked_for_where_there_is_a_list_of_them() {
    let rows = r#"[{"id":13,"name":"Sami Nassar"},{"id":"15","name":""},{"name":"nobody"}]"#;
    let server = OddServer::start([token("one"), odd_server::json(200, rows), html(404), html(200)]).await;
    let asked = api(server.url(), PASSWORD);
    assert!(asked.has_workers());
    let worker = |id, name: &str| FoundWorker { id, name: name.to_owned() };
    assert_eq!(asked.workers().await, Ok(vec![worker(13, "Sami Nassar"), worker(15, "")]));
    assert_eq!(server.seen()[1].target, "/isp-api/worker-list");
    assert_eq!(asked.workers().await.unwrap_err().failure, Failure::Refused);
    assert_eq!(asked.workers().await.unwrap_err().failure, Failure::Unreadable);

    let server = OddServer::start([]).await;
    let credentials = IspCredentials { username: USERNAME.into(), password: PASSWORD.into() };
    let routes = IspRoutes {
        login_path: "authenticate".to_owned(),
        search_path: "user-info".to_owned(),
        search_parameter: "mobile".to_owned(),
        workers_path: None,
    };
    let silent = IspApi::new(caller(), server.url(), credentials, routes);
    assert!(!silent.has_workers());
    assert_eq!((silent.workers().await, server.connections()), (Ok(Vec::new()), 0));
}

#[tokio::test]
async fn the_sandbox_finds_one_several_and_nobody() {
    let (sandbox, api) = started().await;
    let one = api.find("customer123").await.unwrap();
    assert_eq!(
        (one.len(), one[0].username.as_str(), one[0].name.as_str()),
        (1, "customer123", "Nadia Haddad")
    );
    let by_number = api.find(one[0].mobile.as_deref().unwrap()).await.unwrap();
    assert_eq!(by_number, one);
    assert!(api.find("a").await.unwrap().len() > 1);
    assert_eq!(api.find("nobody-at-all").await, Ok(Vec::new()));
    let workers = api.workers().await.unwrap();
    assert!(workers.iter().any(|worker| worker.id == 13) && workers.iter().any(|worker| worker.id == 15));
    assert_eq!(logins(&sandbox).await, json!({ "count": 1, "refused": 0 }));

    sandbox.control("POST", "/_control/isp-api/tokens/expire", &json!({})).await.unwrap();
    assert_eq!(api.find("customer123").await.unwrap(), one);
    assert_eq!(logins(&sandbox).await, json!({ "count": 2, "refused": 0 }));
}

#[tokio::test]
async fn a_check_is_a_login() {
    let (sandbox, right) = started().await;
    assert_eq!(right.check().await, Ok(()));
    let wrong = api(&sandbox.url(), "not the password");
    assert_eq!(wrong.check().await.unwrap_err().failure, Failure::NotReached);
    assert_eq!(logins(&sandbox).await, json!({ "count": 1, "refused": 1 }));
}
