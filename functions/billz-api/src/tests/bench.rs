//! One test's world: an AWS, and the function before it, all calls over one wire.

use std::time::Duration;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{BILLZ_ORDERS, IDEMPOTENCY_KEYS};
use sandbox::testbed::log_lines;
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::tokens::JWT_SECRET;
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::billz::job::BillzJob;
use shared::domain::billz::operation::{Answer as BillzAnswer, Operation, OperationKind};
use shared::domain::billz::work::Work;
use shared::domain::money::{Currency, Money};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::queues::billz_job::{BillzMessage, parse};
use shared::queues::queue::Queue;
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::billz_jobs::HeldJob;
use shared::stores::invoices::Cause;
use shared::stores::table::Table;
use tower::ServiceExt;

use crate::app::{App, Billz, Tables};
use crate::routes::router;

/// Brings payments.
pub const PAYMENTS_QUEUE: &str = "paydesk-billz-payments";
/// Brings all other jobs.
pub const OPERATIONS_QUEUE: &str = "paydesk-billz-operations";
/// The job of `events/billz-consumer/make-payment.json`.
pub const PAYMENT: &str = "sample-make-payment";
/// The job of `events/billz-consumer/place-order.json`.
pub const PLACING: &str = "sample-place-order";
/// The order at Billz of the sample events.
pub const BILLZ_ORDER: &str = "5fffc042-afe5-48bf-8203-eb72b27500da";

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: &'static App,
    aws_url: String,
    is_on: bool,
    api: Router,
}

impl Bench {
    /// A world where no job came yet.
    pub async fn start() -> Self {
        Self::of_billz(true).await
    }

    /// The same with Billz, or without.
    pub async fn of_billz(is_on: bool) -> Self {
        log_lines::keep("billz-api");
        let (aws, wire) = (Aws::start().await, Wire::new());
        aws.secrets.set("paydesk/api", &json!({ "jwtSecret": JWT_SECRET, "cursorKey": "a-cursor-key" }));
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": ["local-internal-key"] }));
        let aws_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&aws, &aws_url, is_on).await;
        wire.reset();
        Self { aws, wire, app, aws_url, is_on, api: router(app) }
    }

    /// A new process of the function over the same world.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.aws, &self.aws_url, self.is_on).await;
        self.api = router(self.app);
    }

    /// Gives the function an event.
    pub async fn send(&self, trigger: &Trigger) -> Answer {
        Answer::of(self.api.clone().oneshot(trigger.request()).await.unwrap()).await
    }

    /// The job of that sample event, under that id, come at `at`; then what happened to it, as the consumer commits it.
    pub async fn job(&self, case: &str, id: &str, at: Timestamp, happened: impl FnOnce(&mut BillzJob)) {
        let (work, body) = sample(case);
        let mut job = BillzJob::receive(id.parse().unwrap(), &work, format!("print of {case}"), body, at);
        happened(&mut job);
        let mut held = HeldJob::new(job);
        self.app.jobs.save(&mut held, &Cause::new(format!("came-{id}"), at), Vec::new()).await.unwrap();
        // What it told others is another function's affair.
        drop(self.told());
    }

    /// [`PAYMENT`], of which nobody knows whether it was paid.
    pub async fn payment_in_doubt(&self, at: Timestamp) {
        let pay = Operation::Pay {
            order: BILLZ_ORDER.parse().unwrap(),
            payment_type: "c6e84d9b-0ef0-4d5a-886d-147c74a9b051".parse().unwrap(),
            amount: Money::new(6_500_000, Currency::Uzs),
        };
        self.job("make-payment", PAYMENT, at, |job| {
            job.begin(&pay, later(at, 1));
            job.review("no answer to pay; the order is shown as active".to_owned(), later(at, 60));
        })
        .await;
    }

    /// [`PLACING`], whose client was made, and of whose draft nobody knows.
    pub async fn draft_in_doubt(&self, at: Timestamp) {
        let (work, _) = sample("place-order");
        let client = Operation::CreateClient(work.client().unwrap().clone());
        self.job("place-order", PLACING, at, |job| {
            job.begin(&client, later(at, 1));
            let made = BillzAnswer::ClientCreated("client-1".parse().unwrap());
            job.learn(OperationKind::CreateClient, made);
            job.begin(&Operation::CreateDraft { comment: "ours".to_owned() }, later(at, 2));
            job.review("a draft of that time has no reference".to_owned(), later(at, 60));
        })
        .await;
    }

    /// The events that were committed for others since the last call, by their name.
    pub fn told(&self) -> Vec<Value> {
        let news = self.aws.dynamodb.new_billz_event().unwrap_or_default();
        let records = news["Records"].as_array().cloned().unwrap_or_default();
        let events = |record: Value| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array().cloned();
        records
            .into_iter()
            .filter_map(events)
            .flatten()
            .map(|event| event["M"]["event"]["S"].clone())
            .collect()
    }

    /// The stored job, in DynamoDB's typed JSON.
    pub fn stored(&self, id: &str) -> Value {
        self.aws.dynamodb.item(BILLZ_ORDERS, &format!("JOB#{id}"), "JOB").unwrap()
    }

    /// The stored payment methods, in DynamoDB's typed JSON.
    pub fn cards(&self) -> Vec<Value> {
        let items = self.aws.dynamodb.items(BILLZ_ORDERS).into_iter();
        items.filter(|item| item["sk"]["S"] == "CARD").collect()
    }

    /// Lets the lease of every idempotency key run out.
    pub fn let_leases_lapse(&self) {
        for mut item in self.aws.dynamodb.items(IDEMPOTENCY_KEYS) {
            item["lease_until"]["S"] = json!(ago(60).to_string());
            self.aws.dynamodb.put(IDEMPOTENCY_KEYS, &item);
        }
    }
}

/// What a sample event of the consumer asks for, and its message.
pub fn sample(case: &str) -> (Work, String) {
    let file = format!("../../events/billz-consumer/{case}.json");
    let event: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let body = event["Records"][0]["body"].as_str().unwrap().to_owned();
    match parse(&body) {
        Ok(BillzMessage::Job { work, .. }) => (work, body),
        other => panic!("{other:?}"),
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

async fn start_app(aws: &Aws, aws_url: &str, is_on: bool) -> &'static App {
    let http = HttpClients::new(None).unwrap();
    let credentials = AwsCredentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(aws_url.to_owned()));
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone())
        .into_builder()
        .retry_config(quick)
        .build();
    let (dynamodb, sqs) = (aws_sdk_dynamodb::Client::new(&config), aws_sdk_sqs::Client::new(&config));
    let tables = Tables {
        billz: Table::new(dynamodb.clone(), BILLZ_ORDERS.to_owned()),
        idempotency: Table::new(dynamodb, IDEMPOTENCY_KEYS.to_owned()),
    };
    let billz = Billz {
        is_on,
        payments: Queue::new(sqs.clone(), aws.sqs.queue_url(PAYMENTS_QUEUE)),
        operations: Queue::new(sqs, aws.sqs.queue_url(OPERATIONS_QUEUE)),
    };
    let account = AwsAccount { credentials, region, endpoint_url };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let tokens = Tokens::new(Caller::new(http), TokenRules::default());
    Box::leak(Box::new(App::new(tables, billz, secrets, tokens).await.unwrap()))
}
