//! One test's world: an AWS, the sandbox, and the function between them, all calls over one wire.

use std::time::Duration;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use axum::Router;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use sandbox::options::{INTERNAL_API_KEY, Options};
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{IDEMPOTENCY_KEYS, INVOICES};
use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::tokens::JWT_SECRET;
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::{Call, Wire};
use sandbox::tripay::credentials::SANDBOX;
use serde_json::{Value, json};
use sha2::Sha256;
use shared::aws_account::AwsAccount;
use shared::domain::invoice::number::MerchantRef;
use shared::domain::money::Money;
use shared::domain::order::OrderItem;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::providers::tripay::callback::{Callback, Callbacks};
use shared::providers::tripay::{Customer, NewTransaction};
use shared::rest::tokens::TokenRules;
use shared::stores::invoices::Cause;
use shared::stores::table::Table;
use shared::workflows::settle_payment::{Settling, settle};
use tower::ServiceExt;

use crate::app::{App, PaymentSettings, Services};
use crate::routes::router;

/// The path of `POST /transaction/create` in [`Wire::count`].
pub const CREATE: &str = "POST /transaction/create";

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: &'static App,
    aws_url: String,
    services: Services,
    rules: TokenRules,
    api: Router,
}

impl Bench {
    /// A world where tokens are signed with the shared secret.
    pub async fn start() -> Self {
        Self::with(Wire::new(), TokenRules::default()).await
    }

    /// A world with other rules for tokens.
    pub async fn with(wire: Wire, rules: TokenRules) -> Self {
        let aws = Aws::start().await;
        let tripay = json!({ "apiKey": SANDBOX.api_key, "privateKey": SANDBOX.private_key, "merchantCode": SANDBOX.merchant_code });
        aws.secrets.set("paydesk/tripay", &tripay);
        aws.secrets.set("paydesk/api", &json!({ "jwtSecret": JWT_SECRET, "cursorKey": "a-cursor-key" }));
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": [INTERNAL_API_KEY, "second-internal-key"] }));
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let aws_url = wire.tap("aws", &aws.url()).await;
        let services = Services {
            tripay: wire.tap("tripay", &format!("{}/tripay/api-sandbox", sandbox.url())).await,
            orders: wire.tap("orders", &format!("{}/orders", sandbox.url())).await,
            users: wire.tap("users", &format!("{}/users", sandbox.url())).await,
        };
        let app = start_app(&aws_url, &services, &rules).await;
        wire.reset();
        Self { aws, sandbox, wire, app, aws_url, services, rules, api: router(app) }
    }

