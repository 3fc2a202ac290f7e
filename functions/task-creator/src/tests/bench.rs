//! The function between an AWS of its own and the sandbox's panel, with a wire between.

use std::path::PathBuf;
use std::time::Duration;

use aws_credential_types::Credentials;
use jiff::{SignedDuration, Timestamp};
use sandbox::isp_panel::{PASSWORD, USERNAME};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::CHATS;
use sandbox::testbed::log_lines;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::domain::dialogue::ChatId;
use shared::domain::identifier::TaskId;
use shared::domain::locale::Locale;
use shared::domain::support_task::draft::{
    Subscriber, TaskDraft, TaskKind, WhatsApp, Worker, WorkerId, Workers,
};
use shared::domain::support_task::{Asker, Decided, Decision, SupportTask};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::SecretReader;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::invoices::Cause;
use shared::stores::sessions::account::Account;
use shared::stores::sessions::{KeptSecret, Sessions};
use shared::stores::support_tasks::{SupportTasks, new_task};
use shared::stores::table::Table;

use crate::app::{App, DELAYS};
use crate::handler::handle;
use crate::panel::PanelSource;

const QUEUE: &str = "support-tasks";
const DEAD_LETTERS: &str = "support-tasks-dlq";
/// The secret that holds the panel's account.
const SECRET: &str = "test/isp-panel";
/// How long an invocation may take: its timeout in template.yaml.
pub const TIME: Duration = Duration::from_secs(60);
/// How often a queue is delivered at most until a story must have ended.
const MOST_DELIVERIES: usize = 30;
/// What is asked for in most stories.
pub const TASK: &str = "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b";
/// How the wire names the call that creates a task.
pub const CREATE: &str = "POST /create_task.php";
/// The words of every task. They appear in no log.
pub const DESCRIPTION: &str = "Світла немає 🚑\nsince <noon> & \"later\"";

/// What a deployment may set in another way.
pub struct Setup {
    pub password: &'static str,
    pub is_enabled: bool,
    pub has_address: bool,
}

/// As `make up` sets it.
pub const USUAL: Setup = Setup { password: PASSWORD, is_enabled: true, has_address: true };

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: App,
    endpoint_url: String,
    panel_url: String,
}

