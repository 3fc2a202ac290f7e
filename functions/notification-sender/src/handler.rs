//! The story of one batch: from which queue it is decides what is done with it.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::domain::notification::Channel;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::queues::batch::{Delivery, SqsBatch};
use shared::retry::{Retry, Verdict};
use tokio::time::Instant;

use crate::app::App;
use crate::lanes::Lanes;
use crate::{deliver, feedback, plan};

/// Kept free at the end of an invocation for writing down what became of a message.
const MARGIN: Duration = Duration::from_secs(5);
/// Kept free for telling the queue what became of its messages.
const LAST_CALLS: Duration = Duration::from_secs(3);
/// Longest time for a call to Telegram.
const LONGEST_CALL: Duration = Duration::from_secs(10);
/// Longest time to hand over an email: relays look into it before they answer.
const LONGEST_HANDOVER: Duration = Duration::from_secs(40);
/// With less time than this a message is not begun: opening a connection may take five seconds.
const SHORTEST_CALL: Duration = Duration::from_secs(6);
/// Calls to Telegram that one message may take: with a picture, without it, and both again when a group
/// has moved.
const MOST_CALLS: u32 = 4;
/// How long a message of a channel that is off stays in its queue before it is looked at again.
pub const OFF: Duration = Duration::from_secs(15 * 60);

/// How long an invocation may take that is not told when it ends: its timeout in template.yaml.
pub const UNTOLD: Duration = Duration::from_secs(60);

/// How long a call may take that begins now; none when too little time is left to begin one.
pub fn call_time(deadline: Deadline, channel: Channel) -> Option<Duration> {
    let left = deadline.before(MARGIN).saturating_duration_since(Instant::now());
    let (calls, longest) = match channel {
        Channel::Email => (1, LONGEST_HANDOVER),
        Channel::Telegram => (MOST_CALLS, LONGEST_CALL),
    };
    let call = left.checked_div(calls).unwrap_or_default();
    (call >= SHORTEST_CALL).then(|| call.min(longest))
}

/// Deals with a batch; each message on its own, all at once.
pub async fn handle(app: &App, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    if app.parties.is_stale() {
        app.parties.renew(app.source.read().await);
    }
    let source = event.records.first().and_then(|record| record.event_source_arn.clone()).unwrap_or_default();
    let queue = source.rsplit(':').next().unwrap_or_default().to_owned();
    let is_from = |batch: &SqsBatch| batch.queue.name() == queue;
    if is_from(&app.notifications) {
        let plan = |notification| in_time(app, deadline, plan::plan(app, notification));
        app.notifications.run(event, plan).await
    } else if is_from(&app.email) {
        let deliver =
            |request| in_time(app, deadline, deliver::deliver(app, Channel::Email, request, None, deadline));
        app.email.run(event, deliver).await
    } else if is_from(&app.telegram) {
        let lanes = &Lanes::default();
        let deliver = |request| {
            in_time(app, deadline, deliver::deliver(app, Channel::Telegram, request, Some(lanes), deadline))
        };
        app.telegram.run(event, deliver).await
    } else if is_from(&app.feedback) {
        app.feedback.run(event, |told| in_time(app, deadline, feedback::keep(app, told))).await
    } else {
        // Nothing is lost: the messages stay where they are.
        tracing::error!(queue, "a batch from a queue that is not ours");
        stay(&event)
    }
}

/// Gives a message up for this time rather than be killed over it, and counts what has to come again.
async fn in_time(app: &App, deadline: Deadline, work: impl Future<Output = Delivery>) -> Delivery {
    let worked = tokio::time::timeout_at(deadline.before(LAST_CALLS), work).await;
    let worked =
        worked.unwrap_or_else(|_| Delivery::Retry { after: None, reason: "the time ran out".to_owned() });
    if matches!(worked, Delivery::Retry { .. }) {
        app.metrics.count(Metric::NotificationRetried);
    }
    worked
}

/// What an error before any sending means for its message.
pub fn put_off<E: Verdict + std::fmt::Display>(error: &E) -> Delivery {
    match error.retry() {
        Retry::Never => Delivery::Dead { reason: error.to_string() },
        Retry::Safe { after } => Delivery::Retry { after, reason: error.to_string() },
        Retry::AskFirst => Delivery::Retry { after: None, reason: error.to_string() },
    }
}

fn stay(event: &SqsEvent) -> SqsBatchResponse {
    let failure = |record: &aws_lambda_events::sqs::SqsMessage| {
        let mut failure = aws_lambda_events::sqs::BatchItemFailure::default();
        failure.item_identifier = record.message_id.clone().unwrap_or_default();
        failure
    };
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = event.records.iter().map(failure).collect();
    response
}
