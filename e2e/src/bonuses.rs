//! Bonuses, from the outside: receipts as the receipt system decides about them, bills as Portmone's sandbox has them,
//! top-ups as the telecom's.

use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::answer::Answer;
use crate::billing::text;
use crate::people::Person;
use crate::stack::Stack;
use crate::wait;

/// How long a bonus may take to be paid, or to be given to a person.
pub const PAYOUT_TIMEOUT: Duration = Duration::from_secs(60);
/// The chat of the operators, as `make up` sets it.
pub const OPERATORS_CHAT: i64 = -1_001_234_567_890;
/// The phone of all receipts, of Kyivstar's. The log check (`infra/local/log_check.py`) looks for it in whatever was logged.
pub const PHONE: &str = "380671234567";

/// A receipt of somebody's, whose bonus tops [`PHONE`] up.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Names the receipt, and its bonus.
    pub id: String,
    /// Whose it is.
    pub person: Person,
    /// What is said when it is accepted.
    pub accepted: Value,
}

impl Stack {
    /// A receipt of a new customer who reads that language, for a bonus of 1 UAH. Nothing is decided about it yet.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn new_receipt(&self, locale: &str) -> anyhow::Result<Receipt> {
        let person = self.new_person(locale).await?;
        let id = Uuid::new_v4().to_string();
        let accepted = json!({ "receipt_id": id, "status": "accepted", "eligible": true, "user_id": person.id,
            "telegram_id": person.chat, "locale": locale, "msisdn": self.seal(PHONE).await?, "amount": 100,
            "currency": "UAH" });
        Ok(Receipt { id, person, accepted })
    }

    /// Seals a number with the secret of receipts, as the receipt system does.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub async fn seal(&self, phone: &str) -> anyhow::Result<String> {
        let wish = json!({ "SecretId": format!("{}/receipts", self.file.stack) });
        let secret = self.aws("secretsmanager", "secretsmanager.GetSecretValue", &wish).await?;
        let secret: Value = serde_json::from_str(&text(&secret, "SecretString")?)?;
        let key = URL_SAFE.encode(Sha256::digest(text(&secret, "encryptionSecret")?));
        Ok(Fernet::new(&key).context("the key is none of Fernet's")?.encrypt(phone.as_bytes()))
    }

    /// Puts a decision about a receipt onto the queue.
    ///
    /// # Errors
    /// When the queue refuses.
    pub async fn decide_receipt(&self, decision: &Value) -> anyhow::Result<()> {
        self.send_to("receipt-decisions", &decision.to_string()).await
    }

    /// Puts a message onto a queue.
    ///
    /// # Errors
    /// When the queue refuses.
    pub async fn send_to(&self, queue: &str, body: &str) -> anyhow::Result<()> {
        let wish = json!({ "QueueUrl": self.file.queues[queue], "MessageBody": body });
        self.aws("sqs", "AmazonSQS.SendMessage", &wish).await?;
        Ok(())
    }

    /// The bonus for a receipt as administrators see it; none while there is none.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn bonus(&self, receipt: &str) -> anyhow::Result<Option<Value>> {
        let answer = self.get(&format!("/api/admin/bonuses/{receipt}"), &self.file.tokens.admin).await?;
        if answer.status.as_u16() == 404 { Ok(None) } else { answer.ok().map(Some) }
    }

    /// Waits until the bonus for a receipt is in that state.
    ///
    /// # Errors
    /// When it takes too long; the error shows it.
    pub async fn bonus_becomes(&self, receipt: &str, state: &str) -> anyhow::Result<Value> {
        let mut seen = None;
        let found = wait::until(&format!("{receipt} becomes {state}"), PAYOUT_TIMEOUT, async || {
            seen = self.bonus(receipt).await?;
            Ok(seen.clone().filter(|bonus| bonus["state"] == state))
        })
        .await;
        found.map_err(|error| error.context(format!("there is {}", json!(seen))))
    }

    /// An administrator's `retry` or `resolve` of a bonus.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn decide_bonus(&self, receipt: &str, what: &str, wish: &Value) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, &format!("/api/admin/bonuses/{receipt}/{what}"));
        let key = Uuid::now_v7().simple().to_string();
        let request = request.bearer_auth(&self.file.tokens.admin).header("idempotency-key", key);
        Answer::to(request.json(wish)).await
    }

    /// Portmone's bills for a receipt, which their comment names.
    ///
    /// # Errors
    /// When the sandbox is down.
    pub async fn portmone_bills(&self, receipt: &Receipt) -> anyhow::Result<Vec<Value>> {
        let all = self.control(Method::GET, "portmone/bills", &Value::Null).await?;
        let bills = all["items"].as_array().with_context(|| format!("no list: {all}"))?;
        let is_for =
            |bill: &&Value| bill["comment"].as_str().is_some_and(|comment| comment.ends_with(&receipt.id));
        Ok(bills.iter().filter(is_for).cloned().collect())
    }

    /// The only bill at Portmone for a receipt.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub async fn portmone_bill(&self, receipt: &Receipt) -> anyhow::Result<Value> {
        let mut bills = self.portmone_bills(receipt).await?;
        anyhow::ensure!(bills.len() == 1, "there are {} bills: {}", bills.len(), json!(bills));
        bills.pop().context("no bill")
    }

    /// Moves a bill of Portmone's - `ok`, `fail`, `refund` - and sends the notice as `wish` says.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn portmone(&self, bill: &str, event: &str, wish: &Value) -> anyhow::Result<Value> {
        self.control(Method::POST, &format!("portmone/bills/{bill}/{event}"), wish).await
    }

    /// The top-ups that the telecom made for a receipt.
    ///
    /// # Errors
    /// When the sandbox is down.
    pub async fn top_ups(&self, receipt: &str) -> anyhow::Result<Vec<Value>> {
        let all = self.control(Method::GET, "telecom/top-ups", &Value::Null).await?;
        let items = all["items"].as_array().with_context(|| format!("no list: {all}"))?;
        Ok(items.iter().filter(|top_up| top_up["reference"] == receipt).cloned().collect())
    }

    /// What was said between us and others, by `receiptId=…`, `billId=…` or `telegramId=…`.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn exchanges(&self, whose: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!("/api/admin/portmone/exchanges?limit=100&{whose}");
        let part = self.get(&path, &self.file.tokens.admin).await?.ok()?;
        part["items"].as_array().cloned().with_context(|| format!("no list: {part}"))
    }

    /// Goes on with whatever is due, as the schedule has it done, and waits for the end.
    ///
    /// # Errors
    /// When the run fails.
    pub async fn watch_bonuses(&self) -> anyhow::Result<Value> {
        let path = format!("/schedules/{}-bonus-watch", self.file.stack);
        let schedule = self.aws_get("scheduler", &path).await?;
        let input = schedule["Target"]["Input"].as_str().context("the schedule has no input")?;
        self.invoke("bonus-consumer", &serde_json::from_str(input)?).await
    }

    /// Waits until a chat shows a message with that mark.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn chat_says(&self, person: &Person, mark: &str) -> anyhow::Result<Value> {
        wait::until(&format!("the chat says {mark}"), PAYOUT_TIMEOUT, async || {
            Ok(self.chat(person.chat, mark).await?.into_iter().next())
        })
        .await
    }
}
