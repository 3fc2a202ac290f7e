//! The function between an AWS of its own and the sandbox's Portmone and telecom, with a wire between.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::BONUSES;
use sandbox::testbed::log_lines;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::domain::bonus::Bonus;
use shared::domain::bonus::deciding::{Decided, Decision};
use shared::lambda::deadline::Deadline;
use shared::stores::bonuses::Bonuses;
use shared::stores::invoices::Cause;
use shared::stores::portmone_bills::PortmoneBills;

use super::deployed::{
    Addresses, DEAD_DECISIONS, DEAD_PAYOUTS, DECISIONS, PAYOUTS, Setup, USUAL, fill_secrets, start_app, table,
};
use crate::app::App;
use crate::handler::handle;

/// How long an invocation may take: its timeout in template.yaml.
pub const TIME: Duration = Duration::from_secs(120);
/// The receipt of most stories.
pub const RECEIPT: &str = "receipt-1";

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: App,
    /// The stores past the wire: what a test does itself is not counted.
    pub bonuses: Bonuses,
    pub bills: PortmoneBills,
    pub setup: Setup,
    addresses: Addresses,
    told: Mutex<Vec<Value>>,
}

impl Bench {
    /// The function in front of empty queues. The first call of an event is number 1.
    pub async fn start() -> Self {
        Self::with(USUAL).await
    }

    /// The function with another setup.
    pub async fn with(setup: Setup) -> Self {
        log_lines::keep("bonus-consumer");
        let aws = Aws::start().await;
        fill_secrets(&aws);
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let wire = Wire::new();
        let addresses = Addresses {
            aws: wire.tap("aws", &aws.url()).await,
            portmone: wire.tap("portmone", &sandbox.url()).await,
            gateway: wire.tap("gateway", &sandbox.url()).await,
            telecom: wire.tap("telecom", &sandbox.url()).await,
        };
        let app = start_app(&aws, &addresses, &setup).await;
        let direct = table(&aws.url());
        wire.reset();
        Self {
            bonuses: Bonuses::new(direct.clone()),
            bills: PortmoneBills::new(direct),
            told: Mutex::new(Vec::new()),
            aws,
            sandbox,
            wire,
            app,
            setup,
            addresses,
        }
    }

    /// Another instance, with the secrets as they are now.
    pub async fn another(&self) -> App {
        start_app(&self.aws, &self.addresses, &self.setup).await
    }

    /// Puts a decision about a receipt into its queue and answers its id.
    pub fn put(&self, decision: &Value) -> String {
        self.aws.sqs.put(DECISIONS, &decision.to_string())
    }

    /// Wants a bonus to be gone on with.
    pub fn want(&self, receipt: &str) {
        let work = json!({ "version": 1, "correlationId": "request-1", "bonus": receipt });
        self.aws.sqs.put(PAYOUTS, &work.to_string());
    }

    /// A decision comes and is dealt with.
    pub async fn accept(&self, decision: &Value) {
        self.put(decision);
        assert_eq!(self.deliver().await, Vec::<String>::new());
    }

    /// Delivers what is in both queues, once. Answers the ids of the messages that stay there.
    pub async fn deliver(&self) -> Vec<String> {
        self.deliver_within(TIME).await
    }

    /// The same to a function that has so much time left.
    pub async fn deliver_within(&self, time: Duration) -> Vec<String> {
        let mut stay = Vec::new();
        for queue in [DECISIONS, PAYOUTS] {
            let Some(event) = self.aws.sqs.deliver(queue) else { continue };
            let answer = handle_by(&self.app, &event, time).await;
            self.aws.sqs.settle(queue, &event, &answer);
            stay.extend(failures(&answer));
        }
        stay
    }

    /// Gives some messages of a queue to an instance, as Lambda does, beside what others have.
    pub async fn deliver_to(&self, app: &App, queue: &str, most: usize) -> Vec<String> {
        let event = self.aws.sqs.deliver_at_most(queue, most).expect("there is a message");
        let answer = handle_by(app, &event, TIME).await;
        self.aws.sqs.settle(queue, &event, &answer);
        failures(&answer)
    }

