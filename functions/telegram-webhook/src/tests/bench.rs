//! One test's world: an AWS, the sandbox with its Telegram, and the function between them.

use aws_credential_types::Credentials;
use http::Response;
use jiff::{SignedDuration, Timestamp};
use lambda_http::Request;
use sandbox::options::{INTERNAL_API_KEY, Options};
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::chat;
use sandbox::testbed::chat::bot::Bot;
use sandbox::testbed::chat::user::User;
use sandbox::testbed::dynamodb::{CHATS, INVOICES, NOTIFICATIONS, SMS_BILLING};
use sandbox::testbed::wire::Wire;
use sandbox::tripay::credentials::SANDBOX;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::bot::commands::SmsBilling;
use shared::domain::dialogue::ChatId;
use shared::domain::sms::settings::Defaults;
use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::providers::isp_api::IspRoutes;
use shared::stores::chats::Chats;
use shared::stores::directory::{Directory, DirectoryRow, List};
use shared::stores::table::Table;

use crate::app::{App, Parties, Tables};
use crate::handler::handle;
use crate::settings::BotSettings;

/// What Telegram proves itself with.
pub const SECRET: &str = "a-webhook-secret-of-43-characters-000000000";
/// The chat of most conversations.
pub const CHAT: i64 = 4242;

/// The world.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    aws_url: String,
    parties: Parties,
    pub settings: BotSettings,
    /// Whether people are billed for SMS.
    pub sms: SmsBilling,
}

impl Bench {
    /// A world in which customers and workers are found in the directory.
    pub async fn start() -> Self {
        let bench = Self::with_isp_api(false).await;
        bench.fill_directory().await;
        bench
    }

    /// A world in which they are found in the provider's API, or in the directory.
    pub async fn with_isp_api(is_used: bool) -> Self {
        let (aws, wire) = (Aws::start().await, Wire::new());
        let tripay = json!({ "apiKey": SANDBOX.api_key, "privateKey": SANDBOX.private_key, "merchantCode": SANDBOX.merchant_code });
        aws.secrets.set("paydesk/tripay", &tripay);
        aws.secrets.set("paydesk/internal", &json!({ "apiKeys": [INTERNAL_API_KEY] }));
        aws.secrets.set("paydesk/telegram", &json!({ "botToken": "", "webhookSecret": SECRET }));
        let isp = json!({ "username": "paydesk", "password": "sandbox-isp-password" });
        aws.secrets.set("paydesk/isp-api", &isp);
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let aws_url = wire.tap("aws", &aws.url()).await;
        let routes = IspRoutes {
            login_path: "/authenticate".to_owned(),
            search_path: "/user-info".to_owned(),
            search_parameter: "mobile".to_owned(),
            workers_path: Some("/worker-list".to_owned()),
        };
        let isp = wire.tap("isp-api", &format!("{}/isp-api", sandbox.url())).await;
        let parties = Parties {
            users: wire.tap("users", &format!("{}/users", sandbox.url())).await,
            tripay: wire.tap("tripay", &format!("{}/tripay/api-sandbox", sandbox.url())).await,
            isp: is_used.then_some((isp, routes)),
        };
        let settings = BotSettings {
            username: "paydesk_sandbox_bot".to_owned(),
            patience: SignedDuration::from_mins(30),
            company_name: "Paydesk".to_owned(),
            time_zone: "Asia/Jakarta".parse().unwrap(),
            makes_tasks: true,
            callback_url: None,
            return_url: None,
        };
        Self { aws, sandbox, wire, aws_url, parties, settings, sms: SmsBilling::On }
    }

