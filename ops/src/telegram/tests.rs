//! A bot is set up, against the played Telegram and an AWS in the process.

use aws_credential_types::Credentials;
use jiff::{SignedDuration, Timestamp};
use sandbox::options::{INTERNAL_API_KEY, Options};
use sandbox::server::{Running, Sandbox};
use sandbox::telegram::TOKEN;
use sandbox::testbed::aws::Aws as Testbed;
use sandbox::testbed::dynamodb::CHATS;
use sandbox::testbed::wire::Wire;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::bot::commands::{Command, SmsBilling};
use shared::domain::dialogue::ChatId;
use shared::domain::locale::Locale;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::providers::call::Caller;
use shared::providers::internal_service::{InternalKeys, InternalService};
use shared::providers::telegram::Telegram;
use shared::providers::telegram::setup::{Webhook, WebhookFailure};
use shared::providers::user_service::UserService;
use shared::stores::chats::Chats;
use shared::stores::table::Table;

use super::bot_secret::{BotSecrets, draw};
use super::commands::{Tally, set_for_everybody, set_for_staff, words as commands_words};
use super::webhook::{Wish, address, set, set_with_new_secret, words};
use crate::aws::Aws;
use crate::deployment::Deployment;

const URL: &str = "https://desk.example.com/webhooks/telegram";

