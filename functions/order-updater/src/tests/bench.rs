//! The function between an AWS of its own and the sandbox's order service, with a wire between.

use std::path::PathBuf;

use aws_credential_types::Credentials;
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;

use crate::handler::{App, DELAYS, handle, order_service};

const QUEUE: &str = "order-updates";
const DEAD_LETTERS: &str = "order-updates-dlq";
/// The secret that holds the key of the order service.
pub const SECRET: &str = "test/internal";
/// How the wire names the call of an update of `order-1`.
pub const TELL: &str = "POST /internal/orders/order-1/payment-status";
/// How often a queue is delivered at most until a story must have ended.
const MOST_DELIVERIES: usize = 30;

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: App,
}

impl Bench {
    /// The function in front of an empty queue. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::with(&Options::default().internal_api_key, None).await
    }

    /// The function with this key, in front of the sandbox's order service or another one.
    pub async fn with(api_key: &str, order_service_url: Option<String>) -> Self {
        let aws = Aws::start().await;
        aws.secrets.set(SECRET, &json!({ "apiKeys": [api_key] }));
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let base_url = match order_service_url {
            Some(url) => url,
            None => wire.tap("orders", &format!("{}/orders", sandbox.url())).await,
        };
        let app = start_app(&aws, endpoint_url, base_url).await;
        wire.reset();
        Self { aws, sandbox, wire, app }
    }

    /// Puts a message into the queue and answers its id.
    pub fn put(&self, body: &Value) -> String {
        self.aws.sqs.put(QUEUE, &body.to_string())
    }

    /// Puts a message that need not be JSON into the queue.
    pub fn put_text(&self, body: &str) -> String {
        self.aws.sqs.put(QUEUE, body)
    }

    /// Delivers what is in the queue, once. Answers the ids of the messages that stay in it.
    pub async fn deliver(&self) -> Vec<String> {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = self.handle(&event).await;
        self.aws.sqs.settle(QUEUE, &event, &answer);
        let failures = answer["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// Delivers what is in the queue to a function that dies at its `number`-th call, and answers whether it
    /// did: then Lambda got no answer, and everything stays.
    pub async fn deliver_to_a_mortal(&self, number: usize) -> bool {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = self.handle(&event).await;
        let died = self.wire.calls().len() >= number;
        if !died {
            self.aws.sqs.settle(QUEUE, &event, &answer);
        }
        died
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

    /// What was buried, oldest first.
    pub fn buried(&self) -> Vec<Message> {
        self.aws.sqs.messages(DEAD_LETTERS)
    }

    /// An order as the order service has it.
    pub async fn order(&self, id: &str) -> Value {
        let path = format!("/_control/orders/orders/{id}");
        self.sandbox.control("GET", &path, &Value::Null).await.unwrap().1
    }

    /// The keys of the updates of an order that took effect.
    pub async fn keys(&self, order: &str) -> Vec<String> {
        let updates = self.order(order).await["updates"].as_array().unwrap().clone();
        updates.iter().map(|update| update["idempotencyKey"].as_str().unwrap().to_owned()).collect()
    }

    /// Makes the order service misbehave when it is told an update.
    pub async fn fault(&self, fault: &str, times: usize, status: Option<u16>) {
        let mut wish =
            json!({ "party": "orders", "operation": "payment-status", "fault": fault, "times": times });
        if let Some(status) = status {
            wish["status"] = status.into();
        }
        let (answered, body) = self.sandbox.control("POST", "/_control/faults", &wish).await.unwrap();
        assert_eq!(answered, 200, "{body}");
    }
}

/// Why a message was buried.
pub fn reason(buried: &Message) -> &str {
    buried.attributes["reason"]["StringValue"].as_str().unwrap()
}

/// The event of [`update`].
pub const EVENT_ID: &str = "INV-20261121-7K3M9QZX.4.0";

/// The message that `order-1` is paid.
pub fn update() -> Value {
    serde_json::from_str(event("paid")["Records"][0]["body"].as_str().unwrap()).unwrap()
}

/// The same message with another value.
pub fn update_with(field: &str, value: Value) -> Value {
    let mut update = update();
    update[field] = value;
    update
}

/// Where the event files are.
pub fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../events/order-updater"].iter().collect()
}

/// An event file.
pub fn event(case: &str) -> Value {
    let path = folder().join(case).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

async fn start_app(aws: &Aws, endpoint_url: String, base_url: String) -> App {
    let clients = HttpClients::new(None).unwrap();
    let credentials = Credentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(endpoint_url));
    let sdk = sdk_config_for(clients.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone());
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let batch = SqsBatch {
        queue: Queue::new(sqs.clone(), aws.sqs.queue_url(QUEUE)),
        dead_letters: Queue::new(sqs, aws.sqs.queue_url(DEAD_LETTERS)),
        delays: DELAYS,
    };
    let account = AwsAccount { credentials, region, endpoint_url };
    let secrets = SecretReader::new(&clients, account, "test".to_owned());
    let caller = Caller::new(clients);
    let orders = Refreshed::new(order_service(&secrets, &caller, &base_url).await.unwrap());
    App { batch, caller, base_url, secrets, orders, metrics: Metrics::new("order-updater") }
}
