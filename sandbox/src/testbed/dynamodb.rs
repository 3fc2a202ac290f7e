//! DynamoDB inside the process, with the tables of the workspace.
//!
//! Real expressions, transactions, indexes and streams. It never throttles and never reports a conflict of
//! transactions: have the wire answer with [`throttled`] or [`transaction_conflict`] instead.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::actions::scan::ScanRequest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::ANY_PORT;

/// The table of invoices: `pk`, `sk`, both indexes, and a stream of new images.
pub const INVOICES: &str = "invoices";
/// The table of idempotency keys: `pk`, `sk`.
pub const IDEMPOTENCY_KEYS: &str = "idempotency-keys";
/// The table of notifications: `pk`, `sk`, and two indexes of whole items. No stream.
pub const NOTIFICATIONS: &str = "notifications";
/// The table of chats, links, support tasks and the panel's session: `pk`, `sk`, one index of whole items, and a
/// stream of new images.
pub const CHATS: &str = "chats";
/// The table of jobs, orders, clients and payment methods at Billz: `pk`, `sk`, two indexes of whole items, and a
/// stream of new images.
pub const BILLZ_ORDERS: &str = "billz-orders";
/// The table of SMS accounts, usage, bills, settings and rate decks: `pk`, `sk`, `gsi1`, `gsi2` and `gsi4` of whole
/// items, `gsi3` of keys, and a stream of new images.
pub const SMS_BILLING: &str = "sms-billing";
/// The table of bonuses, their bills at Portmone and what was said about them: `pk`, `sk`, `gsi1`, `gsi2` and `gsi4` of
/// whole items, `gsi3` of keys, and a stream of new images.
pub const BONUSES: &str = "bonuses";

/// A DynamoDB of one test.
#[derive(Debug)]
pub struct DynamoDb {
    address: SocketAddr,
    database: DebugDatabase,
    invoices: Mutex<StreamReader>,
    chats: Mutex<StreamReader>,
    billz_orders: Mutex<StreamReader>,
    sms_billing: Mutex<StreamReader>,
    bonuses: Mutex<StreamReader>,
    _running: oneshot::Sender<()>,
}

struct DebugDatabase(Database);

impl std::fmt::Debug for DebugDatabase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("in-process DynamoDB")
    }
}

#[derive(Debug)]
struct StreamReader {
    arn: String,
    iterator: String,
}

impl DynamoDb {
    /// Starts one on a port of its own, with empty tables.
    pub async fn start() -> Self {
        let database = Database::memory().expect("an in-memory database");
        let tables = [
            invoices_table(),
            idempotency_keys_table(),
            notifications_table(),
            chats_table(),
            billz_orders_table(),
            table_with_due_list(SMS_BILLING),
            table_with_due_list(BONUSES),
        ];
        for description in tables {
            let request = serde_json::from_value(description).expect("a table description");
            database.create_table(request).expect("a table");
        }
        let [invoices, chats, billz_orders, sms_billing, bonuses] =
            [INVOICES, CHATS, BILLZ_ORDERS, SMS_BILLING, BONUSES]
                .map(|table| Mutex::new(open_stream(&database, table)));
        let listener = TcpListener::bind(ANY_PORT).await.expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("the address of a bound listener");
        let (running, ended) = oneshot::channel::<()>();
        let served = database.clone();
        tokio::spawn(async move {
            let until = async move {
                // Ends when the DynamoDb is dropped, and the sender with it.
                let _dropped = ended.await;
            };
            let end = dynoxide::server::serve_with_shutdown(listener, served, until).await;
            end.expect("the in-process DynamoDB serves until its test ends");
        });
        let database = DebugDatabase(database);
        Self { address, database, invoices, chats, billz_orders, sms_billing, bonuses, _running: running }
    }

    /// The endpoint URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// One item as it is stored, in DynamoDB's typed JSON (`{"version":{"N":"3"}}`).
    #[must_use]
    pub fn item(&self, table: &str, pk: &str, sk: &str) -> Option<Value> {
        let holds = |item: &Value, name: &str, wanted: &str| item[name]["S"] == wanted;
        self.items(table).into_iter().find(|item| holds(item, "pk", pk) && holds(item, "sk", sk))
    }

    /// Every item of a table, in DynamoDB's typed JSON.
    #[must_use]
    pub fn items(&self, table: &str) -> Vec<Value> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let request = ScanRequest {
                table_name: table.to_owned(),
                exclusive_start_key: start,
                ..ScanRequest::default()
            };
            let page = self.database.0.scan(request).expect("a table that exists");
            for item in page.items.unwrap_or_default() {
                items.push(serde_json::to_value(item).expect("an item is JSON"));
            }
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return items,
            }
        }
    }

    /// Stores an item given in DynamoDB's typed JSON past every condition: a corrupt one, for example.
    pub fn put(&self, table: &str, item: &Value) {
        let request = serde_json::from_value(json!({ "TableName": table, "Item": item }));
        self.database.0.put_item(request.expect("a typed item")).expect("the item is stored");
    }

    /// The Lambda event of everything written to [`INVOICES`] since the last call; `None` when nothing was.
    /// Keep the value to deliver it a second time.
    #[must_use]
    pub fn new_stream_event(&self) -> Option<Value> {
        self.news_of(&self.invoices)
    }

    /// The same of [`CHATS`].
    #[must_use]
    pub fn new_chats_event(&self) -> Option<Value> {
        self.news_of(&self.chats)
    }

    /// The same of [`BILLZ_ORDERS`].
    #[must_use]
    pub fn new_billz_event(&self) -> Option<Value> {
        self.news_of(&self.billz_orders)
    }

    /// The same of [`SMS_BILLING`].
    #[must_use]
    pub fn new_sms_event(&self) -> Option<Value> {
        self.news_of(&self.sms_billing)
    }

    /// The same of [`BONUSES`].
    #[must_use]
    pub fn new_bonuses_event(&self) -> Option<Value> {
        self.news_of(&self.bonuses)
    }

    fn news_of(&self, stream: &Mutex<StreamReader>) -> Option<Value> {
        let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
        let request = GetRecordsRequest { shard_iterator: stream.iterator.clone(), limit: None };
        let page = self.database.0.get_records(request).expect("the stream of a table");
        stream.iterator = page.next_shard_iterator.expect("the shard never ends");
        let records: Vec<Value> = page
            .records
            .iter()
            .map(|record| {
                let mut record = serde_json::to_value(record).expect("a record is JSON");
                record["eventSourceARN"] = Value::from(stream.arn.as_str());
                record
            })
            .collect();
        (!records.is_empty()).then(|| json!({ "Records": records }))
    }
}