impl Bench {
    /// The function in front of an empty queue. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::with(USUAL).await
    }

    /// The function with another setup.
    pub async fn with(setup: Setup) -> Self {
        log_lines::keep("task-creator");
        let aws = Aws::start().await;
        aws.secrets.set(SECRET, &json!({ "username": USERNAME, "password": setup.password }));
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let panel_url = wire.tap("panel", &format!("{}/isp-panel", sandbox.url())).await;
        let app = start_app(&aws, &endpoint_url, &panel_url, &setup).await;
        wire.reset();
        Self { aws, sandbox, wire, app, endpoint_url, panel_url }
    }

    /// The same function, started again: it holds nothing of the session.
    pub async fn restart(&mut self) {
        self.app = start_app(&self.aws, &self.endpoint_url, &self.panel_url, &USUAL).await;
    }

    /// A task that was asked for, and its request in the queue. Answers the message's id.
    pub async fn ask(&self, id: &str) -> String {
        self.ask_for(id, "customer123").await
    }

    /// A task for another customer.
    pub async fn ask_for(&self, id: &str, username: &str) -> String {
        self.store(&task(id, username)).await;
        self.request(id, 1)
    }

    /// Stores a task without asking anybody to make it.
    pub async fn store(&self, task: &SupportTask) {
        let item = new_task(task, &cause("update-4711")).unwrap();
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        client.put_item().table_name(CHATS).set_item(Some(item)).send().await.unwrap();
    }

    /// Puts the request for a task into the queue, as the relay does.
    pub fn request(&self, id: &str, attempt: u32) -> String {
        self.put(&request(id, attempt))
    }

    /// Puts a message into the queue and answers its id.
    pub fn put(&self, body: &Value) -> String {
        self.aws.sqs.put(QUEUE, &body.to_string())
    }

    /// Delivers what is in the queue, once. Answers the ids of the messages that stay in it.
    pub async fn deliver(&self) -> Vec<String> {
        self.deliver_within(TIME).await
    }

    /// Delivers what is in the queue to a function that has so much time left.
    pub async fn deliver_within(&self, time: Duration) -> Vec<String> {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = self.handle_within(&event, time).await;
        self.aws.sqs.settle(QUEUE, &event, &answer);
        failures(&answer)
    }

    /// Gives the queue's messages out so often, to instances that die at once, that the next try is the last.
    pub fn leave_one_try(&self) {
        for _ in DELAYS {
            self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        }
    }

    /// Delivers what is in the queue to a function that dies at its `number`-th call, and answers whether it
    /// did: then Lambda got no answer, and everything stays.
    pub async fn deliver_to_a_mortal(&self, number: usize) -> bool {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = self.handle_within(&event, TIME).await;
        let died = self.wire.calls().len() >= number;
        if !died {
            self.aws.sqs.settle(QUEUE, &event, &answer);
        }
        died
    }

    /// Delivers until the queue is empty; claims end in between, as they do while messages wait.
    pub async fn deliver_all(&self) {
        for _ in 0..MOST_DELIVERIES {
            if self.waiting().is_empty() {
                return;
            }
            self.deliver().await;
            self.let_claims_lapse();
        }
        panic!("the queue never empties: {:?}", self.waiting());
    }

    /// Hands an event to the function.
    pub async fn handle_within(&self, event: &Value, time: Duration) -> Value {
        let event = serde_json::from_value(event.clone()).unwrap();
        serde_json::to_value(handle(&self.app, event, Deadline::after(time)).await).unwrap()
    }

    /// The same event to another instance of the function.
    pub async fn handle_elsewhere(&self, event: &Value) -> Value {
        let app = start_app(&self.aws, &self.endpoint_url, &self.panel_url, &USUAL).await;
        let event = serde_json::from_value(event.clone()).unwrap();
        serde_json::to_value(handle(&app, event, Deadline::after(TIME)).await).unwrap()
    }

    /// What is in the queue.
    pub fn waiting(&self) -> Vec<Message> {
        self.aws.sqs.messages(QUEUE)
    }

    /// What was buried, oldest first: body and reason.
    pub fn buried(&self) -> Vec<(String, String)> {
        let graves = self.aws.sqs.messages(DEAD_LETTERS).into_iter();
        let reason = |grave: &Message| grave.attributes["reason"]["StringValue"].as_str().unwrap().to_owned();
        graves.map(|grave| (grave.body.clone(), reason(&grave))).collect()
    }

    /// Keeps a cookie that a password once got, and that the panel no longer knows.
    pub async fn keep_a_dead_cookie_of(&self, password: &str) {
        let (address, name, password) = (self.panel_url.clone(), USERNAME.into(), password.into());
        let account = Account { party: "isp-panel", address, name, password };
        let sessions = Sessions::new(table(&self.aws.url()), &account);
        let nothing = sessions.get().await.unwrap();
        let hour = Timestamp::now() + SignedDuration::from_hours(1);
        let lease = sessions.claim_login(&nothing, hour).await.unwrap().unwrap();
        let cookie = KeptSecret { text: "PHPSESSID=0123456789abcdef".into(), expires_at: hour };
        sessions.keep(lease, &cookie).await.unwrap();
    }

    /// A person decides about a task.
    pub async fn decide(&self, id: &str, attempt: u32, decision: Decision) {
        let tasks = SupportTasks::new(table(&self.aws.url()));
        let cause = cause("press-1");
        let decide = |task: &mut SupportTask| task.decide(attempt, decision, cause.now);
        let decided = tasks.change(&task_id(id), &cause, decide).await.unwrap().unwrap();
        assert_eq!(decided.outcome, Decided::Done);
    }

    /// A task as it is stored.
    pub fn stored(&self, id: &str) -> Value {
        let item = self.aws.dynamodb.item(CHATS, &format!("TASK#{id}"), "TASK");
        plain(&json!({ "M": item.expect("the task is stored") }))
    }

    /// Where a task stands, such as `CREATED`.
    pub fn state(&self, id: &str) -> String {
        self.stored(id)["standing"]["state"].as_str().unwrap().to_owned()
    }

    /// Everything that the chat was told of a task so far: the events that the stream carried, each with the
    /// code of its failure or nothing. To be asked once.
    pub fn told(&self) -> Vec<(String, String)> {
        let changes = self.aws.dynamodb.new_chats_event().unwrap_or_default();
        let records = changes["Records"].as_array().cloned().unwrap_or_default();
        let images = records.iter().map(|record| plain(&json!({ "M": record["dynamodb"]["NewImage"] })));
        let events = images.flat_map(|image| image["outbox"].as_array().cloned().unwrap_or_default());
        let word = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
        events.map(|event| (word(&event, "event"), word(&event, "code"))).collect()
    }

    /// Lets every claim grow older than its lease.
    pub fn let_claims_lapse(&self) {
        for mut item in self.aws.dynamodb.items(CHATS) {
            if item["standing"]["M"]["state"]["S"] == "SUBMITTING" {
                item["standing"]["M"]["since"]["S"] = "2026-01-01T00:00:00Z".into();
                self.aws.dynamodb.put(CHATS, &item);
            }
            if let Some(until) = item.pointer_mut("/login/M/until/S") {
                *until = "2026-01-01T00:00:00Z".into();
                self.aws.dynamodb.put(CHATS, &item);
            }
        }
    }

    /// The tasks in the panel, without the instant at which each was made.
    pub async fn panel_tasks(&self) -> Vec<Value> {
        let mut tasks = self.control("GET", "isp-panel/tasks", &Value::Null).await["items"].clone();
        let tasks = tasks.as_array_mut().unwrap();
        for task in tasks.iter_mut() {
            task.as_object_mut().unwrap().remove("createdAt").unwrap();
        }
        tasks.clone()
    }

    /// Logins that the panel saw: with the right password, and with a wrong one.
    pub async fn logins(&self) -> (u64, u64) {
        let seen = self.control("GET", "isp-panel/logins", &Value::Null).await;
        (seen["count"].as_u64().unwrap(), seen["refused"].as_u64().unwrap())
    }

    /// Chooses how the panel behaves.
    pub async fn settle(&self, settings: Value) {
        self.control("PUT", "isp-panel/settings/session", &settings).await;
    }

    /// Ends every session in the panel.
    pub async fn end_sessions(&self) {
        self.control("POST", "isp-panel/sessions/expire", &json!({})).await;
    }

    /// Makes an operation of the panel misbehave.
    pub async fn fault(&self, operation: &str, fault: &str, times: usize, status: Option<u16>) {
        let mut wish =
            json!({ "party": "isp-panel", "operation": operation, "fault": fault, "times": times });
        if let Some(status) = status {
            wish["status"] = status.into();
        }
        self.control("POST", "faults", &wish).await;
    }

    async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/_control/{path}");
        let (status, answer) = self.sandbox.control(method, &path, body).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

