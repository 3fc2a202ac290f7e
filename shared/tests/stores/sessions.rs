//! A session that is shared: what is stored of it, and who may log in.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use sandbox::testbed::dynamodb::{CHATS, DynamoDb};
use sandbox::testbed::wire::Wire;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::stores::sessions::account::Account;
use shared::stores::sessions::{FailedLogin, KeptSecret, Sessions};
use shared::stores::table::{StoreError, Table};

use crate::setup::minute;

const COOKIE: &str = "PHPSESSID=abc123def456";

struct Bench {
    dynamodb: DynamoDb,
    wire: Wire,
    table: Table,
}

async fn bench() -> Bench {
    let (dynamodb, wire) = (DynamoDb::start().await, Wire::new());
    let url = wire.tap("dynamodb", &dynamodb.url()).await;
    let credentials = Credentials::new("local", "local", None, None, "test");
    let http = HttpClients::new(None).unwrap();
    let client = Client::new(&sdk_config_for(http.aws, credentials, "eu-central-1".to_owned(), Some(url)));
    Bench { dynamodb, wire, table: Table::new(client, CHATS.to_owned()) }
}

impl Bench {
    /// The session of the account, whose password is this.
    fn sessions(&self, password: &str) -> Sessions {
        Sessions::new(self.table.clone(), &account("isp-panel", password))
    }

    fn item(&self) -> Value {
        self.dynamodb.item(CHATS, "SESSION#isp-panel", "SESSION").unwrap()
    }
}

fn account(party: &'static str, password: &str) -> Account {
    let address = "https://panel.example".to_owned();
    Account { party, address, name: "paydesk".into(), password: password.into() }
}

fn kept() -> KeptSecret {
    KeptSecret { text: COOKIE.into(), expires_at: minute(720) }
}

/// Logs in, as far as the table is concerned.
async fn log_in(sessions: &Sessions) {
    let session = sessions.get().await.unwrap();
    let lease = sessions.claim_login(&session, minute(1)).await.unwrap().unwrap();
    sessions.keep(lease, &kept()).await.unwrap();
}

#[tokio::test]
async fn a_cookie_is_kept_sealed_and_comes_back() {
    let bench = bench().await;
    let sessions = bench.sessions("old password");
    log_in(&sessions).await;
    let mut item = bench.item();
    let sealed = item["cookie"]["M"]["sealed"].take();
    let salt = item["salt"]["S"].take();
    assert_eq!(salt.as_str().unwrap().len(), 32);
    let wanted = json!({
        "pk": { "S": "SESSION#isp-panel" },
        "sk": { "S": "SESSION" },
        "version": { "N": "2" },
        "salt": { "S": null },
        "cookie": { "M": { "sealed": null, "expires_at": { "S": "2026-11-21T20:00:00Z" } } },
    });
    assert_eq!(item, wanted);
    assert_eq!(sealed["S"].as_str().unwrap().len(), (12 + COOKIE.len() + 16).div_ceil(3) * 4);
    let everything = json!(bench.dynamodb.items(CHATS)).to_string();
    for secret in [COOKIE, "PHPSESSID", "abc123", "old password", "paydesk"] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
    let session = sessions.get().await.unwrap();
    let secret = session.secret.unwrap();
    assert_eq!((secret.text.expose_secret(), secret.expires_at), (COOKIE, minute(720)));
    assert_eq!((session.version, session.login_until, session.failed_login), (2, None, None));
}

#[tokio::test]
async fn a_cookie_that_does_not_open_is_none() {
    let bench = bench().await;
    log_in(&bench.sessions("old password")).await;
    let rotated = bench.sessions("new password");
    let session = rotated.get().await.unwrap();
    assert!(session.secret.is_none());
    // The next login takes its place.
    let lease = rotated.claim_login(&session, minute(1)).await.unwrap().unwrap();
    rotated.keep(lease, &kept()).await.unwrap();
    assert!(rotated.get().await.unwrap().secret.is_some());

    let mut item = bench.item();
    let sealed = item["cookie"]["M"]["sealed"]["S"].as_str().unwrap().to_owned();
    let (first, rest) = sealed.split_at(1);
    let changed = if first == "A" { "B" } else { "A" };
    item["cookie"]["M"]["sealed"] = json!({ "S": format!("{changed}{rest}") });
    bench.dynamodb.put(CHATS, &item);
    assert!(rotated.get().await.unwrap().secret.is_none());
}

#[tokio::test]
async fn a_salt_stays_with_its_item_and_what_was_sealed_without_one_is_none() {
    let bench = bench().await;
    let sessions = bench.sessions("password");
    log_in(&sessions).await;
    let salt = bench.item()["salt"].clone();
    sessions.forget().await.unwrap();
    log_in(&sessions).await;
    assert_eq!(bench.item()["salt"], salt, "every instance has its key already");
    let mut item = bench.item();
    item.as_object_mut().unwrap().remove("salt").unwrap();
    bench.dynamodb.put(CHATS, &item);
    let session = sessions.get().await.unwrap();
    assert!(session.secret.is_none());
    let lease = sessions.claim_login(&session, minute(1)).await.unwrap().unwrap();
    sessions.keep(lease, &kept()).await.unwrap();
    assert_eq!(sessions.get().await.unwrap().secret.unwrap().text.expose_secret(), COOKIE);
    assert_ne!(bench.item()["salt"], salt);
}

