//! The function between an AWS, a user service and a Telegram of its own, with a wire between.

use std::time::Duration;

use aws_credential_types::Credentials;
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::telegram::TOKEN;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{CHATS, NOTIFICATIONS};
use sandbox::testbed::log_lines;
use sandbox::testbed::ses::Mail;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::SecretReader;
use shared::notices::texts::Texts;
use shared::providers::call::Caller;
use shared::providers::mail::ses::Ses;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::chats::Chats;
use shared::stores::contacts::Contacts;
use shared::stores::deliveries::Deliveries;
use shared::stores::preferences::PreferenceBook;
use shared::stores::table::Table;

use super::wishes::{CHAT, EMAIL, GROUP, OTHER_CHAT, USER, USER_WITHOUT_CHAT, USER_WITHOUT_EMAIL};
use crate::app::App;
use crate::directory::Directory;
use crate::handler::handle;
use crate::parties::{MailRoute, PartySource};
use crate::patience::{DELAYS, TELEGRAM_DELAYS};
use crate::recipient::Operators;

pub const PLANS: &str = "paydesk-notifications";
pub const EMAILS: &str = "paydesk-email-queue";
pub const TELEGRAMS: &str = "paydesk-telegram-queue.fifo";
pub const FEEDBACK: &str = "paydesk-email-feedback";
/// Every queue, in the order in which a notification goes through them.
pub const QUEUES: [&str; 4] = [PLANS, EMAILS, TELEGRAMS, FEEDBACK];

/// How long the function may run.
pub const TIME: Duration = Duration::from_secs(60);
/// How often all queues are delivered at most until a story must have ended.
const MOST_ROUNDS: usize = 40;

/// What differs between benches.
pub struct Setup {
    /// Empty: Telegram is off.
    pub token: &'static str,
    /// None: through SES.
    pub mail: Option<MailRoute>,
    pub operators: Operators,
}

impl Default for Setup {
    fn default() -> Self {
        let operators = Operators {
            chat: Some(GROUP),
            emails: vec!["desk@example.com".to_owned(), "night@example.com".to_owned()],
            locale: Some("en".to_owned()),
        };
        Self { token: TOKEN, mail: None, operators }
    }
}

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: App,
}

impl Bench {
    /// The function in front of empty queues. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// The function with these settings.
    pub async fn with(setup: Setup) -> Self {
        log_lines::keep("notification-sender");
        let aws = Aws::start().await;
        set_secrets(&aws, setup.token);
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let users_url = wire.tap("users", &format!("{}/users", sandbox.url())).await;
        let telegram_url = wire.tap("telegram", &format!("{}/telegram", sandbox.url())).await;
        let app = start_app(&aws, &endpoint_url, users_url, telegram_url, setup).await;
        let bench = Self { aws, sandbox, wire, app };
        bench.know(USER, json!({ "email": EMAIL, "telegramChatId": CHAT, "phone": "081234567890" })).await;
        bench.know(USER_WITHOUT_CHAT, json!({ "email": "taras@example.com" })).await;
        bench.know(USER_WITHOUT_EMAIL, json!({ "email": "", "telegramChatId": OTHER_CHAT })).await;
        bench.wire.reset();
        bench
    }

    /// Makes a person known to the user service, whose language is Ukrainian unless told otherwise, and their chat
    /// to Telegram.
    pub async fn know(&self, id: &str, fields: Value) {
        let mut user = json!({ "name": "Олена Шевченко", "locale": "uk-UA" });
        user.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.set(&format!("users/users/{id}"), &user).await;
        if let Some(chat) = user["telegramChatId"].as_i64() {
            self.set(&format!("telegram/chats/{chat}"), &json!({ "userId": id })).await;
        }
    }

    /// Puts something into the sandbox.
    pub async fn set(&self, path: &str, fields: &Value) {
        let (status, body) = self.sandbox.control("PUT", &format!("/_control/{path}"), fields).await.unwrap();
        assert!([200, 201].contains(&status), "{status} {body}");
    }