    /// Delivers what is in the queues, or watches where there is nothing, by a function that dies at its `number`-th
    /// call. Answers whether it did: then Lambda got no answer, and everything stays.
    pub async fn go_on_until_death(&self, number: usize) -> bool {
        self.wire.crash_at(number);
        let queue = [DECISIONS, PAYOUTS].into_iter().find(|queue| !self.aws.sqs.messages(queue).is_empty());
        match queue {
            Some(queue) => {
                let event = self.aws.sqs.deliver(queue).expect("the queue is not empty");
                let answer = handle_by(&self.app, &event, TIME).await;
                if self.wire.calls().len() < number {
                    self.aws.sqs.settle(queue, &event, &answer);
                }
            }
            None => {
                // A watch that cannot even read its list has failed, and the next one comes.
                let watched = handle(&self.app, watch_event(), Deadline::after(TIME)).await;
                assert!(watched.is_ok() || self.wire.calls().len() >= number, "{watched:?}");
            }
        }
        let died = self.wire.calls().len() >= number;
        self.wire.revive();
        died
    }

    /// What the schedule does. Answers how many bonuses were looked at.
    pub async fn watch(&self) -> u64 {
        self.watch_by(&self.app).await
    }

    /// The same by another instance.
    pub async fn watch_by(&self, app: &App) -> u64 {
        handle_by(app, &watch_event(), TIME).await["looked"].as_u64().unwrap()
    }

    /// Reads the secrets again.
    pub async fn renew(&self) {
        self.app.parties.renew(self.app.source.read().await);
    }

    /// Lets time pass for all bonuses and reports: what is to happen at an instant is so much nearer, and what happened
    /// is so much longer ago.
    pub fn pass(&self, time: SignedDuration) {
        self.relay();
        let sooner = |text: &str| text.parse::<Timestamp>().unwrap().checked_sub(time).unwrap();
        for mut item in self.aws.dynamodb.items(BONUSES) {
            if !matches!(item["sk"]["S"].as_str(), Some("BONUS" | "PORTMONE_BILL")) {
                continue;
            }
            for place in ["not_before", "call/M/since", "call/M/look_at"] {
                if let Some(instant) = item.pointer_mut(&format!("/standing/M/{place}/S")) {
                    *instant = sooner(instant.as_str().unwrap()).to_string().into();
                }
            }
            for name in ["first_payment_at", "last_payment_at"] {
                if let Some(instant) = item.pointer_mut(&format!("/{name}/S")) {
                    *instant = sooner(instant.as_str().unwrap()).to_string().into();
                }
            }
            let reports = item.pointer_mut("/reports/L").and_then(Value::as_array_mut);
            for instant in reports.into_iter().flatten().filter_map(|one| one.pointer_mut("/M/received_at/S"))
            {
                *instant = sooner(instant.as_str().unwrap()).to_string().into();
            }
            if let Some(position) = item.pointer_mut("/gsi3sk/S") {
                let (at, receipt) = position.as_str().unwrap().split_once('#').unwrap();
                *position = format!("{:.3}#{receipt}", sooner(at)).into();
            }
            // What it told was told.
            let whole = item.as_object_mut().unwrap();
            whole.remove("outbox");
            whole.remove("outbox_size");
            self.aws.dynamodb.put(BONUSES, &item);
        }
    }

    /// The same, and the watch looks.
    pub async fn pass_and_watch(&self, time: SignedDuration) -> u64 {
        self.pass(time);
        self.watch().await
    }

    /// Does what the relay does with what the stream carried: work goes to its queue.
    pub fn relay(&self) {
        let changes = self.aws.dynamodb.new_bonuses_event().unwrap_or_default();
        let records = changes["Records"].as_array().cloned().unwrap_or_default();
        let images = records.iter().map(|record| plain(&json!({ "M": record["dynamodb"]["NewImage"] })));
        for event in images.flat_map(|image| image["outbox"].as_array().cloned().unwrap_or_default()) {
            let id = event["correlation_id"].clone();
            match event["event"].as_str().unwrap() {
                "portmone_bill.reported" => {
                    let work = json!({ "version": 1, "correlationId": id, "bill": event["bill"] });
                    self.aws.sqs.put(PAYOUTS, &work.to_string());
                }
                "bonus.wanted" => {
                    let work = json!({ "version": 1, "correlationId": id, "bonus": event["receipt_id"] });
                    self.aws.sqs.put(PAYOUTS, &work.to_string());
                }
                _ => self.told.lock().unwrap().push(event),
            }
        }
    }