#[tokio::test]
async fn only_one_has_the_right_to_log_in() {
    let bench = bench().await;
    let (one, other) = (bench.sessions("password"), bench.sessions("password"));
    let nothing = one.get().await.unwrap();
    assert_eq!((nothing.version, nothing.is_being_renewed(minute(0))), (0, false));
    let lease = one.claim_login(&nothing, minute(1)).await.unwrap().unwrap();
    assert!(other.claim_login(&nothing, minute(1)).await.unwrap().is_none());
    let claimed = other.get().await.unwrap();
    assert_eq!(claimed.login_until, Some(minute(1)));
    assert!(claimed.is_being_renewed(minute(0)) && !claimed.is_being_renewed(minute(1)));
    // Who had the right and took too long finds it lost.
    let second = other.claim_login(&claimed, minute(2)).await.unwrap().unwrap();
    assert!(matches!(one.keep(lease, &kept()).await, Err(StoreError::Conflict)));
    other.keep(second, &kept()).await.unwrap();
    assert_eq!(one.get().await.unwrap().version, 3);
}

#[tokio::test]
async fn who_lost_the_answer_to_a_claim_knows_it_again() {
    let bench = bench().await;
    let sessions = bench.sessions("password");
    let nothing = sessions.get().await.unwrap();
    bench.wire.reset();
    bench.wire.drop_answer_of(1);
    let lease = sessions.claim_login(&nothing, minute(1)).await.unwrap();
    assert!(bench.wire.count("PutItem") >= 2, "the client did not repeat itself");
    sessions.keep(lease.unwrap(), &kept()).await.unwrap();
    assert_eq!(bench.item()["version"]["N"], "2");
}

#[tokio::test]
async fn a_login_that_failed_is_told_to_those_who_waited() {
    let bench = bench().await;
    let sessions = bench.sessions("password");
    for after in [None, Some(Duration::from_secs(9))] {
        let session = sessions.get().await.unwrap();
        let lease = sessions.claim_login(&session, minute(1)).await.unwrap().unwrap();
        assert_eq!(sessions.get().await.unwrap().failed_login, None);
        let failed = FailedLogin {
            code: "AUTH_HTTP_ERROR".to_owned(),
            detail: "no".to_owned(),
            after,
            is_final: after.is_none(),
            heeded_until: after.is_none().then(|| minute(5)),
        };
        sessions.fail(lease, &failed).await.unwrap();
        let session = sessions.get().await.unwrap();
        assert_eq!((session.failed_login, session.login_until), (Some(failed), None));
        // It says nothing of another password.
        let session = bench.sessions("rotated").get().await.unwrap();
        assert_eq!((session.failed_login, session.login_until), (None, None));
    }
    let everything = json!(bench.dynamodb.items(CHATS)).to_string();
    assert!(!everything.contains("paydesk") && !everything.contains("password"), "{everything}");
}

#[tokio::test]
async fn a_session_that_is_forgotten_is_gone_and_a_login_under_way_goes_on() {
    let bench = bench().await;
    let sessions = bench.sessions("password");
    sessions.forget().await.unwrap();
    assert_eq!(bench.dynamodb.items(CHATS), [] as [Value; 0]);
    log_in(&sessions).await;
    sessions.forget().await.unwrap();
    let session = sessions.get().await.unwrap();
    assert!(session.secret.is_none() && bench.item().get("cookie").is_none());
    let lease = sessions.claim_login(&session, minute(1)).await.unwrap();
    assert!(lease.is_some());
    sessions.forget().await.unwrap();
    assert_eq!(sessions.get().await.unwrap().login_until, Some(minute(1)));
}

#[tokio::test]
async fn each_party_has_a_session_of_its_own() {
    let bench = bench().await;
    log_in(&bench.sessions("password")).await;
    let other = Sessions::new(bench.table.clone(), &account("billz", "password"));
    assert_eq!(other.get().await.unwrap().version, 0);
    log_in(&other).await;
    assert_eq!(bench.dynamodb.items(CHATS).len(), 2);
    let stored = bench.dynamodb.item(CHATS, "SESSION#billz", "SESSION").unwrap();
    assert_eq!(stored["cookie"]["M"]["expires_at"]["S"], "2026-11-21T20:00:00Z");
    other.forget().await.unwrap();
    assert_eq!(bench.sessions("password").get().await.unwrap().secret.unwrap().expires_at, minute(720));
}

#[tokio::test]
async fn a_corrupt_session_names_its_key() {
    let bench = bench().await;
    let sessions = bench.sessions("password");
    log_in(&sessions).await;
    let item = bench.item();
    for (name, value) in [
        ("cookie", json!({ "S": "PHPSESSID=abc123" })),
        ("version", json!({ "S": "2" })),
        ("failed_login", json!({ "M": { "code": { "S": "AUTH_HTTP_ERROR" } } })),
    ] {
        let mut corrupt = item.clone();
        corrupt[name] = value;
        bench.dynamodb.put(CHATS, &corrupt);
        match sessions.get().await.unwrap_err() {
            StoreError::Corrupt { key, .. } => assert_eq!(key, "SESSION#isp-panel"),
            other => panic!("{name}: {other}"),
        }
    }
}
