//! One test's world: an AWS, and the function before it, all calls over one wire.

use std::time::Duration;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{CHATS, IDEMPOTENCY_KEYS};
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::tokens::JWT_SECRET;
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::dialogue::{ChatId, Dialogue};
use shared::domain::locale::Locale;
use shared::domain::support_task::draft::{Subscriber, TaskDraft, TaskKind, Worker, WorkerId, Workers};
use shared::domain::support_task::{Asker, Claim, Made, SupportTask};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::chats::links::Redeemed;
use shared::stores::invoices::Cause;
use shared::stores::table::Table;
use tower::ServiceExt;

use crate::app::{App, Tables};
use crate::routes::router;

/// The bot that links lead to.
pub const BOT: &str = "paydesk_sandbox_bot";
/// The task of the sample events.
pub const TASK: &str = "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b";

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: &'static App,
    aws_url: String,
    bot: Option<&'static str>,
    api: Router,
}

impl Bench {
    /// A world where nobody spoke with the bot yet.
    pub async fn start() -> Self {
        Self::of_bot(Some(BOT)).await
    }

    /// The same with another bot, or none.
    pub async fn of_bot(bot: Option<&'static str>) -> Self {
        let (aws, wire) = (Aws::start().await, Wire::new());
        aws.secrets.set("paydesk/api", &json!({ "jwtSecret": JWT_SECRET, "cursorKey": "a-cursor-key" }));
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": ["local-internal-key"] }));
        let aws_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&aws_url, bot).await;
        wire.reset();
        Self { aws, wire, app, aws_url, bot, api: router(app) }
    }

    /// A new process of the function over the same world.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.aws_url, self.bot).await;
        self.api = router(self.app);
    }

    /// Gives the function an event.
    pub async fn send(&self, trigger: &Trigger) -> Answer {
        Answer::of(self.api.clone().oneshot(trigger.request()).await.unwrap()).await
    }

    /// What the bot does when a token is brought to that chat.
    pub async fn brings(&self, chat: i64, token: &str, at: Timestamp) -> Redeemed {
        let chat = self.app.chats.load(ChatId(chat)).await.unwrap();
        self.app.chats.redeem(&chat, token, at).await.unwrap()
    }

    /// A chat that is tied to a user since `at`.
    pub async fn linked(&self, user: &str, chat: i64, at: Timestamp) {
        let (user, token) = (user.parse().unwrap(), format!("token-of-{user}-{chat}"));
        self.app.chats.issue_token(&token, &user, later(at, 900)).await.unwrap();
        assert_eq!(self.brings(chat, &token, at).await, Redeemed::Linked(user));
    }

    /// A task that `user-3` asked for in chat 4242 at that time, as the bot commits it.
    pub async fn asked(&self, id: &str, at: Timestamp) {
        let draft = TaskDraft {
            kind: TaskKind::Maintenance,
            description: "No light\nsince <noon>".parse().unwrap(),
            customer: Subscriber::new("customer123".parse().unwrap(), "Olena Koval"),
            workers: Workers::new([Worker::new(WorkerId(17), "Ihor"), Worker::new(WorkerId(13), "Taras")])
                .unwrap(),
            whats_app: true.into(),
        };
        let asker = Asker { user: "user-3".parse().unwrap(), chat: ChatId(4242), locale: Locale::Uk };
        let task = SupportTask::ask(id.parse().unwrap(), draft, asker, at);
        let chat = self.app.chats.load(ChatId(4242)).await.unwrap();
        let cause = Cause::new(format!("asked-for-{id}"), at);
        self.app.chats.submit(&chat, &Dialogue::default(), &task, &cause).await.unwrap();
    }

    /// The panel is being asked for that task since `at`.
    pub async fn claimed(&self, id: &str, at: Timestamp) {
        let claim = |task: &mut SupportTask| task.claim(task.attempt, at);
        let cause = Cause::new(format!("claimed-{id}"), at);
        let changed = self.app.tasks.change(&id.parse().unwrap(), &cause, claim).await.unwrap().unwrap();
        assert_eq!(changed.outcome, Claim::Make);
    }

    /// A task that was asked for at `at`, and a second later what became of it.
    pub async fn made(&self, id: &str, made: Made, at: Timestamp) {
        self.asked(id, at).await;
        self.claimed(id, at).await;
        let after = later(at, 1);
        let cause = Cause::new(format!("made-{id}"), after);
        let make = |task: &mut SupportTask| task.made(1, at, made.clone(), after);
        self.app.tasks.change(&id.parse().unwrap(), &cause, make).await.unwrap().unwrap();
        // What it told others is another function's affair.
        drop(self.told());
    }

    /// The events that were committed for others since the last call, by their name.
    pub fn told(&self) -> Vec<Value> {
        let news = self.aws.dynamodb.new_chats_event().unwrap_or_default();
        let records = news["Records"].as_array().cloned().unwrap_or_default();
        let events = |record: Value| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array().cloned();
        records.into_iter().filter_map(events).flatten().map(|event| event["M"].clone()).collect()
    }

    /// The stored task, in DynamoDB's typed JSON.
    pub fn task(&self, id: &str) -> Value {
        self.aws.dynamodb.item(CHATS, &format!("TASK#{id}"), "TASK").unwrap()
    }

    /// Everything stored of chats under that kind of key, in DynamoDB's typed JSON.
    pub fn stored(&self, kind: &str) -> Vec<Value> {
        let items = self.aws.dynamodb.items(CHATS).into_iter();
        items.filter(|item| item["sk"]["S"] == kind).collect()
    }

    /// Lets the lease of every idempotency key run out.
    pub fn let_leases_lapse(&self) {
        for mut item in self.aws.dynamodb.items(IDEMPOTENCY_KEYS) {
            item["lease_until"]["S"] = json!(ago(60).to_string());
            self.aws.dynamodb.put(IDEMPOTENCY_KEYS, &item);
        }
    }
}

/// An instant so many seconds in the past, in whole milliseconds.
pub fn ago(seconds: i64) -> Timestamp {
    let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap();
    later(now, -seconds)
}

/// So many seconds after that instant.
pub fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

async fn start_app(aws_url: &str, bot: Option<&str>) -> &'static App {
    let http = HttpClients::new(None).unwrap();
    let credentials = AwsCredentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(aws_url.to_owned()));
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone())
        .into_builder()
        .retry_config(quick)
        .build();
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let tables = Tables {
        chats: Table::new(dynamodb.clone(), CHATS.to_owned()),
        idempotency: Table::new(dynamodb, IDEMPOTENCY_KEYS.to_owned()),
    };
    let account = AwsAccount { credentials, region, endpoint_url };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let tokens = Tokens::new(Caller::new(http), TokenRules::default());
    let app = App::new(tables, secrets, tokens, bot.map(str::to_owned)).await.unwrap();
    Box::leak(Box::new(app))
}
