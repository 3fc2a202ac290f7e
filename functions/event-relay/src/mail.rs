//! Messages that are ready to be sent, by where they go.

use std::collections::BTreeMap;

use shared::queues::queue::Queue;

/// Where a message goes. Sent in this order: who delivers what was paid for comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// To who tells the order service.
    OrderUpdates,
    /// To who tells people.
    Notifications,
    /// To who makes tasks in the panel.
    SupportTasks,
}

/// The queue of each destination.
#[derive(Debug)]
pub struct Queues {
    pub order_updates: Queue,
    pub notifications: Queue,
    pub support_tasks: Queue,
}

/// A message that is ready to be sent, and the change it comes from.
#[derive(Debug)]
pub struct Outgoing {
    pub sequence_number: String,
    pub event_id: String,
    pub correlation_id: String,
    pub body: String,
}

/// What is ready to be sent.
#[derive(Debug, Default)]
pub struct Mail {
    by_destination: BTreeMap<Destination, Vec<Outgoing>>,
}

impl Queues {
    /// The queue of a destination.
    pub fn of(&self, destination: Destination) -> &Queue {
        match destination {
            Destination::OrderUpdates => &self.order_updates,
            Destination::Notifications => &self.notifications,
            Destination::SupportTasks => &self.support_tasks,
        }
    }
}

impl Mail {
    /// Adds a message.
    pub fn push(&mut self, destination: Destination, message: Outgoing) {
        self.by_destination.entry(destination).or_default().push(message);
    }

    /// Adds other mail behind this.
    pub fn append(&mut self, other: Self) {
        for (destination, messages) in other.by_destination {
            self.by_destination.entry(destination).or_default().extend(messages);
        }
    }

    /// The messages of each destination that has some, oldest first.
    pub fn sorted(&self) -> impl Iterator<Item = (Destination, &[Outgoing])> {
        self.by_destination.iter().map(|(destination, messages)| (*destination, messages.as_slice()))
    }
}
