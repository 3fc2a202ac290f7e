//! The function over an AWS of its own, with a wire between the two.

use std::net::IpAddr;

use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use hmac::{Hmac, KeyInit, Mac};
use http::Response;
use lambda_http::Request;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::INVOICES;
use sandbox::testbed::event_files::event;
use sandbox::testbed::wire::Wire;
use sandbox::tripay::credentials::SANDBOX;
use serde_json::{Value, json};
use sha2::Sha256;
use shared::aws_account::AwsAccount;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::attempt::Transaction;
use shared::domain::invoice::number::AttemptNumber;
use shared::domain::money::Money;
use shared::domain::order::Order;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::stores::invoices::{Cause, Creation, Invoices};
use shared::stores::table::Table;
use shared::stores::unmatched_reports::{UnmatchedReport, UnmatchedReports};

use crate::app::App;
use crate::handler::handle;

/// The invoice that the events name.
pub const NUMBER: &str = "INV-20261121-7K3M9QZX";
/// The transaction that the events name.
pub const REFERENCE: &str = "DEV-T9999100001AB3DE";
/// The secret that callbacks are proved with.
pub const SECRET: &str = "test/tripay";

/// What Tripay got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: App,
    endpoint_url: String,
}

impl Bench {
    /// The function, started, in front of empty tables. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::allowing(Vec::new()).await
    }

    /// The function that takes callbacks from these addresses only.
    pub async fn allowing(sources: Vec<IpAddr>) -> Self {
        let aws = Aws::start().await;
        aws.secrets.set(SECRET, &credentials(SANDBOX.private_key));
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&endpoint_url, sources).await;
        wire.reset();
        Self { aws, wire, app, endpoint_url }
    }

    /// The function that waits for payment of an invoice that has a code.
    pub async fn with_code() -> Self {
        let bench = Self::start().await;
        bench.store(invoice_with_code()).await;
        bench
    }

    /// Another instance of the function, as Lambda starts them.
    pub async fn another_app(&self) -> App {
        start_app(&self.endpoint_url, Vec::new()).await
    }

    /// Stores an invoice past the wire.
    pub async fn store(&self, invoice: Invoice) {
        let made = Invoices::new(self.table()).create(invoice, &cause()).await.unwrap();
        assert!(matches!(made, Creation::Created(_)));
    }

    /// The invoice as it is stored.
    pub async fn invoice(&self) -> Invoice {
        Invoices::new(self.table()).get(&NUMBER.parse().unwrap()).await.unwrap().unwrap()
    }

    /// The reports that are listed as unmatched.
    pub async fn unmatched(&self) -> Vec<UnmatchedReport> {
        UnmatchedReports::new(self.table()).newest(100).await.unwrap()
    }

    /// The invoice's raw item.
    pub fn item(&self) -> Value {
        self.aws.dynamodb.item(INVOICES, &format!("INVOICE#{NUMBER}"), "INVOICE").unwrap()
    }

    /// The ids and names of the events that the stream delivered since the last look, in order, repeats
    /// included.
    pub fn new_events(&self) -> Vec<String> {
        let stream = self.aws.dynamodb.new_stream_event().unwrap_or_default();
        let records = stream["Records"].as_array().cloned().unwrap_or_default();
        let outboxes =
            records.iter().filter_map(|record| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array());
        let text = |event: &Value, name: &str| event["M"][name]["S"].as_str().unwrap().to_owned();
        let told = |event| format!("{} {}", text(event, "id"), text(event, "event"));
        outboxes.flatten().map(told).collect()
    }

    /// Delivers an event file.
    pub async fn deliver(&self, case: &str) -> Answer {
        self.send(request(&event(case))).await
    }

    /// Delivers a request.
    pub async fn send(&self, request: Request) -> Answer {
        answer(handle(&self.app, request).await)
    }

    /// What was called since the last reset.
    pub fn operations(&self) -> Vec<String> {
        self.wire.calls().iter().map(|call| call.operation()).collect()
    }

    fn table(&self) -> Table {
        Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url())), INVOICES.to_owned())
    }
}

/// What Tripay wants to read.
pub fn acknowledged() -> Answer {
    Answer { status: 200, body: json!({ "success": true }) }
}

/// The answer as Tripay reads it.
pub fn answer(response: Response<String>) -> Answer {
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = serde_json::from_str(response.body()).unwrap();
    Answer { status: response.status().as_u16(), body }
}

/// The request that an event carries.
pub fn request(event: &Value) -> Request {
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

/// `paid.json` with another body, signed anew.
pub fn signed(body: &str) -> Value {
    let mut event = event("paid");
    event["headers"]["x-callback-signature"] = signature(SANDBOX.private_key, body.as_bytes()).into();
    event["body"] = body.into();
    event
}

/// The signature of a body.
pub fn signature(private_key: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(private_key.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// The secret's value for a private key.
pub fn credentials(private_key: &str) -> Value {
    json!({
        "apiKey": SANDBOX.api_key,
        "privateKey": private_key,
        "merchantCode": SANDBOX.merchant_code,
    })
}

/// The invoice that the events name, its first attempt at Tripay, the answer not stored yet.
pub fn invoice_being_submitted() -> Invoice {
    let order = Order {
        id: "order-1".parse().unwrap(),
        customer: "user-1".parse().unwrap(),
        amount: Money::rupiah(150_000),
        items: Vec::new(),
    };
    let made_at = "2026-11-21T08:00:00Z".parse().unwrap();
    let expires_at = "2026-11-22T08:00:00Z".parse().unwrap();
    let mut invoice = Invoice::issue(NUMBER.parse().unwrap(), order, made_at, expires_at).unwrap();
    invoice.choose_channel("BCA_VA".parse().unwrap(), "2026-11-21T08:01:00Z".parse().unwrap()).unwrap();
    invoice
}

/// The invoice that the events name, with the code of the transaction that they name.
pub fn invoice_with_code() -> Invoice {
    let mut invoice = invoice_being_submitted();
    invoice.transaction_created(AttemptNumber::new(1).unwrap(), transaction());
    invoice
}

/// What Tripay created.
pub fn transaction() -> Transaction {
    Transaction {
        reference: REFERENCE.parse().unwrap(),
        code: Some("123450000000001".to_owned()),
        url: None,
        checkout_url: Some(format!("https://tripay.co.id/checkout/{REFERENCE}")),
        qr_string: None,
        qr_image_url: None,
        amount_to_pay: Money::rupiah(150_000),
        expires_at: "2026-11-22T08:00:00Z".parse().unwrap(),
        instructions: Vec::new(),
    }
}

/// Who stores what is stored past the function.
pub fn cause() -> Cause {
    Cause { correlation_id: "the-story-itself".to_owned(), now: "2026-11-21T08:01:00Z".parse().unwrap() }
}

fn account(endpoint_url: &str) -> AwsAccount {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url: Some(endpoint_url.to_owned()) }
}

fn sdk_config(endpoint_url: &str) -> SdkConfig {
    let AwsAccount { credentials, region, endpoint_url } = account(endpoint_url);
    sdk_config_for(HttpClients::new(None).unwrap().aws, credentials, region, endpoint_url)
}

async fn start_app(endpoint_url: &str, sources: Vec<IpAddr>) -> App {
    let client = aws_sdk_dynamodb::Client::new(&sdk_config(endpoint_url));
    let table = Table::new(client, INVOICES.to_owned());
    let http = HttpClients::new(None).unwrap();
    let secrets = SecretReader::new(&http, account(endpoint_url), "test".to_owned());
    App::new(table, secrets, sources).await.unwrap()
}
