//! What was said between us and others about bonuses, for 100 days: one item for each exchange, written with the
//! change of the bonus that it belongs to.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::newest_first::{Course, FIRST, LAST, PAGE, Seen, part};
use super::place::Place;
use super::table::{Expected, StoreError, Table, read};
use crate::domain::bonus::Bonus;
use crate::domain::bonus::exchange::Exchange;
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::{PortmoneBillId, ReceiptId};

const SORT_KEY: &str = "EXCHANGE";
/// How long an exchange is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 100);

/// The exchanges.
#[derive(Debug, Clone)]
pub struct PortmoneExchanges {
    table: Table,
}

/// Whose exchanges are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// A bonus's, by the receipt that earned it.
    Receipt(ReceiptId),
    /// A bill's.
    Bill(PortmoneBillId),
    /// Of all bonuses that are told about in a chat.
    Chat(ChatId),
}

/// An exchange as it is shown: all of it is masked already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptExchange {
    /// The receipt, and so the bonus.
    pub receipt: String,
    /// Its number among those of the bonus.
    pub number: u32,
    /// The bill, as far as it was known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<String>,
    /// The chat in which its user is told.
    pub chat: i64,
    /// What it was about.
    pub method: String,
    /// When it began.
    pub at: Timestamp,
    /// What was asked, or reported.
    pub request: String,
    /// What was answered; none where nobody knows, and for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

/// The item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExchangeItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    gsi1sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi2pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi2sk: Option<String>,
    gsi4pk: String,
    gsi4sk: String,
    version: u64,
    ttl: i64,
    #[serde(flatten)]
    exchange: KeptExchange,
}

fn receipt_partition(receipt: &str) -> String {
    format!("EXCHANGES_OF#{receipt}")
}

fn bill_partition(bill: &str) -> String {
    format!("EXCHANGES_OF_BILL#{bill}")
}

fn chat_partition(chat: i64) -> String {
    format!("EXCHANGES_OF_CHAT#{chat}")
}

fn position(exchange: &KeptExchange) -> String {
    format!("{:.3}#{}#{:06}", exchange.at, exchange.receipt, exchange.number)
}

impl ExchangeItem {
    /// The item of an exchange as it is to be written with its bonus, and what it replaces: the question, with its
    /// answer.
    pub(super) fn of(bonus: &Bonus, exchange: &Exchange) -> (Self, Expected) {
        let (version, expected) = match exchange.answer {
            None => (1, Expected::Absent),
            Some(_) => (2, Expected::Version(1)),
        };
        let (answer, answered_at) = match &exchange.answer {
            Some(answered) => (Some(answered.words.clone()), Some(answered.at)),
            None => (None, None),
        };
        let kept = KeptExchange {
            receipt: bonus.receipt.to_string(),
            number: exchange.number,
            bill: bonus.bill.as_ref().map(ToString::to_string),
            chat: bonus.chat.0,
            method: exchange.method.as_str().to_owned(),
            at: exchange.at,
            request: exchange.request.clone(),
            answer,
            answered_at,
        };
        let position = position(&kept);
        let item = Self {
            pk: format!("{SORT_KEY}#{}#{}", kept.receipt, kept.number),
            sk: SORT_KEY.to_owned(),
            gsi1pk: receipt_partition(&kept.receipt),
            gsi1sk: position.clone(),
            gsi2pk: kept.bill.as_deref().map(bill_partition),
            gsi2sk: kept.bill.as_ref().map(|_| position.clone()),
            gsi4pk: chat_partition(kept.chat),
            gsi4sk: position,
            version,
            ttl: kept.at.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second(),
            exchange: kept,
        };
        (item, expected)
    }
}

impl PortmoneExchanges {
    /// The exchanges in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The next `limit` exchanges after `after`, newest first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        whose: &Whose,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<(Vec<KeptExchange>, Option<Place>), StoreError> {
        let (index, partition) = match whose {
            Whose::Receipt(receipt) => ("gsi1", receipt_partition(receipt.as_str())),
            Whose::Bill(bill) => ("gsi2", bill_partition(bill.as_str())),
            Whose::Chat(chat) => ("gsi4", chat_partition(chat.0)),
        };
        let to = after.map_or_else(|| LAST.to_owned(), |place| place.as_str().to_owned());
        let course =
            Course { index, partitions: vec![partition], from: FIRST.to_owned(), to, page: PAGE, limit };
        let look = |item| {
            let exchange = read::<ExchangeItem>(item)?.exchange;
            Ok(Seen { position: position(&exchange), wanted: Some(exchange) })
        };
        part(&self.table, course, look).await
    }
}
