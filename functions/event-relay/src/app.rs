//! What the function needs, put together at start.

use shared::lambda::metrics::Metrics;
use shared::lambda::{settings, startup::Startup};
use shared::queues::queue::Queue;

use crate::mail::Queues;

/// What the function holds between events.
#[derive(Debug)]
pub struct App {
    pub queues: Queues,
    pub dead_letters: Queue,
    pub metrics: Metrics,
}

/// Puts it together.
///
/// # Errors
/// When a setting is missing; the error names it.
pub fn start() -> anyhow::Result<App> {
    let sqs = aws_sdk_sqs::Client::new(&Startup::begin()?.aws);
    let queue = |url: String| Queue::new(sqs.clone(), url);
    let queues = Queues {
        order_updates: queue(settings::required("ORDER_UPDATES_QUEUE_URL")?),
        notifications: queue(settings::required("NOTIFICATIONS_QUEUE_URL")?),
        support_tasks: queue(settings::required("SUPPORT_TASKS_QUEUE_URL")?),
        billz_payments: queue(settings::required("BILLZ_PAYMENTS_QUEUE_URL")?),
        billz_operations: queue(settings::required("BILLZ_OPERATIONS_QUEUE_URL")?),
        billz_replies: queue(settings::required("BILLZ_REPLY_QUEUE_URL")?),
        sms_charges: queue(settings::required("SMS_CHARGES_QUEUE_URL")?),
        bonus_payouts: queue(settings::required("BONUS_PAYOUTS_QUEUE_URL")?),
        analytics: queue(settings::required("ANALYTICS_QUEUE_URL")?),
    };
    Ok(App {
        queues,
        dead_letters: queue(settings::required("DEAD_LETTER_QUEUE_URL")?),
        metrics: Metrics::new("event-relay"),
    })
}
