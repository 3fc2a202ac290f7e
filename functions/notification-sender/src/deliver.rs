//! Delivers one notification by one channel: claims it, sends it once, keeps what became of it.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::notification::Channel;
use shared::domain::notification::delivery::Outcome;
use shared::domain::notification::delivery_id::DeliveryId;
use shared::lambda::metrics::Metric;
use shared::notices::texts::{EmailText, TelegramText};
use shared::providers::mail::{Mail, Mailer};
use shared::providers::telegram::{ChatMessage, Sending, Telegram};
use shared::queues::batch::{Delivery, Try};
use shared::queues::delivery_request::{DeliveryRequest, VERSION};
use shared::queues::notification::Notification;
use shared::retry::{Retry, Verdict};
use shared::stores::contacts::{Contact, ContactStanding};
use shared::stores::deliveries::{Claiming, Kept, NewDelivery};

use crate::app::App;
use crate::handler::{Deadline, OFF, put_off};
use crate::lanes::{Lanes, Pass};
use crate::plan;
use crate::recipient::Recipient;

/// A message in its reader's language, on its way to one channel.
enum Ready {
    Email {
        mailer: Mailer,
        to: Vec<String>,
        text: EmailText,
    },
    Telegram {
        telegram: Telegram,
        chat: i64,
        text: TelegramText,
    },
    /// There is no address that works.
    Suppressed {
        reason: String,
    },
}

/// What became of a message, and what that means for the rest.
struct Told {
    outcome: Outcome,
    /// When the provider wants to be asked again.
    after: Option<Duration>,
    /// Whether the other channel is tried: this one does not reach the reader.
    falls_back: bool,
}

impl Told {
    fn simply(outcome: Outcome) -> Self {
        Self { outcome, after: None, falls_back: false }
    }
}

