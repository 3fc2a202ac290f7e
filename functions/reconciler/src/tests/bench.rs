//! One test's world: an AWS, the sandbox's Tripay, and the function between them, all calls over one wire.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as AwsCredentials;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::INVOICES;
use sandbox::testbed::wire::Wire;
use sandbox::tripay::credentials::SANDBOX;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::number::{AttemptNumber, InvoiceNumber};
use shared::domain::invoice::pay::ChannelChoice;
use shared::domain::money::Money;
use shared::domain::order::Order;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::metrics::Metrics;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::providers::tripay::{Customer, NewTransaction, TransactionDetail};
use shared::stores::invoices::{Cause, Invoices};
use shared::stores::sweeps::Sweeps;
use shared::stores::table::{StoreError, Table};
use shared::workflows::tripay_client::TripayClient;

use crate::handler::{App, Summary, handle};

/// The path of `GET /transaction/detail` in [`Wire::count`].
pub const DETAIL: &str = "GET /transaction/detail";
/// The path of `GET /merchant/transactions` in [`Wire::count`].
pub const LIST: &str = "GET /merchant/transactions";
/// How long before its end a customer is reminded of an invoice.
pub const LEAD_TIME: SignedDuration = SignedDuration::from_hours(2);
/// As long as the deployed function has.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    app: App,
    /// Past the wire, to prepare what the function finds.
    past_the_wire: App,
    urls: (String, String),
}

impl Bench {
    /// An empty world.
    pub async fn start() -> Self {
        let (aws, wire) = (Aws::start().await, Wire::new());
        let tripay = json!({ "apiKey": SANDBOX.api_key, "privateKey": SANDBOX.private_key, "merchantCode": SANDBOX.merchant_code });
        aws.secrets.set("paydesk/tripay", &tripay);
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let tripay_url = format!("{}/tripay/api-sandbox", sandbox.url());
        let urls = (wire.tap("aws", &aws.url()).await, wire.tap("tripay", &tripay_url).await);
        let past_the_wire = start_app(&(aws.url(), tripay_url)).await;
        let app = start_app(&urls).await;
        wire.reset();
        Self { aws, sandbox, wire, app, past_the_wire, urls }
    }

