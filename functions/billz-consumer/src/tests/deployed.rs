//! The function as a deployment sets it up.

use aws_credential_types::Credentials;
use jiff::SignedDuration;
use sandbox::billz::{CASHBOX_ID, SECRET_TOKEN, SHOP_ID};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use shared::aws_account::AwsAccount;
use shared::domain::billz::running::Rules;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::SecretReader;
use shared::providers::billz::Shop;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::table::Table;

use super::bench::{OPERATIONS, PAYMENTS, REPLIES};
use crate::access::BillzSource;
use crate::app::{App, DELAYS, Stores, Ways};

/// What a deployment may set in another way.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub token: &'static str,
    pub has_address: bool,
    pub settle: SignedDuration,
    pub gap_ms: i64,
    pub check_totals: bool,
}

/// As `make up` sets it, but for the time that nobody has to wait here.
pub const USUAL: Setup = Setup {
    token: SECRET_TOKEN,
    has_address: true,
    settle: SignedDuration::ZERO,
    gap_ms: 1,
    check_totals: true,
};

/// Where a queue's messages are buried.
pub fn dead_letters(queue: &str) -> String {
    format!("{queue}-dlq")
}

fn account(endpoint_url: &str) -> AwsAccount {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url: Some(endpoint_url.to_owned()) }
}

fn sdk_config(endpoint_url: &str) -> aws_types::SdkConfig {
    let AwsAccount { credentials, region, endpoint_url } = account(endpoint_url);
    sdk_config_for(HttpClients::new(None).unwrap().aws, credentials, region, endpoint_url)
}

/// An instance of the function that starts.
pub async fn start_app(aws: &Aws, endpoint_url: &str, billz_url: &str, setup: &Setup) -> App {
    let sdk = sdk_config(endpoint_url);
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let batch = |queue: &str| SqsBatch {
        queue: Queue::new(sqs.clone(), aws.sqs.queue_url(queue)),
        dead_letters: Queue::new(sqs.clone(), aws.sqs.queue_url(&dead_letters(queue))),
        delays: DELAYS,
    };
    let table = Table::new(aws_sdk_dynamodb::Client::new(&sdk), BILLZ_ORDERS.to_owned());
    let http = HttpClients::new(None).unwrap();
    let source = BillzSource {
        secrets: SecretReader::new(&http, account(endpoint_url), "test".to_owned()),
        caller: Caller::new(http),
        base_url: setup.has_address.then(|| billz_url.to_owned()),
        shop: Some(Shop {
            shop_id: SHOP_ID.to_owned(),
            cashbox_id: CASHBOX_ID.to_owned(),
            zone: "Asia/Tashkent".parse().unwrap(),
            postpone_days: 30,
        }),
        table: table.clone(),
        gap: SignedDuration::from_millis(setup.gap_ms),
    };
    App {
        payments: batch(PAYMENTS),
        operations: batch(OPERATIONS),
        stores: Stores::new(&table),
        billz: Refreshed::new(source.read().await.unwrap()),
        source,
        ways: Ways {
            rules: Rules { check_totals: setup.check_totals },
            settle: setup.settle,
            reply_queues: vec![REPLIES.to_owned()],
        },
        metrics: Metrics::new("billz-consumer"),
    }
}