    /// What a person sees in a chat, oldest first; nothing in a chat that there is not.
    pub async fn chat(&self, id: i64) -> Vec<Value> {
        let path = format!("/_control/telegram/chats/{id}");
        let (status, chat) = self.sandbox.control("GET", &path, &Value::Null).await.unwrap();
        if status == 404 { Vec::new() } else { chat["messages"].as_array().unwrap().clone() }
    }

    /// How many messages there are in all chats.
    pub async fn message_count(&self) -> usize {
        let (_, chats) = self.sandbox.control("GET", "/_control/telegram/chats", &Value::Null).await.unwrap();
        chats["items"].as_array().unwrap().iter().map(|chat| chat["messages"].as_array().unwrap().len()).sum()
    }

    /// Puts a message into a queue, in its person's group where that is a FIFO queue, and answers its id.
    pub fn put(&self, queue: &str, body: &Value) -> String {
        if !queue.ends_with(".fifo") {
            return self.aws.sqs.put(queue, &body.to_string());
        }
        let group = body["notification"]["userId"].as_str().unwrap_or("operators");
        self.aws.sqs.put_in_group(queue, group, &body.to_string())
    }

    /// Delivers what is in a queue, once. Answers the ids of the messages that stay in it.
    pub async fn deliver(&self, queue: &str) -> Vec<String> {
        self.deliver_within(queue, TIME).await
    }

    /// Delivers what is in a queue to a function that has so much time left.
    pub async fn deliver_within(&self, queue: &str, time: Duration) -> Vec<String> {
        let event = self.aws.sqs.deliver(queue).expect("the queue is not empty");
        let answer = self.handle(&event, time).await;
        self.aws.sqs.settle(queue, &event, &answer);
        failures(&answer)
    }

    /// Delivers all queues until they are empty.
    pub async fn run(&self) {
        for _ in 0..MOST_ROUNDS {
            if QUEUES.iter().all(|queue| self.waiting(queue).is_empty()) {
                return;
            }
            for queue in QUEUES.iter().filter(|queue| !self.waiting(queue).is_empty()) {
                self.deliver(queue).await;
            }
        }
        panic!("the queues never empty: {:?}", QUEUES.map(|queue| self.waiting(queue)));
    }

    /// Hands an event to the function.
    pub async fn handle(&self, event: &Value, time: Duration) -> Value {
        let event = serde_json::from_value(event.clone()).unwrap();
        serde_json::to_value(handle(&self.app, event, Deadline::after(time)).await).unwrap()
    }

    /// What is in a queue.
    pub fn waiting(&self, queue: &str) -> Vec<Message> {
        self.aws.sqs.messages(queue)
    }

    /// What was buried of a queue, oldest first: body and reason.
    pub fn buried(&self, queue: &str) -> Vec<(String, String)> {
        let graves = self.aws.sqs.messages(&dead_letters(queue)).into_iter();
        let reason = |grave: &Message| grave.attributes["reason"]["StringValue"].as_str().unwrap().to_owned();
        graves.map(|grave| (grave.body.clone(), reason(&grave))).collect()
    }

    /// The emails that SES took.
    pub fn mails(&self) -> Vec<Mail> {
        self.aws.ses.mails()
    }

    /// A delivery as it is stored, without DynamoDB's types; null when there is none.
    pub fn record(&self, id: &str) -> Value {
        let item = self.aws.dynamodb.item(NOTIFICATIONS, &format!("DELIVERY#{id}"), "DELIVERY");
        item.map_or(Value::Null, |item| plain(&json!({ "M": item })))
    }

    /// The state of a delivery, or `none`.
    pub fn state(&self, id: &str) -> String {
        self.record(id)["standing"]["state"].as_str().unwrap_or("none").to_owned()
    }

