//! The ISP's API, at the wire: its log-in, and who it finds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::isp_api::{PASSWORD, USERNAME};
use sandbox::server::Running;
use serde_json::{Value, json};
use support::panel::logins;
use support::{control, http, start};

/// Logs in with that password; the status, the content type and the body.
async fn authenticate(running: &Running, body: &Value) -> (u16, String, String) {
    let request = http().post(format!("{}/isp-api/authenticate", running.url())).json(body);
    let response = request.send().await.unwrap();
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), content_type, response.text().await.unwrap())
}

async fn token(running: &Running) -> String {
    let (status, _, token) =
        authenticate(running, &json!({ "userName": USERNAME, "password": PASSWORD })).await;
    assert_eq!(status, 200, "{token}");
    token
}

/// The status and the document, or the words as a text.
async fn get(running: &Running, path: &str, token: &str) -> (u16, Value) {
    let request = http().get(format!("{}/isp-api/{path}", running.url())).bearer_auth(token);
    let response = request.send().await.unwrap();
    let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
    (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}

/// The login names that are found; one object counts as one.
async fn found(running: &Running, token: &str, wanted: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    let (status, answer) = get(running, &format!("user-info?mobile={query}"), token).await;
    let username = |one: &Value| one["userName"].as_str().unwrap().to_owned();
    match answer {
        Value::Array(several) => several.iter().map(username).collect(),
        one if status == 200 => vec![username(&one)],
        refusal => panic!("{wanted}: {status} {refusal}"),
    }
}

#[tokio::test]
async fn the_token_is_the_whole_answer_in_plain_text() {
    let running = start().await;
    let account = json!({ "userName": USERNAME, "password": PASSWORD });
    let (status, content_type, token) = authenticate(&running, &account).await;
    assert_eq!((status, content_type.as_str()), (200, "text/plain; charset=utf-8"));
    let parts: Vec<&str> = token.split('.').collect();
    let part = |place: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[place]).unwrap()).unwrap()
    };
    assert_eq!((parts.len(), &part(0)["alg"], &part(1)["sub"]), (3, &json!("HS256"), &json!("paydesk")));
    let life = part(1)["exp"].as_i64().unwrap() - part(1)["iat"].as_i64().unwrap();
    assert_eq!((life, get(&running, "worker-list", &token).await.0), (3_600, 200));

    for wrong in [
        json!({ "userName": USERNAME, "password": "wrong" }),
        json!({ "userName": "x", "password": PASSWORD }),
    ] {
        let (status, _, words) = authenticate(&running, &wrong).await;
        assert_eq!((status, words.as_str()), (401, "Unauthorized"));
    }
    assert_eq!(authenticate(&running, &json!({ "username": "x" })).await.0, 400);
    assert_eq!(logins(&running, "isp-api").await, (1, 2));
}

#[tokio::test]
async fn a_token_is_good_for_an_hour_or_until_it_is_taken_back() {
    let running = start().await;
    let first = token(&running).await;
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 3_500 })).await;
    assert_eq!(get(&running, "user-info?mobile=obrien", &first).await.0, 200);
    let second = token(&running).await;
    assert_ne!(first, second);
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 100 })).await;
    let unauthorized = (401, json!("Unauthorized"));
    assert_eq!(get(&running, "user-info?mobile=obrien", &first).await, unauthorized);
    assert_eq!(get(&running, "user-info?mobile=obrien", &second).await.0, 200);
    let ended = control(&running, "POST", "/_control/isp-api/tokens/expire", Value::Null).await;
    assert_eq!(ended, json!({ "expired": 2 }));
    for path in ["user-info?mobile=obrien", "worker-list"] {
        assert_eq!(get(&running, path, &second).await, unauthorized);
    }
    let nobody = http().get(format!("{}/isp-api/worker-list", running.url())).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    assert_eq!(get(&running, "worker-list", &token(&running).await).await.0, 200);
}

#[tokio::test]
async fn a_login_name_or_a_number_finds_one_object_with_the_known_fields() {
    let running = start().await;
    let token = token(&running).await;
    for wanted in
        ["customer123", "CUSTOMER123", "%2B10000000123", "+10000000123", "10000000123", "+1 000 000-0123"]
    {
        let (status, one) = get(&running, &format!("user-info?mobile={wanted}"), &token).await;
        let shown = (&one["userName"], &one["firstName"], &one["lastName"], &one["mobile"]);
        let expected = (&json!("customer123"), &json!("Nadia"), &json!("Haddad"), &json!("+10000000123"));
        assert_eq!((status, shown), (200, expected), "{wanted}: {one}");
        assert!(one["id"].is_u64() && one["phone"].is_null() && one["dailyQuota"].is_string(), "{one}");
    }
    assert_eq!(get(&running, "user-info?mobile=nobody", &token).await, (404, json!("User not found")));
    assert_eq!(get(&running, "user-info?mobile=10000000999", &token).await.0, 404);
    for path in ["user-info", "user-info?mobile=", "user-info?mobile=+"] {
        assert_eq!(get(&running, path, &token).await.0, 400, "{path}");
    }
    assert_eq!(get(&running, "user-list", &token).await.0, 404);
}

#[tokio::test]
async fn a_part_of_a_name_finds_everybody_who_has_it() {
    let running = start().await;
    let token = token(&running).await;
    let kovals = [
        "bohdana.koval",
        "d_koval",
        "h.kovalova",
        "koval_a",
        "kovalchuk1",
        "kovalenko77",
        "kovalska",
        "kovalyov_p",
        "o.kovalenko",
        "stepan.koval",
    ];
    assert_eq!(found(&running, &token, "Koval").await, kovals);
    assert_eq!(found(&running, &token, "коваль").await, ["h.kovalova", "kovalska"]);
    assert_eq!(found(&running, &token, "O'").await, ["d_koval", "obrien"]);
    assert_eq!(found(&running, &token, "صالح").await, ["ahmad.saleh"]);
    let (_, one) = get(&running, "user-info?mobile=haddad", &token).await;
    assert!(one.is_object(), "one hit is not in an array: {one}");

    let twin = json!({ "name": "Rana Haddad", "mobile": "+10000000900", "phone": "+10000000123" });
    control(&running, "PUT", "/_control/isp-panel/customers/rana", twin).await;
    assert_eq!(found(&running, &token, "+10000000123").await, ["customer123", "rana"]);
}

#[tokio::test]
async fn workers_are_listed_by_number() {
    let running = start().await;
    let token = token(&running).await;
    control(&running, "PUT", "/_control/isp-panel/workers/14", json!({ "name": "Nour Azar" })).await;
    let (status, workers) = get(&running, "worker-list", &token).await;
    let workers = workers.as_array().unwrap();
    let numbers: Vec<u64> = workers.iter().map(|worker| worker["id"].as_u64().unwrap()).collect();
    assert_eq!((status, numbers), (200, vec![7, 13, 14, 15, 21, 24, 28, 33, 41]));
    assert_eq!(workers[2], json!({ "id": 14, "name": "Nour Azar" }));
}
