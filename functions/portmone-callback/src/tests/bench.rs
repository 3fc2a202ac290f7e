//! The function over an AWS of its own, with a wire between the two.

use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use http::Response;
use lambda_http::{Body, Request};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::BONUSES;
use sandbox::testbed::event_files::event;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::bonus::report::{BillReport, PortmoneBill};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::portmone::callback::Callbacks;
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::table::Table;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::handler::handle;

/// The bill that most events name.
pub const BILL: &str = "523";
/// The token that the events bear.
pub const TOKEN: &str = "sandbox-portmone-webhook-token-0000";
/// The secret that holds it.
pub const SECRET: &str = "test/portmone";
/// The header that bears it.
pub const TOKEN_HEADER: &str = "x-portmone-token";
/// The fingerprint of the certificate in `rsp-ok-with-certificate.json`.
pub const FINGERPRINT: &str = "1ef20875f91bf2e2da0ef20a9c58a479314ae1ee0760691b378ea54b1a329198";

pub const XML: &str = "text/xml; charset=utf-8";
pub const JSON: &str = "application/json";

/// What Portmone got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    pub app: App,
    settings: Callbacks,
    endpoint_url: String,
}

impl Bench {
    /// The function, started, in front of an empty table. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::proving(Callbacks::default()).await
    }

    /// The function that wants callbacks proved like this, and with the token.
    pub async fn proving(settings: Callbacks) -> Self {
        Self::holding(TOKEN, settings).await
    }

    /// The function with a token in the secret.
    pub async fn holding(token: &str, settings: Callbacks) -> Self {
        let aws = Aws::start().await;
        aws.secrets.set(SECRET, &secret(token));
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let app = start_app(&endpoint_url, settings.clone()).await;
        wire.reset();
        Self { aws, wire, app, settings, endpoint_url }
    }

    /// Another instance of the function, as Lambda starts them.
    pub async fn another_app(&self) -> App {
        start_app(&self.endpoint_url, self.settings.clone()).await
    }

    /// A bill as it is stored.
    pub async fn bill(&self, bill: &str) -> PortmoneBill {
        let table =
            Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url())), BONUSES.to_owned());
        PortmoneBills::new(table).get(&bill.parse().unwrap()).await.unwrap()
    }

    /// The reports kept of [`BILL`].
    pub async fn reports(&self) -> Vec<BillReport> {
        self.bill(BILL).await.reports
    }

    /// What is said of [`BILL`], in short.
    pub async fn outcomes(&self) -> Vec<String> {
        self.reports().await.iter().map(|report| report.outcome.as_str().to_owned()).collect()
    }

    /// The raw item of a bill.
    pub fn item(&self, bill: &str) -> Value {
        self.aws.dynamodb.item(BONUSES, &format!("PORTMONE_BILL#{bill}"), "PORTMONE_BILL").unwrap()
    }

    /// The whole table.
    pub fn items(&self) -> Vec<Value> {
        self.aws.dynamodb.items(BONUSES)
    }

    /// The ids and names of the events that the stream delivered since the last look.
    pub fn new_events(&self) -> Vec<String> {
        let stream = self.aws.dynamodb.new_bonuses_event().unwrap_or_default();
        let records = stream["Records"].as_array().cloned().unwrap_or_default();
        let outboxes =
            records.iter().filter_map(|record| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array());
        let text = |event: &Value, name: &str| event["M"][name]["S"].as_str().unwrap().to_owned();
        outboxes.flatten().map(|event| format!("{} {}", text(event, "id"), text(event, "event"))).collect()
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

    /// That AWS was not even called, and nothing is stored.
    pub fn check_untouched(&self) {
        assert_eq!(self.operations(), Vec::<String>::new());
        assert_eq!(self.items(), Vec::<Value>::new());
        assert_eq!(self.new_events(), Vec::<String>::new());
    }
}

/// An answer in JSON.
pub fn in_json(status: u16, body: &str) -> Answer {
    Answer { status, content_type: JSON.to_owned(), body: body.to_owned() }
}

/// An answer of the biller protocol.
pub fn result(status: u16, code: u32, reason: &str) -> Answer {
    let root = format!("<RESULT><ERROR_CODE>{code}</ERROR_CODE><REASON>{reason}</REASON></RESULT>");
    in_xml(status, &root)
}

/// An answer in XML.
pub fn in_xml(status: u16, root: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}");
    Answer { status, content_type: XML.to_owned(), body }
}

/// What Portmone reads of a report that was taken, as `<rsp>`.
pub fn taken() -> Answer {
    in_json(200, r#"{"status":"ok"}"#)
}

/// The answer as Portmone reads it.
pub fn answer(response: Response<String>) -> Answer {
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    Answer { status: response.status().as_u16(), content_type, body: response.into_body() }
}

/// The request that an event carries.
pub fn request(event: &Value) -> Request {
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

/// `rsp-ok.json` with another body.
pub fn with_body(body: impl Into<Body>) -> Request {
    let mut request = request(&event("rsp-ok"));
    *request.body_mut() = body.into();
    request
}

/// `bills-paid.json` with another document.
pub fn with_document(document: &str) -> Request {
    let mut request = request(&event("bills-paid"));
    let form = Serializer::new(String::new()).append_pair("data", document).finish();
    *request.body_mut() = form.into();
    request
}

/// A registry that says of bills that a hryvnia was paid.
pub fn registry(bills: &[&str]) -> Request {
    let bill =
        |bill: &&str| format!("<BILL><BILL_ID>{bill}</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT></BILL>");
    let bills: String = bills.iter().map(bill).collect();
    with_document(&format!("<PAY_ORDERS><PAY_ORDER><BILLS>{bills}</BILLS></PAY_ORDER></PAY_ORDERS>"))
}

/// The secret's value.
pub fn secret(token: &str) -> Value {
    json!({
        "login": "sandbox-portmone-login",
        "password": "sandbox-portmone-password-0000",
        "certificatePem": "",
        "privateKeyPem": "",
        "webhookToken": token,
        "gatewayLogin": "",
        "gatewayPassword": "",
        "gatewayPayeeId": "",
    })
}

fn account(endpoint_url: &str) -> AwsAccount {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url: Some(endpoint_url.to_owned()) }
}

fn sdk_config(endpoint_url: &str) -> SdkConfig {
    let AwsAccount { credentials, region, endpoint_url } = account(endpoint_url);
    sdk_config_for(HttpClients::new(None).unwrap().aws, credentials, region, endpoint_url)
}

async fn start_app(endpoint_url: &str, settings: Callbacks) -> App {
    let client = aws_sdk_dynamodb::Client::new(&sdk_config(endpoint_url));
    let table = Table::new(client, BONUSES.to_owned());
    let http = HttpClients::new(None).unwrap();
    let secrets = SecretReader::new(&http, account(endpoint_url), "test".to_owned());
    App::new(table, secrets, settings).await.unwrap()
}