    /// A new process of the function over the same world.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.aws_url, &self.services, &self.rules).await;
        self.api = router(self.app);
    }

    /// A new process that finds Tripay's port closed once it knows the channels.
    pub async fn unreachable_tripay(&mut self) {
        let services = Services { tripay: "http://127.0.0.1:1".to_owned(), ..self.services.clone() };
        let reachable = self.app.tripay().await.unwrap();
        self.app = start_app(&self.aws_url, &services, &self.rules).await;
        self.app.channels.offered(&reachable).await.unwrap();
        self.api = router(self.app);
    }

    /// Gives the function an event.
    pub async fn send(&self, trigger: &Trigger) -> Answer {
        Answer::of(self.api.clone().oneshot(trigger.request()).await.unwrap()).await
    }

    /// The new invoice of an order.
    pub async fn created(&self, order: &str) -> String {
        let shown = self.control("GET", &format!("/_control/orders/orders/{order}"), Value::Null).await;
        let create = Trigger::of("create").by(shown["userId"].as_str().unwrap());
        let made = self.send(&create.body(&json!({ "orderId": order }))).await.ok(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// The code for an invoice of `user-1`.
    pub async fn pay(&self, invoice: &str, channel: &str) -> Answer {
        self.send(&Trigger::of("pay").about(invoice).body(&json!({ "channel": channel }))).await
    }

    /// An order of `user-1`, in one line.
    pub async fn put_order(&self, id: &str, amount: i64, fields: Value) {
        let mut order = json!({ "userId": "user-1", "amount": amount, "items": [{ "name": "VPS", "price": amount, "quantity": 1 }] });
        order.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.control("PUT", &format!("/_control/orders/orders/{id}"), order).await;
    }

    /// A control request of the sandbox that must succeed.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.sandbox.control(method, path, &body).await.unwrap();
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// Orders misbehaviour, once.
    pub async fn fault(&self, party: &str, operation: &str, fault: &str, fields: Value) {
        let mut wish = json!({ "party": party, "operation": operation, "fault": fault });
        wish.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.control("POST", "/_control/faults", wish).await;
    }

    /// Everything that Tripay holds.
    pub async fn transactions(&self) -> Vec<Value> {
        let listed = self.control("GET", "/_control/tripay/transactions", Value::Null).await;
        listed["items"].as_array().unwrap().clone()
    }

    /// Something happens to a transaction, and Tripay tells nobody.
    pub async fn happens_unheard(&self, reference: &str, event: &str) {
        let path = format!("/_control/tripay/transactions/{reference}/{event}");
        self.control("POST", &path, json!({ "send": false })).await;
    }

    /// Something happens to a transaction, and its callback is settled as `tripay-callback` does it.
    pub async fn happens(&self, reference: &str, event: &str, wish: Value) -> Settling {
        let path = format!("/_control/tripay/transactions/{reference}/{event}");
        let sent = self.control("POST", &path, wish).await;
        let body = sent["deliveries"][0]["requestBody"].as_str().unwrap().to_owned();
        let mut mac = Hmac::<Sha256>::new_from_slice(SANDBOX.private_key.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("x-callback-signature", signature.parse().unwrap());
        headers.insert("x-callback-event", HeaderValue::from_static("payment_status"));
        let callbacks =
            Callbacks { private_keys: vec![SANDBOX.private_key.into()], source_addresses: vec![] };
        let opened = callbacks.open(&headers, None, body.as_bytes()).unwrap();
        let Callback::Report(report) = opened else { panic!("not about an attempt: {opened:?}") };
        let cause = Cause { correlation_id: "callback-1".to_owned(), now: Timestamp::now() };
        settle(&self.app.invoices, &self.app.unmatched, &report, &cause).await.unwrap()
    }

    /// A transaction that Tripay was asked for by somebody else, under that name.
    pub async fn orphan(&self, merchant_ref: &MerchantRef) -> String {
        let (amount, name) = (Money::rupiah(50_000), "VPS".to_owned());
        let customer = Customer { name: "Budi Santoso", email: "user-1@example.com", phone: None };
        let new = NewTransaction {
            merchant_ref,
            code: "BCAVA",
            amount,
            items: &[OrderItem { sku: None, name, price: amount, quantity: 1 }],
            customer,
            expires_at: Timestamp::now().checked_add(SignedDuration::from_hours(2)).unwrap(),
            callback_url: None,
            return_url: None,
        };
        let created = self.app.tripay().await.unwrap().create(&new).await.unwrap();
        created.transaction.reference.to_string()
    }

    /// Everything stored under that kind of key, as plain JSON.
    pub fn stored(&self, kind: &str) -> Vec<Value> {
        let items = self.aws.dynamodb.items(INVOICES).into_iter();
        items.filter(|item| item["sk"]["S"] == kind).map(|item| plain(&json!({ "M": item }))).collect()
    }

    /// What is stored of an invoice.
    pub fn invoice(&self, number: &str) -> Value {
        self.stored("INVOICE").into_iter().find(|item| item["number"] == number).unwrap()
    }

    /// Changes what is stored of an invoice behind the function's back, in DynamoDB's typed JSON.
    pub fn rewrite(&self, number: &str, change: impl FnOnce(&mut Value)) {
        let mut item = self.aws.dynamodb.item(INVOICES, &format!("INVOICE#{number}"), "INVOICE").unwrap();
        change(&mut item);
        self.aws.dynamodb.put(INVOICES, &item);
    }

    /// Lets every attempt of an invoice be older than Tripay's settling delay.
    pub fn let_attempts_age(&self, number: &str) {
        self.rewrite(number, |item| {
            for attempt in item["attempts"]["L"].as_array_mut().into_iter().flatten() {
                attempt["M"]["submitted_at"]["S"] = json!(ago(SignedDuration::from_mins(2)));
            }
        });
    }

    /// Lets the lease of every idempotency key run out.
    pub fn let_leases_lapse(&self) {
        for mut item in self.aws.dynamodb.items(IDEMPOTENCY_KEYS) {
            item["lease_until"]["S"] = json!(ago(SignedDuration::from_mins(1)));
            self.aws.dynamodb.put(IDEMPOTENCY_KEYS, &item);
        }
    }

    /// Ids of the events that the table's stream has brought since the last call.
    pub fn new_events(&self) -> Vec<String> {
        let event = self.aws.dynamodb.new_stream_event().unwrap_or_default();
        let images =
            event["Records"].as_array().into_iter().flatten().map(|record| &record["dynamodb"]["NewImage"]);
        let outboxes = images.filter_map(|image| image["outbox"]["L"].as_array()).flatten();
        outboxes.map(|event| event["M"]["event"]["S"].as_str().unwrap().to_owned()).collect()
    }

    /// The calls of one tap.
    pub fn calls_to(&self, tap: &str) -> Vec<Call> {
        self.wire.calls().into_iter().filter(|call| call.tap == tap).collect()
    }
}

/// Moves the clock that held values age by.
pub async fn later(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// An instant in the past, as it is stored.
pub fn ago(age: SignedDuration) -> String {
    Timestamp::now().checked_sub(age).unwrap().to_string()
}

async fn start_app(aws_url: &str, services: &Services, rules: &TokenRules) -> &'static App {
    let http = HttpClients::new(None).unwrap();
    let credentials = AwsCredentials::new("test", "test", None, None, "bench");
    let (region, endpoint_url) = ("us-east-1".to_owned(), Some(aws_url.to_owned()));
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(2));
    let config = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone())
        .into_builder()
        .retry_config(quick)
        .build();
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let tables = (
        Table::new(dynamodb.clone(), INVOICES.to_owned()),
        Table::new(dynamodb, IDEMPOTENCY_KEYS.to_owned()),
    );
    let account = AwsAccount { credentials, region, endpoint_url };
    let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
    let payment = PaymentSettings {
        lifetime: SignedDuration::from_hours(24),
        callback_url: None,
        return_url: Some("https://shop.example.com/thanks".to_owned()),
    };
    let app = App::new(tables, Caller::new(http), secrets, services, rules.clone(), payment).await.unwrap();
    Box::leak(Box::new(app))
}

/// DynamoDB's typed JSON without its types. Numbers become numbers.
fn plain(typed: &Value) -> Value {
    let (kind, value) = typed.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "M" => value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        "NULL" => Value::Null,
        _ => value.clone(),
    }
}
