//! Messages that are ready to be sent, by where they go.

use std::collections::BTreeMap;

use shared::queues::queue::{MAX_BATCH, Queue};

/// Most of all bodies in one request, in bytes. SQS takes more since 2025; what it always took is safe.
const MAX_REQUEST_BYTES: usize = 256 << 10;

/// Where a message goes. Sent in this order: who delivers what was paid for comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// To who tells the order service.
    OrderUpdates,
    /// To who tells people.
    Notifications,
    /// To who makes tasks in the panel.
    SupportTasks,
    /// To who pays at Billz.
    BillzPayments,
    /// To who does all else at Billz.
    BillzOperations,
    /// To the services that asked for jobs at Billz.
    BillzReplies,
    /// To who bills SMS and charges for them.
    SmsCharges,
    /// To who pays bonuses out.
    BonusPayouts,
    /// To the company's analytics.
    Analytics,
}

/// The queue of each destination.
#[derive(Debug)]
pub struct Queues {
    pub order_updates: Queue,
    pub notifications: Queue,
    pub support_tasks: Queue,
    pub billz_payments: Queue,
    pub billz_operations: Queue,
    pub billz_replies: Queue,
    pub sms_charges: Queue,
    pub bonus_payouts: Queue,
    pub analytics: Queue,
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
            Destination::BillzPayments => &self.billz_payments,
            Destination::BillzOperations => &self.billz_operations,
            Destination::BillzReplies => &self.billz_replies,
            Destination::SmsCharges => &self.sms_charges,
            Destination::BonusPayouts => &self.bonus_payouts,
            Destination::Analytics => &self.analytics,
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

/// Splits messages into requests that a queue takes: not too many, and not too much. One that is too long by
/// itself is a request of its own.
pub fn requests(outgoing: &[Outgoing]) -> Vec<&[Outgoing]> {
    let (mut requests, mut rest) = (Vec::new(), outgoing);
    while !rest.is_empty() {
        let mut bytes = 0_usize;
        let fits = |message: &&Outgoing| {
            bytes = bytes.saturating_add(message.body.len());
            bytes <= MAX_REQUEST_BYTES
        };
        let count = rest.iter().take(MAX_BATCH).take_while(fits).count();
        let (request, others) = rest.split_at(count.max(1));
        requests.push(request);
        rest = others;
    }
    requests
}
