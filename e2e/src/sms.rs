//! SMS billing, from the outside: usage as the sending service reports it, runs as they are scheduled, what the switch
//! booked.

use std::time::Duration;

use anyhow::Context;
use http::Method;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::people::Person;
use crate::stack::Stack;
use crate::wait;

/// How long a run, its charge and what follows may take: schedules are looked at every ten seconds.
pub const RUN_TIMEOUT: Duration = Duration::from_secs(90);
/// How long until a debit whose answer was lost is asked about, and found.
pub const ASKING_TIMEOUT: Duration = Duration::from_secs(180);
/// What stands for the time of a run in the input of its schedule.
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";
/// Numbers of tests' accounts at the switch are above those that it has after a reset.
const FIRST_ACCOUNT: u32 = 1_000;

/// Somebody whose SMS are billed.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Who.
    pub person: Person,
    /// Their account at the switch.
    pub account: u32,
}

/// One message that was sent yesterday at noon, at this price.
pub fn yesterdays(person: &Person, cost: &str) -> Value {
    let at = yesterday_noon().to_string();
    event(person, cost, &at)
}

/// One message that was just sent, at this price.
pub fn todays(person: &Person, cost: &str) -> Value {
    event(person, cost, &Timestamp::now().to_string())
}

fn event(person: &Person, cost: &str, at: &str) -> Value {
    let cost: Value = serde_json::from_str(cost).unwrap_or(Value::Null);
    json!({ "eventId": format!("sms-{}", Uuid::now_v7().simple()), "userId": person.id, "occurredAt": at,
        "country": "Ukraine", "prefix": "380", "segments": 1, "status": "delivered", "cost": cost })
}

/// Yesterday at noon, in UTC.
fn yesterday_noon() -> Timestamp {
    let day = SignedDuration::from_hours(24);
    let now = Timestamp::now().as_second();
    let noon = now - now.rem_euclid(day.as_secs()) - day.as_secs() / 2;
    Timestamp::from_second(noon).unwrap_or_default()
}

impl Stack {
    /// Somebody with an account at the switch that holds 100 USD; billed as `settings` says, beside that.
    ///
    /// # Errors
    /// When the sandbox or the API refuses.
    pub async fn new_sender(&self, settings: &Value) -> anyhow::Result<Sender> {
        let person = self.new_person("en").await?;
        let random = u32::try_from(Uuid::new_v4().as_u128() % 1_000_000_000)?;
        let sender = Sender { person, account: FIRST_ACCOUNT + random };
        self.put_switch_account(&sender, &json!({ "balance": 100 })).await?;
        self.set_sms(&sender, settings).await?;
        Ok(sender)
    }

    /// Changes somebody's account at the switch.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn put_switch_account(&self, sender: &Sender, fields: &Value) -> anyhow::Result<Value> {
        let mut account = json!({ "username": sender.person.id, "currency": "USD" });
        merge(&mut account, fields);
        self.control(Method::PUT, &format!("sippy/accounts/{}", sender.account), &account).await
    }

    /// Somebody's account at the switch, with its payments.
    ///
    /// # Errors
    /// When the sandbox is down.
    pub async fn switch_account(&self, sender: &Sender) -> anyhow::Result<Value> {
        self.control(Method::GET, &format!("sippy/accounts/{}", sender.account), &Value::Null).await
    }

    /// Sets how somebody is billed: their account at the switch, and `settings`.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn set_sms(&self, sender: &Sender, settings: &Value) -> anyhow::Result<Value> {
        let mut all = json!({ "userId": sender.person.id, "sippyAccountId": sender.account });
        merge(&mut all, settings);
        let admin = &self.file.tokens.admin;
        let request = self.request(Method::PUT, "/api/admin/sms/billing-settings").bearer_auth(admin);
        Answer::to(request.json(&all)).await?.ok()
    }

    /// Reports what was sent, as the sending service does.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn use_sms(&self, events: &[Value]) -> anyhow::Result<Value> {
        let request = self.service_request(Method::POST, "/internal/sms/usage");
        Answer::to(request.json(&json!({ "events": events }))).await?.ok()
    }

    /// Asks whether somebody may send a message at this price.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn check_sms(&self, person: &Person, cost: &str) -> anyhow::Result<Value> {
        let cost: Value = serde_json::from_str(cost)?;
        let wish =
            json!({ "userId": person.id, "messageCount": 1, "totalCost": cost, "messageType": "single" });
        Answer::to(self.service_request(Method::POST, "/internal/sms/check").json(&wish)).await?.ok()
    }

    /// Fires a schedule of the deployment once more, as EventBridge Scheduler does: with its own target, role and input.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub async fn fire(&self, run: &str) -> anyhow::Result<()> {
        let schedule = self.schedule(run).await?;
        let at = Timestamp::now().checked_add(1.second())?.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let once = json!({ "ScheduleExpression": format!("at({at})"), "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": schedule["Target"], "ActionAfterCompletion": "DELETE" });
        let path = format!("/schedules/{}-test-{}", self.file.stack, Uuid::now_v7().simple());
        self.aws_send(Method::POST, "scheduler", &path, &once).await?;
        Ok(())
    }

    /// Runs what a schedule of the deployment would, with its own input, and waits for the end.
    ///
    /// # Errors
    /// When there is no such schedule, or the run fails.
    pub async fn run_now(&self, run: &str) -> anyhow::Result<Value> {
        let schedule = self.schedule(run).await?;
        let input = schedule["Target"]["Input"].as_str().context("the schedule has no input")?;
        let input = input.replace(SCHEDULED_TIME, &Timestamp::now().to_string());
        self.invoke("sms-billing-cron", &serde_json::from_str(&input)?).await
    }

    /// A schedule of SMS billing as it is deployed.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub async fn schedule(&self, run: &str) -> anyhow::Result<Value> {
        self.aws_get("scheduler", &format!("/schedules/{}-sms-{run}", self.file.stack)).await
    }

    /// Somebody's bills, newest first, as administrators see them.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sms_bills(&self, person: &Person) -> anyhow::Result<Vec<Value>> {
        let path = format!("/api/admin/sms/billing?userId={}", person.id);
        let part = self.get(&path, &self.file.tokens.admin).await?.ok()?;
        part["items"].as_array().cloned().with_context(|| format!("no list: {part}"))
    }

    /// Waits until somebody's only bill is in that state.
    ///
    /// # Errors
    /// When it takes too long, or there is more than one; the error shows them.
    pub async fn sms_bill_becomes(
        &self,
        person: &Person,
        state: &str,
        longest: Duration,
    ) -> anyhow::Result<Value> {
        let mut seen = Vec::new();
        let found = wait::until(&format!("the bill becomes {state}"), longest, async || {
            seen = self.sms_bills(person).await?;
            anyhow::ensure!(seen.len() <= 1, "more than one bill: {}", json!(seen));
            Ok(seen.first().filter(|bill| bill["state"] == state).cloned())
        })
        .await;
        found.map_err(|error| error.context(format!("there is {}", json!(seen))))
    }

    /// An administrator's command about bills: a `POST` below `/api/admin/sms`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn decide_sms(&self, path: &str, wish: &Value) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, &format!("/api/admin/sms/{path}"));
        let key = Uuid::now_v7().simple().to_string();
        let request = request.bearer_auth(&self.file.tokens.admin).header("idempotency-key", key);
        Answer::to(request.json(wish)).await
    }
}

/// Puts the fields of `more` into `fields`.
fn merge(fields: &mut Value, more: &Value) {
    if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
        fields.extend(more.clone());
    }
}