fn open_stream(database: &Database, table: &str) -> StreamReader {
    let streams = database.list_streams(ListStreamsRequest::default()).expect("a list of streams").streams;
    let arn = streams.into_iter().find(|stream| stream.table_name == table).expect("a stream").stream_arn;
    let request = DescribeStreamRequest { stream_arn: arn.clone(), ..DescribeStreamRequest::default() };
    let shards = database.describe_stream(request).expect("a stream").stream_description.shards;
    let request = GetShardIteratorRequest {
        stream_arn: arn.clone(),
        shard_id: shards.into_iter().next().expect("a shard").shard_id,
        shard_iterator_type: "TRIM_HORIZON".to_owned(),
        sequence_number: None,
    };
    let iterator = database.get_shard_iterator(request).expect("an iterator").shard_iterator;
    StreamReader { arn, iterator: iterator.expect("an iterator") }
}

fn key_schema(partition: &str, sort: &str) -> Value {
    json!([
        { "AttributeName": partition, "KeyType": "HASH" },
        { "AttributeName": sort, "KeyType": "RANGE" },
    ])
}

fn string_attributes(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect()
}

/// An index `gsi1` is over `gsi1pk` and `gsi1sk`, and holds whole items.
fn index(name: &str) -> Value {
    json!({
        "IndexName": name,
        "KeySchema": key_schema(&format!("{name}pk"), &format!("{name}sk")),
        "Projection": { "ProjectionType": "ALL" },
    })
}

fn invoices_table() -> Value {
    json!({
        "TableName": INVOICES,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": string_attributes(&["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk", "gsi3pk", "gsi3sk"]),
        "GlobalSecondaryIndexes": [index("gsi1"), index("gsi2"), index("gsi3")],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    })
}

fn notifications_table() -> Value {
    json!({
        "TableName": NOTIFICATIONS,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": string_attributes(&["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"]),
        "GlobalSecondaryIndexes": [index("gsi1"), index("gsi2")],
    })
}

fn chats_table() -> Value {
    json!({
        "TableName": CHATS,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": string_attributes(&["pk", "sk", "gsi1pk", "gsi1sk"]),
        "GlobalSecondaryIndexes": [index("gsi1")],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    })
}

fn billz_orders_table() -> Value {
    json!({
        "TableName": BILLZ_ORDERS,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": string_attributes(&["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"]),
        "GlobalSecondaryIndexes": [index("gsi1"), index("gsi2")],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    })
}

/// A table with a list of what is due in `gsi3`, which holds keys only.
fn table_with_due_list(name: &str) -> Value {
    let mut due = index("gsi3");
    due["Projection"] = json!({ "ProjectionType": "KEYS_ONLY" });
    let keys = ["gsi1", "gsi2", "gsi3", "gsi4"].map(|index| [format!("{index}pk"), format!("{index}sk")]);
    let names: Vec<&str> =
        ["pk", "sk"].into_iter().chain(keys.iter().flatten().map(String::as_str)).collect();
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": string_attributes(&names),
        "GlobalSecondaryIndexes": [index("gsi1"), index("gsi2"), due, index("gsi4")],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    })
}

fn idempotency_keys_table() -> Value {
    json!({
        "TableName": IDEMPOTENCY_KEYS,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": string_attributes(&["pk", "sk"]),
    })
}

fn refusal(kind: &str, message: &str) -> (u16, String) {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    (400, json!({ "__type": kind, "message": message }).to_string())
}

/// DynamoDB's answer to a write whose condition does not hold; for [`super::wire::Wire::answer_next`].
#[must_use]
pub fn condition_failed() -> (u16, String) {
    refusal("ConditionalCheckFailedException", "The conditional request failed")
}

/// DynamoDB's answer when a table's throughput is used up. An SDK repeats it by itself.
#[must_use]
pub fn throttled() -> (u16, String) {
    refusal(
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput is exceeded.",
    )
}

/// DynamoDB's answer to a single write of an item that a transaction is writing.
#[must_use]
pub fn transaction_conflict() -> (u16, String) {
    refusal("TransactionConflictException", "Transaction is ongoing for the item")
}

/// DynamoDB's answer to a transaction that did not go through; one reason code per item, as
/// `None`, `ConditionalCheckFailed` or `TransactionConflict`.
#[must_use]
pub fn transaction_cancelled(reasons: &[&str]) -> (u16, String) {
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        reasons.join(", ")
    );
    let reasons: Vec<Value> = reasons.iter().map(|code| json!({ "Code": code })).collect();
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": message,
        "CancellationReasons": reasons,
    });
    (400, body.to_string())
}
