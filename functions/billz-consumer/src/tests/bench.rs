//! The function between an AWS of its own and the sandbox's Billz, with a wire between.

use std::time::Duration;

use jiff::Timestamp;
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use sandbox::testbed::log_lines;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::{Call, Wire};
use serde_json::{Value, json};
use shared::domain::billz::card::Card;
use shared::domain::billz::review::{Decided, Decision};
use shared::lambda::deadline::Deadline;
use shared::stores::invoices::Cause;

use super::deployed::{Setup, USUAL, dead_letters, start_app};
use crate::app::{App, DELAYS};
use crate::handler::handle;

pub const PAYMENTS: &str = "paydesk-billz-payments";
pub const OPERATIONS: &str = "paydesk-billz-operations";
/// Where jobs may want their reply.
pub const REPLIES: &str = "paydesk-billz-replies";
/// The secret that holds Billz's secret token.
const SECRET: &str = "test/billz";
/// How long an invocation may take: its timeout in template.yaml.
pub const TIME: Duration = Duration::from_secs(120);
/// How often the queues are delivered at most until a story must have ended.
const MOST_DELIVERIES: usize = 40;
/// Long ago.
const BEFORE: &str = "2026-01-01T00:00:00Z";

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: App,
    endpoint_url: String,
    billz_url: String,
}

