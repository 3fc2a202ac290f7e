//! Delivers one notification by one channel: claims it, sends it once, keeps what became of it.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::notification::Channel;
use shared::domain::notification::delivery::Outcome;
use shared::domain::notification::delivery_id::DeliveryId;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::queues::batch::Delivery;
use shared::queues::delivery_request::{DeliveryRequest, VERSION};
use shared::queues::notification::Notification;
use shared::stores::deliveries::{Claiming, Kept, NewDelivery};

use crate::app::App;
use crate::handler::{call_time, put_off};
use crate::lanes::{Lanes, Pass};
use crate::message::{Ready, Told, prepare, send};
use crate::patience;
use crate::plan;
use crate::recipient::Recipient;

/// How long what is not given up waits where no delay is left.
const LAST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Delivers what a request asks for. What is buried is not shown as waiting.
pub async fn deliver(
    app: &App,
    channel: Channel,
    request: DeliveryRequest,
    lanes: Option<&Lanes>,
    deadline: Deadline,
) -> Delivery {
    let id = delivery_id(&request.notification, channel);
    let delivery = attempt(app, channel, request, lanes, deadline).await;
    if let (Delivery::Dead { reason }, Ok(id)) = (&delivery, id) {
        let why = Outcome::GivenUp(reason.clone());
        if let Err(error) = app.deliveries.close(&id, &why, Timestamp::now()).await {
            return put_off(&error);
        }
    }
    delivery
}

async fn attempt(
    app: &App,
    channel: Channel,
    request: DeliveryRequest,
    lanes: Option<&Lanes>,
    deadline: Deadline,
) -> Delivery {
    if request.version != VERSION || Channel::from(request.channel) != channel {
        return Delivery::Dead {
            reason: "a request of an unknown version or for another channel".to_owned(),
        };
    }
    let recipient = match Recipient::of(app, &request.notification).await {
        Ok(recipient) => recipient,
        Err(error) => return put_off(&error),
    };
    let new = match new_delivery(&request.notification, channel, &recipient) {
        Ok(new) => new,
        Err(reason) => return Delivery::Dead { reason },
    };
    let ready = match prepare(app, channel, &request.notification.notice, &recipient).await {
        Ok(ready) => ready,
        Err(delivery) => return delivery,
    };
    let mut pass = match (&ready, lanes) {
        (Ready::Telegram { chat, .. }, Some(lanes)) => Some(lanes.enter(*chat).await),
        _ => None,
    };
    if let Some(after) = pass.as_ref().and_then(Pass::limited) {
        return Delivery::Later { after, reason: "the chat is to be left alone".to_owned() };
    }
    let Some(within) = call_time(deadline, channel) else {
        return Delivery::Later { after: Duration::ZERO, reason: "too little time was left".to_owned() };
    };
    let claimed = match app.deliveries.claim(&new, request.round, Timestamp::now()).await {
        Ok(Claiming::Send(claimed)) => *claimed,
        Ok(other) => return not_claimed(app, &new, &other),
        Err(error) => return put_off(&error),
    };
    let has_called = !matches!(ready, Ready::Suppressed { .. });
    let mut told = send(app, ready, &new.id, within).await;
    told.give_up_after(patience::after(channel, claimed.delivery.attempts).is_none());
    if let (Some(pass), Outcome::Postponed(_) | Outcome::GivenUp(_), Some(after)) =
        (&mut pass, &told.outcome, told.after)
    {
        pass.limit(after);
    }
    let delivery = conclude(app, &request.notification, &recipient, claimed, told).await;
    if let Some(pass) = pass.filter(|_| has_called) {
        pass.leave().await;
    }
    delivery
}

/// Names the delivery of a notification by a channel.
///
/// # Errors
/// When the notification's id is no id.
pub fn delivery_id(notification: &Notification, channel: Channel) -> Result<DeliveryId, String> {
    let id = notification.id.parse().map_err(|_| "the notification's id is no id".to_owned())?;
    Ok(DeliveryId { notification: id, channel })
}

/// The delivery as it is kept. What holds secrets is kept without its content.
///
/// # Errors
/// When its ids are no ids.
pub fn new_delivery(
    notification: &Notification,
    channel: Channel,
    recipient: &Recipient,
) -> Result<NewDelivery, String> {
    let kind = notification.notice.kind();
    let content = if kind.has_secrets() {
        None
    } else {
        Some(serde_json::to_string(&notification.notice).map_err(|error| error.to_string())?)
    };
    Ok(NewDelivery {
        id: delivery_id(notification, channel)?,
        event: kind.name().to_owned(),
        user: recipient.user.clone(),
        correlation_id: notification.correlation_id.clone(),
        content,
    })
}

fn not_claimed(app: &App, new: &NewDelivery, claiming: &Claiming) -> Delivery {
    let (correlation_id, delivery) = (&new.correlation_id, &new.id);
    match claiming {
        Claiming::Busy { wait_seconds } => {
            let after = Duration::from_secs(*wait_seconds);
            Delivery::Later { after, reason: "somebody is just sending it".to_owned() }
        }
        Claiming::Lost => {
            app.metrics.count(Metric::NotificationUncertain);
            tracing::error!(correlationId = correlation_id, %delivery, "nobody knows whether it was sent");
            Delivery::Done
        }
        Claiming::Send(_) | Claiming::Settled => {
            tracing::info!(correlationId = correlation_id, %delivery, "delivered before");
            Delivery::Done
        }
    }
}

/// Keeps what became of it. The request for the other channel goes out before that: nothing that has to
/// follow comes after the last write.
async fn conclude(
    app: &App,
    notification: &Notification,
    recipient: &Recipient,
    claimed: Kept,
    mut told: Told,
) -> Delivery {
    let delivery = claimed.delivery.id.clone();
    let (attempts, channel) = (claimed.delivery.attempts, delivery.channel);
    let correlation_id = &notification.correlation_id;
    let other = delivery.channel.other();
    if notification.notice.kind().has_secrets() {
        told.keep_no_words();
    }
    if told.falls_back
        && plan::is_usable(app, recipient, other)
        && let Err(error) = plan::request(app, notification, other).await
    {
        // Nothing was sent, so all of it can be done again.
        told.outcome = Outcome::Postponed(format!("the other channel was not asked: {error}"));
    }
    if let Err(error) = app.deliveries.finish(claimed, &told.outcome, Timestamp::now()).await {
        tracing::error!(correlationId = correlation_id, %delivery, %error, "what became of it was not kept");
        return put_off(&error);
    }
    let (metric, result) = match told.outcome {
        Outcome::Sent(_) => (Metric::NotificationSent, Delivery::Done),
        Outcome::Refused(_) => (Metric::NotificationFailed, Delivery::Done),
        Outcome::Suppressed(_) => (Metric::NotificationSuppressed, Delivery::Done),
        Outcome::Unclear(_) => (Metric::NotificationUncertain, Delivery::Done),
        Outcome::GivenUp(reason) => {
            let reason = format!("given up after {attempts} attempts: {reason}");
            (Metric::NotificationFailed, Delivery::Dead { reason })
        }
        Outcome::Postponed(reason) => {
            // Its own attempts count, not how often the queue gave it out: it may have waited for other reasons.
            let patience = patience::after(channel, attempts).unwrap_or(LAST_WAIT);
            let after = patience.max(told.after.unwrap_or_default());
            (Metric::NotificationRetried, Delivery::Later { after, reason })
        }
    };
    app.metrics.count(metric);
    tracing::info!(correlationId = correlation_id, %delivery, outcome = metric.name(), "delivery");
    result
}
