//! One test's world: an AWS, and the function before it, all calls over one wire.

use std::time::Duration;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{BONUSES, IDEMPOTENCY_KEYS};
use sandbox::testbed::log_lines;
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::tokens::JWT_SECRET;
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::bonus::Bonus;
use shared::domain::bonus::accepting::Accepted;
use shared::domain::bonus::limits::{Limits, day_of};
use shared::domain::bonus::msisdn::{MsisdnError, SealedMsisdn};
use shared::domain::bonus::payees::Payees;
use shared::domain::dialogue::ChatId;
use shared::domain::locale::Locale;
use shared::domain::money::{Currency, Money};
use shared::domain::phone_number::PhoneNumber;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::bonuses::Bonuses;
use shared::stores::invoices::Cause;
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::table::Table;
use tower::ServiceExt;

use crate::app::{App, Tables};
use crate::routes::router;

/// The receipt of the sample events.
pub const RECEIPT: &str = "3f0c2a9e-7d1b-4a55-9f0e-2b8c6d1e4a77";
/// The number of every phone here, as it came: sealed.
pub const SEALED: &str = "gAAAAABpIFsealedmsisdn_-0000000000000000000000000000000000000000000000000==";
/// The same, open. Nobody is told.
const PHONE: &str = "380671234567";

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: &'static App,
    /// The stores past the wire: what a test does itself is not counted.
    pub bonuses: Bonuses,
    pub bills: PortmoneBills,
    aws_url: String,
    api: Router,
}

/// Whose bonus, for which receipt.
#[derive(Debug, Clone, Copy)]
pub struct Earned {
    pub receipt: &'static str,
    pub user: &'static str,
    pub chat: i64,
    pub at: Timestamp,
}

impl Bench {
    /// A world where no receipt was accepted yet.
    pub async fn start() -> Self {
        log_lines::keep("bonus-api");
        let (aws, wire) = (Aws::start().await, Wire::new());
        aws.secrets.set("paydesk/api", &json!({ "jwtSecret": JWT_SECRET, "cursorKey": "a-cursor-key" }));
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": ["local-internal-key"] }));
        let aws_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&aws_url).await;
        wire.reset();
        let direct = Table::new(dynamodb(&aws.url()), BONUSES.to_owned());
        let (bonuses, bills) = (Bonuses::new(direct.clone()), PortmoneBills::new(direct));
        Self { aws, wire, app, bonuses, bills, aws_url, api: router(app) }
    }

    /// A new process of the function over the same world.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.aws_url).await;
        self.api = router(self.app);
    }

    /// Gives the function an event.
    pub async fn send(&self, trigger: &Trigger) -> Answer {
        Answer::of(self.api.clone().oneshot(trigger.request()).await.unwrap()).await
    }

    /// The bonus of the sample events: of `user-1`, told in the chat 4242; then what happened to it.
    pub async fn sample(&self, at: Timestamp, happened: impl Fn(&mut Bonus)) {
        self.bonus(Earned { receipt: RECEIPT, user: "user-1", chat: 4242, at }, happened).await;
    }

    /// A bonus of one hryvnia, as the consumer makes it; then what happened to it.
    pub async fn bonus(&self, earned: Earned, happened: impl Fn(&mut Bonus)) {
        self.made(earned, PHONE.parse().map_err(|_| MsisdnError), happened).await;
    }

    /// The same for a phone that may not be one.
    pub async fn made(
        &self,
        earned: Earned,
        phone: Result<PhoneNumber, MsisdnError>,
        happened: impl Fn(&mut Bonus),
    ) {
        let Earned { receipt, user, chat, at } = earned;
        let amount = Money::new(100, Currency::Uah);
        let accepted = Accepted {
            receipt: receipt.parse().unwrap(),
            user: user.parse().unwrap(),
            chat: ChatId(chat),
            locale: Locale::Uk,
            msisdn: SealedMsisdn::new(SEALED).unwrap(),
            amount,
        };
        let payees = Payees::new(vec!["67=2065".parse().unwrap()], None);
        let limits = Limits { per_day: None, per_user: None, highest: amount };
        let bonus = Bonus::new(accepted, phone.as_ref().map_err(|error| *error), &payees, &limits, at);
        self.bonuses.insert(bonus, &cause(at)).await.unwrap();
        self.happens(receipt, happened).await;
    }

    /// Something happens to a bonus, and is committed as the consumer does it.
    pub async fn happens(&self, receipt: &str, happened: impl Fn(&mut Bonus)) {
        let receipt = receipt.parse().unwrap();
        let bonus = self.bonuses.get(&receipt).await.unwrap().unwrap();
        let counts = self.bonuses.counts(day_of(bonus.created_at), &bonus.user).await.unwrap();
        let cause = cause(bonus.created_at);
        self.bonuses.change(&receipt, Some(&counts), &cause, |bonus| happened(bonus)).await.unwrap().unwrap();
        // What it told others is another function's affair.
        drop(self.told());
    }

    /// The events that were committed for others since the last call, by their name.
    pub fn told(&self) -> Vec<String> {
        let news = self.aws.dynamodb.new_bonuses_event().unwrap_or_default();
        let records = news["Records"].as_array().cloned().unwrap_or_default();
        let events = |record: Value| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array().cloned();
        let name = |event: Value| event["M"]["event"]["S"].as_str().unwrap().to_owned();
        records.into_iter().filter_map(events).flatten().map(name).collect()
    }

    /// The stored bonus, in DynamoDB's typed JSON.
    pub fn stored(&self, receipt: &str) -> Value {
        self.aws.dynamodb.item(BONUSES, &format!("BONUS#{receipt}"), "BONUS").unwrap()
    }

    /// Lets the lease of every idempotency key run out.
    pub fn let_leases_lapse(&self) {
        for mut item in self.aws.dynamodb.items(IDEMPOTENCY_KEYS) {
            item["lease_until"]["S"] = json!(ago(60).to_string());
            self.aws.dynamodb.put(IDEMPOTENCY_KEYS, &item);
        }
    }
}

/// What a change is caused by that a test makes itself.
pub fn cause(at: Timestamp) -> Cause {
    Cause::new("made".to_owned(), at)
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

fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    let http = HttpClients::new(None).unwrap();
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws, credentials(), "us-east-1".to_owned(), Some(url.to_owned()));
    aws_sdk_dynamodb::Client::new(&config.into_builder().retry_config(quick).build())
}

fn credentials() -> AwsCredentials {
    AwsCredentials::new("test", "test", None, None, "bench")
}

async fn start_app(aws_url: &str) -> &'static App {
    let dynamodb = dynamodb(aws_url);
    let tables = Tables {
        bonuses: Table::new(dynamodb.clone(), BONUSES.to_owned()),
        idempotency: Table::new(dynamodb, IDEMPOTENCY_KEYS.to_owned()),
    };
    let http = HttpClients::new(None).unwrap();
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(aws_url.to_owned()));
    let account = AwsAccount { credentials: credentials(), region, endpoint_url };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let tokens = Tokens::new(Caller::new(http), TokenRules::default());
    Box::leak(Box::new(App::new(tables, secrets, tokens).await.unwrap()))
}
