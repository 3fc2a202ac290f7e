//! The function as a deployment sets it up.

use aws_credential_types::Credentials;
use jiff::SignedDuration;
use sandbox::sippy::PASSWORD;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::SMS_BILLING;
use shared::aws_account::AwsAccount;
use shared::domain::sms::bill::charging::Patience;
use shared::domain::sms::settings::Defaults;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::Table;
use shared::workflows::sms_terms::SmsTerms;
use tokio::sync::Mutex;

use crate::access::{SwitchAccess, SwitchSource};
use crate::app::{AFTER_PANICS, App};

pub const QUEUE: &str = "paydesk-sms-charges";
pub const DEAD_LETTERS: &str = "paydesk-sms-charges-dlq";
/// How long the switch may take to show a payment.
pub const SETTLE: SignedDuration = SignedDuration::from_mins(15);

/// What a deployment may set in another way.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub password: &'static str,
    pub has_address: bool,
    pub defaults: Defaults,
}

/// As `make up` sets it.
pub const USUAL: Setup = Setup { password: PASSWORD, has_address: true, defaults: Defaults::ORIGINAL };

/// The tables as `endpoint_url` serves them.
pub fn table(endpoint_url: &str) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(endpoint_url)), SMS_BILLING.to_owned())
}

fn account(endpoint_url: &str) -> AwsAccount {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url: Some(endpoint_url.to_owned()) }
}

fn sdk_config(endpoint_url: &str) -> aws_types::SdkConfig {
    let AwsAccount { credentials, region, endpoint_url } = account(endpoint_url);
    sdk_config_for(HttpClients::new(None).unwrap().aws, credentials, region, endpoint_url)
}

/// When things are tried again.
pub fn patience() -> Patience {
    let retries = [1, 6, 24, 72].map(SignedDuration::from_hours).to_vec();
    Patience { retries, settle: SETTLE }
}

/// An instance of the function that starts: it holds no challenge of the switch's and no terms.
pub async fn start_app(aws: &Aws, endpoint_url: &str, switch_url: &str, setup: &Setup) -> App {
    let sqs = aws_sdk_sqs::Client::new(&sdk_config(endpoint_url));
    let batch = SqsBatch {
        queue: Queue::new(sqs.clone(), aws.sqs.queue_url(QUEUE)),
        dead_letters: Queue::new(sqs, aws.sqs.queue_url(DEAD_LETTERS)),
        delays: AFTER_PANICS,
    };
    let http = HttpClients::new(None).unwrap();
    let source = SwitchSource {
        secrets: SecretReader::new(&http, account(endpoint_url), "test".to_owned()),
        caller: Caller::new(http),
        url: setup.has_address.then(|| format!("{switch_url}/sippy/xmlapi/xmlapi")),
    };
    let nothing = SwitchAccess::Off { reason: "it was not read yet" };
    let table = table(endpoint_url);
    App {
        batch,
        accounts: SmsAccounts::new(table.clone()),
        bills: SmsBills::new(table.clone()),
        terms: SmsTerms::new(SmsSettings::new(table), setup.defaults),
        switch: Refreshed::new(source.read(&nothing).await.unwrap()),
        source,
        line: Mutex::new(()),
        patience: patience(),
        metrics: Metrics::new("sms-charge-worker"),
    }
}
