//! Who is told something, by which channels, and what became of it.

pub mod delivery;
pub mod delivery_id;
pub mod preferences;
pub mod quiet_hours;

use std::str::FromStr;

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Email.
    Email,
    /// A message in a Telegram chat.
    Telegram,
}

/// Why a text is not a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the channels are EMAIL and TELEGRAM")]
pub struct ChannelError;

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Email, Self::Telegram];

    /// The name in the API, in messages and in stored items.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Telegram => "TELEGRAM",
        }
    }

    /// The channel to fall back to.
    pub fn other(self) -> Self {
        match self {
            Self::Email => Self::Telegram,
            Self::Telegram => Self::Email,
        }
    }
}

impl FromStr for Channel {
    type Err = ChannelError;

    fn from_str(text: &str) -> Result<Self, ChannelError> {
        Self::ALL.into_iter().find(|channel| channel.as_str().eq_ignore_ascii_case(text)).ok_or(ChannelError)
    }
}
