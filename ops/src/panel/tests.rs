//! The panel is checked, against the played one and a table in the process.

use aws_credential_types::Credentials;
use jiff::SignedDuration;
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::providers::call::Caller;
use shared::providers::isp_panel::Panel;
use shared::providers::isp_panel::session::PanelCredentials;
use shared::stores::table::Table;
use shared::workflows::panel_login::PanelLogin;

use super::{MESSAGE, TestTask, check};

struct Bench {
    aws: Aws,
    sandbox: Running,
}

impl Bench {
    async fn start() -> Self {
        Self { aws: Aws::start().await, sandbox: Sandbox::start(Options::default()).await.unwrap() }
    }

    /// The command of an operator who has this password.
    fn login(&self, password: &str) -> PanelLogin {
        let http = HttpClients::new(None).unwrap();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let sdk = sdk_config_for(http.aws.clone(), credentials, "us-east-1".to_owned(), Some(self.aws.url()));
        let table = Table::new(aws_sdk_dynamodb::Client::new(&sdk), CHATS.to_owned());
        let account = PanelCredentials { username: "paydesk".into(), password: password.into() };
        let base_url = format!("{}/isp-panel", self.sandbox.url());
        let panel = Panel::new(Caller::new(http), &base_url, account).unwrap();
        PanelLogin::new(panel, table, SignedDuration::from_hours(12))
    }

    /// Whether all was well, and what was told.
    async fn check(&self, wish: &TestTask) -> (anyhow::Result<bool>, String) {
        let mut told = Vec::new();
        let checked = check(&self.login("sandbox-panel-password"), wish, &mut |line| told.push(line)).await;
        (checked, told.join("\n"))
    }

    async fn control(&self, path: &str) -> Value {
        self.sandbox.control("GET", &format!("/_control/isp-panel/{path}"), &Value::Null).await.unwrap().1
    }

    async fn tasks(&self) -> Vec<Value> {
        self.control("tasks").await["items"].as_array().unwrap().clone()
    }

    async fn fault(&self, operation: &str, fault: &str) {
        let wish = json!({ "party": "isp-panel", "operation": operation, "fault": fault });
        self.sandbox.control("POST", "/_control/faults", &wish).await.unwrap();
    }
}

fn looking() -> TestTask {
    TestTask { create_test_task: false, customer: None, worker: Vec::new() }
}

async fn creating(bench: &Bench) -> TestTask {
    let customer = bench.control("customers").await["items"][0]["username"].as_str().unwrap().to_owned();
    TestTask { create_test_task: true, customer: Some(customer.parse().unwrap()), worker: vec![13, 15] }
}

#[tokio::test]
async fn a_session_is_made_shared_and_made_anew_and_no_task_is() {
    let bench = Bench::start().await;
    let (checked, told) = bench.check(&looking()).await;
    assert!(checked.unwrap());
    assert!(told.starts_with("session that the functions share: none\nlet in with a new login\n"), "{told}");
    assert!(told.contains("logged in anew: the session is good until "), "{told}");
    assert_eq!(bench.control("logins").await["count"], 2);
    let (checked, told) = bench.check(&looking()).await;
    assert!(checked.unwrap());
    assert!(told.contains("let in with that session") && !told.contains("PHPSESSID"), "{told}");
    assert_eq!(bench.control("logins").await["count"], 3);
    assert_eq!(bench.tasks().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_test_task_is_created_once_also_where_the_session_was_over() {
    let bench = Bench::start().await;
    assert!(bench.check(&looking()).await.0.unwrap());
    bench.sandbox.control("POST", "/_control/isp-panel/sessions/expire", &json!({})).await.unwrap();
    let wish = creating(&bench).await;
    let (checked, told) = bench.check(&wish).await;
    assert!(checked.unwrap() && told.contains("is in the panel: please close it there"), "{told}");
    let tasks = bench.tasks().await;
    assert_eq!(tasks.len(), 1);
    let customer = wish.customer.unwrap();
    assert_eq!((&tasks[0]["message"], &tasks[0]["workerIds"]), (&json!(MESSAGE), &json!([13, 15])));
    assert_eq!(
        (&tasks[0]["customerUsername"], &tasks[0]["sendWhatsApp"]),
        (&json!(customer.as_str()), &json!(false))
    );
    // The session that was over, and the new one at the end.
    assert_eq!(bench.control("logins").await["count"], 4);
}

#[tokio::test]
async fn a_task_that_is_not_certain_is_told_as_such() {
    let bench = Bench::start().await;
    let wish = creating(&bench).await;
    for (fault, words) in
        [("refuse", "the test task was refused"), ("cut_after", "is unclear, look into the panel")]
    {
        bench.fault("create_task", fault).await;
        let (checked, told) = bench.check(&wish).await;
        assert!(!checked.unwrap() && told.contains(words), "{fault}: {told}");
    }
    assert_eq!(bench.tasks().await.len(), 1, "the one whose answer was lost");
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why() {
    let bench = Bench::start().await;
    let mut told = Vec::new();
    let checked = check(&bench.login("wrong"), &looking(), &mut |line| told.push(line)).await;
    let error = format!("{:#}", checked.unwrap_err());
    assert!(error.contains("does not let us in") && error.contains("AUTH_HTTP_ERROR"), "{error}");
    assert_eq!(told, ["session that the functions share: none"]);
    assert_eq!(bench.control("logins").await["refused"], 1);
}
