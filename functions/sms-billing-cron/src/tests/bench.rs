//! The function in front of an AWS of its own, with a wire between.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_types::SdkConfig;
use jiff::Timestamp;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::log_lines;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::domain::identifier::UserId;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::settings::{Defaults, Overrides, Terms};
use shared::domain::sms::usage::{Sent, UsageEvent, UsageLine};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metrics;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;
use shared::stores::table::Table;

use crate::handler::{App, DELAYS, RunError, handle};

pub const CHARGES: &str = "sms-charges";
pub const RUNS: &str = "sms-billing-runs";
const DEAD_RUNS: &str = "sms-billing-runs-dlq";
/// As long as the function has.
pub const TIME: Duration = Duration::from_secs(120);
/// So short that each invocation plans one page.
pub const HARDLY_ANY: Duration = Duration::from_secs(1);
/// The queue of runs is empty at the latest after so many deliveries.
const MOST_DELIVERIES: usize = 60;

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: App,
    /// Past the wire, to prepare what the function finds and to bill what it plans.
    pub past_the_wire: App,
}

impl Bench {
    /// Nobody used anything, and nothing is on the queues.
    pub async fn start() -> Self {
        log_lines::keep("sms-billing-cron");
        let (aws, wire) = (Aws::start().await, Wire::new());
        let url = wire.tap("aws", &aws.url()).await;
        let (app, past_the_wire) = (start_app(&aws, &url), start_app(&aws, &aws.url()));
        wire.reset();
        Self { aws, wire, app, past_the_wire }
    }

    /// Somebody of whom this was set sends a message at that time.
    pub async fn used(&self, user: &str, overrides: Overrides, at: &str) {
        let (user, at) = (id(user), instant(at));
        let event = usage(at);
        let settings = terms().of(&overrides);
        let decide = |account: &mut shared::domain::sms::account::SmsAccount| {
            account.overrides = overrides.clone();
            account.record(std::slice::from_ref(&event), &settings, at)
        };
        let cause = Cause::new("prepared".to_owned(), at);
        let changed = self.past_the_wire.accounts.change(&user, &terms(), &cause, decide).await.unwrap();
        changed.0.unwrap();
    }

    /// So many users, `user-00000` and so on, who all used something on the same day, past every request.
    pub async fn many_used(&self, users: usize, at: &str) {
        self.used("user-00000", Overrides::default(), at).await;
        many_like_the_first(&self.aws, users);
    }

    /// Hands the function an event, with so much time.
    pub async fn hand(&self, event: &Value, time: Duration) -> Result<Value, RunError> {
        handle(&self.app, event.clone(), Deadline::after(time)).await
    }

    /// A schedule fires.
    pub async fn fire(&self, run: &str, scheduled_at: &str) -> Value {
        self.hand(&scheduled(run, scheduled_at), TIME).await.unwrap()
    }

    /// Delivers runs that wait, with so much time for each, until there are none.
    pub async fn go_on(&self, time: Duration) {
        for _ in 0..MOST_DELIVERIES {
            let Some(event) = self.aws.sqs.deliver(RUNS) else { return };
            let answer = self.hand(&event, time).await.unwrap();
            self.aws.sqs.settle(RUNS, &event, &answer);
        }
        panic!("the queue of runs never empties: {:?}", self.waiting());
    }

    /// What is to be charged, each as the message says it without its correlation id, in order.
    pub fn planned(&self) -> Vec<Value> {
        let read = |message: Message| {
            let mut charge: Value = serde_json::from_str(&message.body).unwrap();
            charge.as_object_mut().unwrap().remove("correlationId");
            charge
        };
        self.aws.sqs.messages(CHARGES).into_iter().map(read).collect()
    }

    /// Whose periods are to be closed, sorted, each once however often it was planned.
    pub fn users(&self) -> Vec<String> {
        let user = |charge: &Value| charge["periods"]["userId"].as_str().unwrap().to_owned();
        let mut users: Vec<String> = self.planned().iter().map(user).collect();
        users.sort();
        users.dedup();
        users
    }

    /// Runs that wait.
    pub fn waiting(&self) -> Vec<Value> {
        let messages = self.aws.sqs.messages(RUNS);
        messages.into_iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }

    /// Why each run was buried.
    pub fn buried(&self) -> Vec<String> {
        let messages = self.aws.sqs.messages(DEAD_RUNS);
        let reason =
            |message: &Message| message.attributes["reason"]["StringValue"].as_str().unwrap().to_owned();
        messages.iter().map(reason).collect()
    }

    /// Somebody took everything off the queue of charges.
    pub fn clear_charges(&self) {
        if let Some(event) = self.aws.sqs.deliver(CHARGES) {
            self.aws.sqs.settle(CHARGES, &event, &json!({ "batchItemFailures": [] }));
        }
    }
}

/// What counts for everybody.
pub fn terms() -> Terms {
    Terms { global: Overrides::default(), defaults: Defaults::ORIGINAL }
}

pub fn id(user: &str) -> UserId {
    user.parse().unwrap()
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What a schedule hands over.
pub fn scheduled(run: &str, scheduled_at: &str) -> Value {
    json!({ "version": 1, "run": run, "scheduledAt": scheduled_at })
}

/// That a user's periods are to be closed.
pub fn periods(user: &str, through: &str) -> Value {
    json!({ "version": 1, "periods": { "userId": user, "through": through } })
}

/// Others like `user-00000`, until there are so many.
pub fn many_like_the_first(aws: &Aws, users: usize) {
    let first = aws.dynamodb.item(SMS_BILLING, "SMS_ACCOUNT#user-00000", "SMS_ACCOUNT").unwrap();
    let position = first["gsi3sk"]["S"].as_str().unwrap().to_owned();
    for number in 1..users {
        let user = format!("user-{number:05}");
        let mut item = first.clone();
        item["pk"]["S"] = format!("SMS_ACCOUNT#{user}").into();
        item["user"]["S"] = user.as_str().into();
        item["gsi3sk"]["S"] = position.replace("user-00000", &user).into();
        aws.dynamodb.put(SMS_BILLING, &item);
    }
}

fn usage(at: Timestamp) -> UsageEvent {
    let price = Micros::new(37_500).unwrap();
    let line = UsageLine {
        country: "Uzbekistan".parse().unwrap(),
        prefix: Some("998".parse().unwrap()),
        rate: price,
        messages: 1,
        segments: 1,
        cost: price,
    };
    UsageEvent { id: "event-1".parse().unwrap(), at, sent: Sent::Messages(line) }
}

/// How the function is set up to call `url`, and tries again without waiting long.
fn config(url: &str) -> SdkConfig {
    let http = HttpClients::new(None).unwrap();
    let credentials = Credentials::new("test", "test", None, None, "bench");
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws, credentials, "us-east-1".to_owned(), Some(url.to_owned()));
    config.into_builder().retry_config(quick).build()
}

/// A client of the tables at `url`.
pub fn client(url: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&config(url))
}

/// The function, with its outside calls going to `url`.
pub fn start_app(aws: &Aws, url: &str) -> App {
    let table = Table::new(client(url), SMS_BILLING.to_owned());
    let sqs = aws_sdk_sqs::Client::new(&config(url));
    let queue = |name| Queue::new(sqs.clone(), aws.sqs.queue_url(name));
    App {
        accounts: SmsAccounts::new(table.clone()),
        bills: SmsBills::new(table),
        charges: queue(CHARGES),
        runs: SqsBatch { queue: queue(RUNS), dead_letters: queue(DEAD_RUNS), delays: DELAYS },
        metrics: Metrics::new("sms-billing-cron"),
    }
}
