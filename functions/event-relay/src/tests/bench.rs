//! The function over an AWS of its own, with a wire between the two.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{BILLZ_ORDERS, BONUSES, CHATS, INVOICES, SMS_BILLING};
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::metrics::Metrics;
use shared::queues::analytics_event::AnalyticsEvent;
use shared::queues::billz_job::{self, BillzMessage};
use shared::queues::billz_reply::BillzReply;
use shared::queues::bonus_work::BonusWork;
use shared::queues::notification::Notification;
use shared::queues::queue::Queue;
use shared::queues::sms_charge::SmsCharge;
use shared::queues::support_task::SupportTaskRequest;
use shared::stores::billz_jobs::BillzJobs;
use shared::stores::invoices::Invoices;
use shared::stores::support_tasks::SupportTasks;
use shared::stores::table::{Item, Table};

use crate::app::App;
use crate::handler::handle;
use crate::mail::Queues;

const ORDER_UPDATES: &str = "order-updates";
const NOTIFICATIONS: &str = "notifications";
const SUPPORT_TASKS: &str = "support-tasks";
const BILLZ_PAYMENTS: &str = "billz-payments";
const BILLZ_OPERATIONS: &str = "billz-operations";
const BILLZ_REPLIES: &str = "billz-replies";
const SMS_CHARGES: &str = "sms-charges";
const BONUS_PAYOUTS: &str = "bonus-payouts";
const ANALYTICS: &str = "analytics";
const DEAD_LETTERS: &str = "event-relay-dlq";

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub wire: Wire,
    app: App,
}

impl Bench {
    /// The function in front of empty queues.
    pub async fn start() -> Self {
        let aws = Aws::start().await;
        let wire = Wire::new();
        let sqs = aws_sdk_sqs::Client::new(&sdk_config(&wire.tap("aws", &aws.url()).await));
        let queue = |name: &str| Queue::new(sqs.clone(), aws.sqs.queue_url(name));
        let queues = Queues {
            order_updates: queue(ORDER_UPDATES),
            notifications: queue(NOTIFICATIONS),
            support_tasks: queue(SUPPORT_TASKS),
            billz_payments: queue(BILLZ_PAYMENTS),
            billz_operations: queue(BILLZ_OPERATIONS),
            billz_replies: queue(BILLZ_REPLIES),
            sms_charges: queue(SMS_CHARGES),
            bonus_payouts: queue(BONUS_PAYOUTS),
            analytics: queue(ANALYTICS),
        };
        let app = App { queues, dead_letters: queue(DEAD_LETTERS), metrics: Metrics::new("event-relay") };
        Self { aws, wire, app }
    }

    /// Invoices whose changes the stream tells.
    pub fn invoices(&self) -> Invoices {
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        Invoices::new(Table::new(client, INVOICES.to_owned()))
    }

    /// Support tasks whose changes the stream tells.
    pub fn tasks(&self) -> SupportTasks {
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        SupportTasks::new(Table::new(client, CHATS.to_owned()))
    }

    /// Stores a new item of the table of chats.
    pub async fn put_chat_item(&self, item: Item) {
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        client.put_item().table_name(CHATS).set_item(Some(item)).send().await.unwrap();
    }

    /// Jobs at Billz whose changes the stream tells.
    pub fn jobs(&self) -> BillzJobs {
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        BillzJobs::new(Table::new(client, BILLZ_ORDERS.to_owned()))
    }

    /// SMS accounts and bills, whose changes the stream tells, are in this table.
    pub fn sms_billing(&self) -> Table {
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        Table::new(client, SMS_BILLING.to_owned())
    }

