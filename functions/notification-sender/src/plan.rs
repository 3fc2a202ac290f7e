//! Decides by which channels somebody is told, and when.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::notification::Channel;
use shared::domain::notification::delivery::Outcome;
use shared::lambda::metrics::Metric;
use shared::queues::batch::Delivery;
use shared::queues::delivery_request::{DeliveryRequest, VERSION};
use shared::queues::notification::Notification;
use shared::queues::queue::QueueError;
use shared::stores::table::StoreError;

use crate::app::App;
use crate::deliver::{delivery_id, new_delivery};
use crate::handler::{OFF, put_off};
use crate::recipient::Recipient;

/// What is to be done about a notification.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// It goes out by these channels.
    Tell(Vec<Channel>),
    /// The person does not want to know.
    Muted,
    /// Every way to the person is switched off here.
    Off,
    /// There is no way to the person.
    Unreachable,
    /// No operators are configured.
    NoOperators,
}

/// Plans one notification: one request for each channel.
pub async fn plan(app: &App, notification: Notification) -> Delivery {
    let recipient = match Recipient::of(app, &notification).await {
        Ok(recipient) => recipient,
        Err(error) => return put_off(&error),
    };
    let event = notification.notice.kind().name();
    let (id, correlation_id) = (&notification.id, &notification.correlation_id);
    let channels = match decide(app, &recipient, event) {
        Plan::Tell(channels) => channels,
        Plan::Muted => {
            if let Err(error) = close_others(app, &notification, &recipient, &[]).await {
                return put_off(&error);
            }
            tracing::info!(correlationId = correlation_id, notification = id, event, "muted by its reader");
            return Delivery::Done;
        }
        Plan::NoOperators => {
            tracing::warn!(
                correlationId = correlation_id,
                notification = id,
                event,
                "no operators are configured"
            );
            return Delivery::Done;
        }
        Plan::Off => return Delivery::Later { after: OFF, reason: "no channel is configured".to_owned() },
        Plan::Unreachable => return Delivery::Dead { reason: "its reader has no address".to_owned() },
    };
    let now = Timestamp::now();
    if !notification.notice.kind().is_urgent()
        && let Some(until) = recipient.preferences.quiet_until(now)
    {
        return defer(app, &notification, &recipient, &channels, now, until).await;
    }
    if let Err(error) = close_others(app, &notification, &recipient, &channels).await {
        return put_off(&error);
    }
    for channel in &channels {
        if let Err(error) = request(app, &notification, *channel).await {
            // Those that were sent are known again by their ids.
            return Delivery::Retry { after: None, reason: error.to_string() };
        }
    }
    app.metrics.count(Metric::NotificationPlanned);
    tracing::info!(
        correlationId = correlation_id,
        notification = id,
        event,
        ?channels,
        "notification planned"
    );
    Delivery::Done
}

fn decide(app: &App, recipient: &Recipient, event: &str) -> Plan {
    let wanted = recipient.preferences.channels_of(event);
    if wanted.is_empty() {
        return Plan::Muted;
    }
    let usable = |channels: &[Channel]| -> Vec<Channel> {
        channels.iter().copied().filter(|channel| is_usable(app, recipient, *channel)).collect()
    };
    // Better by the other way than not at all.
    let mut channels = usable(&wanted);
    if channels.is_empty() {
        channels = usable(&Channel::ALL);
    }
    if !channels.is_empty() {
        Plan::Tell(channels)
    } else if Channel::ALL.iter().any(|channel| recipient.is_reached_by(*channel)) {
        Plan::Off
    } else if recipient.user.is_none() {
        Plan::NoOperators
    } else {
        Plan::Unreachable
    }
}

/// Whether a channel is configured and its reader has an address there.
pub fn is_usable(app: &App, recipient: &Recipient, channel: Channel) -> bool {
    let parties = app.parties.get();
    let is_on = match channel {
        Channel::Email => parties.mailer.is_some(),
        Channel::Telegram => parties.telegram.is_some(),
    };
    is_on && recipient.is_reached_by(channel)
}

/// Closes what was shown to wait for the morning and is not wanted any more in the morning.
async fn close_others(
    app: &App,
    notification: &Notification,
    recipient: &Recipient,
    channels: &[Channel],
) -> Result<(), StoreError> {
    let may_have_waited =
        !notification.notice.kind().is_urgent() && recipient.preferences.quiet_hours.is_some();
    for channel in Channel::ALL.into_iter().filter(|channel| may_have_waited && !channels.contains(channel)) {
        if let Ok(id) = delivery_id(notification, channel) {
            let why = Outcome::Suppressed("not wanted by this channel any more".to_owned());
            app.deliveries.close(&id, &why, Timestamp::now()).await?;
        }
    }
    Ok(())
}

/// Lets a notification wait for the end of its reader's quiet hours, for all to see.
async fn defer(
    app: &App,
    notification: &Notification,
    recipient: &Recipient,
    channels: &[Channel],
    now: Timestamp,
    until: Timestamp,
) -> Delivery {
    for channel in channels {
        let shown = match new_delivery(notification, *channel, recipient) {
            Ok(new) => app.deliveries.queue(&new, now).await,
            Err(reason) => return Delivery::Dead { reason },
        };
        if let Err(error) = shown {
            return put_off(&error);
        }
    }
    app.metrics.count(Metric::NotificationDeferred);
    let after = Duration::try_from(until.duration_since(now)).unwrap_or_default();
    // A second more: the end itself is not quiet any more.
    Delivery::Later { after: after.saturating_add(Duration::from_secs(1)), reason: "quiet hours".to_owned() }
}

/// Why a channel was not asked.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("the request cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

/// Has a notification delivered by a channel.
///
/// # Errors
/// When the channel's queue does not take it.
pub async fn request(app: &App, notification: &Notification, channel: Channel) -> Result<(), RequestError> {
    let request = DeliveryRequest {
        version: VERSION,
        notification: notification.clone(),
        channel: channel.into(),
        round: 0,
    };
    let queue = match channel {
        Channel::Email => &app.email.queue,
        Channel::Telegram => &app.telegram.queue,
    };
    let body = serde_json::to_string(&request)?;
    Ok(queue.send(&body, request.sequence().as_ref()).await?)
}
