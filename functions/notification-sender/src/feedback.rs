//! Keeps what SES tells about emails it took: which came back, whose readers complained.

use jiff::Timestamp;
use shared::domain::notification::Channel;
use shared::domain::notification::delivery::DeliveryState;
use shared::domain::notification::delivery_id::DeliveryId;
use shared::lambda::metrics::Metric;
use shared::notices::Notice;
use shared::providers::mail::feedback::{MailFate, MailFeedback};
use shared::queues::batch::Delivery;
use shared::queues::notification::{Notification, VERSION};
use shared::stores::contacts::{Contact, ContactStanding};
use shared::stores::deliveries::Kept;
use shared::unreadable::without_values;

use crate::app::App;
use crate::handler::put_off;
use crate::plan;
use crate::recipient::Recipient;

/// Keeps one word of SES. The record comes last: until it is written, the word comes again.
pub async fn keep(app: &App, told: MailFeedback) -> Delivery {
    if matches!(told.fate, MailFate::AddressDead | MailFate::Complained) {
        let standing = ContactStanding::Dead { since: Timestamp::now(), reason: told.reason.clone() };
        for address in &told.addresses {
            if let Err(error) = app.contacts.learn(Contact::Email(address), &standing).await {
                return put_off(&error);
            }
        }
    }
    match (told.fate, &told.delivery) {
        (MailFate::Other, _) | (_, None) => Delivery::Done,
        (fate, Some(id)) => came_back(app, id, fate, &told.reason).await,
    }
}

async fn came_back(app: &App, id: &DeliveryId, fate: MailFate, reason: &str) -> Delivery {
    let kept = match app.deliveries.get(id).await {
        Ok(Some(kept)) => kept,
        Ok(None) => {
            tracing::warn!(delivery = %id, reason, "word of an email that is not known");
            return Delivery::Done;
        }
        Err(error) => return put_off(&error),
    };
    if kept.delivery.state() == DeliveryState::Bounced {
        return Delivery::Done;
    }
    // Whoever complained has read it.
    if fate != MailFate::Complained
        && let Err(delivery) = fall_back(app, &kept).await
    {
        return delivery;
    }
    if let Err(error) = app.deliveries.bounce(id, reason, Timestamp::now()).await {
        return put_off(&error);
    }
    app.metrics.count(Metric::EmailBounced);
    tracing::warn!(correlationId = kept.correlation_id, delivery = %id, reason, "an email came back");
    Delivery::Done
}

/// Tells it by Telegram instead, where that is possible: what held secrets is not kept, and not told again.
async fn fall_back(app: &App, kept: &Kept) -> Result<(), Delivery> {
    let Some(content) = &kept.content else { return Ok(()) };
    let notice: Notice = serde_json::from_str(content).map_err(|error| Delivery::Dead {
        reason: format!("the content kept is no notice: {}", without_values(&error)),
    })?;
    let notification = Notification {
        version: VERSION,
        id: kept.delivery.id.notification.to_string(),
        correlation_id: kept.correlation_id.clone(),
        user_id: kept.delivery.user.as_ref().map(ToString::to_string),
        notice,
        chat: None,
    };
    let recipient = Recipient::of(app, &notification).await.map_err(|error| put_off(&error))?;
    if !plan::is_usable(app, &recipient, Channel::Telegram) {
        return Ok(());
    }
    let requested = plan::request(app, &notification, Channel::Telegram).await;
    requested.map_err(|error| Delivery::Retry { after: None, reason: error.to_string() })
}
