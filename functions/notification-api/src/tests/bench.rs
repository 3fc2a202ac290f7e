//! One test's world: an AWS, and the function before it, all calls over one wire.

use std::time::Duration;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{IDEMPOTENCY_KEYS, NOTIFICATIONS};
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::tokens::JWT_SECRET;
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::notification::delivery::Outcome;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::queues::queue::Queue;
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::deliveries::{Claiming, NewDelivery};
use shared::stores::table::Table;
use tower::ServiceExt;

use crate::app::{App, Tables, Wording};
use crate::queues::Queues;
use crate::routes::router;

/// Takes what somebody has to be told.
pub const NOTIFICATIONS_QUEUE: &str = "paydesk-notifications";
/// Takes what goes out by email.
pub const EMAIL_QUEUE: &str = "paydesk-email-queue";
/// Takes what goes out by Telegram.
pub const TELEGRAM_QUEUE: &str = "paydesk-telegram-queue.fifo";

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: &'static App,
    aws_url: String,
    api: Router,
}

impl Bench {
    /// A world where nothing was told yet.
    pub async fn start() -> Self {
        let (aws, wire) = (Aws::start().await, Wire::new());
        aws.secrets.set("paydesk/api", &json!({ "jwtSecret": JWT_SECRET, "cursorKey": "a-cursor-key" }));
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": ["local-internal-key"] }));
        let aws_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&aws, &aws_url).await;
        wire.reset();
        Self { aws, wire, app, aws_url, api: router(app) }
    }

    /// A new process of the function over the same world.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.aws, &self.aws_url).await;
        self.api = router(self.app);
    }

    /// Gives the function an event.
    pub async fn send(&self, trigger: &Trigger) -> Answer {
        Answer::of(self.api.clone().oneshot(trigger.request()).await.unwrap()).await
    }

    /// Everything that a queue holds, in the order in which it was sent.
    pub fn queued(&self, queue: &str) -> Vec<Value> {
        let messages = self.aws.sqs.messages(queue).into_iter();
        messages.map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }

    /// A delivery of `payment.confirmed` to `user-1` that was claimed at that time, as the sender does it.
    pub async fn claimed(&self, id: &str, at: Timestamp) {
        let notice = shared::notices::NoticeKind::PaymentConfirmed.sample();
        let content = Some(serde_json::to_string(&notice).unwrap());
        self.claim(id, Some("user-1"), content, at).await;
    }

    /// The same, and what became of it.
    pub async fn delivered(&self, id: &str, outcome: Outcome, at: Timestamp) {
        self.claimed(id, at).await;
        self.told(id, outcome, at).await;
    }

    /// A delivery with that content, claimed for its first round.
    pub async fn claim(&self, id: &str, user: Option<&str>, content: Option<String>, at: Timestamp) {
        let new = NewDelivery {
            id: id.parse().unwrap(),
            event: "payment.confirmed".to_owned(),
            user: user.map(|user| user.parse().unwrap()),
            correlation_id: "correlation-of-the-first".to_owned(),
            content,
        };
        let claiming = self.app.deliveries.claim(&new, 0, at).await.unwrap();
        assert!(matches!(claiming, Claiming::Send(_)), "{claiming:?}");
    }

    /// What became of a delivery that was claimed.
    pub async fn told(&self, id: &str, outcome: Outcome, at: Timestamp) {
        let kept = self.app.deliveries.get(&id.parse().unwrap()).await.unwrap().unwrap();
        self.app.deliveries.finish(kept, &outcome, at).await.unwrap();
    }

    /// Everything stored of notifications under that kind of key, in DynamoDB's typed JSON.
    pub fn stored(&self, kind: &str) -> Vec<Value> {
        let items = self.aws.dynamodb.items(NOTIFICATIONS).into_iter();
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

/// The result of a message that a provider took.
pub fn sent() -> Outcome {
    Outcome::Sent("message-1".to_owned())
}

/// An instant so many seconds in the past, in whole milliseconds.
pub fn ago(seconds: i64) -> Timestamp {
    let then = Timestamp::now().checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    Timestamp::from_millisecond(then.as_millisecond()).unwrap()
}

async fn start_app(aws: &Aws, aws_url: &str) -> &'static App {
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
        notifications: Table::new(dynamodb.clone(), NOTIFICATIONS.to_owned()),
        idempotency: Table::new(dynamodb, IDEMPOTENCY_KEYS.to_owned()),
    };
    let sqs = aws_sdk_sqs::Client::new(&config);
    let queue = |name: &str| Queue::new(sqs.clone(), aws.sqs.queue_url(name));
    let queues = Queues {
        notifications: queue(NOTIFICATIONS_QUEUE),
        email: queue(EMAIL_QUEUE),
        telegram: queue(TELEGRAM_QUEUE),
    };
    let account = AwsAccount { credentials, region, endpoint_url };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let tokens = Tokens::new(Caller::new(http), TokenRules::default());
    let time_zone = "Asia/Jakarta".parse().unwrap();
    let wording = Wording { company_name: "WeBrana Cloud".to_owned(), time_zone };
    let app = App::new(tables, queues, secrets, tokens, wording).await.unwrap();
    Box::leak(Box::new(app))
}
