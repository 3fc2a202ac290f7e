//! Names one delivery: a notification and the channel it goes by.

use std::fmt;
use std::str::FromStr;

use super::Channel;
use crate::domain::identifier::NotificationId;

/// The id of a delivery, such as `INV-20261121-7K3M9QZX.4.0.telegram`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeliveryId {
    /// What is told.
    pub notification: NotificationId,
    /// By which channel.
    pub channel: Channel,
}

/// Why a text is not the id of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery's id is a notification's id, a point, and `email` or `telegram`")]
pub struct DeliveryIdError;

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channel = match self.channel {
            Channel::Email => "email",
            Channel::Telegram => "telegram",
        };
        write!(f, "{}.{channel}", self.notification)
    }
}

impl FromStr for DeliveryId {
    type Err = DeliveryIdError;

    fn from_str(text: &str) -> Result<Self, DeliveryIdError> {
        let (notification, channel) = text.rsplit_once('.').ok_or(DeliveryIdError)?;
        let channel = match channel {
            "email" => Channel::Email,
            "telegram" => Channel::Telegram,
            _ => return Err(DeliveryIdError),
        };
        Ok(Self { notification: notification.parse().map_err(|_| DeliveryIdError)?, channel })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_as_it_is_written() {
        for text in ["INV-20261121-7K3M9QZX.4.0.telegram", "api.018f3a2b.email", "x.email"] {
            assert_eq!(text.parse::<DeliveryId>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "email", ".email", "x.EMAIL", "x.sms", "x", "a/b.email", "a b.telegram"] {
            assert_eq!(text.parse::<DeliveryId>(), Err(DeliveryIdError), "{text:?}");
        }
    }
}
