//! Numbers are sealed as the receipt system seals them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use ring::digest::{SHA256, digest};
use serde_json::json;
use shared::domain::bonus::msisdn::SealedMsisdn;

use super::seal;
use crate::dlq::tests::bench::Bench;

const SECRET: &str = "a-secret-of-the-receipt-system";

#[tokio::test]
async fn a_sealed_number_is_opened_by_who_has_the_secret_and_is_no_two_times_the_same() {
    let bench = Bench::start().await;
    bench.testbed.secrets.set("test/receipts", &json!({ "encryptionSecret": SECRET }));
    let key = Fernet::new(&URL_SAFE.encode(digest(&SHA256, SECRET.as_bytes()))).unwrap();
    let mut sealed = Vec::new();
    for number in ["380671234567", "380671234567", "+38 067 123-45-67"] {
        let token = seal(&bench.deployment, number).await.unwrap();
        assert!(SealedMsisdn::new(&token).is_ok() && !token.contains("671234567"), "{token}");
        assert_eq!(key.decrypt(&token).unwrap(), number.as_bytes());
        sealed.push(token);
    }
    assert_ne!(sealed[0], sealed[1]);
}

#[tokio::test]
async fn without_a_secret_or_a_number_nothing_is_sealed() {
    let bench = Bench::start().await;
    let missing = seal(&bench.deployment, "380671234567").await.unwrap_err();
    assert!(format!("{missing:#}").contains("receipts"), "{missing:#}");
    bench.testbed.secrets.set("test/receipts", &json!({ "encryptionSecret": "" }));
    let empty = seal(&bench.deployment, "380671234567").await.unwrap_err().to_string();
    assert!(empty.contains("test/receipts has no encryptionSecret"), "{empty}");
    for wrong in ["", "12345", "998901234567"] {
        let error = seal(&bench.deployment, wrong).await.unwrap_err().to_string();
        assert_eq!(error, "write it like 380671234567");
    }
}
