//! One DynamoDB table: get, query, commit. The only user of the DynamoDB SDK.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, TransactWriteItem};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws_error::describe;
use crate::retry::{Retry, Verdict};

/// A raw item.
pub type Item = HashMap<String, AttributeValue>;

/// A table, by its deployed name.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

/// Names one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: &'static str,
}

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the item first.
    #[error("another change came first")]
    Conflict,
    /// The store cannot be used at the moment: it does not answer, or we may not ask it.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored breaks our own rules.
    #[error("the item {key} is corrupt: {reason}")]
    Corrupt {
        /// The item's partition key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The request breaks the store's rules: a defect of ours.
    #[error("the store refused the request: {0}")]
    Refused(String),
}

impl Verdict for StoreError {
    fn retry(&self) -> Retry {
        match self {
            Self::Conflict | Self::Unavailable(_) => Retry::Safe { after: None },
            Self::Corrupt { .. } | Self::Refused(_) => Retry::Never,
        }
    }
}

/// What must hold of the item that a put replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// There is none.
    Absent,
    /// Its version is this one.
    Version(u64),
}

/// One part of a transaction.
#[derive(Debug, Clone)]
pub enum Change {
    /// An item is written, if what is there is as expected.
    Put(Item, Expected),
    /// Nothing is written, and the rest only if this item is as expected.
    Check(Key, Expected),
}

/// Part of an index to read, by its partition key.
#[derive(Debug, Clone)]
pub struct Range<'a> {
    /// The index: its keys are `<index>pk` and `<index>sk`.
    pub index: &'a str,
    /// Its partition key.
    pub partition: String,
    /// Smallest sort key wanted.
    pub from: String,
    /// Largest sort key wanted.
    pub to: String,
    /// Oldest first, or newest first.
    pub ascending: bool,
    /// Most items to read.
    pub limit: u8,
}

/// One page of a query.
#[derive(Debug)]
pub struct Page {
    /// The items, in the index's order.
    pub items: Vec<Item>,
    /// Whether the range holds more.
    pub has_more: bool,
}

impl Table {
    /// A table that was deployed as `name`.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Reads one item, consistently.
    ///
    /// # Errors
    /// When the store is unavailable or the item is not what `T` says.
    pub async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.get_item(key).await?.map(read).transpose()
    }

    /// The request itself, once in a program and not once for each kind of item.
    async fn get_item(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key.pk.clone()))
            .key("sk", AttributeValue::S(key.sk.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        Ok(got.item)
    }

    /// Writes one item if what is there is as expected. `item` carries `pk`, `sk` and its new version.
    ///
    /// # Errors
    /// `Conflict` when what is there is not as expected; otherwise when the store is unavailable.
    pub async fn put(&self, item: &impl Serialize, expected: Expected) -> Result<(), StoreError> {
        self.put_item(write(item)?, expected).await
    }

    async fn put_item(&self, item: Item, expected: Expected) -> Result<(), StoreError> {
        let (condition, values) = condition(expected);
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_values(values)
            .send()
            .await
            .map_err(store_error)?;
        Ok(())
    }

    /// Writes a row whole, whatever is there. For rows that are the same for whoever writes them; an aggregate
    /// is written by [`Table::put`].
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn put_row(&self, row: &impl Serialize) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(write(row)?));
        put.send().await.map(drop).map_err(store_error)
    }

    /// Deletes a row. Nothing when it is not there.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn delete_row(&self, pk: &str, sk: &str) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.name);
        let delete = delete.key("pk", AttributeValue::S(pk.to_owned()));
        delete.key("sk", AttributeValue::S(sk.to_owned())).send().await.map(drop).map_err(store_error)
    }

    /// Makes all of these changes, or none when one of the items is not as expected.
    ///
    /// # Errors
    /// `Conflict` when one is not as expected, or is just being written; otherwise when the store is unavailable.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let defect = |error: BuildError| StoreError::Refused(error.to_string());
        let mut request = self.client.transact_write_items();
        for change in changes {
            let part = TransactWriteItem::builder();
            let part = match change {
                Change::Put(item, expected) => {
                    let (condition, values) = condition(expected);
                    let put = Put::builder().table_name(&self.name).set_item(Some(item));
                    let put = put.condition_expression(condition).set_expression_attribute_values(values);
                    part.put(put.build().map_err(defect)?)
                }
                Change::Check(key, expected) => {
                    let (condition, values) = condition(expected);
                    let check = ConditionCheck::builder().table_name(&self.name);
                    let check = check.key("pk", AttributeValue::S(key.pk));
                    let check = check.key("sk", AttributeValue::S(key.sk.to_owned()));
                    let check = check.condition_expression(condition);
                    part.condition_check(
                        check.set_expression_attribute_values(values).build().map_err(defect)?,
                    )
                }
            };
            request = request.transact_items(part.build());
        }
        request.send().await.map_err(cancelled)?;
        Ok(())
    }

    /// Reads the items of a partition, consistently: those that DynamoDB gives in one answer, at most a megabyte.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        Ok(found.items.unwrap_or_default())
    }

    /// Reads one page of an index. Indexes follow the table with a short delay.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn query(&self, range: &Range<'_>) -> Result<Page, StoreError> {
        if range.from > range.to {
            // DynamoDB refuses what holds nothing.
            return Ok(Page { items: Vec::new(), has_more: false });
        }
        let index = range.index;
        let found = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(index)
            .key_condition_expression(format!("{index}pk = :pk AND {index}sk BETWEEN :from AND :to"))
            .expression_attribute_values(":pk", AttributeValue::S(range.partition.clone()))
            .expression_attribute_values(":from", AttributeValue::S(range.from.clone()))
            .expression_attribute_values(":to", AttributeValue::S(range.to.clone()))
            .scan_index_forward(range.ascending)
            .limit(i32::from(range.limit))
            .send()
            .await
            .map_err(store_error)?;
        let has_more = found.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok(Page { items: found.items.unwrap_or_default(), has_more })
    }

    /// Asks whether the table can be used.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), StoreError> {
        let nothing = Key { pk: "HEALTH".to_owned(), sk: "HEALTH" };
        self.get::<serde::de::IgnoredAny>(&nothing).await.map(drop)
    }
}

