//! Who is believed: tokens by the shared secret, the internal key, roles.

use sandbox::testbed::rest::tokens::{
    JWT_SECRET, claims, hmac_signed, hs256, seconds_from_now, token_of, unsigned,
};
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::Bench;
use sandbox::testbed::wire::Wire;
use shared::rest::tokens::TokenRules;

/// Claims of `user-1` with one of them changed; null takes it away.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims("user-1");
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn hs(name: &str, value: Value) -> String {
    hs256(JWT_SECRET, &with(name, value))
}

async fn refused(bench: &Bench, token: &str) {
    let answer = bench.send(&Trigger::of("list").bearing(token)).await.problem(401, "unauthenticated");
    assert!(!answer.body["detail"].as_str().unwrap().contains("signature"), "tells nothing: {}", answer.body);
}

async fn believed(bench: &Bench, token: &str) {
    bench.send(&Trigger::of("list").bearing(token)).await.ok(200);
}

#[tokio::test]
async fn a_token_that_is_not_valid_proves_nobody_and_costs_no_request() {
    let bench = Bench::start().await;
    let none = json!({ "alg": "none", "typ": "JWT" });
    let good = token_of("user-1");
    let (head, signature) = good.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    let tokens = [
        hs256("another-secret", &claims("user-1")),
        hs256("", &claims("user-1")),
        format!("{}.", unsigned(&none, &claims("user-1"))),
        unsigned(&none, &claims("user-1")),
        format!("{}.{signature}", unsigned(&none, &claims("user-1"))),
        hmac_signed(JWT_SECRET.as_bytes(), &json!({ "alg": "None" }), &claims("user-1")),
        hmac_signed(JWT_SECRET.as_bytes(), &json!({ "alg": "HS512" }), &claims("user-1")),
        hmac_signed(JWT_SECRET.as_bytes(), &json!({ "alg": "RS256", "kid": "rsa-1" }), &claims("user-1")),
        hmac_signed(JWT_SECRET.as_bytes(), &json!({}), &claims("user-1")),
        format!("{head}.{flipped}{}", &signature[1..]),
        format!("{head}."),
        head.to_owned(),
        format!("{good}.{signature}"),
        hs("exp", json!(seconds_from_now(-31))),
        hs("exp", Value::Null),
        hs("exp", json!("tomorrow")),
        hs("nbf", json!(seconds_from_now(60))),
        hs("sub", Value::Null),
        hs("sub", json!("a b")),
        hs("sub", json!("")),
        hs("roles", json!("admin")),
        hs("padding", json!("x".repeat(9_000))),
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        String::new(),
    ];
    for token in &tokens {
        refused(&bench, token).await;
    }
    for header in ["", "Bearer", "Basic dXNlcjpwYXNz", good.as_str()] {
        let trigger = Trigger::of("list").header("authorization", header);
        bench.send(&trigger).await.problem(401, "unauthenticated");
    }
    bench.send(&Trigger::of("create-without-token")).await.problem(401, "unauthenticated");
    assert_eq!(bench.wire.calls().len(), 0, "nothing outside was asked");
    believed(&bench, &good).await;
}

#[tokio::test]
async fn clocks_may_differ_a_little_and_the_scheme_has_no_case() {
    let bench = Bench::start().await;
    believed(&bench, &hs("exp", json!(seconds_from_now(-25)))).await;
    believed(&bench, &hs("nbf", json!(seconds_from_now(25)))).await;
    believed(&bench, &hs("roles", Value::Null)).await;
    let trigger = Trigger::of("list").header("authorization", &format!("bearer {}", token_of("user-1")));
    bench.send(&trigger).await.ok(200);
}

#[tokio::test]
async fn issuer_and_audience_are_checked_where_they_are_set() {
    let (issuer, audience) = (Some("https://users.example.com".to_owned()), Some("paydesk".to_owned()));
    let rules = TokenRules { issuer, audience, ..TokenRules::default() };
    let bench = Bench::with(Wire::new(), rules).await;
    let token = |iss: Value, aud: Value| {
        let mut claims = claims("user-1");
        claims.as_object_mut().unwrap().extend([("iss".to_owned(), iss), ("aud".to_owned(), aud)]);
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        hs256(JWT_SECRET, &claims)
    };
    let (iss, aud) = (json!("https://users.example.com"), json!("paydesk"));
    believed(&bench, &token(iss.clone(), aud.clone())).await;
    believed(&bench, &token(iss.clone(), json!(["shop", "paydesk"]))).await;
    let wrong = [
        (json!("https://evil.example.com"), aud.clone()),
        (Value::Null, aud),
        (iss.clone(), json!("shop")),
        (iss.clone(), json!(["shop"])),
        (iss, Value::Null),
    ];
    for (iss, aud) in wrong {
        refused(&bench, &token(iss, aud)).await;
    }
}

#[tokio::test]
async fn a_token_from_before_a_rotation_is_believed() {
    let mut bench = Bench::start().await;
    let rotated = json!({ "jwtSecret": "the-secret-after-the-rotation", "cursorKey": "a-cursor-key" });
    bench.aws.secrets.set("paydesk/api", &rotated);
    bench.restart().await;
    believed(&bench, &token_of("user-1")).await;
    believed(&bench, &hs256("the-secret-after-the-rotation", &claims("user-1"))).await;
    refused(&bench, &hs256("a-third-secret", &claims("user-1"))).await;
}

#[tokio::test]
async fn admin_routes_are_for_admins() {
    let bench = Bench::start().await;
    for case in ["admin-invoices", "admin-invoice", "admin-resolve", "admin-unmatched-reports"] {
        bench.send(&Trigger::of(case).by("user-1")).await.problem(403, "forbidden");
        bench.send(&Trigger::of(case).without_header("authorization")).await.problem(401, "unauthenticated");
        let by_key = Trigger::of(case)
            .without_header("authorization")
            .header("x-internal-api-key", "local-internal-key");
        bench.send(&by_key).await.problem(401, "unauthenticated");
        for roles in [json!(["Admin"]), json!(["administrator"]), json!([])] {
            bench.send(&Trigger::of(case).bearing(&hs("roles", roles))).await.problem(403, "forbidden");
        }
    }
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn services_prove_themselves_by_either_key() {
    let bench = Bench::start().await;
    let keyed = |key: &str| Trigger::of("transactions").header("x-internal-api-key", key);
    bench
        .send(&Trigger::of("transactions").without_header("x-internal-api-key"))
        .await
        .problem(401, "unauthenticated");
    for key in ["", "wrong", "local-internal-ke", "local-internal-key2", "LOCAL-INTERNAL-KEY"] {
        bench.send(&keyed(key)).await.problem(401, "unauthenticated");
    }
    let by_token = Trigger::of("transactions").without_header("x-internal-api-key").by("admin-1");
    bench.send(&by_token).await.problem(401, "unauthenticated");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&keyed("local-internal-key")).await.ok(200);
    bench.send(&keyed("second-internal-key")).await.ok(200);
}

#[tokio::test]
async fn an_empty_key_in_the_secret_opens_nothing() {
    let mut bench = Bench::start().await;
    bench.aws.secrets.set("paydesk/internal", &json!({ "apiKeys": ["local-internal-key", ""] }));
    bench.restart().await;
    let trigger = Trigger::of("transactions").header("x-internal-api-key", "");
    bench.send(&trigger).await.problem(401, "unauthenticated");
}
