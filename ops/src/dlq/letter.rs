//! A dead letter, as it was received from its queue.

use std::collections::HashMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use jiff::Timestamp;

/// The attribute in which our consumers say why they buried a message.
pub const REASON: &str = "reason";

/// One message of a dead-letter queue. It is hidden from others for a while, see [`super::walk`].
#[derive(Clone, Debug)]
pub struct Letter {
    /// What the queue calls it; the same whenever it is received.
    pub id: String,
    /// What it is put back or deleted by; another one each time it is received.
    pub receipt: String,
    /// What it says. May hold credentials and personal data.
    pub body: String,
    /// Its message attributes, [`REASON`] among them.
    pub attributes: HashMap<String, MessageAttributeValue>,
    /// The group whose order it keeps; FIFO queues only.
    pub group: Option<String>,
    /// When it was sent to this queue; where SQS moved it here by itself, to the queue it was moved from.
    pub sent_at: Option<Timestamp>,
    /// How often it was received, this time included.
    pub receive_count: u64,
}

impl Letter {
    /// Reads what was received.
    pub fn of(message: Message) -> Self {
        let system = message.attributes.unwrap_or_default();
        let text = |name: MessageSystemAttributeName| system.get(&name).cloned();
        let number = |name| text(name).and_then(|text| text.parse::<i64>().ok());
        let sent_at = number(MessageSystemAttributeName::SentTimestamp);
        let received = number(MessageSystemAttributeName::ApproximateReceiveCount);
        Self {
            id: message.message_id.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            attributes: message.message_attributes.unwrap_or_default(),
            group: text(MessageSystemAttributeName::MessageGroupId),
            sent_at: sent_at.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            receive_count: received.and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
        }
    }

    /// Why it was buried, where one of our consumers did it. SQS itself gives no reason.
    pub fn reason(&self) -> Option<&str> {
        self.attributes.get(REASON)?.string_value()
    }
}