    /// What others were told, oldest first, without work.
    pub fn events(&self) -> Vec<Value> {
        self.relay();
        self.told.lock().unwrap().clone()
    }

    /// The names of it.
    pub fn told(&self) -> Vec<String> {
        self.events().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }

    /// What is in the queues.
    pub fn waiting(&self) -> Vec<Message> {
        [DECISIONS, PAYOUTS].into_iter().flat_map(|queue| self.aws.sqs.messages(queue)).collect()
    }

    /// What was buried: body and reason.
    pub fn buried(&self) -> Vec<(String, String)> {
        let graves =
            [DEAD_DECISIONS, DEAD_PAYOUTS].into_iter().flat_map(|queue| self.aws.sqs.messages(queue));
        let reason = |grave: &Message| grave.attributes["reason"]["StringValue"].as_str().unwrap().to_owned();
        graves.map(|grave| (grave.body.clone(), reason(&grave))).collect()
    }

    /// The items of one kind as they are stored.
    pub fn items(&self, sort_key: &str) -> Vec<Value> {
        let items = self.aws.dynamodb.items(BONUSES).into_iter();
        items.filter(|item| item["sk"]["S"] == sort_key).map(|item| plain(&json!({ "M": item }))).collect()
    }

    /// A bonus as it is stored.
    pub fn bonus(&self, receipt: &str) -> Value {
        let bonus = self.items("BONUS").into_iter().find(|bonus| bonus["receipt"] == receipt);
        bonus.expect("the bonus is stored")
    }

    /// Where a bonus stands.
    pub fn standing(&self, receipt: &str) -> Value {
        self.bonus(receipt)["standing"].clone()
    }

    /// The name of it, such as `DONE`.
    pub fn state(&self, receipt: &str) -> String {
        self.standing(receipt)["state"].as_str().unwrap().to_owned()
    }

    /// What was said about a bonus, oldest first.
    pub fn exchanges(&self, receipt: &str) -> Vec<Value> {
        let kept = self.items("EXCHANGE").into_iter().filter(|kept| kept["receipt"] == receipt);
        let mut kept: Vec<Value> = kept.collect();
        kept.sort_by_key(|kept| kept["number"].as_u64().unwrap());
        kept
    }

    /// A person changes a bonus.
    pub async fn decide_by(&self, receipt: &str, decide: impl Fn(&mut Bonus) -> Decided) -> Decided {
        let changed = self.bonuses.change(&receipt.parse().unwrap(), None, &cause(), decide).await;
        let outcome = changed.unwrap().unwrap().outcome;
        self.relay();
        outcome
    }

    /// A person answers what is in question about the present step.
    pub async fn decide(&self, receipt: &str, decision: Decision) {
        let decide = |bonus: &mut Bonus| bonus.decide(bonus.exchanges, decision, Timestamp::now());
        assert_eq!(self.decide_by(receipt, decide).await, Decided::Done);
    }

    /// A person has a bonus tried again.
    pub async fn retry(&self, receipt: &str) {
        let retry = |bonus: &mut Bonus| bonus.retry(bonus.exchanges, Timestamp::now());
        assert_eq!(self.decide_by(receipt, retry).await, Decided::Done);
    }
}

/// What the schedule sends.
pub fn watch_event() -> Value {
    json!({ "version": 1, "run": "watch" })
}

/// Hands an event to an instance.
pub async fn handle_by(app: &App, event: &Value, time: Duration) -> Value {
    handle(app, event.clone(), Deadline::after(time)).await.unwrap()
}

/// The runtime's clock moves, so that what is held for a time gets old.
pub async fn clock_moves(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// The ids of the messages that an answer leaves in their queue.
fn failures(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

pub fn cause() -> Cause {
    Cause { correlation_id: "bench".to_owned(), now: Timestamp::now() }
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
