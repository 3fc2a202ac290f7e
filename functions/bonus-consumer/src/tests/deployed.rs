//! The function as a deployment sets it up.

use aws_credential_types::Credentials;
use jiff::SignedDuration;
use sandbox::portmone::{GATEWAY_LOGIN, GATEWAY_PASSWORD, GATEWAY_PAYEE, LOGIN, PASSWORD};
use sandbox::telecom::API_KEY;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::BONUSES;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::bonus::driving::Patience;
use shared::domain::bonus::limits::Limits;
use shared::domain::bonus::payees::{PayeeRule, Payees};
use shared::domain::locale::Locale;
use shared::domain::money::{Currency, Money};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::SecretReader;
use shared::providers::portmone::PortmoneSettings;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::bonuses::Bonuses;
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::table::Table;

use crate::access::PartiesSource;
use crate::app::{App, DELAYS, Rules};

pub const DECISIONS: &str = "paydesk-receipt-decisions";
pub const DEAD_DECISIONS: &str = "paydesk-receipt-decisions-dlq";
pub const PAYOUTS: &str = "paydesk-bonus-payouts";
pub const DEAD_PAYOUTS: &str = "paydesk-bonus-payouts-dlq";
/// What the receipt system seals numbers with.
pub const SECRET: &str = "sandbox-receipts-encryption-secret-0000";
/// How long Portmone may take to report a payment.
pub const SETTLE: SignedDuration = SignedDuration::from_mins(15);
/// After how many minutes things are tried again.
pub const RETRIES: [i64; 5] = [1, 5, 30, 120, 720];

/// What a deployment may set in another way.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub has_portmone: bool,
    pub has_gateway: bool,
    pub has_telecom: bool,
    pub per_day: Option<u32>,
    pub per_user: Option<u32>,
}

/// As `make up` sets it, without limits.
pub const USUAL: Setup =
    Setup { has_portmone: true, has_gateway: true, has_telecom: true, per_day: None, per_user: None };

/// Where the parties are.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub aws: String,
    pub portmone: String,
    pub gateway: String,
    pub telecom: String,
}

/// The table as `endpoint_url` serves it.
pub fn table(endpoint_url: &str) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(endpoint_url)), BONUSES.to_owned())
}

fn account(endpoint_url: &str) -> AwsAccount {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url: Some(endpoint_url.to_owned()) }
}

fn sdk_config(endpoint_url: &str) -> aws_types::SdkConfig {
    let AwsAccount { credentials, region, endpoint_url } = account(endpoint_url);
    sdk_config_for(HttpClients::new(None).unwrap().aws, credentials, region, endpoint_url)
}

/// The secret `portmone` with another password.
pub fn portmone_secret(password: &str) -> Value {
    json!({
        "login": LOGIN, "password": password, "certificatePem": "", "privateKeyPem": "",
        "webhookToken": "", "gatewayLogin": GATEWAY_LOGIN, "gatewayPassword": GATEWAY_PASSWORD,
        "gatewayPayeeId": GATEWAY_PAYEE,
    })
}

/// Puts all secrets there.
pub fn fill_secrets(aws: &Aws) {
    aws.secrets.set("test/portmone", &portmone_secret(PASSWORD));
    aws.secrets.set("test/receipts", &json!({ "encryptionSecret": SECRET }));
    aws.secrets.set("test/telecom", &json!({ "apiKey": API_KEY }));
}

fn rules(setup: &Setup) -> Rules {
    let payees = ["39=2065", "67=2065", "50=2066", "63=2067"].map(|rule| rule.parse::<PayeeRule>().unwrap());
    Rules {
        limits: Limits {
            per_day: setup.per_day,
            per_user: setup.per_user,
            highest: Money::new(10_000, Currency::Uah),
        },
        payees: Payees::new(payees.to_vec(), None),
        patience: Patience { retries: RETRIES.map(SignedDuration::from_mins).to_vec(), settle: SETTLE },
        default_locale: Locale::of_tag("uk"),
    }
}

/// An instance of the function that starts.
pub async fn start_app(aws: &Aws, addresses: &Addresses, setup: &Setup) -> App {
    let Addresses { aws: endpoint_url, portmone, gateway, telecom } = addresses;
    let sqs = aws_sdk_sqs::Client::new(&sdk_config(endpoint_url));
    let batch = |queue: &str, dead_letters: &str| SqsBatch {
        queue: Queue::new(sqs.clone(), aws.sqs.queue_url(queue)),
        dead_letters: Queue::new(sqs.clone(), aws.sqs.queue_url(dead_letters)),
        delays: DELAYS,
    };
    let http = HttpClients::new(None).unwrap();
    let direct =
        PortmoneSettings { base: format!("{portmone}/portmone/api/directcash/"), version: 2, lang: None };
    let source = PartiesSource {
        secrets: SecretReader::new(&http, account(endpoint_url), "test".to_owned()),
        http,
        proxy: None,
        own_root: None,
        portmone: setup.has_portmone.then_some(direct),
        gateway_url: setup.has_gateway.then(|| format!("{gateway}/portmone/gateway/")),
        telecom_url: setup.has_telecom.then(|| format!("{telecom}/telecom")),
    };
    let table = table(endpoint_url);
    App {
        decisions: batch(DECISIONS, DEAD_DECISIONS),
        payouts: batch(PAYOUTS, DEAD_PAYOUTS),
        bonuses: Bonuses::new(table.clone()),
        bills: PortmoneBills::new(table),
        parties: Refreshed::new(source.read().await.unwrap()),
        source,
        rules: rules(setup),
        metrics: Metrics::new("bonus-consumer"),
    }
}