    /// A new process of the function over the same world.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.urls).await;
    }

    /// The schedule fires, and the function has all its time.
    pub async fn run(&self) -> Result<Summary, StoreError> {
        self.run_until(SystemTime::now() + TIMEOUT).await
    }

    /// The schedule fires, and the function is stopped at `deadline`.
    pub async fn run_until(&self, deadline: SystemTime) -> Result<Summary, StoreError> {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/reconciler/schedule.json");
        let event: EventBridgeEvent = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(event.detail_type, "Scheduled Event");
        handle(&self.app, deadline).await
    }

    /// An invoice made `age` ago that can be paid for `lifetime`.
    pub async fn invoice(&self, age: SignedDuration, lifetime: SignedDuration) -> InvoiceNumber {
        let now = Timestamp::now();
        let created_at = now.checked_sub(age).unwrap();
        let number = random_number();
        let order = Order {
            id: format!("order-of-{number}").parse().unwrap(),
            customer: "user-1".parse().unwrap(),
            amount: Money::rupiah(150_000),
            items: Vec::new(),
        };
        let expires_at = created_at.checked_add(lifetime).unwrap();
        let invoice = Invoice::issue(number.clone(), order, created_at, expires_at).unwrap();
        self.past_the_wire.invoices.create(invoice, &cause()).await.unwrap();
        number
    }

    /// An attempt committed `age` ago, of which nothing more is known.
    pub async fn submitting(&self, number: &InvoiceNumber, age: SignedDuration) -> AttemptNumber {
        let at = Timestamp::now().checked_sub(age).unwrap();
        let channel = "BCA_VA".parse().unwrap();
        let choose = |invoice: &mut Invoice| invoice.choose_channel(channel, at);
        let changed = self.past_the_wire.invoices.change(number, &cause(), choose).await.unwrap().unwrap();
        match changed.outcome.unwrap() {
            ChannelChoice::Submit(number) => number,
            other => panic!("{other:?}"),
        }
    }

    /// Creates the transaction of an attempt at Tripay; the invoice is not told.
    pub async fn at_tripay(&self, number: &InvoiceNumber, attempt: AttemptNumber) -> TransactionDetail {
        let invoice = self.past_the_wire.invoices.get(number).await.unwrap().unwrap();
        let items = invoice.order.items_that_add_up();
        let new = NewTransaction {
            merchant_ref: &invoice.merchant_ref(attempt),
            code: "BCAVA",
            amount: invoice.order.amount,
            items: &items,
            customer: Customer { name: "Budi Santoso", email: "user-1@example.com", phone: None },
            expires_at: Timestamp::now().checked_add(SignedDuration::from_hours(2)).unwrap(),
            callback_url: None,
            return_url: None,
        };
        self.past_the_wire.tripay.tripay().await.unwrap().create(&new).await.unwrap()
    }

    /// A code made `age` ago, with its reference at Tripay.
    pub async fn code(&self, number: &InvoiceNumber, age: SignedDuration) -> String {
        let attempt = self.submitting(number, age).await;
        let detail = self.at_tripay(number, attempt).await;
        let store = |invoice: &mut Invoice| invoice.transaction_created(attempt, detail.transaction.clone());
        self.past_the_wire.invoices.change(number, &cause(), store).await.unwrap().unwrap();
        detail.transaction.reference.to_string()
    }

    /// Something happens to a transaction, and Tripay tells nobody.
    pub async fn happens_unheard(&self, reference: &str, event: &str) {
        let path = format!("/_control/tripay/transactions/{reference}/{event}");
        self.control(&path, json!({ "send": false })).await;
    }

    /// Orders misbehaviour of Tripay.
    pub async fn fault(&self, operation: &str, fault: &str, times: u32) {
        let wish = json!({ "party": "tripay", "operation": operation, "fault": fault, "times": times });
        self.control("/_control/faults", wish).await;
    }

    async fn control(&self, path: &str, body: Value) {
        let (status, answer) = self.sandbox.control("POST", path, &body).await.unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
    }

    /// The invoice as it is stored.
    pub async fn stored(&self, number: &InvoiceNumber) -> Invoice {
        self.past_the_wire.invoices.get(number).await.unwrap().unwrap()
    }

    /// Its state, and how far its last attempt got.
    pub async fn standing(&self, number: &InvoiceNumber) -> (&'static str, &'static str) {
        let invoice = self.stored(number).await;
        let progress = invoice.attempts.last().map_or("", |attempt| attempt.progress.as_str());
        (invoice.state().as_str(), progress)
    }

    /// Lets an invoice's first code have ended by our clock, so that the same channel gives another.
    pub fn rewrite_expiry_of_first_code(&self, number: &InvoiceNumber) {
        let mut item = self.aws.dynamodb.item(INVOICES, &format!("INVOICE#{number}"), "INVOICE").unwrap();
        let past = Timestamp::now().checked_sub(hours(1)).unwrap();
        item["attempts"]["L"][0]["M"]["transaction"]["M"]["expires_at"]["S"] = json!(past);
        self.aws.dynamodb.put(INVOICES, &item);
    }

    /// Lets nobody be reminded.
    pub fn remind_never(&mut self) {
        self.app.reminder_lead_time = SignedDuration::ZERO;
    }

    /// Lets a customer not have been reminded yet.
    pub fn forget_reminder(&self, number: &InvoiceNumber) {
        let mut item = self.aws.dynamodb.item(INVOICES, &format!("INVOICE#{number}"), "INVOICE").unwrap();
        item.as_object_mut().unwrap().remove("reminded_at");
        self.aws.dynamodb.put(INVOICES, &item);
    }

    /// Breaks a rule in a stored invoice.
    pub fn corrupt(&self, number: &InvoiceNumber) {
        let mut item = self.aws.dynamodb.item(INVOICES, &format!("INVOICE#{number}"), "INVOICE").unwrap();
        item["number"]["S"] = json!("INV-1");
        self.aws.dynamodb.put(INVOICES, &item);
    }

    /// Lets the last complete sweep have ended that much earlier.
    pub fn let_time_pass(&self, time: SignedDuration) {
        let Some(mut item) = self.aws.dynamodb.item(INVOICES, "SWEEP", "SWEEP") else { return };
        let since: Timestamp = item["since"]["S"].as_str().unwrap().parse().unwrap();
        item["since"]["S"] = json!(since.checked_sub(time).unwrap());
        self.aws.dynamodb.put(INVOICES, &item);
    }

    /// Names of the events that the table's stream has brought since the last call.
    pub fn new_events(&self) -> Vec<String> {
        let event = self.aws.dynamodb.new_stream_event().unwrap_or_default();
        let records = event["Records"].as_array().into_iter().flatten();
        let outboxes = records.filter_map(|record| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array());
        outboxes.flatten().map(|event| event["M"]["event"]["S"].as_str().unwrap().to_owned()).collect()
    }
}

/// A duration in the past or future.
pub fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A duration in hours.
pub fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn cause() -> Cause {
    Cause { correlation_id: "prepared".to_owned(), now: Timestamp::now() }
}

fn random_number() -> InvoiceNumber {
    let ticket = shared::lambda::correlation::new();
    let bits = u64::from_str_radix(&ticket[ticket.len() - 12..], 16).unwrap();
    InvoiceNumber::new(jiff::civil::date(2026, 11, 21), bits)
}

async fn start_app((aws_url, tripay_url): &(String, String)) -> App {
    let http = HttpClients::new(None).unwrap();
    let credentials = AwsCredentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(aws_url.clone()));
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone())
        .into_builder()
        .retry_config(quick)
        .build();
    let table = Table::new(aws_sdk_dynamodb::Client::new(&config), INVOICES.to_owned());
    let account = AwsAccount { credentials, region, endpoint_url };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let tripay = TripayClient::start(Caller::new(http), tripay_url.clone(), secrets).await.unwrap();
    App {
        invoices: Invoices::new(table.clone()),
        sweeps: Sweeps::new(table),
        tripay,
        reminder_lead_time: LEAD_TIME,
        metrics: Metrics::new("reconciler"),
    }
}
