//! The parties as a test sees them: receipts, what Portmone and the telecom were asked, did and report.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use jiff::Timestamp;
use sandbox::testbed::wire::Call;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::domain::bonus::report::{BillReport, Heard, ReportSource, ReportedOutcome};
use shared::domain::money::{Currency, Money};

use super::bench::{Bench, cause};
use super::deployed::SECRET;

/// The phone of most stories.
pub const PHONE: &str = "380671234567";

/// What the receipt system seals with, under its secret.
pub fn sealer(secret: &str) -> Fernet {
    Fernet::new(&URL_SAFE.encode(Sha256::digest(secret.as_bytes()))).unwrap()
}

/// A text sealed as it seals numbers.
pub fn sealed_with(secret: &str, text: &str) -> String {
    sealer(secret).encrypt(text.as_bytes())
}

/// An accepted receipt of user-1 that earns 1.00 UAH.
pub fn accepted(receipt: &str) -> Value {
    json!({
        "receipt_id": receipt, "status": "accepted", "eligible": true, "user_id": "user-1",
        "telegram_id": 700_000_001, "locale": "uk", "msisdn": sealed_with(SECRET, PHONE), "amount": 100,
    })
}

/// The same with something else in it.
pub fn accepted_with(receipt: &str, other: &Value) -> Value {
    let mut decision = accepted(receipt);
    decision.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    decision
}

/// That a bill is paid, without more.
pub fn paid() -> ReportedOutcome {
    ReportedOutcome::Paid
}

/// That it is not.
pub fn failed() -> ReportedOutcome {
    ReportedOutcome::Failed { code: "123".to_owned(), reason: "The operator declined the top-up".to_owned() }
}

/// A report as `portmone-callback` keeps it.
pub fn report_of(outcome: ReportedOutcome, minor: Option<i64>, source: ReportSource) -> BillReport {
    BillReport {
        words: format!("a notice that it is {}", outcome.as_str()),
        outcome,
        amount: minor.map(|minor| Money::new(minor, Currency::Uah)),
        payee: None,
        recipient: None,
        source,
        received_at: Timestamp::now(),
    }
}

impl Bench {
    /// The calls to the parties since the story began.
    pub fn calls(&self) -> Vec<String> {
        let calls = self.wire.calls();
        calls.iter().filter(|call| call.tap != "aws").map(operation).collect()
    }

    /// Portmone reports; the callback keeps it and the relay passes it on.
    pub async fn report(&self, bill: &str, report: &BillReport) -> Heard {
        let heard = self.bills.keep(&bill.parse().unwrap(), report, &cause()).await.unwrap();
        self.relay();
        heard
    }

    /// The same, and the bonus hears it.
    pub async fn report_and_deliver(&self, bill: &str, report: &BillReport) {
        assert_eq!(self.report(bill, report).await, Heard::Kept);
        assert_eq!(self.deliver().await, Vec::<String>::new());
    }

    /// Portmone's bills, oldest first.
    pub async fn bills_there(&self) -> Vec<Value> {
        let list = self.control("GET", "portmone/bills", &Value::Null).await;
        let mut bills = list["items"].as_array().unwrap().clone();
        bills.sort_by_key(|bill| bill["id"].as_str().unwrap().parse::<u64>().unwrap());
        bills
    }

    /// The only bill's id.
    pub async fn bill_there(&self) -> String {
        let bills = self.bills_there().await;
        assert_eq!(bills.len(), 1, "{bills:?}");
        bills[0]["id"].as_str().unwrap().to_owned()
    }

    /// How often money moved, for each bill for which it did.
    pub async fn payments(&self) -> Vec<u64> {
        let bills = self.bills_there().await;
        bills.iter().map(|bill| bill["payments"].as_u64().unwrap()).filter(|times| *times > 0).collect()
    }

    /// The top-ups that were made.
    pub async fn top_ups(&self) -> Vec<Value> {
        let list = self.control("GET", "telecom/top-ups", &Value::Null).await;
        list["items"].as_array().unwrap().clone()
    }

    /// How often an operation of a party was acted on: requests that no fault was played on, or one that acts.
    pub async fn seen(&self, party: &str, operation: &str) -> Vec<Value> {
        let path = format!("log?party={party}&operation={operation}");
        let log = self.control("GET", &path, &Value::Null).await;
        let acts = |entry: &&Value| entry["fault"].is_null() || entry["fault"] == "cut_after";
        log["entries"].as_array().unwrap().iter().filter(acts).cloned().collect()
    }

    /// Makes an operation of Portmone misbehave.
    pub async fn fault(&self, wish: Value) {
        self.fault_of("portmone", wish).await;
    }

    /// Makes the telecom misbehave.
    pub async fn telecom_fault(&self, fault: &str) {
        self.fault_of("telecom", json!({ "operation": "top-up", "fault": fault })).await;
    }

    /// The same of another party.
    pub async fn fault_of(&self, party: &str, wish: Value) {
        let mut whole = json!({ "party": party });
        whole.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        self.control("POST", "faults", &whole).await;
    }

    /// How Portmone behaves.
    pub async fn set_portmone(&self, settings: Value) {
        self.control("PUT", "portmone/settings/reseller", &settings).await;
    }

    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/_control/{path}");
        let (status, answer) = self.sandbox.control(method, &path, body).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

/// A field of the form that a call to Portmone sent.
pub fn field(call: &Call, name: &str) -> Option<String> {
    let body = String::from_utf8_lossy(&call.request_body).into_owned();
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).next()
}

/// What a call to one of the parties wants.
pub fn operation(call: &Call) -> String {
    match call.tap.as_str() {
        "portmone" => field(call, "method").unwrap(),
        "gateway" => "gateway.result".to_owned(),
        _ => "top-up".to_owned(),
    }
}