/// The ids of the messages that an answer leaves in their queue.
pub fn failures(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// The message that asks for an attempt at a task.
pub fn request(id: &str, attempt: u32) -> Value {
    json!({ "version": 1, "taskId": id, "attempt": attempt, "correlationId": "update-4711" })
}

/// A task of chat 4242, as a confirmed dialogue leaves it.
pub fn task(id: &str, username: &str) -> SupportTask {
    let draft = TaskDraft {
        kind: TaskKind::Maintenance,
        description: DESCRIPTION.parse().unwrap(),
        customer: Subscriber::new(username.parse().unwrap(), "Nadia Haddad"),
        workers: Workers::new([15, 13].map(|id| Worker::new(WorkerId(id), "Sami Nassar"))).unwrap(),
        whats_app: WhatsApp::Requested,
    };
    let asker = Asker { user: "user-1".parse().unwrap(), chat: ChatId(4242), locale: Locale::Uk };
    SupportTask::ask(task_id(id), draft, asker, "2026-11-21T08:00:00Z".parse().unwrap())
}

/// The task of [`task`] as the panel has it, the `place`-th that it has.
pub fn panel_task(place: usize) -> Value {
    json!({
        "id": place, "type": "maintenance", "message": DESCRIPTION, "customerUsername": "customer123",
        "workerIds": [13, 15], "sendWhatsApp": true, "createdBy": "paydesk",
    })
}

pub fn task_id(id: &str) -> TaskId {
    id.parse().unwrap()
}

/// Where the event files are.
pub fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../events/task-creator"].iter().collect()
}

/// An event file.
pub fn event(case: &str) -> Value {
    let path = folder().join(case).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn cause(correlation_id: &str) -> Cause {
    Cause { correlation_id: correlation_id.to_owned(), now: Timestamp::now() }
}

fn account(endpoint_url: &str) -> AwsAccount {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url: Some(endpoint_url.to_owned()) }
}

fn sdk_config(endpoint_url: &str) -> aws_types::SdkConfig {
    let AwsAccount { credentials, region, endpoint_url } = account(endpoint_url);
    sdk_config_for(HttpClients::new(None).unwrap().aws, credentials, region, endpoint_url)
}

fn table(endpoint_url: &str) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&sdk_config(endpoint_url)), CHATS.to_owned())
}

async fn start_app(aws: &Aws, endpoint_url: &str, panel_url: &str, setup: &Setup) -> App {
    let sdk = sdk_config(endpoint_url);
    let sqs = aws_sdk_sqs::Client::new(&sdk);
    let batch = SqsBatch {
        queue: Queue::new(sqs.clone(), aws.sqs.queue_url(QUEUE)),
        dead_letters: Queue::new(sqs, aws.sqs.queue_url(DEAD_LETTERS)),
        delays: DELAYS,
    };
    let http = HttpClients::new(None).unwrap();
    let source = PanelSource {
        secrets: SecretReader::new(&http, account(endpoint_url), "test".to_owned()),
        caller: Caller::new(http),
        is_enabled: setup.is_enabled,
        base_url: setup.has_address.then(|| panel_url.to_owned()),
        table: table(endpoint_url),
        session_life: SignedDuration::from_hours(12),
    };
    let panel = Refreshed::new(source.read().await.unwrap());
    let (tasks, metrics) = (SupportTasks::new(table(endpoint_url)), Metrics::new("task-creator"));
    App { batch, tasks, panel, source, metrics }
}

/// An item without DynamoDB's types.
fn plain(typed: &Value) -> Value {
    let (kind, value) = typed.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "M" => value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        _ => value.clone(),
    }
}
