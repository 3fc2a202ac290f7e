//! The stores of bonuses over a DynamoDB of their own, with a wire in front, and bonuses to put there.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::{BONUSES, DynamoDb};
use sandbox::testbed::wire::Wire;
use serde_json::Value;
use shared::domain::bonus::accepting::Accepted;
use shared::domain::bonus::answers::{BillAnswer, PayAnswer};
use shared::domain::bonus::driving::{Next, Patience, TopUpWay, Ways};
use shared::domain::bonus::exchange::Method;
use shared::domain::bonus::limits::Limits;
use shared::domain::bonus::msisdn::SealedMsisdn;
use shared::domain::bonus::payees::Payees;
use shared::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use shared::domain::bonus::{Bonus, Call};
use shared::domain::dialogue::ChatId;
use shared::domain::identifier::{PortmoneBillId, ReceiptId};
use shared::domain::locale::Locale;
use shared::domain::money::{Currency, Money};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::stores::bonuses::{Bonuses, Inserted};
use shared::stores::invoices::Cause;
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::portmone_exchanges::PortmoneExchanges;
use shared::stores::table::Table;

/// When most of it happens.
pub const NOON: &str = "2026-11-21T12:00:00Z";
/// The phone of every bonus. It is stored nowhere.
pub const PHONE: &str = "380671234567";
/// The sealed form of [`PHONE`]: what matters is that it is a token.
pub const SEALED: &str = "gAAAAABpSealedNumber-_0=";

/// The stores of one test.
pub struct BonusStores {
    pub dynamodb: DynamoDb,
    pub wire: Wire,
    pub bonuses: Bonuses,
    pub bills: PortmoneBills,
    pub exchanges: PortmoneExchanges,
}

pub async fn bonus_stores() -> BonusStores {
    let (dynamodb, wire) = (DynamoDb::start().await, Wire::new());
    let url = wire.tap("dynamodb", &dynamodb.url()).await;
    let credentials = Credentials::new("local", "local", None, None, "test");
    let http = HttpClients::new(None).unwrap();
    let client = Client::new(&sdk_config_for(http.aws, credentials, "eu-central-1".to_owned(), Some(url)));
    let table = Table::new(client, BONUSES.to_owned());
    BonusStores {
        bonuses: Bonuses::new(table.clone()),
        bills: PortmoneBills::new(table.clone()),
        exchanges: PortmoneExchanges::new(table),
        dynamodb,
        wire,
    }
}

impl BonusStores {
    /// The stores with a bonus of `user-1` for this receipt.
    pub async fn with(receipt: &str) -> Self {
        let stores = bonus_stores().await;
        stores.hold(bonus(receipt, "user-1", NOON)).await;
        stores.wire.reset();
        stores
    }

    /// Stores a new bonus.
    pub async fn hold(&self, bonus: Bonus) {
        let created = cause(&bonus.created_at.to_string());
        let inserted = self.bonuses.insert(bonus, &created).await.unwrap();
        assert!(matches!(inserted, Inserted::New(_)), "{inserted:?}");
    }

    /// A bonus as it is stored.
    pub async fn read(&self, receipt: &str) -> Bonus {
        self.bonuses.get(&id(receipt)).await.unwrap().unwrap()
    }

    /// Decides about a bonus.
    pub async fn decide<T>(&self, receipt: &str, decide: impl Fn(&mut Bonus) -> T) -> T {
        let changed = self.bonuses.change(&id(receipt), None, &cause(NOON), decide).await.unwrap();
        changed.unwrap().outcome
    }

    /// Claims the making of a bill, with what is asked.
    pub async fn claim_making(&self, receipt: &str) -> Call {
        self.decide(receipt, making).await.expect("a bill is to be made")
    }

    /// Keeps that this bill was made, and claims its payment, as one change.
    pub async fn claim_paying(&self, receipt: &str, making: &Call, bill: &str) -> Call {
        self.decide(receipt, |bonus| paying(bonus, making, bill)).await.expect("the bill is to be paid")
    }

    /// Pays the bill.
    pub async fn pay(&self, receipt: &str, paying: &Call) {
        let paid = |bonus: &mut Bonus| {
            let (now, answer) = (instant(NOON), "<rsp status=\"ok\"/>".to_owned());
            bonus.answered(paying, Method::PayBill, asked("bills.pay"), answer, now);
            bonus.bill_paid(paying, PayAnswer::Paid, &patience(), now);
        };
        self.decide(receipt, paid).await;
    }

    /// An item, in DynamoDB's typed JSON.
    pub fn item(&self, pk: &str) -> Value {
        let items = self.dynamodb.items(BONUSES);
        items.into_iter().find(|item| item["pk"]["S"] == pk).unwrap_or_else(|| panic!("no {pk}"))
    }

    /// How many items there are of one kind.
    pub fn count(&self, sort_key: &str) -> usize {
        self.dynamodb.items(BONUSES).iter().filter(|item| item["sk"]["S"] == sort_key).count()
    }

