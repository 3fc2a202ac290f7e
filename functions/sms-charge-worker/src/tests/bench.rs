//! The function between an AWS of its own and the sandbox's switch, with a wire between.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::log_lines;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill::deciding::Decided;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::rhythm::{date_of, midnight};
use shared::domain::sms::settings::{Overrides, Terms};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::domain::sms::usage::{Sent, UsageEvent, UsageLine};
use shared::lambda::deadline::Deadline;
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;

use super::deployed::{DEAD_LETTERS, QUEUE, Setup, USUAL, start_app, table};
use super::switch::{USD, keep_password};
use crate::app::App;
use crate::handler::handle;

/// How long an invocation may take: its timeout in template.yaml.
pub const TIME: Duration = Duration::from_secs(120);
/// How often the queue is delivered at most until a story must have ended.
const MOST_ROUNDS: usize = 40;
/// Who is billed in most stories.
pub const USER: &str = "user-1";

/// One function and what is around it.
pub struct Bench {
    pub aws: Aws,
    pub sandbox: Running,
    pub wire: Wire,
    pub app: App,
    /// The stores past the wire: what a test does itself is not counted.
    pub accounts: SmsAccounts,
    pub bills: SmsBills,
    /// The midnight that the day of the test begins with.
    pub today: Timestamp,
    endpoint_url: String,
    switch_url: String,
    setup: Setup,
    used: AtomicU32,
}

impl Bench {
    /// The function in front of an empty queue, and a user with account 3 at the switch, billed every day. The first
    /// call of an event is number 1.
    pub async fn start() -> Self {
        Self::with(USUAL).await
    }

    /// The function with another setup.
    pub async fn with(setup: Setup) -> Self {
        log_lines::keep("sms-charge-worker");
        let aws = Aws::start().await;
        keep_password(&aws, setup.password);
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let wire = Wire::new();
        let endpoint_url = wire.tap("aws", &aws.url()).await;
        let switch_url = wire.tap("switch", &sandbox.url()).await;
        let app = start_app(&aws, &endpoint_url, &switch_url, &setup).await;
        let direct = table(&aws.url());
        let bench = Self {
            accounts: SmsAccounts::new(direct.clone()),
            bills: SmsBills::new(direct),
            today: midnight(date_of(Timestamp::now())).unwrap(),
            used: AtomicU32::new(0),
            aws,
            sandbox,
            wire,
            app,
            endpoint_url,
            switch_url,
            setup,
        };
        bench.set(USER, paying(USD)).await;
        bench.told();
        bench.wire.reset();
        bench
    }

    /// Another instance: it holds nothing.
    pub async fn another(&self) -> App {
        start_app(&self.aws, &self.endpoint_url, &self.switch_url, &self.setup).await
    }

    /// So long after the day of the test began; before, where it is less than nothing.
    pub fn at(&self, days: i64, hours: i64) -> Timestamp {
        self.today + SignedDuration::from_hours(days * 24 + hours)
    }

    pub fn terms(&self) -> Terms {
        Terms { global: Overrides::default(), defaults: self.setup.defaults }
    }

    /// Sets something for a user at an instant, as the API does.
    pub async fn set_at(&self, user: &str, overrides: Overrides, at: Timestamp) {
        let terms = self.terms();
        let set = |account: &mut SmsAccount| {
            account.overrides = overrides.clone();
            account.align(&terms.of(&account.overrides), at);
        };
        self.accounts.change(&user.parse().unwrap(), &terms, &cause(at), set).await.unwrap();
    }

    /// The same now.
    pub async fn set(&self, user: &str, overrides: Overrides) {
        self.set_at(user, overrides, Timestamp::now()).await;
    }

    /// A user sends so many messages of one part at `at`, each at this price, and that is recorded at once.
    pub async fn used(&self, user: &str, at: Timestamp, messages: u64, price: &str) {
        self.used_and_recorded(user, at, at, messages, price).await;
    }

    /// The same, recorded at another time.
    pub async fn used_and_recorded(
        &self,
        user: &str,
        at: Timestamp,
        recorded: Timestamp,
        messages: u64,
        price: &str,
    ) {
        let rate: Micros = price.parse().unwrap();
        let line = UsageLine {
            country: "Uzbekistan".parse().unwrap(),
            prefix: Some("998".parse().unwrap()),
            rate,
            messages,
            segments: messages,
            cost: rate.times(messages).unwrap(),
        };
        let id = format!("event-{}", self.used.fetch_add(1, Ordering::Relaxed)).parse().unwrap();
        let event = UsageEvent { id, at, sent: Sent::Messages(line) };
        let (user, terms) = (user.parse().unwrap(), self.terms());
        let counted = self.accounts.record(&user, &[event], &terms, &cause(recorded)).await.unwrap().counted;
        assert_eq!(counted.len(), 1);
    }