    /// A process of the function.
    pub async fn app(&self) -> App {
        let credentials = Credentials::new("local", "local", None, None, "test");
        let http = HttpClients::new(None).unwrap();
        let (region, endpoint_url) = ("eu-central-1".to_owned(), Some(self.aws_url.clone()));
        let config =
            sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint_url.clone());
        let table = |name: &str| Table::new(aws_sdk_dynamodb::Client::new(&config), name.to_owned());
        let sms_billing = match self.sms {
            SmsBilling::On => Some((table(SMS_BILLING), Defaults::ORIGINAL)),
            SmsBilling::Off => None,
        };
        let (chats, invoices, notifications) = (table(CHATS), table(INVOICES), table(NOTIFICATIONS));
        let tables = Tables { chats, invoices, notifications, sms_billing };
        let account = AwsAccount { credentials, region, endpoint_url };
        let secrets = SecretReader::new(&http, account, "paydesk".to_owned());
        let app = App::new(tables, secrets, Caller::new(http), self.parties.clone(), self.settings.clone());
        let app = app.await.unwrap();
        self.wire.reset();
        app
    }

    /// Opens the private chat [`CHAT`] with a process of the function, in English.
    pub fn chat<'a>(
        &'a self,
        app: &'a App,
    ) -> (User<'a, impl AsyncFn(Request) -> Response<String> + 'a>, Bot<'a>) {
        let (user, bot) =
            chat::open(&self.sandbox, CHAT, SECRET, async move |request| handle(app, request).await);
        user.speaks(Some("en"));
        (user, bot)
    }

    /// Ties [`CHAT`] to a person, past the wire.
    pub async fn link(&self, person: &str) {
        let chats = Chats::new(self.table(CHATS));
        let chat = chats.load(ChatId(CHAT)).await.unwrap();
        let token = format!("token-of-{person}");
        let later = Timestamp::now() + SignedDuration::from_mins(15);
        chats.issue_token(&token, &person.parse().unwrap(), later).await.unwrap();
        chats.redeem(&chat, &token, Timestamp::now()).await.unwrap();
    }

    /// Fills the directory with some people.
    async fn fill_directory(&self) {
        let directory = Directory::new(self.table(CHATS));
        let mut customers =
            vec![("customer123", "Nadia Haddad".to_owned()), ("obrien", "Siobhán O'Brien".to_owned())];
        let names = ["koval_a", "koval_b", "koval_c", "koval_d", "koval_e", "koval_f", "koval_g", "koval_h"];
        customers.extend(names.map(|name| (name, format!("Koval <{name}>"))));
        let customer = |(username, name): &(&str, String)| {
            DirectoryRow::of_customer(&Subscriber::new(username.parse().unwrap(), name))
        };
        let rows: Vec<DirectoryRow> = customers.iter().flat_map(customer).collect();
        directory.replace(List::Customers, &rows).await.unwrap();
        let workers = [(13, "Sami Nassar"), (15, "Rima Aoun"), (7, "Олексій Бондар")];
        let rows = workers.map(|(id, name)| DirectoryRow::of_worker(&Worker::new(WorkerId(id), name)));
        directory.replace(List::Workers, &rows).await.unwrap();
    }

    /// A table, past the wire.
    pub fn table(&self, name: &str) -> Table {
        let credentials = Credentials::new("local", "local", None, None, "test");
        let http = HttpClients::new(None).unwrap();
        let config = sdk_config_for(http.aws, credentials, "eu-central-1".to_owned(), Some(self.aws.url()));
        Table::new(aws_sdk_dynamodb::Client::new(&config), name.to_owned())
    }

    /// A control request of the sandbox that must succeed.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.sandbox.control(method, path, &body).await.unwrap();
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// The support tasks that are stored, in DynamoDB's typed JSON.
    pub fn tasks(&self) -> Vec<Value> {
        self.aws.dynamodb.items(CHATS).into_iter().filter(|item| item["sk"]["S"] == "TASK").collect()
    }

    /// What was asked of DynamoDB since the last look.
    pub fn store_requests(&self) -> Vec<String> {
        let calls = self.wire.calls();
        self.wire.reset();
        let is_store = |call: &&sandbox::testbed::wire::Call| {
            call.target.as_deref().is_some_and(|target| target.starts_with("DynamoDB"))
        };
        calls.iter().filter(is_store).map(|call| call.operation()).collect()
    }
}