/// Delivers what a request asks for.
pub async fn deliver(
    app: &App,
    channel: Channel,
    request: DeliveryRequest,
    this_try: Try,
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
    let ready = match prepare(app, channel, &request.notification, &recipient).await {
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
    let Some(within) = deadline.call_time() else {
        return Delivery::Later { after: Duration::ZERO, reason: "too little time was left".to_owned() };
    };
    let claimed = match app.deliveries.claim(&new, request.round, Timestamp::now()).await {
        Ok(Claiming::Send(claimed)) => *claimed,
        Ok(other) => return not_claimed(app, &new, &other),
        Err(error) => return put_off(&error),
    };
    let has_called = !matches!(ready, Ready::Suppressed { .. });
    let told = send(app, ready, &new.id, this_try, within).await;
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

/// The delivery as it is kept. What holds secrets is kept without its content.
///
/// # Errors
/// When its ids are no ids.
pub fn new_delivery(
    notification: &Notification,
    channel: Channel,
    recipient: &Recipient,
) -> Result<NewDelivery, String> {
    let id = notification.id.parse().map_err(|_| "the notification's id is no id".to_owned())?;
    let kind = notification.notice.kind();
    let content = if kind.has_secrets() {
        None
    } else {
        Some(serde_json::to_string(&notification.notice).map_err(|error| error.to_string())?)
    };
    Ok(NewDelivery {
        id: DeliveryId { notification: id, channel },
        event: kind.name().to_owned(),
        user: recipient.user.clone(),
        correlation_id: notification.correlation_id.clone(),
        content,
    })
}

/// Puts a message into words, for an address that is not known to be dead.
async fn prepare(
    app: &App,
    channel: Channel,
    notification: &Notification,
    recipient: &Recipient,
) -> Result<Ready, Delivery> {
    let off = || Delivery::Later { after: OFF, reason: "the channel is not configured".to_owned() };
    let parties = app.parties.get();
    let (notice, reader) = (&notification.notice, recipient.reader());
    match channel {
        Channel::Email => {
            let mailer = parties.mailer.ok_or_else(off)?;
            let to = living_addresses(app, recipient).await?;
            if to.is_empty() {
                return Ok(Ready::Suppressed { reason: "no email address that works".to_owned() });
            }
            let text = app.texts.email(notice, &reader).map_err(unwritable)?;
            Ok(Ready::Email { mailer, to, text })
        }
        Channel::Telegram => {
            let telegram = parties.telegram.ok_or_else(off)?;
            let Some(chat) = recipient.chat else {
                return Ok(Ready::Suppressed { reason: "no Telegram chat".to_owned() });
            };
            let chat = match standing(app, Contact::TelegramChat(chat)).await? {
                ContactStanding::Works => chat,
                ContactStanding::Moved { to, .. } => to,
                ContactStanding::Dead { reason, .. } => return Ok(Ready::Suppressed { reason }),
            };
            let text = app.texts.telegram(notice, &reader).map_err(unwritable)?;
            Ok(Ready::Telegram { telegram, chat, text })
        }
    }
}

async fn living_addresses(app: &App, recipient: &Recipient) -> Result<Vec<String>, Delivery> {
    let mut living = Vec::new();
    for address in &recipient.emails {
        if standing(app, Contact::Email(address)).await? == ContactStanding::Works {
            living.push(address.clone());
        }
    }
    Ok(living)
}

async fn standing(app: &App, contact: Contact<'_>) -> Result<ContactStanding, Delivery> {
    app.contacts.standing(contact).await.map_err(|error| put_off(&error))
}

fn unwritable(error: impl std::fmt::Display) -> Delivery {
    Delivery::Dead { reason: error.to_string() }
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

/// Hands the message over, once.
async fn send(app: &App, ready: Ready, id: &DeliveryId, this_try: Try, within: Duration) -> Told {
    match ready {
        Ready::Suppressed { reason } => {
            Told { outcome: Outcome::Suppressed(reason), after: None, falls_back: true }
        }
        Ready::Email { mailer, to, text } => {
            let EmailText { subject, html, text } = &text;
            let mail = Mail { to: &to, subject, html, text, delivery: &id.to_string() };
            match mailer.send(&mail, within).await {
                Ok(message_id) => Told::simply(Outcome::Sent(message_id)),
                Err(error) => failed(&error, this_try),
            }
        }
        Ready::Telegram { telegram, chat, text } => {
            let message = ChatMessage {
                chat,
                html: &text.html,
                button: text.link.as_ref().map(|link| (link.label.as_str(), link.url.as_str())),
                picture_url: text.picture_url.as_deref(),
            };
            write_to_chat(app, &telegram, message, this_try, within).await
        }
    }
}

async fn write_to_chat(
    app: &App,
    telegram: &Telegram,
    mut message: ChatMessage<'_>,
    this_try: Try,
    within: Duration,
) -> Told {
    let mut sent = telegram.send(&message, within).await;
    if let Ok(Sending::Moved { to }) = sent {
        // Nothing was sent to the old id, so this is still the first time.
        learn(app, message.chat, &ContactStanding::Moved { since: Timestamp::now(), to }).await;
        message.chat = to;
        sent = telegram.send(&message, within).await;
    }
    match sent {
        Ok(Sending::Sent { message_id }) => Told::simply(Outcome::Sent(message_id.to_string())),
        Ok(Sending::Refused { reason }) => Told::simply(Outcome::Refused(reason)),
        Ok(Sending::Moved { .. }) => {
            Told::simply(Outcome::Refused("the group moves from id to id".to_owned()))
        }
        Ok(Sending::Gone { reason }) => {
            let standing = ContactStanding::Dead { since: Timestamp::now(), reason: reason.clone() };
            learn(app, message.chat, &standing).await;
            Told { outcome: Outcome::Refused(reason), after: None, falls_back: true }
        }
        Err(error) => failed(&error, this_try),
    }
}

/// Keeps what was learnt about a chat. When that fails, the next message learns it again.
async fn learn(app: &App, chat: i64, standing: &ContactStanding) {
    if let Err(error) = app.contacts.learn(Contact::TelegramChat(chat), standing).await {
        tracing::warn!(%error, "what was learnt about a chat was not kept");
    }
}

fn failed<E: Verdict + std::fmt::Display>(error: &E, this_try: Try) -> Told {
    let reason = error.to_string();
    match error.retry() {
        Retry::Never => Told::simply(Outcome::Refused(reason)),
        Retry::AskFirst => Told::simply(Outcome::Unclear(reason)),
        Retry::Safe { after } if this_try.is_last => {
            Told { outcome: Outcome::GivenUp(reason), after, falls_back: false }
        }
        Retry::Safe { after } => Told { outcome: Outcome::Postponed(reason), after, falls_back: false },
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
    let correlation_id = &notification.correlation_id;
    let other = delivery.channel.other();
    if told.falls_back
        && recipient.is_reached_by(other)
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
        Outcome::GivenUp(reason) => (Metric::NotificationFailed, Delivery::Retry { after: None, reason }),
        Outcome::Postponed(reason) => {
            (Metric::NotificationRetried, Delivery::Retry { after: told.after, reason })
        }
    };
    app.metrics.count(metric);
    tracing::info!(correlationId = correlation_id, %delivery, outcome = metric.name(), "delivery");
    result
}