impl Bench {
    /// The function in front of empty queues, with a payment method `cash`. Nobody has logged in. Billz takes as
    /// many calls as come. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::with(USUAL).await
    }

    /// The function with another setup.
    pub async fn with(setup: Setup) -> Self {
        log_lines::keep("billz-consumer");
        let aws = Aws::start().await;
        aws.secrets.set(SECRET, &json!({ "secretToken": setup.token }));
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let billz_url = wire.tap("billz", &format!("{}/billz", sandbox.url())).await;
        let app = start_app(&aws, &endpoint_url, &billz_url, &setup).await;
        let bench = Self { aws, sandbox, wire, app, endpoint_url, billz_url };
        bench.limit(0).await;
        bench.keep_card("cash", sandbox::billz::CASH_PAYMENT_TYPE_ID, true).await;
        bench.begin();
        bench
    }

    /// Another instance: it holds no token.
    pub async fn another(&self) -> App {
        self.another_with(USUAL).await
    }

    /// Another instance, set in another way.
    pub async fn another_with(&self, setup: Setup) -> App {
        start_app(&self.aws, &self.endpoint_url, &self.billz_url, &setup).await
    }

    /// The story begins here: what was called and told before is forgotten.
    pub fn begin(&self) {
        self.told();
        self.wire.reset();
    }

    /// Keeps a payment method.
    pub async fn keep_card(&self, id: &str, payment_type: &str, is_active: bool) {
        let card = Card {
            id: id.parse().unwrap(),
            name: "Naqd pul".parse().unwrap(),
            payment_type: payment_type.parse().unwrap(),
            is_active,
            changed_at: Timestamp::now(),
        };
        self.app.stores.cards.put(&card).await.unwrap();
    }

    /// Puts a message into a queue and answers its id.
    pub fn put(&self, queue: &str, message: &Value) -> String {
        self.aws.sqs.put(queue, &message.to_string())
    }

    /// Delivers what is in a queue, once. Answers the ids of the messages that stay in it.
    pub async fn deliver(&self, queue: &str) -> Vec<String> {
        self.deliver_within(queue, TIME).await
    }

    /// Delivers what is in a queue to a function that has so much time left.
    pub async fn deliver_within(&self, queue: &str, time: Duration) -> Vec<String> {
        let event = self.aws.sqs.deliver(queue).expect("the queue is not empty");
        let answer = handle_by(&self.app, &event, time).await;
        self.aws.sqs.settle(queue, &event, &answer);
        failures(&answer)
    }

    /// Gives at most so many messages to an instance, as Lambda does. False when there are none.
    pub async fn deliver_to(&self, app: &App, queue: &str, most: usize) -> bool {
        let Some(event) = self.aws.sqs.deliver_at_most(queue, most) else { return false };
        let answer = handle_by(app, &event, TIME).await;
        self.aws.sqs.settle(queue, &event, &answer);
        true
    }

    /// A first try that Billz answers with an error, and as if there had been others: one is left.
    pub async fn leave_one_try(&self, queue: &str, id: &str) {
        self.fault(json!({ "operation": "get_order", "fault": "server_error" })).await;
        assert_eq!(self.deliver(queue).await.len(), 1);
        let mut job = self.aws.dynamodb.item(BILLZ_ORDERS, &format!("JOB#{id}"), "JOB").unwrap();
        job["tries"]["N"] = DELAYS.len().to_string().into();
        self.aws.dynamodb.put(BILLZ_ORDERS, &job);
        self.wire.reset();
    }

    /// Delivers what is in a queue to a function that dies at its `number`-th call, and answers whether it did:
    /// then Lambda got no answer, and everything stays.
    pub async fn deliver_to_a_mortal(&self, queue: &str, number: usize) -> bool {
        self.wire.crash_at(number);
        let event = self.aws.sqs.deliver(queue).expect("the queue is not empty");
        let answer = handle_by(&self.app, &event, TIME).await;
        let died = self.wire.calls().len() >= number;
        if !died {
            self.aws.sqs.settle(queue, &event, &answer);
        }
        self.wire.revive();
        died
    }

    /// Delivers until both queues are empty; claims end in between, as they do while messages wait.
    pub async fn deliver_all(&self) {
        for _ in 0..MOST_DELIVERIES {
            for queue in [PAYMENTS, OPERATIONS] {
                if !self.waiting(queue).is_empty() {
                    self.deliver(queue).await;
                }
            }
            if self.waiting(PAYMENTS).is_empty() && self.waiting(OPERATIONS).is_empty() {
                return;
            }
            self.let_claims_lapse();
        }
        panic!("the queues never empty: {:?} {:?}", self.waiting(PAYMENTS), self.waiting(OPERATIONS));
    }

    /// Has a job done and answers where it stands.
    pub async fn run(&self, queue: &str, message: &Value) -> String {
        self.put(queue, message);
        self.deliver_all().await;
        self.state(message["correlationId"].as_str().unwrap())
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

    /// A person decides about a job as it stands; what the relay makes of it is put into a queue.
    pub async fn decide(&self, queue: &str, id: &str, decision: Decision) {
        let step = u32::try_from(self.job(id)["step"].as_u64().unwrap()).unwrap();
        let cause = Cause { correlation_id: "press-1".to_owned(), now: Timestamp::now() };
        let decide = |job: &mut shared::domain::billz::job::BillzJob| job.decide(step, decision.clone());
        let decided = self.app.stores.jobs.change(&id.parse().unwrap(), &cause, decide).await.unwrap();
        assert_eq!(decided.unwrap().outcome, Decided::Done, "{id}");
        self.put(queue, &json!({ "resume": id }));
    }

    /// A stored item without DynamoDB's types.
    pub fn item(&self, pk: &str, sk: &str) -> Option<Value> {
        self.aws.dynamodb.item(BILLZ_ORDERS, pk, sk).map(|item| plain(&json!({ "M": item })))
    }

    /// A job as it is stored.
    pub fn job(&self, id: &str) -> Value {
        self.item(&format!("JOB#{id}"), "JOB").unwrap_or_else(|| panic!("the job {id} is stored"))
    }

    /// Where a job stands, such as `SUCCEEDED`.
    pub fn state(&self, id: &str) -> String {
        self.job(id)["standing"]["state"].as_str().unwrap().to_owned()
    }

    /// The order of ours that its senders call so.
    pub fn order_record(&self, id: &str) -> Value {
        self.item(&format!("ORDER#{id}"), "ORDER").unwrap_or_else(|| panic!("the order {id} is stored"))
    }

    /// What the stream carried since this was last asked: each event with the job's state.
    pub fn told(&self) -> Vec<(String, String)> {
        let word = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
        self.events().iter().map(|event| (word(event, "event"), word(event, "state"))).collect()
    }

    /// The same, whole.
    pub fn events(&self) -> Vec<Value> {
        let changes = self.aws.dynamodb.new_billz_event().unwrap_or_default();
        let records = changes["Records"].as_array().cloned().unwrap_or_default();
        let images = records.iter().map(|record| plain(&json!({ "M": record["dynamodb"]["NewImage"] })));
        images.flat_map(|image| image["outbox"].as_array().cloned().unwrap_or_default()).collect()
    }

    /// Lets every claim grow older than its time.
    pub fn let_claims_lapse(&self) {
        for mut item in self.aws.dynamodb.items(BILLZ_ORDERS) {
            let is_running = item.pointer("/standing/M/state/S") == Some(&json!("RUNNING"));
            let until = match is_running {
                true => "/standing/M/at/S",
                false if item.pointer("/claimed_until/S").is_some() => "/claimed_until/S",
                false => "/login/M/until/S",
            };
            if let Some(until) = item.pointer_mut(until) {
                *until = BEFORE.into();
                self.aws.dynamodb.put(BILLZ_ORDERS, &item);
            }
        }
    }

    /// The calls to Billz since the story began, without ids and parameters: `POST /v2/order`.
    pub fn calls(&self) -> Vec<String> {
        self.wire.calls().iter().filter(|call| call.tap == "billz").map(name).collect()
    }

    /// The requests to DynamoDB since the story began, but for the pace of the calls and the batch's pulse.
    pub fn requests(&self) -> Vec<String> {
        let calls = self.wire.calls().into_iter().filter(|call| call.tap == "aws");
        let is_of_jobs = |call: &Call| {
            let body = call.request_json();
            let pk = body.pointer("/Item/pk/S").or_else(|| body.pointer("/Key/pk/S"));
            let pk = pk.and_then(Value::as_str).unwrap_or_default();
            call.operation() != "ChangeMessageVisibility"
                && call.operation() != "SendMessage"
                && !["PACE#", "PULSE#"].iter().any(|prefix| pk.starts_with(prefix))
        };
        calls.filter(is_of_jobs).map(|call| call.operation()).collect()
    }

    /// All orders at Billz, oldest first.
    pub async fn orders(&self) -> Vec<Value> {
        self.control("GET", "billz/orders", &Value::Null).await["items"].as_array().unwrap().clone()
    }

    /// Those that are not deleted.
    pub async fn live_orders(&self) -> Vec<Value> {
        self.orders().await.into_iter().filter(|order| order["state"] != "deleted").collect()
    }

    /// All clients at Billz.
    pub async fn clients(&self) -> Vec<Value> {
        self.control("GET", "billz/clients", &Value::Null).await["items"].as_array().unwrap().clone()
    }

    /// Logins that Billz saw: with the right secret token, and with a wrong one.
    pub async fn logins(&self) -> (u64, u64) {
        let seen = self.control("GET", "billz/logins", &Value::Null).await;
        (seen["count"].as_u64().unwrap(), seen["refused"].as_u64().unwrap())
    }

    /// Billz takes so many calls in a second; 0: all.
    pub async fn limit(&self, per_second: u32) {
        self.control("PUT", "billz/settings/limit", &json!({ "perSecond": per_second })).await;
    }

    /// Ends every access token.
    pub async fn end_tokens(&self) {
        self.control("POST", "billz/tokens/expire", &json!({})).await;
    }

    /// Another secret token in the secret.
    pub fn rotate(&self, token: &str) {
        self.aws.secrets.set(SECRET, &json!({ "secretToken": token }));
    }

    /// How much of a product there is.
    pub async fn stock(&self, product: &str, price: &str, stock: u32) {
        let price: Value = serde_json::from_str(price).unwrap();
        let product_is = json!({ "name": "Product", "price": price, "stock": stock });
        self.control("PUT", &format!("billz/products/{product}"), &product_is).await;
    }

    /// Makes an operation of Billz misbehave.
    pub async fn fault(&self, wish: Value) {
        let mut whole = json!({ "party": "billz" });
        whole.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        self.control("POST", "faults", &whole).await;
    }

    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/_control/{path}");
        let (status, answer) = self.sandbox.control(method, &path, body).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

/// Hands an event to an instance.
pub async fn handle_by(app: &App, event: &Value, time: Duration) -> Value {
    let event = serde_json::from_value(event.clone()).unwrap();
    serde_json::to_value(handle(app, event, Deadline::after(time)).await).unwrap()
}

/// A call to Billz without ids and parameters.
pub fn name(call: &Call) -> String {
    let path = call.path.split('?').next().unwrap();
    let parts = path.split('/').filter(|part| part.len() != 36);
    format!("{} {}", call.method, parts.collect::<Vec<_>>().join("/"))
}

/// The ids of the messages that an answer leaves in their queue.
pub fn failures(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// An item without DynamoDB's types.
fn plain(typed: &Value) -> Value {
    let (kind, value) = typed.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "M" => value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        _ => value.clone(),
    }
}
