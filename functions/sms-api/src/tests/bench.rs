//! One test's world: an AWS, and the function before it, all calls over one wire.

use std::time::Duration;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{IDEMPOTENCY_KEYS, SMS_BILLING};
use sandbox::testbed::log_lines;
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::tokens::JWT_SECRET;
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::sms::account::{ClosedPeriod, SmsAccount};
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::rhythm::date_of;
use shared::domain::sms::settings::{Defaults, Overrides, Terms};
use shared::domain::sms::usage::{Usage, UsageLine};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::lambda::signed_call::SignedCalls;
use shared::providers::call::Caller;
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::{HeldAccount, SmsAccounts};
use shared::stores::sms_bills::SmsBills;
use shared::stores::table::Table;
use tower::ServiceExt;

use crate::app::{App, Parts};
use crate::routes::router;
use crate::run_queue::RunQueue;

/// Takes runs.
pub const RUNS_QUEUE: &str = "paydesk-sms-billing-runs";
/// The cron secret of the bench.
pub const CRON_SECRET: &str = "a-cron-secret-of-the-bench";
/// What counts where nobody set anything.
pub const TERMS: Terms = Terms { global: NOTHING, defaults: Defaults::ORIGINAL };

const NOTHING: Overrides = Overrides {
    frequency: None,
    max_amount: None,
    max_messages: None,
    day_of_week: None,
    day_of_month: None,
    auto_processing: None,
    notification_enabled: None,
    notification_threshold: None,
    currency: None,
    switch_account: None,
    deck: None,
    active: None,
};

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: &'static App,
    /// The stores past the wire: what a test does itself is not counted.
    pub accounts: SmsAccounts,
    pub bills: SmsBills,
    aws_url: String,
    api: Router,
}

impl Bench {
    /// A world where nobody used or set anything.
    pub async fn start() -> Self {
        log_lines::keep("sms-api");
        let (aws, wire) = (Aws::start().await, Wire::new());
        aws.secrets.set("paydesk/api", &json!({ "jwtSecret": JWT_SECRET, "cursorKey": "a-cursor-key" }));
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": ["local-internal-key"] }));
        aws.secrets.set("paydesk/cron", &json!({ "secret": CRON_SECRET }));
        let aws_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&aws, &aws_url).await;
        wire.reset();
        let direct = table(&aws.url(), SMS_BILLING);
        let (accounts, bills) = (SmsAccounts::new(direct.clone()), SmsBills::new(direct));
        Self { aws, wire, app, accounts, bills, aws_url, api: router(app) }
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

    /// Sets something for a user, by way of the API.
    pub async fn set(&self, user: &str, settings: Value) {
        let mut wish = settings;
        wish["userId"] = json!(user);
        self.send(&trigger("settings-put").body(&wish)).await.ok(200);
    }

    /// Puts the sample rate deck and has `user` priced by it.
    pub async fn with_deck(&self, user: &str) {
        self.send(&trigger("deck-put")).await.ok(200);
        self.set(user, json!({ "rateDeckId": "standard" })).await;
    }

    /// Reports `messages` of a user at `cost` each.
    pub async fn report(&self, id: &str, user: &str, messages: u64, cost: &str) -> Value {
        self.send(&trigger("usage").text(&reported(id, user, messages, cost))).await.ok(200)
    }

    /// A user's account as it is stored.
    pub async fn account(&self, user: &str) -> SmsAccount {
        self.accounts.get(&user.parse().unwrap()).await.unwrap().account
    }

    /// A bill of a user over `cost` millionths, made at `at` as the worker makes it, then what happened to it.
    pub async fn bill(
        &self,
        user: &str,
        cost: i64,
        at: Timestamp,
        happened: impl Fn(&mut SmsBill),
    ) -> String {
        let held = self.accounts.get(&user.parse().unwrap()).await.unwrap();
        self.made(held, cost, at, happened).await
    }

