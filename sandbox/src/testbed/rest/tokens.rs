//! JSON Web Tokens, right and wrong ones.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

/// The shared secret of the bench.
pub const JWT_SECRET: &str = "a-shared-secret-for-tests-of-32-bytes";

/// Seconds from now, as claims count.
pub fn seconds_from_now(seconds: i64) -> i64 {
    Timestamp::now().as_second() + seconds
}

/// A valid token of `user-1`, `user-2` …, and of `admin-1` with the role.
pub fn token_of(person: &str) -> String {
    hs256(JWT_SECRET, &claims(person))
}

/// Claims that are good for an hour.
pub fn claims(person: &str) -> Value {
    let roles = if person.starts_with("admin") { json!(["user", "admin"]) } else { json!(["user"]) };
    json!({ "sub": person, "roles": roles, "iat": seconds_from_now(0), "exp": seconds_from_now(3_600) })
}

/// A token that is signed with HS256.
pub fn hs256(secret: &str, claims: &Value) -> String {
    hmac_signed(secret.as_bytes(), &json!({ "alg": "HS256", "typ": "JWT" }), claims)
}

/// A token with an HMAC as signature, whatever its header says.
pub fn hmac_signed(key: &[u8], header: &Value, claims: &Value) -> String {
    let signed = unsigned(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// The part of a token that is signed.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