    /// Puts a message into the queue and answers its id.
    pub fn put(&self, message: &Value) -> String {
        self.aws.sqs.put(QUEUE, &message.to_string())
    }

    /// A run wants a user's periods closed that ended by the last midnight.
    pub fn plan(&self, user: &str) -> String {
        self.put(&periods(user, self.at(0, 0)))
    }

    /// What the scheduled watch does: a message for each bill that somebody has to look at. Answers how many.
    pub async fn watch(&self) -> usize {
        let due = self.bills.due(Timestamp::now(), None, 100).await.unwrap().items;
        for number in &due {
            self.put(&of_bill(number.as_str()));
        }
        due.len()
    }

    /// Delivers what is in the queue, once. Answers the ids of the messages that stay in it.
    pub async fn deliver(&self) -> Vec<String> {
        self.deliver_within(TIME).await
    }

    /// Delivers what is in the queue to a function that has so much time left.
    pub async fn deliver_within(&self, time: Duration) -> Vec<String> {
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = handle_by(&self.app, &event, time).await;
        self.aws.sqs.settle(QUEUE, &event, &answer);
        failures(&answer)
    }

    /// Gives one message to an instance, as Lambda does, beside what others have.
    pub async fn deliver_one_to(&self, app: &App) {
        let event = self.aws.sqs.deliver_at_most(QUEUE, 1).expect("there is a message");
        let answer = handle_by(app, &event, TIME).await;
        self.aws.sqs.settle(QUEUE, &event, &answer);
    }

    /// Delivers what is in the queue to a function that dies at its `number`-th call, and answers whether it did:
    /// then Lambda got no answer, and everything stays.
    pub async fn deliver_to_a_mortal(&self, number: usize) -> bool {
        self.wire.crash_at(number);
        let event = self.aws.sqs.deliver(QUEUE).expect("the queue is not empty");
        let answer = handle_by(&self.app, &event, TIME).await;
        let died = self.wire.calls().len() >= number;
        if !died {
            self.aws.sqs.settle(QUEUE, &event, &answer);
        }
        self.wire.revive();
        died
    }

    /// Closes what a run would close of a user's periods, and charges it.
    pub async fn run(&self, user: &str) {
        self.plan(user);
        assert_eq!(self.deliver().await, Vec::<String>::new());
    }

    /// Lets the watch send what is due, and delivers it.
    pub async fn watch_and_deliver(&self) {
        assert_ne!(self.watch().await, 0, "nothing is due");
        assert_eq!(self.deliver().await, Vec::<String>::new());
    }

    /// Delivers and watches until nobody has to look at any bill, with time passing in between.
    pub async fn settle(&self) {
        for _ in 0..MOST_ROUNDS {
            if !self.waiting().is_empty() {
                self.deliver().await;
            }
            let is_due = |item: &Value| item.get("gsi3pk").is_some_and(|list| list["S"] == "SMS_BILLS_DUE");
            if self.waiting().is_empty() && !self.aws.dynamodb.items(SMS_BILLING).iter().any(is_due) {
                return;
            }
            self.pass(SignedDuration::from_mins(20));
            self.watch().await;
        }
        panic!("it never ends: {:?} {:?}", self.waiting(), self.all_bills());
    }