    async fn made(
        &self,
        mut held: HeldAccount,
        cost: i64,
        at: Timestamp,
        happened: impl Fn(&mut SmsBill),
    ) -> String {
        let settings = TERMS.of(&held.account.overrides);
        let (start, end) = (later(at, -86_400), at);
        let random =
            u64::try_from(at.as_nanosecond().rem_euclid(1 << 39)).unwrap() ^ u64::try_from(cost).unwrap();
        let number = BillNumber::new(date_of(at), random);
        let period = ClosedPeriod { start, end, usage: usage(cost), currency: settings.currency.value };
        let bill = SmsBill::new(number.clone(), held.account.user.clone(), period, &settings, at).unwrap();
        held.account.billed_through = Some(end);
        let cause = Cause::new("made".to_owned(), at);
        self.accounts.close(&mut held, &bill, &TERMS, &cause).await.unwrap();
        self.bills.change(&number, &TERMS, &cause, |bill| happened(bill)).await.unwrap().unwrap();
        // What it told others is another function's affair.
        drop(self.told());
        number.to_string()
    }

    /// The events that were committed for others since the last call, by their name.
    pub fn told(&self) -> Vec<String> {
        let news = self.aws.dynamodb.new_sms_event().unwrap_or_default();
        let records = news["Records"].as_array().cloned().unwrap_or_default();
        let events = |record: Value| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array().cloned();
        let name = |event: Value| event["M"]["event"]["S"].as_str().unwrap().to_owned();
        records.into_iter().filter_map(events).flatten().map(name).collect()
    }

    /// The runs that were sent.
    pub fn runs(&self) -> Vec<Value> {
        let messages = self.aws.sqs.messages(RUNS_QUEUE);
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }

    /// Lets the lease of every idempotency key run out.
    pub fn let_leases_lapse(&self) {
        for mut item in self.aws.dynamodb.items(IDEMPOTENCY_KEYS) {
            item["lease_until"]["S"] = json!(ago(60).to_string());
            self.aws.dynamodb.put(IDEMPOTENCY_KEYS, &item);
        }
    }
}

/// The event of that case, with the cron secret where it names one.
pub fn trigger(case: &str) -> Trigger {
    if case.starts_with("run") && !case.contains("without") {
        return Trigger::of(case).bearing(CRON_SECRET);
    }
    Trigger::of(case)
}

/// A usage event that brings its price.
pub fn reported(id: &str, user: &str, messages: u64, cost: &str) -> String {
    let now = Timestamp::now();
    format!(
        r#"{{"eventId":"{id}","userId":"{user}","occurredAt":"{now}","country":"Uzbekistan","messages":{messages},"cost":{cost},"status":"sent"}}"#
    )
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

/// Three messages that cost so many millionths together, and two that failed.
pub fn usage(cost: i64) -> Usage {
    let cost = Micros::new(cost).unwrap();
    let line = UsageLine {
        country: "Uzbekistan".parse().unwrap(),
        prefix: Some("998".parse().unwrap()),
        rate: cost,
        messages: 3,
        segments: 3,
        cost,
    };
    Usage::new(vec![line], 2).unwrap()
}

fn table(url: &str, name: &str) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&config(url).0), name.to_owned())
}

fn config(url: &str) -> (aws_types::SdkConfig, HttpClients, AwsAccount) {
    let http = HttpClients::new(None).unwrap();
    let credentials = AwsCredentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(url.to_owned()));
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone());
    let config = config.into_builder().retry_config(quick).build();
    (config, http, AwsAccount { credentials, region, endpoint_url })
}

async fn start_app(aws: &Aws, aws_url: &str) -> &'static App {
    let (_, http, account) = config(aws_url);
    let parts = Parts {
        billing: table(aws_url, SMS_BILLING),
        idempotency: table(aws_url, IDEMPOTENCY_KEYS),
        runs: RunQueue::new(SignedCalls::new(&http, account.clone()), aws.sqs.queue_url(RUNS_QUEUE)),
        defaults: Defaults::ORIGINAL,
    };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let tokens = Tokens::new(Caller::new(http), TokenRules::default());
    Box::leak(Box::new(App::new(parts, secrets, tokens).await.unwrap()))
}
