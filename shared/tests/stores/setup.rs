//! Stores over a DynamoDB of their own, with a wire in front, and invoices to put there.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::{BILLZ_ORDERS, CHATS, DynamoDb, IDEMPOTENCY_KEYS, INVOICES, NOTIFICATIONS};
use sandbox::testbed::wire::Wire;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::attempt::Transaction;
use shared::domain::invoice::number::{AttemptNumber, MerchantRef};
use shared::domain::money::Money;
use shared::domain::order::{Order, OrderItem};
use shared::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::stores::billz_cards::BillzCards;
use shared::stores::billz_clients::BillzClients;
use shared::stores::billz_orders::BillzOrders;
use shared::stores::chats::Chats;
use shared::stores::contacts::Contacts;
use shared::stores::deliveries::Deliveries;
use shared::stores::directory::Directory;
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::invoices::{Cause, Creation, Invoices};
use shared::stores::preferences::PreferenceBook;
use shared::stores::support_tasks::SupportTasks;
use shared::stores::sweeps::Sweeps;
use shared::stores::table::Table;
use shared::stores::unmatched_reports::UnmatchedReports;

/// The number of [`new_invoice`].
pub const NUMBER: &str = "INV-20261121-7K3M9QZX";

/// The stores of one test.
pub struct Stores {
    pub dynamodb: DynamoDb,
    pub wire: Wire,
    pub invoices: Invoices,
    pub keys: IdempotencyKeys,
    pub sweeps: Sweeps,
    pub unmatched: UnmatchedReports,
    pub deliveries: Deliveries,
    pub contacts: Contacts,
    pub preferences: PreferenceBook,
    pub chats: Chats,
    pub tasks: SupportTasks,
    pub directory: Directory,
    pub billz_orders: BillzOrders,
    pub billz_cards: BillzCards,
    pub billz_clients: BillzClients,
    /// The table of Billz itself, to commit changes to.
    pub billz_table: Table,
}

pub async fn stores() -> Stores {
    let (dynamodb, wire) = (DynamoDb::start().await, Wire::new());
    let url = wire.tap("dynamodb", &dynamodb.url()).await;
    let credentials = Credentials::new("local", "local", None, None, "test");
    let http = HttpClients::new(None).unwrap();
    let client = Client::new(&sdk_config_for(http.aws, credentials, "eu-central-1".to_owned(), Some(url)));
    let table = |name: &str| Table::new(client.clone(), name.to_owned());
    Stores {
        invoices: Invoices::new(table(INVOICES)),
        keys: IdempotencyKeys::new(table(IDEMPOTENCY_KEYS)),
        sweeps: Sweeps::new(table(INVOICES)),
        unmatched: UnmatchedReports::new(table(INVOICES)),
        deliveries: Deliveries::new(table(NOTIFICATIONS)),
        contacts: Contacts::new(table(NOTIFICATIONS)),
        preferences: PreferenceBook::new(table(NOTIFICATIONS)),
        chats: Chats::new(table(CHATS)),
        tasks: SupportTasks::new(table(CHATS)),
        directory: Directory::new(table(CHATS)),
        billz_orders: BillzOrders::new(table(BILLZ_ORDERS)),
        billz_cards: BillzCards::new(table(BILLZ_ORDERS)),
        billz_clients: BillzClients::new(table(BILLZ_ORDERS)),
        billz_table: table(BILLZ_ORDERS),
        dynamodb,
        wire,
    }
}

impl Stores {
    /// Stores a new invoice.
    pub async fn hold(&self, invoice: Invoice) -> Invoice {
        match self.invoices.create(invoice, &cause()).await.unwrap() {
            Creation::Created(invoice) => invoice,
            Creation::Existing(other) => panic!("its order has {}", other.number),
        }
    }

    /// The invoice as it is stored.
    pub async fn read(&self, number: &str) -> Invoice {
        self.invoices.get(&number.parse().unwrap()).await.unwrap().unwrap()
    }

    /// The item of [`NUMBER`], in DynamoDB's typed JSON.
    pub fn item(&self) -> serde_json::Value {
        self.dynamodb.item(INVOICES, &format!("INVOICE#{NUMBER}"), "INVOICE").unwrap()
    }
}

/// An instant, counted from the making of the invoice.
pub fn minute(minutes: i64) -> Timestamp {
    let made: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    made + SignedDuration::from_mins(minutes)
}

pub fn cause() -> Cause {
    Cause { correlation_id: "correlation-1".to_owned(), now: minute(5) }
}

pub fn attempt(number: u8) -> AttemptNumber {
    AttemptNumber::new(number).unwrap()
}

/// An invoice of an order of `customer`.
pub fn invoice(number: &str, order: &str, customer: &str, created_at: Timestamp) -> Invoice {
    let amount = Money::rupiah(150_000);
    let item =
        OrderItem { sku: Some("VPS-1".to_owned()), name: "VPS".to_owned(), price: amount, quantity: 1 };
    let (id, customer) = (order.parse().unwrap(), customer.parse().unwrap());
    let order = Order { id, customer, amount, items: vec![item] };
    let expires_at = created_at + SignedDuration::from_hours(24);
    Invoice::issue(number.parse().unwrap(), order, created_at, expires_at).unwrap()
}

/// The invoice [`NUMBER`] of `order-1`, no channel chosen.
pub fn new_invoice() -> Invoice {
    invoice(NUMBER, "order-1", "user-1", minute(0))
}

/// Gives an invoice a code to pay, by its first attempt.
pub fn with_code(mut invoice: Invoice, channel: &str) -> Invoice {
    invoice.choose_channel(channel.parse().unwrap(), minute(1)).unwrap();
    invoice.transaction_created(attempt(1), transaction());
    invoice
}

pub fn transaction() -> Transaction {
    Transaction {
        reference: "DEV-T1".parse().unwrap(),
        code: Some("123450000000001".to_owned()),
        url: None,
        checkout_url: Some("https://tripay.co.id/checkout/DEV-T1".to_owned()),
        qr_string: None,
        qr_image_url: None,
        amount_to_pay: Money::rupiah(151_500),
        expires_at: minute(1440),
        instructions: Vec::new(),
    }
}

/// A callback about the first attempt of [`NUMBER`].
pub fn report(status: ReportedStatus, rupiah: i64) -> PaymentReport {
    PaymentReport {
        merchant_ref: MerchantRef { invoice: NUMBER.parse().unwrap(), attempt: attempt(1) },
        reference: "DEV-T1".parse().unwrap(),
        status,
        amount: Money::rupiah(rupiah),
        paid_at: (status == ReportedStatus::Paid).then(|| minute(4)),
        source: ReportSource::Callback,
        raw: format!(r#"{{"reference":"DEV-T1","status":"{}"}}"#, status.as_str()),
    }
}