    /// Lets time pass for all bills: what is to happen at an instant is so much nearer, and what happened is so much
    /// longer ago.
    pub fn pass(&self, time: SignedDuration) {
        let sooner = |text: &str| text.parse::<Timestamp>().unwrap().checked_sub(time).unwrap();
        for mut item in self.aws.dynamodb.items(SMS_BILLING) {
            if item["sk"]["S"] != "SMS_BILL" {
                continue;
            }
            for place in ["at", "until", "charging/M/since", "charging/M/look_at"] {
                if let Some(instant) = item.pointer_mut(&format!("/standing/M/{place}/S")) {
                    *instant = sooner(instant.as_str().unwrap()).to_string().into();
                }
            }
            if let Some(position) = item.pointer_mut("/gsi3sk/S") {
                let (at, number) = position.as_str().unwrap().split_once('#').unwrap();
                *position = format!("{:.3}#{number}", sooner(at)).into();
            }
            // What it told was told.
            let whole = item.as_object_mut().unwrap();
            whole.remove("outbox");
            whole.remove("outbox_size");
            self.aws.dynamodb.put(SMS_BILLING, &item);
        }
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

    /// Every bill as it is stored, by its period.
    pub fn all_bills(&self) -> Vec<Value> {
        let items = self.aws.dynamodb.items(SMS_BILLING).into_iter();
        let bills =
            items.filter(|item| item["sk"]["S"] == "SMS_BILL").map(|item| plain(&json!({ "M": item })));
        let mut bills: Vec<Value> = bills.collect();
        bills.sort_by_key(|bill| bill["period_start"].as_str().unwrap().to_owned());
        bills
    }

    /// A user's bills, by their periods.
    pub fn bills_of(&self, user: &str) -> Vec<Value> {
        self.all_bills().into_iter().filter(|bill| bill["user"] == user).collect()
    }

    /// The only bill.
    pub fn bill(&self) -> Value {
        let bills = self.all_bills();
        assert_eq!(bills.len(), 1, "{bills:?}");
        bills[0].clone()
    }

    /// Where the only bill stands, such as `PAID`.
    pub fn state(&self) -> String {
        self.bill()["standing"]["state"].as_str().unwrap().to_owned()
    }

    /// A user's account as it is stored.
    pub fn account(&self, user: &str) -> Value {
        let item = self.aws.dynamodb.item(SMS_BILLING, &format!("SMS_ACCOUNT#{user}"), "SMS_ACCOUNT");
        plain(&json!({ "M": item.expect("the account is stored") }))
    }

    /// How many messages of a user are open, and how many are in bills.
    pub fn counted(&self, user: &str) -> (u64, u64) {
        let of = |usage: &Value| {
            let lines = usage["lines"].as_array().unwrap().iter();
            lines.map(|line| line["messages"].as_u64().unwrap()).sum::<u64>()
        };
        let account = self.account(user);
        let open = account["periods"].as_array().unwrap().iter().map(|period| of(&period["usage"])).sum();
        (open, self.bills_of(user).iter().map(|bill| of(&bill["usage"])).sum())
    }

    /// A person does something with a bill.
    pub async fn decide(&self, number: &str, decide: impl Fn(&mut SmsBill) -> Decided) {
        let (number, terms) = (number.parse().unwrap(), self.terms());
        let changed = self.bills.change(&number, &terms, &cause(Timestamp::now()), decide).await;
        assert_eq!(changed.unwrap().unwrap().outcome, Decided::Done);
    }

    /// The names of the events that the stream carried since this was last asked, without those of limits.
    pub fn told(&self) -> Vec<String> {
        let changes = self.aws.dynamodb.new_sms_event().unwrap_or_default();
        let records = changes["Records"].as_array().cloned().unwrap_or_default();
        let images = records.iter().map(|record| plain(&json!({ "M": record["dynamodb"]["NewImage"] })));
        let events = images.flat_map(|image| image["outbox"].as_array().cloned().unwrap_or_default());
        let names = events.map(|event| event["event"].as_str().unwrap().to_owned());
        names.filter(|name| name.starts_with("sms_bill.")).collect()
    }
}

/// A user with this account at the switch, and nothing else set.
pub fn paying(account: u32) -> Overrides {
    Overrides { switch_account: SwitchAccount::new(account), ..Overrides::default() }
}

/// The message of a run about a user.
pub fn periods(user: &str, through: Timestamp) -> Value {
    json!({ "version": 1, "correlationId": "run-1", "periods": { "userId": user, "through": through } })
}

/// The message about a limit.
pub fn limit_of(user: &str) -> Value {
    json!({ "version": 1, "correlationId": "limit-1", "limitOf": user })
}

/// The message about a bill.
pub fn of_bill(number: &str) -> Value {
    json!({ "version": 1, "correlationId": "watch-1", "bill": number })
}

/// Hands an event to an instance.
pub async fn handle_by(app: &App, event: &Value, time: Duration) -> Value {
    let event = serde_json::from_value(event.clone()).unwrap();
    serde_json::to_value(handle(app, event, Deadline::after(time)).await).unwrap()
}

/// The ids of the messages that an answer leaves in their queue.
fn failures(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

fn cause(now: Timestamp) -> Cause {
    Cause { correlation_id: "bench".to_owned(), now }
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