struct Bench {
    testbed: Testbed,
    sandbox: Running,
    deployment: Deployment,
    /// Between us and Telegram.
    wire: Wire,
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
        let wire = Wire::new();
        let base_url = format!("{}/telegram", wire.tap("telegram", &sandbox.url()).await);
        let credentials = secrets.read().await.unwrap().credentials();
        let telegram = Telegram::new(caller, &base_url, credentials).unwrap();
        Self { testbed, sandbox, deployment, wire, telegram, secrets }
    }

    /// The calls of a method that Telegram saw.
    async fn sent(&self, method: &str) -> Vec<Value> {
        let log = self.sandbox.control("GET", "/_control/log?party=telegram", &Value::Null).await.unwrap().1;
        let is_it = |call: &&Value| call["operation"] == method;
        log["entries"].as_array().unwrap().iter().filter(is_it).cloned().collect()
    }

    /// The commands that are offered there, in a language.
    async fn offered(&self, chat: Option<i64>, language: &str) -> Vec<(String, String)> {
        let scope =
            chat.map_or(json!({ "type": "default" }), |chat| json!({ "type": "chat", "chat_id": chat }));
        let wish = json!({ "scope": scope, "language_code": language });
        let url = format!("{}/telegram/bot{TOKEN}/getMyCommands", self.sandbox.url());
        let call = self.deployment.http.pooled.post(url).header("content-type", "application/json");
        let answer = call.body(wish.to_string()).send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let text = |command: &Value, field: &str| command[field].as_str().unwrap().to_owned();
        let command = |command: &Value| (text(command, "command"), text(command, "description"));
        answer["result"].as_array().unwrap().iter().map(command).collect()
    }

    fn chats(&self) -> Chats {
        Chats::new(Table::new(aws_sdk_dynamodb::Client::new(&self.deployment.sdk), CHATS.to_owned()))
    }

    fn users(&self) -> UserService {
        let keys = InternalKeys { api_keys: vec![INTERNAL_API_KEY.into()] };
        let url = format!("{}/users", self.sandbox.url());
        let caller = Caller::new(self.deployment.http.clone());
        UserService::new(InternalService::new(caller, &url, &keys).unwrap())
    }

    /// Ties a chat to somebody with these roles, who chose this language there.
    async fn link(&self, chat: i64, user: &str, roles: &[&str], chosen: Option<Locale>) {
        let person =
            json!({ "email": format!("{user}@example.com"), "name": user, "locale": "en", "roles": roles });
        let path = format!("/_control/users/users/{user}");
        self.sandbox.control("PUT", &path, &person).await.unwrap();
        let (chats, chat, now) = (self.chats(), ChatId(chat), Timestamp::UNIX_EPOCH);
        let expires_at = now + SignedDuration::from_mins(15);
        chats.issue_token(user, &user.parse().unwrap(), expires_at).await.unwrap();
        chats.redeem(&chats.load(chat).await.unwrap(), user, now).await.unwrap();
        if let Some(chosen) = chosen {
            chats.choose_locale(&chats.load(chat).await.unwrap(), chosen).await.unwrap();
        }
    }

    /// What the secret says now, or said before.
    async fn stored(&self, is_before: bool) -> Value {
        let reader = self.deployment.secrets();
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

#[tokio::test]
async fn the_staff_is_offered_more_in_their_own_chats_and_languages() {
    let bench = Bench::start(json!({ "botToken": TOKEN, "webhookSecret": "" })).await;
    bench.link(501, "olena", &["customer", "staff"], Some(Locale::Uk)).await;
    bench.link(502, "agus", &["admin"], None).await;
    bench.link(503, "budi", &["customer"], None).await;
    set_for_everybody(&bench.telegram, SmsBilling::On).await.unwrap();
    for _ in 0..2 {
        let tally =
            set_for_staff(&bench.telegram, &bench.chats(), &bench.users(), SmsBilling::On).await.unwrap();
        assert_eq!(tally, Tally { staff_chats: 2, gone: 0 });
    }

    let names =
        |offered: &[(String, String)]| offered.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let everybody = bench.offered(None, "").await;
    assert_eq!(names(&everybody), ["start", "help", "invoices", "usage", "cancel", "language", "unlink"]);
    let olena = bench.offered(Some(501), "").await;
    assert_eq!(names(&olena), ["start", "help", "invoices", "usage", "task", "cancel", "language", "unlink"]);
    assert_eq!(bench.offered(Some(503), "").await, []);
    // A language that was chosen is spoken whatever the person's Telegram speaks.
    let help = |offered: &[(String, String)]| offered[1].1.clone();
    for language in ["en", "id", "uk", "uz", "ru"] {
        let wanted = Locale::ALL.into_iter().find(|locale| locale.code() == language).unwrap();
        assert_eq!(help(&bench.offered(None, language).await), Command::Help.description(wanted));
        assert_eq!(help(&bench.offered(Some(502), language).await), Command::Help.description(wanted));
        let ukrainian = Command::Help.description(Locale::Uk);
        assert_eq!(help(&bench.offered(Some(501), language).await), ukrainian);
    }
    assert_eq!(help(&bench.offered(Some(502), "").await), Command::Help.description(Locale::En));
}

#[tokio::test]
async fn who_has_left_the_staff_is_offered_what_everybody_is() {
    let bench = Bench::start(json!({ "botToken": TOKEN, "webhookSecret": "" })).await;
    bench.link(501, "olena", &["staff"], Some(Locale::Uk)).await;
    bench.link(502, "agus", &["admin"], None).await;
    set_for_staff(&bench.telegram, &bench.chats(), &bench.users(), SmsBilling::Off).await.unwrap();
    assert_eq!(bench.offered(Some(501), "uk").await.len(), 7);

    let left =
        json!({ "email": "olena@example.com", "name": "olena", "locale": "en", "roles": ["customer"] });
    bench.sandbox.control("PUT", "/_control/users/users/olena", &left).await.unwrap();
    for _ in 0..2 {
        let tally =
            set_for_staff(&bench.telegram, &bench.chats(), &bench.users(), SmsBilling::Off).await.unwrap();
        assert_eq!(tally, Tally { staff_chats: 1, gone: 0 });
        for language in ["", "en", "id", "uk", "uz", "ru"] {
            assert_eq!(bench.offered(Some(501), language).await, [], "{language:?}");
            assert_eq!(bench.offered(Some(502), language).await.len(), 7, "{language:?}");
        }
    }
    let refused = json!({ "ok": false, "error_code": 400, "description": "Bad Request: chat not found" });
    bench.wire.answer_next("/deleteMyCommands", 1, (400, refused.to_string()));
    let tally =
        set_for_staff(&bench.telegram, &bench.chats(), &bench.users(), SmsBilling::Off).await.unwrap();
    assert_eq!(tally, Tally { staff_chats: 1, gone: 1 });
}

#[tokio::test]
async fn who_cannot_be_asked_about_stops_it_and_a_chat_that_is_gone_does_not() {
    let bench = Bench::start(json!({ "botToken": TOKEN, "webhookSecret": "" })).await;
    bench.link(501, "olena", &["staff"], None).await;
    bench.link(502, "agus", &["admin"], None).await;
    let refused = json!({ "ok": false, "error_code": 400, "description": "Bad Request: chat not found" });
    bench.wire.answer_next("/setMyCommands", 1, (400, refused.to_string()));
    let tally =
        set_for_staff(&bench.telegram, &bench.chats(), &bench.users(), SmsBilling::Off).await.unwrap();
    assert_eq!(tally, Tally { staff_chats: 1, gone: 1 });
    assert!(commands_words(&tally).ends_with("; 1 chats are gone at Telegram"));
    let fault = json!({ "party": "users", "operation": "user", "fault": "server_error" });
    bench.sandbox.control("POST", "/_control/faults", &fault).await.unwrap();
    let error =
        set_for_staff(&bench.telegram, &bench.chats(), &bench.users(), SmsBilling::Off).await.unwrap_err();
    assert!(error.to_string().contains("cannot be asked"), "{error}");
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
