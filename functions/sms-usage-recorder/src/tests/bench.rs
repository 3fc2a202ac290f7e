//! The function between an AWS of its own and nobody else, with a wire between.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use jiff::Timestamp;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::event_files;
use sandbox::testbed::log_lines;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::domain::money::Currency;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::settings::Defaults;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::queues::queue::Queue;
use shared::stores::sms_decks::SmsDecks;
use shared::stores::table::Table;

use crate::app::App;
use crate::handler::handle;

const QUEUE: &str = "sms-usage";
const DEAD_LETTERS: &str = "sms-usage-dlq";
/// How often a queue is delivered at most until a story must have ended.
const MOST_DELIVERIES: usize = 30;

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: App,
    aws_url: String,
}

impl Bench {
    /// The function in front of an empty queue and an empty table. The first call of an event is number 1.
    pub async fn start() -> Self {
        log_lines::keep("sms-usage-recorder");
        let (aws, wire) = (Aws::start().await, Wire::new());
        let aws_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&aws, &aws_url);
        Self { aws, wire, app, aws_url }
    }

    /// A new process of the function over the same world.
    pub fn restart(&mut self) {
        self.app = start_app(&self.aws, &self.aws_url);
    }

    /// Puts a message into the queue and answers its id.
    pub fn put(&self, body: &Value) -> String {
        self.aws.sqs.put(QUEUE, &body.to_string())
    }

    /// Delivers what is in the queue, once. Answers the ids of the messages that stay in it.
    pub async fn deliver(&self) -> Vec<String> {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = self.handle(&event).await;
        self.aws.sqs.settle(QUEUE, &event, &answer);
        let failures = answer["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// Delivers what is in the queue to a function that dies meanwhile: Lambda gets no answer, and everything stays.
    pub async fn deliver_to_a_mortal(&mut self) {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        self.handle(&event).await;
        assert!(self.wire.revive(), "it died");
        self.restart();
    }

    /// Delivers until the queue is empty.
    pub async fn deliver_all(&self) {
        for _ in 0..MOST_DELIVERIES {
            if self.waiting().is_empty() {
                return;
            }
            self.deliver().await;
        }
        panic!("the queue never empties: {:?}", self.waiting());
    }

    /// Hands an event to the function.
    pub async fn handle(&self, event: &Value) -> Value {
        let event = serde_json::from_value(event.clone()).unwrap();
        let answer = serde_json::to_value(handle(&self.app, event).await).unwrap();
        assert!(answer["batchItemFailures"].is_array(), "{answer}");
        answer
    }

    /// What is in the queue.
    pub fn waiting(&self) -> Vec<Message> {
        self.aws.sqs.messages(QUEUE)
    }

    /// Why messages were buried, oldest first.
    pub fn reasons(&self) -> Vec<String> {
        let reason = |grave: &Message| grave.attributes["reason"]["StringValue"].as_str().unwrap().to_owned();
        self.buried().iter().map(reason).collect()
    }

    /// What was buried, oldest first.
    pub fn buried(&self) -> Vec<Message> {
        self.aws.sqs.messages(DEAD_LETTERS)
    }

    /// A user's account as it is stored.
    pub async fn account(&self, user: &str) -> SmsAccount {
        let recorder = self.app.recorder.lock().await;
        recorder.accounts.get(&user.parse().unwrap()).await.unwrap().account
    }

    /// How many messages of a user are open, and what they cost.
    pub async fn open(&self, user: &str) -> (u64, String) {
        let totals = self.account(user).await.open(Currency::Usd).unwrap();
        (totals.messages, totals.cost.to_decimal(2))
    }

    /// The rate decks, past the wire.
    pub fn decks(&self) -> SmsDecks {
        SmsDecks::new(table(&self.aws.url()))
    }

    /// Everything that is stored, as text.
    pub fn stored(&self) -> String {
        json!(self.aws.dynamodb.items(SMS_BILLING)).to_string()
    }
}

/// An event of `user` that is priced by its sender.
pub fn sent(id: &str, user: &str) -> Value {
    json!({ "eventId": id, "userId": user, "occurredAt": Timestamp::now().to_string(),
        "to": "+998901234567", "text": "Your code is 4711", "cost": 0.04, "status": "sent" })
}

/// An event file, sent just now: what was sent long ago does not count.
pub fn event(case: &str) -> Value {
    let text = event_files::event(case).to_string();
    let now = Timestamp::now().to_string();
    let text =
        ["2026-11-21T04:59:58Z", "2026-11-21T04:59:59Z"].iter().fold(text, |text, at| text.replace(at, &now));
    serde_json::from_str(&text).unwrap()
}

fn start_app(aws: &Aws, aws_url: &str) -> App {
    let config = config(aws_url);
    let sqs = aws_sdk_sqs::Client::new(&config);
    let queue = Queue::new(sqs.clone(), aws.sqs.queue_url(QUEUE));
    let dead_letters = Queue::new(sqs, aws.sqs.queue_url(DEAD_LETTERS));
    App::new(table(aws_url), queue, dead_letters, Defaults::ORIGINAL)
}

fn table(url: &str) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&config(url)), SMS_BILLING.to_owned())
}

fn config(aws_url: &str) -> aws_types::SdkConfig {
    let clients = HttpClients::new(None).unwrap();
    let credentials = Credentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(aws_url.to_owned()));
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(clients.aws.clone(), credentials, region, endpoint_url);
    config.into_builder().retry_config(quick).build()
}
