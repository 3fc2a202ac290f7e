//! A panel, a table, and any number of instances that share them.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use sandbox::isp_panel::{PASSWORD, USERNAME};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::dynamodb::{CHATS, DynamoDb};
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::providers::call::Caller;
use shared::providers::isp_panel::session::PanelCredentials;
use shared::providers::isp_panel::{NewTask, Panel};
use shared::stores::sessions::Sessions;
use shared::stores::table::Table;
use shared::workflows::panel_login::{PanelLogin, account};

/// The customer and the workers are in the sandbox's directory.
pub const TASK: NewTask<'static> = NewTask {
    kind: "maintenance",
    message: "Customer reports internet outage",
    customer_username: "customer123",
    worker_ids: &[13, 15],
    send_whatsapp: true,
};

/// One panel and one table, each behind a wire of its own.
pub struct Bench {
    pub sandbox: Running,
    pub dynamodb: DynamoDb,
    /// Every request to the table.
    pub to_table: Wire,
    /// Every request to the panel.
    pub to_panel: Wire,
    table_url: String,
    panel_url: String,
}

pub async fn bench() -> Bench {
    let (to_table, to_panel) = (Wire::new(), Wire::new());
    bench_behind(to_table, to_panel).await
}

/// A bench whose requests all go through one wire.
pub async fn bench_on_one_wire() -> Bench {
    let wire = Wire::new();
    bench_behind(wire.clone(), wire).await
}

async fn bench_behind(to_table: Wire, to_panel: Wire) -> Bench {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let dynamodb = DynamoDb::start().await;
    let table_url = to_table.tap("dynamodb", &dynamodb.url()).await;
    let panel_url = to_panel.tap("panel", &format!("{}/isp-panel", sandbox.url())).await;
    Bench { sandbox, dynamodb, to_table, to_panel, table_url, panel_url }
}

impl Bench {
    /// An instance of its own.
    pub fn instance(&self) -> PanelLogin {
        self.instance_with(PASSWORD)
    }

    pub fn instance_with(&self, password: &str) -> PanelLogin {
        PanelLogin::new(self.panel(password), self.table(), SignedDuration::from_hours(12))
    }

    /// The session as the table has it.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.table(), &account(&self.panel(PASSWORD)))
    }

    fn panel(&self, password: &str) -> Panel {
        let credentials = PanelCredentials { username: USERNAME.into(), password: password.into() };
        Panel::new(Caller::new(HttpClients::new(None).unwrap()), &self.panel_url, credentials).unwrap()
    }

    fn table(&self) -> Table {
        let credentials = Credentials::new("local", "local", None, None, "test");
        let (http, region) = (HttpClients::new(None).unwrap(), "eu-central-1".to_owned());
        let config = sdk_config_for(http.aws, credentials, region, Some(self.table_url.clone()));
        Table::new(Client::new(&config), CHATS.to_owned())
    }

    /// Logins that the panel saw: with the right password, and with a wrong one.
    pub async fn logins(&self) -> (u64, u64) {
        let seen = self.control("GET", "isp-panel/logins", Value::Null).await;
        (seen["count"].as_u64().unwrap(), seen["refused"].as_u64().unwrap())
    }

    /// The tasks in the panel.
    pub async fn tasks(&self) -> Vec<Value> {
        let seen = self.control("GET", "isp-panel/tasks", Value::Null).await;
        seen["items"].as_array().unwrap().clone()
    }

    /// Chooses how the panel answers.
    pub async fn settle(&self, settings: Value) {
        self.control("PUT", "isp-panel/settings/session", settings).await;
    }

    /// Ends every session in the panel.
    pub async fn end_sessions(&self) {
        self.control("POST", "isp-panel/sessions/expire", json!({})).await;
    }

    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) =
            self.sandbox.control(method, &format!("/_control/{path}"), &body).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

/// An instant, counted from the first login of a test.
pub fn second(seconds: i64) -> Timestamp {
    let began: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    began + SignedDuration::from_secs(seconds)
}