    /// Puts a stored item back with something else in it.
    pub fn spoil(&self, pk: &str, spoil: impl FnOnce(&mut Value)) {
        let mut item = self.item(pk);
        spoil(&mut item);
        self.dynamodb.put(BONUSES, &item);
    }

    /// The ids and names of the events that the stream delivered since the last look, in order.
    pub fn new_events(&self) -> Vec<String> {
        let stream = self.dynamodb.new_bonuses_event().unwrap_or_default();
        let records = stream["Records"].as_array().cloned().unwrap_or_default();
        let outboxes =
            records.iter().filter_map(|record| record["dynamodb"]["NewImage"]["outbox"]["L"].as_array());
        let text = |event: &Value, name: &str| event["M"][name]["S"].as_str().unwrap().to_owned();
        outboxes.flatten().map(|event| format!("{} {}", text(event, "id"), text(event, "event"))).collect()
    }

    /// What was called since the last reset.
    pub fn operations(&self) -> Vec<String> {
        self.wire.calls().iter().map(|call| call.operation()).collect()
    }
}

/// Claims the making of a bill, and keeps what is asked.
pub fn making(bonus: &mut Bonus) -> Option<Call> {
    match bonus.next(WAYS, &patience(), instant(NOON)) {
        Next::MakeBill(call) => {
            bonus.ask(&call, Method::CreateBill, asked("bills.create"));
            Some(call)
        }
        _ => None,
    }
}

/// Keeps that this bill was made, and claims its payment.
pub fn paying(bonus: &mut Bonus, making: &Call, bill: &str) -> Option<Call> {
    let (now, answer) = (instant(NOON), format!("<rsp status=\"ok\"><bill id=\"{bill}\"/></rsp>"));
    bonus.answered(making, Method::CreateBill, asked("bills.create"), answer, now);
    bonus.bill_made(making, BillAnswer::Made(bill_id(bill)), &patience(), now);
    match bonus.next(WAYS, &patience(), now) {
        Next::Pay(call) => {
            bonus.ask(&call, Method::PayBill, asked("bills.pay"));
            Some(call)
        }
        _ => None,
    }
}

/// What is asked, masked as the client masks it.
pub fn asked(method: &str) -> String {
    format!("method={method}&login=paydesk&password=***&contractNumber=+**********67")
}

/// Portmone is there, and tops up by itself.
pub const WAYS: Ways = Ways { portmone: true, telecom: TopUpWay::NotWanted };

pub fn patience() -> Patience {
    Patience { retries: vec![SignedDuration::from_mins(1)], settle: SignedDuration::from_mins(15) }
}

/// What a receipt of one hryvnia earns a user, who is told in the chat 4711.
pub fn accepted(receipt: &str, user: &str) -> Accepted {
    Accepted {
        receipt: id(receipt),
        user: user.parse().unwrap(),
        chat: ChatId(4711),
        locale: Locale::Uk,
        msisdn: SealedMsisdn::new(SEALED).unwrap(),
        amount: hryvnias(100),
    }
}

/// A bonus whose bill is to be made.
pub fn bonus(receipt: &str, user: &str, at: &str) -> Bonus {
    let payees = Payees::new(vec!["67=2065".parse().unwrap()], None);
    Bonus::new(
        accepted(receipt, user),
        Ok(&PHONE.parse().unwrap()),
        &payees,
        &limits(None, None),
        instant(at),
    )
}

pub fn limits(per_day: Option<u32>, per_user: Option<u32>) -> Limits {
    Limits { per_day, per_user, highest: hryvnias(10_000) }
}

pub fn hryvnias(minor: i64) -> Money {
    Money::new(minor, Currency::Uah)
}

pub fn id(receipt: &str) -> ReceiptId {
    receipt.parse().unwrap()
}

pub fn bill_id(bill: &str) -> PortmoneBillId {
    bill.parse().unwrap()
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn cause(now: &str) -> Cause {
    Cause::new("correlation-1".to_owned(), instant(now))
}

/// The biller protocol's notice that so much was paid.
pub fn paid(minor: i64) -> BillReport {
    BillReport {
        outcome: ReportedOutcome::Paid,
        amount: Some(hryvnias(minor)),
        payee: Some("2065".parse().unwrap()),
        recipient: Some("**********67".to_owned()),
        source: ReportSource::Biller,
        received_at: instant(NOON),
        words: "<BILLS>…</BILLS>".to_owned(),
    }
}

/// That it was refused.
pub fn failed(code: &str) -> BillReport {
    let outcome = ReportedOutcome::Failed { code: code.to_owned(), reason: "Declined".to_owned() };
    BillReport { outcome, amount: None, source: ReportSource::Direct, ..paid(0) }
}

/// That so much was given back.
pub fn refunded(minor: i64) -> BillReport {
    BillReport { outcome: ReportedOutcome::Refunded, ..paid(minor) }
}