    /// Bonuses and their bills at Portmone, whose changes the stream tells, are in this table.
    pub fn bonuses(&self) -> Table {
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.aws.url()));
        Table::new(client, BONUSES.to_owned())
    }

    /// Delivers a batch and answers the sequence numbers of the changes that have to come again.
    pub async fn deliver(&self, event: &Value) -> Vec<String> {
        let event = serde_json::from_value(event.clone()).unwrap();
        let answer = serde_json::to_value(handle(&self.app, event).await).unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap().clone();
        assert_eq!(answer, json!({ "batchItemFailures": failures }));
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// The messages for the order service, oldest first.
    pub fn updates(&self) -> Vec<Value> {
        self.messages(ORDER_UPDATES)
    }

    /// The messages for customers and operators, oldest first. Each can be read by who receives it.
    pub fn notifications(&self) -> Vec<Value> {
        let messages = self.messages(NOTIFICATIONS);
        for message in &messages {
            let read: Notification = serde_json::from_value(message.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), *message);
        }
        messages
    }

    /// The messages for who makes support tasks, oldest first. Each can be read by who receives it.
    pub fn task_requests(&self) -> Vec<Value> {
        let messages = self.messages(SUPPORT_TASKS);
        for message in &messages {
            let read: SupportTaskRequest = serde_json::from_value(message.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), *message);
        }
        messages
    }

    /// The messages for services that asked for jobs at Billz, oldest first. Each can be read by who receives it.
    pub fn replies(&self) -> Vec<Value> {
        let messages = self.messages(BILLZ_REPLIES);
        for message in &messages {
            let read: BillzReply = serde_json::from_str(&message.to_string()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), *message);
        }
        messages
    }

    /// The jobs to be gone on with: payments, and all others. Each can be read by who receives it.
    pub fn resumed(&self) -> (Vec<String>, Vec<String>) {
        let ids = |queue: &str| {
            let read = |message: &Message| match billz_job::parse(&message.body).unwrap() {
                BillzMessage::Resume { id } => id.to_string(),
                job @ BillzMessage::Job { .. } => panic!("{job:?}"),
            };
            self.aws.sqs.messages(queue).iter().map(read).collect()
        };
        (ids(BILLZ_PAYMENTS), ids(BILLZ_OPERATIONS))
    }

    /// The messages for who bills SMS, oldest first. Each can be read by who receives it.
    pub fn sms_charges(&self) -> Vec<Value> {
        let messages = self.messages(SMS_CHARGES);
        for message in &messages {
            let read: SmsCharge = serde_json::from_value(message.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), *message);
        }
        messages
    }

    /// The messages for who pays bonuses out, oldest first. Each can be read by who receives it.
    pub fn bonus_work(&self) -> Vec<Value> {
        let messages = self.messages(BONUS_PAYOUTS);
        for message in &messages {
            let read: BonusWork = serde_json::from_value(message.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), *message);
        }
        messages
    }

    /// The messages for the company's analytics, oldest first. Each is in their documented form.
    pub fn analytics(&self) -> Vec<Value> {
        let messages = self.messages(ANALYTICS);
        for message in &messages {
            let read: AnalyticsEvent = serde_json::from_value(message.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), *message);
        }
        messages
    }

    /// The ids of the events in [`Bench::updates`].
    pub fn event_ids(&self) -> Vec<String> {
        self.updates().iter().map(|update| update["eventId"].as_str().unwrap().to_owned()).collect()
    }

    /// The ids of the events in [`Bench::notifications`].
    pub fn notified_ids(&self) -> Vec<String> {
        self.notifications().iter().map(|message| message["id"].as_str().unwrap().to_owned()).collect()
    }

    /// How many messages each request to a queue had.
    pub fn batch_sizes(&self, queue: &str) -> Vec<usize> {
        let requests = self.wire.calls().into_iter().map(|call| call.request_json());
        let to_queue =
            requests.filter(|request| request["QueueUrl"] == self.aws.sqs.queue_url(queue).as_str());
        to_queue.map(|request| request["Entries"].as_array().map_or(0, Vec::len)).collect()
    }

    fn messages(&self, queue: &str) -> Vec<Value> {
        let messages = self.aws.sqs.messages(queue);
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }

    /// What was buried, oldest first.
    pub fn buried(&self) -> Vec<Message> {
        self.aws.sqs.messages(DEAD_LETTERS)
    }
}

/// Why a message was buried.
pub fn reason(buried: &Message) -> &str {
    buried.attributes["reason"]["StringValue"].as_str().unwrap()
}

/// Where the event files are.
pub fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../events/event-relay"].iter().collect()
}

/// An event file.
pub fn event(case: &str) -> Value {
    let path = folder().join(case).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// `invoice-paid.json` with so many changes, each of an invoice of its own.
pub fn paid_invoices(count: usize) -> Value {
    let file = event("invoice-paid");
    let record = |index: usize| {
        let text = file["Records"][0].to_string().replace("7K3M9QZX", &format!("{index:08}"));
        let mut record: Value = serde_json::from_str(&text).unwrap();
        record["dynamodb"]["SequenceNumber"] = sequence_number(index).into();
        record
    };
    json!({ "Records": (0..count).map(record).collect::<Vec<_>>() })
}

/// Makes a change's outbox unreadable.
pub fn spoil(event: &mut Value, index: usize) {
    event["Records"][index]["dynamodb"]["NewImage"]["outbox"] = json!({ "S": "spoiled" });
}

/// The sequence number of a change of [`paid_invoices`].
pub fn sequence_number(index: usize) -> String {
    format!("7000000000000000000{index:02}")
}

/// The id of the event of a change of [`paid_invoices`].
pub fn event_id(index: usize) -> String {
    format!("INV-20261121-{index:08}.4.0")
}

/// A region of its own: all clients of a region share what they may spend on repeats, and who lets requests fail here
/// would take them from other tests.
fn sdk_config(endpoint_url: &str) -> SdkConfig {
    static REGIONS: AtomicUsize = AtomicUsize::new(1);
    let region = format!("test-{}", REGIONS.fetch_add(1, Ordering::Relaxed));
    let credentials = Credentials::new("test", "test", None, None, "bench");
    let client = HttpClients::new(None).unwrap().aws;
    sdk_config_for(client, credentials, region, Some(endpoint_url.to_owned()))
}