    /// Lets a delivery's claim grow older than its lease.
    pub fn let_claims_lapse(&self) {
        for mut item in self.aws.dynamodb.items(NOTIFICATIONS) {
            if item["standing"]["M"]["state"]["S"] == "SUBMITTING" {
                item["standing"]["M"]["since"]["S"] = "2026-01-01T00:00:00Z".into();
                self.aws.dynamodb.put(NOTIFICATIONS, &item);
            }
        }
    }

    /// The paths and AWS operations of all calls so far.
    pub fn operations(&self) -> Vec<String> {
        self.wire.calls().iter().map(|call| call.operation()).collect()
    }

    /// The number that the next outside call will have.
    pub fn next_call(&self) -> usize {
        self.wire.calls().len() + 1
    }
}

/// The ids of the messages that an answer leaves in their queue.
pub fn failures(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// The dead-letter queue of a queue.
pub fn dead_letters(queue: &str) -> String {
    match queue.strip_suffix(".fifo") {
        Some(name) => format!("{name}-dlq.fifo"),
        None => format!("{queue}-dlq"),
    }
}

/// Lets so much time pass at once, by the function's own clock.
pub async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// Sets what Secrets Manager holds.
pub fn set_secrets(aws: &Aws, token: &str) {
    aws.secrets.set("test/internal", &json!({ "apiKeys": [Options::default().internal_api_key] }));
    aws.secrets.set("test/telegram", &json!({ "botToken": token }));
    aws.secrets.set("test/smtp", &json!({ "username": "paydesk", "password": "S33d-Smtp-Passw0rd" }));
}

async fn start_app(
    aws: &Aws,
    endpoint_url: &str,
    users_url: String,
    telegram_url: String,
    setup: Setup,
) -> App {
    let clients = HttpClients::new(None).unwrap();
    let credentials = Credentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(endpoint_url.to_owned()));
    let aws_sdk =
        sdk_config_for(clients.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone());
    let account = AwsAccount { credentials, region, endpoint_url };
    let sqs = aws_sdk_sqs::Client::new(&aws_sdk);
    let batch = |queue: &str| SqsBatch {
        queue: Queue::new(sqs.clone(), aws.sqs.queue_url(queue)),
        dead_letters: Queue::new(sqs.clone(), aws.sqs.queue_url(&dead_letters(queue))),
        delays: if queue == TELEGRAMS { &TELEGRAM_DELAYS } else { &DELAYS },
    };
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws_sdk);
    let table = Table::new(dynamodb.clone(), NOTIFICATIONS.to_owned());
    let through_ses = || {
        let ses = Ses::new(Caller::new(clients.clone()), account.clone(), Some("paydesk".to_owned()));
        MailRoute::Ses { ses, sender: "WeBrana Cloud <noreply@example.com>".parse().unwrap() }
    };
    let source = PartySource {
        secrets: SecretReader::new(&clients, account.clone(), "test".to_owned()),
        caller: Caller::new(clients.clone()),
        users_url,
        telegram_url,
        mail: setup.mail.unwrap_or_else(through_ses),
    };
    App {
        notifications: batch(PLANS),
        email: batch(EMAILS),
        telegram: batch(TELEGRAMS),
        feedback: batch(FEEDBACK),
        deliveries: Deliveries::new(table.clone()),
        contacts: Contacts::new(table.clone()),
        preferences: PreferenceBook::new(table),
        chats: Chats::new(Table::new(dynamodb, CHATS.to_owned())),
        directory: Directory::default(),
        operators: setup.operators,
        time_zone: "Asia/Jakarta".parse().unwrap(),
        texts: Texts::new("WeBrana Cloud"),
        parties: Refreshed::new(source.read().await.unwrap()),
        source,
        metrics: Metrics::new("notification-sender"),
    }
}

fn plain(typed: &Value) -> Value {
    let (kind, value) = typed.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "M" => value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        _ => value.clone(),
    }
}