/// Turns an edge type into an item.
///
/// # Errors
/// When it cannot be an item: a defect of ours.
pub fn write(item: &impl Serialize) -> Result<Item, StoreError> {
    serde_dynamo::to_item(item).map_err(|error| StoreError::Refused(error.to_string()))
}

/// Turns an item into an edge type.
///
/// # Errors
/// `Corrupt` with the item's key when it is not what `T` says.
pub fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let key =
        item.get("pk").and_then(|pk| pk.as_s().ok()).cloned().unwrap_or_else(|| "without pk".to_owned());
    serde_dynamo::from_item(item).map_err(|error| StoreError::Corrupt { key, reason: error.to_string() })
}

fn condition(expected: Expected) -> (&'static str, Option<HashMap<String, AttributeValue>>) {
    match expected {
        Expected::Absent => ("attribute_not_exists(pk)", None),
        Expected::Version(version) => {
            let value = AttributeValue::N(version.to_string());
            ("version = :version", Some(HashMap::from([(":version".to_owned(), value)])))
        }
    }
}

/// What it means that a transaction was not made: one of its parts may break the store's rules, or come too fast.
fn cancelled<R>(error: SdkError<TransactWriteItemsError, R>) -> StoreError {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        Some(_) | None => &[],
    };
    let codes: Vec<&str> = reasons.iter().filter_map(|reason| reason.code()).collect();
    let has = |wanted: &[&str]| codes.iter().any(|code| wanted.contains(code));
    if has(&["ValidationError", "ItemCollectionSizeLimitExceeded"]) {
        return StoreError::Refused(format!("a part of the transaction was refused: {}", codes.join(", ")));
    }
    if has(&["ThrottlingError", "ProvisionedThroughputExceeded"]) {
        return StoreError::Unavailable(format!(
            "a part of the transaction was too fast: {}",
            codes.join(", ")
        ));
    }
    store_error(error)
}

fn store_error<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> StoreError {
    match error.code() {
        Some(
            "ConditionalCheckFailedException"
            | "TransactionConflictException"
            | "TransactionCanceledException",
        ) => StoreError::Conflict,
        Some("ValidationException") => StoreError::Refused(describe(&error)),
        // A permission or a table that is missing says nothing about the request: an operator brings it back.
        Some(_) | None => StoreError::Unavailable(describe(&error)),
    }
}
