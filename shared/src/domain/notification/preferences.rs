//! How a person wants to be told.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Channel;
use super::quiet_hours::QuietHours;
use crate::domain::zone::Zone;

/// What a person chose. What is not chosen goes by every channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Preferences {
    /// The channels of each event, by the event's name. None at all mutes the event.
    pub channels: BTreeMap<String, Vec<Channel>>,
    /// When not to be disturbed by what is not urgent.
    pub quiet_hours: Option<QuietHours>,
    /// Where the person's clock hangs.
    pub time_zone: Zone,
}

impl Preferences {
    /// Of a person who chose nothing.
    pub fn untouched(time_zone: Zone) -> Self {
        Self { channels: BTreeMap::new(), quiet_hours: None, time_zone }
    }

    /// The channels of an event.
    pub fn channels_of(&self, event: &str) -> Vec<Channel> {
        self.channels.get(event).cloned().unwrap_or_else(|| Channel::ALL.to_vec())
    }

    /// Until when something that is not urgent has to wait, if it has to.
    pub fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.quiet_hours.and_then(|hours| hours.end(now, self.time_zone.rules()))
    }
}
