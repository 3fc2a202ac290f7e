//! Tokens proved by a JWKS URL: RS256 and ES256, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sandbox::testbed::rest::tokens::{JWT_SECRET, claims, hmac_signed, hs256, seconds_from_now, unsigned};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};

use super::bench::{Bench, later};
use super::tokens::EcKey;
use shared::rest::tokens::TokenRules;

const KEYS: &str = "GET /keys.json";

/// An RSA key's public half and tokens it signed; nobody has the private half.
fn rsa() -> Value {
    serde_json::from_str(include_str!("fixtures/rsa_signed.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A world whose tokens are proved by a JWKS URL that answers nothing of its own.
async fn bench() -> Bench {
    let wire = Wire::new();
    let url = wire.tap("jwks", "http://127.0.0.1:1").await;
    let rules = TokenRules { jwks_url: Some(format!("{url}/keys.json")), ..TokenRules::default() };
    Bench::with(wire, rules).await
}

fn serve(bench: &Bench, times: usize, keys: &[Value]) {
    bench.wire.answer_next("/keys.json", times, (200, json!({ "keys": keys }).to_string()));
}

async fn refused(bench: &Bench, token: &str) {
    bench.send(&Trigger::of("list").bearing(token)).await.problem(401, "unauthenticated");
}

async fn believed(bench: &Bench, token: &str) {
    bench.send(&Trigger::of("list").bearing(token)).await.ok(200);
}

#[tokio::test]
async fn rs256_and_es256_are_believed_and_the_keys_are_read_once() {
    let (bench, rsa, ec) = (bench().await, rsa(), EcKey::new("ec-1"));
    serve(&bench, 1, &[rsa["key"].clone(), ec.public()]);
    believed(&bench, text(&rsa["user"])).await;
    believed(&bench, &ec.sign(&claims("user-1"))).await;
    bench.send(&Trigger::of("admin-invoices").bearing(&ec.sign(&claims("admin-1")))).await.ok(200);
    bench.send(&Trigger::of("admin-invoices").bearing(text(&rsa["user"]))).await.problem(403, "forbidden");
    assert_eq!(bench.wire.count(KEYS), 1);
}

#[tokio::test]
async fn other_algorithms_and_swapped_ones_are_refused() {
    let (bench, rsa, ec) = (bench().await, rsa(), EcKey::new("ec-1"));
    serve(&bench, 1, &[rsa["key"].clone(), ec.public()]);
    believed(&bench, text(&rsa["user"])).await;
    let hs = |kid: &str| json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
    let modulus = URL_SAFE_NO_PAD.decode(text(&rsa["key"]["n"])).unwrap();
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&modulus));
    let public_halves = [
        modulus.clone(),
        pem.into_bytes(),
        text(&rsa["key"]["n"]).as_bytes().to_vec(),
        rsa["key"].to_string().into_bytes(),
    ];
    for half in &public_halves {
        for alg in ["HS256", "RS256", "ES256"] {
            let header = json!({ "alg": alg, "typ": "JWT", "kid": "rsa-1" });
            refused(&bench, &hmac_signed(half, &header, &claims("user-1"))).await;
        }
    }
    refused(&bench, &hs256(JWT_SECRET, &claims("user-1"))).await;
    refused(&bench, &hmac_signed(JWT_SECRET.as_bytes(), &hs("rsa-1"), &claims("user-1"))).await;
    let none = json!({ "alg": "none", "kid": "rsa-1" });
    refused(&bench, &format!("{}.", unsigned(&none, &claims("user-1")))).await;
    // A good signature under the name of the other key.
    let es_as_rs = unsigned(&json!({ "alg": "RS256", "kid": "ec-1" }), &claims("user-1"));
    let signature = ec.sign(&claims("user-1"));
    refused(&bench, &format!("{es_as_rs}.{}", signature.rsplit_once('.').unwrap().1)).await;
    refused(&bench, text(&rsa["withoutKid"])).await;
    refused(&bench, text(&rsa["expired"])).await;
    let (head, signature) = text(&rsa["user"]).rsplit_once('.').unwrap();
    let other = head.rsplit_once('.').unwrap().0;
    let forged = format!("{other}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims("admin-1").to_string()));
    refused(&bench, &forged).await;
    assert_eq!(bench.wire.count(KEYS), 1);
    assert_eq!(bench.calls_to("aws").len(), 1, "the one list that was answered, and nothing for the refused");
}

#[tokio::test]
async fn times_are_checked_there_too() {
    let (bench, ec) = (bench().await, EcKey::new("ec-1"));
    serve(&bench, 1, &[ec.public()]);
    for (name, seconds) in [("exp", -31), ("nbf", 60)] {
        let mut wrong = claims("user-1");
        wrong[name] = json!(seconds_from_now(seconds));
        refused(&bench, &ec.sign(&wrong)).await;
    }
    believed(&bench, &ec.sign(&claims("user-1"))).await;
}

#[tokio::test]
async fn an_unknown_key_is_asked_about_at_most_once_a_minute() {
    let (bench, known, unknown) = (bench().await, EcKey::new("ec-1"), EcKey::new("ec-2"));
    serve(&bench, 10, &[known.public()]);
    for _ in 0..5 {
        refused(&bench, &unknown.sign(&claims("user-1"))).await;
    }
    assert_eq!(bench.wire.count(KEYS), 1);
    believed(&bench, &known.sign(&claims("user-1"))).await;
    // A key of the same name that is another one.
    refused(&bench, &EcKey::new("ec-1").sign(&claims("user-1"))).await;
    assert_eq!(bench.wire.count(KEYS), 1);

    later(61).await;
    bench.wire.reset();
    serve(&bench, 10, &[known.public(), unknown.public()]);
    believed(&bench, &known.sign(&claims("user-1"))).await;
    assert_eq!(bench.wire.count(KEYS), 0);
    believed(&bench, &unknown.sign(&claims("user-1"))).await;
    believed(&bench, &known.sign(&claims("user-1"))).await;
    assert_eq!(bench.wire.count(KEYS), 1);
    later(601).await;
    believed(&bench, &known.sign(&claims("user-1"))).await;
    assert_eq!(bench.wire.count(KEYS), 2, "held for ten minutes");
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_asked_for_again() {
    let (bench, ec) = (bench().await, EcKey::new("ec-1"));
    let list = Trigger::of("list").bearing(&ec.sign(&claims("user-1")));
    for (status, body) in [(500, ""), (404, "{}"), (200, "<html>")] {
        bench.wire.reset();
        bench.wire.answer_next("/keys.json", 1, (status, body.to_owned()));
        for _ in 0..3 {
            bench.send(&list).await.problem(503, "keys_unavailable");
        }
        assert_eq!(bench.wire.count(KEYS), 1, "a failure is not asked about again within the minute");
        assert_eq!(bench.calls_to("aws").len(), 0);
        later(61).await;
    }
    serve(&bench, 1, &[ec.public()]);
    bench.send(&list).await.ok(200);
}
