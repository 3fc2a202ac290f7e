//! A bot is set up, against the played Telegram and an AWS in the process.

use aws_credential_types::Credentials;
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::telegram::TOKEN;
use sandbox::testbed::aws::Aws as Testbed;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::providers::telegram::Telegram;
use shared::providers::telegram::setup::{Webhook, WebhookFailure};

use super::bot_secret::{BotSecrets, draw};
use super::webhook::{Wish, address, set, set_with_new_secret, words};
use crate::aws::Aws;
use crate::deployment::Deployment;

const URL: &str = "https://desk.example.com/webhooks/telegram";

struct Bench {
    testbed: Testbed,
    sandbox: Running,
    deployment: Deployment,
    telegram: Telegram,
    secrets: BotSecrets,
}

impl Bench {
    async fn start(secret: Value) -> Self {
        let (testbed, sandbox) = (Testbed::start().await, Sandbox::start(Options::default()).await.unwrap());
        testbed.secrets.set("test/telegram", &secret);
        let http = HttpClients::new(None).unwrap();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let (region, endpoint) = ("us-east-1".to_owned(), Some(testbed.url()));
        let sdk = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint.clone());
        let account = AwsAccount { credentials, region: region.clone(), endpoint_url: endpoint };
        let aws = Aws::new(http.aws.clone(), account);
        let caller = Caller::new(http.clone());
        let stack = "test".to_owned();
        let deployment =
            Deployment { stack, api_url: None, region, queue_urls: None, tables: None, sdk, aws, http };
        let secrets = BotSecrets::of(&deployment);
        let base_url = format!("{}/telegram", sandbox.url());
        let credentials = secrets.read().await.unwrap().credentials();
        let telegram = Telegram::new(caller, &base_url, credentials).unwrap();
        Self { testbed, sandbox, deployment, telegram, secrets }
    }

    /// The calls of a method that Telegram saw.
    async fn sent(&self, method: &str) -> Vec<Value> {
        let log = self.sandbox.control("GET", "/_control/log?party=telegram", &Value::Null).await.unwrap().1;
        let is_it = |call: &&Value| call["operation"] == method;
        log["entries"].as_array().unwrap().iter().filter(is_it).cloned().collect()
    }

    /// What the secret says now, or said before.
    async fn stored(&self, is_before: bool) -> Value {
        let client = aws_sdk_secretsmanager::Client::new(&self.deployment.sdk);
        let reader = SecretReader::new(client, self.deployment.stack.clone());
        if is_before {
            return reader.previous("telegram").await.unwrap().unwrap();
        }
        reader.batch(&["telegram"]).await.unwrap().get("telegram").unwrap()
    }
}

fn wish() -> Wish {
    Wish { url: URL.to_owned(), max_connections: 20 }
}

#[tokio::test]
async fn a_webhook_is_set_with_the_stored_secret_and_set_again_is_no_other() {
    let bench = Bench::start(json!({ "botToken": TOKEN, "webhookSecret": "stored-secret_1" })).await;
    let told = set(&bench.telegram, &bench.secrets, &wish()).await.unwrap();
    assert!(told.starts_with(&format!("updates go to {URL}\n  0 wait, at most 20 at a time")), "{told}");
    assert_eq!(set(&bench.telegram, &bench.secrets, &wish()).await.unwrap(), told);
    let state = bench.telegram.webhook().await.unwrap();
    assert_eq!(state.url.as_deref(), Some(URL));
    assert_eq!(state.updates, ["message", "callback_query", "my_chat_member"]);
    assert_eq!(bench.sent("setWebhook").await.len(), 2);
    assert!(!told.contains("stored-secret_1"));
}

#[tokio::test]
async fn without_a_secret_nothing_is_set_and_one_is_offered() {
    let bench = Bench::start(json!({ "botToken": TOKEN, "webhookSecret": "" })).await;
    let error = set(&bench.telegram, &bench.secrets, &wish()).await.unwrap_err().to_string();
    assert!(error.contains("test/telegram has no webhookSecret"), "{error}");
    let offered = error.rsplit("\"webhookSecret\": \"").next().unwrap().trim_end_matches('"');
    assert_eq!(offered.len(), 43, "{error}");
    assert_eq!(bench.sent("setWebhook").await, Vec::<Value>::new());
    assert_eq!(bench.stored(false).await["webhookSecret"], "");
}

#[tokio::test]
async fn a_new_secret_keeps_the_one_before_and_whatever_else_is_stored() {
    let before = json!({ "botToken": TOKEN, "webhookSecret": "stored-secret_1", "note": "ours" });
    let bench = Bench::start(before.clone()).await;
    let told = set_with_new_secret(&bench.telegram, &bench.secrets, &wish()).await.unwrap();
    let now = bench.stored(false).await;
    let secret = now["webhookSecret"].as_str().unwrap();
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    assert!(secret.len() == 43 && secret.chars().all(is_letter) && !told.contains(secret), "{told}");
    assert_eq!((&now["botToken"], &now["note"]), (&json!(TOKEN), &json!("ours")));
    assert_eq!(bench.stored(true).await, before);
    assert_eq!(bench.telegram.webhook().await.unwrap().url.as_deref(), Some(URL));
}

#[tokio::test]
async fn a_webhook_that_is_refused_is_told_in_telegrams_words_and_taken_away_when_wanted() {
    let bench = Bench::start(json!({ "botToken": TOKEN, "webhookSecret": "stored-secret_1" })).await;
    let bad = Wish { url: "http://desk.example.com/webhooks/telegram".to_owned(), ..wish() };
    let error = set(&bench.telegram, &bench.secrets, &bad).await.unwrap_err().to_string();
    assert!(error.contains("An HTTPS URL must be provided"), "{error}");
    set(&bench.telegram, &bench.secrets, &wish()).await.unwrap();
    bench.telegram.delete_webhook().await.unwrap();
    assert_eq!(bench.telegram.webhook().await.unwrap().url, None);
    bench.testbed.secrets.remove("test/telegram");
    assert!(set(&bench.telegram, &bench.secrets, &wish()).await.is_err());
}

#[test]
fn a_webhook_is_told_with_all_that_is_odd_about_it() {
    let at = "2026-11-21T08:04:03Z".parse().unwrap();
    let last_failure = Some(WebhookFailure { at, reason: "Connection timed out".to_owned() });
    let updates = vec!["message".to_owned()];
    let other = "https://old.example.com/webhooks/telegram".to_owned();
    let webhook = Webhook { url: Some(other), waiting: 7, max_connections: Some(20), updates, last_failure };
    let wanted = "updates go to https://old.example.com/webhooks/telegram\n  \
        that is not this stack, which is at https://desk.example.com/webhooks/telegram\n  \
        7 wait, at most 20 at a time; kinds: message\n  \
        the last delivery that failed: 2026-11-21T08:04:03Z, Connection timed out";
    assert_eq!(words(&webhook, URL), wanted);
    let none = Webhook { url: None, last_failure: None, ..webhook };
    assert!(words(&none, URL).starts_with("updates go nowhere: there is no webhook, and 7 wait"));
    assert_eq!(address("https://desk.example.com/"), URL);
}

#[test]
fn no_two_secrets_are_alike() {
    assert_ne!(draw().unwrap().expose_secret(), draw().unwrap().expose_secret());
}
