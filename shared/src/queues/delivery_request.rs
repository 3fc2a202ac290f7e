//! A notification has to go out by one channel. Queues `email-queue` and `telegram-queue.fifo`.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::notification::Notification;
use super::queue::Sequence;
use crate::domain::notification::Channel;
use crate::notices::about::Audience;

/// The version of [`DeliveryRequest`] that is sent and read.
pub const VERSION: u8 = 1;

/// The group of messages to the operators.
const OPERATORS: &str = "operators";

/// A notification that has to go out by one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryRequest {
    /// Of this form of the message: 1.
    pub version: u8,
    /// What is told to whom.
    pub notification: Notification,
    /// By which channel.
    pub channel: ChannelName,
    /// 0, and one more each time an operator has it sent again.
    pub round: u32,
}

/// The name of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChannelName {
    /// Email.
    Email,
    /// Telegram.
    Telegram,
}

impl DeliveryRequest {
    /// What its FIFO queue orders it by; none for a channel whose queue is no FIFO queue.
    ///
    /// Messages to one person are with one function instance at a time: that is what keeps a chat's pace. What is
    /// answered in a chat stays with its person: it is the chat where they are told everything else.
    pub fn sequence(&self) -> Option<Sequence> {
        let group = match (self.notification.notice.kind().audience(), &self.notification.user_id) {
            (Audience::Operators, _) | (_, None) => OPERATORS.to_owned(),
            (Audience::Customer | Audience::Staff, Some(user)) => user.clone(),
        };
        match self.channel {
            ChannelName::Email => None,
            ChannelName::Telegram => {
                Some(Sequence { group, id: deduplication_id(&self.notification.id, self.round) })
            }
        }
    }
}

/// SQS takes 128 characters; an id may have as many by itself.
fn deduplication_id(notification: &str, round: u32) -> String {
    hex::encode(Sha256::digest(format!("{notification}#{round}").as_bytes()))
}

impl From<Channel> for ChannelName {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Telegram => Self::Telegram,
        }
    }
}

impl From<ChannelName> for Channel {
    fn from(name: ChannelName) -> Self {
        match name {
            ChannelName::Email => Self::Email,
            ChannelName::Telegram => Self::Telegram,
        }
    }
}
