//! The stores of SMS billing over a DynamoDB of their own, with a wire in front, and usage to put there.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use jiff::civil::date;
use sandbox::testbed::dynamodb::{DynamoDb, SMS_BILLING};
use sandbox::testbed::wire::Wire;
use serde_json::Value;
use shared::domain::identifier::UserId;
use shared::domain::sms::account::{SmsAccount, Through};
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::settings::{Defaults, Overrides, Terms};
use shared::domain::sms::usage::{Sent, UsageEvent, UsageLine};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::{HeldAccount, Recorded, SmsAccounts};
use shared::stores::sms_bills::SmsBills;
use shared::stores::sms_decks::SmsDecks;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::{StoreError, Table};

/// When most of it happens.
pub const NOON: &str = "2026-11-21T12:00:00Z";
/// The run after the day of [`NOON`].
pub const RUN: &str = "2026-11-22T02:00:00Z";

/// The stores of one test.
pub struct SmsStores {
    pub dynamodb: DynamoDb,
    pub wire: Wire,
    pub accounts: SmsAccounts,
    pub bills: SmsBills,
    pub decks: SmsDecks,
    pub settings: SmsSettings,
}

pub async fn sms_stores() -> SmsStores {
    let (dynamodb, wire) = (DynamoDb::start().await, Wire::new());
    let url = wire.tap("dynamodb", &dynamodb.url()).await;
    let credentials = Credentials::new("local", "local", None, None, "test");
    let http = HttpClients::new(None).unwrap();
    let client = Client::new(&sdk_config_for(http.aws, credentials, "eu-central-1".to_owned(), Some(url)));
    let table = Table::new(client, SMS_BILLING.to_owned());
    SmsStores {
        accounts: SmsAccounts::new(table.clone()),
        bills: SmsBills::new(table.clone()),
        decks: SmsDecks::new(table.clone()),
        settings: SmsSettings::new(table),
        dynamodb,
        wire,
    }
}

impl SmsStores {
    /// Counts what a user sent.
    pub async fn record(&self, user: &str, events: &[UsageEvent]) -> Recorded {
        self.accounts.record(&id(user), events, &terms(), &cause(NOON)).await.unwrap()
    }

    /// A user's account as it is stored.
    pub async fn account(&self, user: &str) -> SmsAccount {
        self.held(user).await.account
    }

    /// The same, to be closed.
    pub async fn held(&self, user: &str) -> HeldAccount {
        self.accounts.get(&id(user)).await.unwrap()
    }

    /// Sets something of a user.
    pub async fn set(&self, user: &str, overrides: Overrides) {
        let set = |account: &mut SmsAccount| account.overrides = overrides.clone();
        self.accounts.change(&id(user), &terms(), &cause(NOON), set).await.unwrap();
    }

    /// Makes the bill of what a user's account holds of the day before [`RUN`].
    pub async fn bill(&self, user: &str, number: u64) -> SmsBill {
        let mut held = self.held(user).await;
        let bill = closed(&mut held, number);
        self.close(&mut held, &bill).await.unwrap();
        bill
    }

    pub async fn close(&self, held: &mut HeldAccount, bill: &SmsBill) -> Result<(), StoreError> {
        self.accounts.close(held, bill, &terms(), &cause(RUN)).await
    }

    /// A bill as it is stored.
    pub async fn read(&self, number: &BillNumber) -> SmsBill {
        self.bills.get(number).await.unwrap().unwrap()
    }

    /// Decides about a bill.
    pub async fn decide<T>(&self, number: &BillNumber, at: &str, decide: impl Fn(&mut SmsBill) -> T) -> T {
        let changed = self.bills.change(number, &terms(), &cause(at), decide).await.unwrap();
        changed.unwrap().outcome
    }

    /// An item, in DynamoDB's typed JSON.
    pub fn item(&self, pk: &str) -> Value {
        let items = self.dynamodb.items(SMS_BILLING);
        items.into_iter().find(|item| item["pk"]["S"] == pk).unwrap_or_else(|| panic!("no {pk}"))
    }

    /// How many items there are of one kind.
    pub fn count(&self, sort_key: &str) -> usize {
        self.dynamodb.items(SMS_BILLING).iter().filter(|item| item["sk"]["S"] == sort_key).count()
    }

    /// Breaks a stored item, and says its key.
    pub fn spoil(&self, pk: &str, spoil: impl FnOnce(&mut Value)) {
        let mut item = self.item(pk);
        spoil(&mut item);
        self.dynamodb.put(SMS_BILLING, &item);
    }
}

/// Closes the oldest period of an account that ended by [`RUN`].
pub fn closed(held: &mut HeldAccount, number: u64) -> SmsBill {
    let settings = terms().of(&held.account.overrides);
    let period = held.account.close(Through::Due(instant(RUN)), &settings).unwrap();
    let number = BillNumber::new(date(2026, 11, 22), number);
    SmsBill::new(number, held.account.user.clone(), period, &settings, instant(RUN)).unwrap()
}

pub fn terms() -> Terms {
    Terms { global: Overrides::default(), defaults: Defaults::ORIGINAL }
}

pub fn id(user: &str) -> UserId {
    user.parse().unwrap()
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn cause(now: &str) -> Cause {
    Cause::new("correlation-1".to_owned(), instant(now))
}

/// One message of three parts to Uzbekistan for 0.0375 each, at [`NOON`].
pub fn event(name: &str) -> UsageEvent {
    sent(name, NOON, 1)
}

/// So many such messages.
pub fn sent(name: &str, at: &str, messages: u64) -> UsageEvent {
    let rate = Micros::new(37_500).unwrap();
    let line = UsageLine {
        country: "Uzbekistan".parse().unwrap(),
        prefix: Some("998".parse().unwrap()),
        rate,
        messages,
        segments: messages * 3,
        cost: rate.times(messages * 3).unwrap(),
    };
    UsageEvent { id: name.parse().unwrap(), at: instant(at), sent: Sent::Messages(line) }
}

/// Events of those names.
pub fn events(names: &[&str]) -> Vec<UsageEvent> {
    names.iter().map(|name| event(name)).collect()
}
