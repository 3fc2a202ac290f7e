//! How long a token is used, and by whom.

use sandbox::testbed::dynamodb::CHATS;
use secrecy::ExposeSecret;
use serde_json::json;
use shared::workflows::shared_login::SessionStatus;

use crate::setup::{bench, draft};

const HOUR: i64 = 60 * 60;

#[tokio::test]
async fn an_instance_asks_for_a_token_once_and_others_find_it_in_the_table() {
    let bench = bench().await;
    let (one, other) = (bench.instance(), bench.instance());
    let token = one.token(bench.second(0)).await.unwrap();
    assert_eq!(one.take_logins(), 1);
    bench.to_table.reset();
    for _ in 0..3 {
        assert_eq!(one.token(bench.second(60)).await.unwrap().expose_secret(), token.expose_secret());
    }
    assert_eq!(bench.to_table.calls().len(), 0, "what is held is not asked for");
    for _ in 0..3 {
        assert_eq!(other.token(bench.second(60)).await.unwrap().expose_secret(), token.expose_secret());
    }
    let asked: Vec<String> = bench.to_table.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(asked, ["GetItem"]);
    assert_eq!((one.take_logins(), other.take_logins(), bench.logins().await), (0, 0, (1, 0)));
    draft(&other, &token, bench.second(61)).await.unwrap();
}

#[tokio::test]
async fn a_token_is_stored_sealed() {
    let bench = bench().await;
    let token = bench.instance().token(bench.second(0)).await.unwrap();
    let item = bench.dynamodb.item(CHATS, "SESSION#billz", "SESSION").unwrap();
    assert!(item["cookie"]["M"]["sealed"]["S"].as_str().unwrap().len() > token.expose_secret().len());
    let everything = json!(bench.dynamodb.items(CHATS)).to_string();
    let payload = token.expose_secret().split('.').nth(1).unwrap();
    for secret in [token.expose_secret(), payload, sandbox::billz::SECRET_TOKEN] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end() {
    // A day less an hour; a tenth of it where that is less.
    for (life, used) in [(24 * HOUR, 23 * HOUR), (HOUR, HOUR / 10 * 9)] {
        let bench = bench().await;
        bench.control("PUT", "billz/settings/token", json!({ "lifeSeconds": life })).await;
        let login = bench.instance();
        let first = login.token(bench.second(0)).await.unwrap();
        for instance in [&login, &bench.instance()] {
            let token = instance.token(bench.second(used - 30)).await.unwrap();
            assert_eq!(token.expose_secret(), first.expose_secret(), "{life}");
        }
        assert_eq!(bench.logins().await, (1, 0), "{life}");
        let next = login.token(bench.second(used + 30)).await.unwrap();
        assert_ne!(next.expose_secret(), first.expose_secret(), "{life}");
        assert_eq!(bench.logins().await, (2, 0), "{life}");
    }
}

#[tokio::test]
async fn a_token_that_is_said_to_be_over_at_once_makes_no_login_for_each_call() {
    let bench = bench().await;
    bench.control("PUT", "billz/settings/token", json!({ "expiresInSeconds": 0 })).await;
    let login = bench.instance();
    let first = login.token(bench.second(0)).await.unwrap();
    let again = login.token(bench.second(30)).await.unwrap();
    assert_eq!((first.expose_secret(), bench.logins().await), (again.expose_secret(), (1, 0)));
}

#[tokio::test]
async fn a_rotated_secret_token_logs_in_anew() {
    let bench = bench().await;
    // What was got with a secret token before opens nothing for the next.
    let rotated = bench.instance_with("not the company's");
    let first = bench.instance();
    first.token(bench.second(0)).await.unwrap();
    rotated.token(bench.second(1)).await.unwrap_err();
    assert_eq!(bench.logins().await, (1, 1));
    assert!(first.is_as(&bench.instance()) && !first.is_as(&rotated));
    // The refusal is the other's: this one's instances log in at once.
    bench.instance().token(bench.second(2)).await.unwrap();
    assert_eq!(bench.logins().await, (2, 1));
}

#[tokio::test]
async fn operators_see_when_a_token_ends_and_can_forget_it() {
    let bench = bench().await;
    let login = bench.instance();
    let none = SessionStatus { expires_at: None, is_valid: false };
    assert_eq!(login.status(bench.second(0)).await.unwrap(), none);
    let first = login.token(bench.second(0)).await.unwrap();
    let status = login.status(bench.second(10)).await.unwrap();
    assert!(status.is_valid && status.expires_at.unwrap() < bench.second(24 * HOUR), "{status:?}");
    login.forget().await.unwrap();
    assert_eq!(login.status(bench.second(10)).await.unwrap(), none);
    assert_ne!(login.token(bench.second(10)).await.unwrap().expose_secret(), first.expose_secret());
    assert_eq!(bench.logins().await, (2, 0));
}
