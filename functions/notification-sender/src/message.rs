//! A message in its reader's language, for an address that is not known to be dead; and its handing over.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::notification::Channel;
use shared::domain::notification::delivery::Outcome;
use shared::domain::notification::delivery_id::DeliveryId;
use shared::notices::Notice;
use shared::notices::texts::{EmailText, TelegramText};
use shared::providers::mail::{Mail, Mailer};
use shared::providers::telegram::{ChatMessage, Sending, Telegram};
use shared::queues::batch::Delivery;
use shared::retry::{Retry, Verdict};
use shared::stores::contacts::{Contact, ContactStanding};

use crate::app::App;
use crate::handler::{OFF, put_off};
use crate::recipient::Recipient;

/// Moves of a group that are followed.
const MOST_MOVES: usize = 3;

/// A message in its reader's language, on its way to one channel.
pub enum Ready {
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
pub struct Told {
    pub outcome: Outcome,
    /// When the provider wants to be asked again.
    pub after: Option<Duration>,
    /// Whether the other channel is tried: this one does not reach the reader.
    pub falls_back: bool,
}

impl Told {
    /// A message that was tried often enough is not put off again.
    pub fn give_up_after(&mut self, is_last: bool) {
        if let (true, Outcome::Postponed(reason)) = (is_last, &mut self.outcome) {
            self.outcome = Outcome::GivenUp(std::mem::take(reason));
        }
    }

    /// A provider's words may quote the message: of one that holds secrets none is kept.
    pub fn keep_no_words(&mut self) {
        match &mut self.outcome {
            Outcome::Refused(words)
            | Outcome::Postponed(words)
            | Outcome::GivenUp(words)
            | Outcome::Unclear(words) => {
                *words = "what the provider said is not kept: the message holds secrets".to_owned();
            }
            Outcome::Sent(_) | Outcome::Suppressed(_) => {}
        }
    }

    fn simply(outcome: Outcome) -> Self {
        Self { outcome, after: None, falls_back: false }
    }
}

/// Puts a message into words, for an address that is not known to be dead.
pub async fn prepare(
    app: &App,
    channel: Channel,
    notice: &Notice,
    recipient: &Recipient,
) -> Result<Ready, Delivery> {
    let off = || Delivery::Later { after: OFF, reason: "the channel is not configured".to_owned() };
    let parties = app.parties.get();
    let reader = recipient.reader();
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
            let chat = match living_chat(app, chat).await? {
                Ok(chat) => chat,
                Err(reason) => return Ok(Ready::Suppressed { reason }),
            };
            let text = app.texts.telegram(notice, &reader).map_err(unwritable)?;
            Ok(Ready::Telegram { telegram, chat, text })
        }
    }
}

/// The id that a chat has now; or why it cannot be written to.
async fn living_chat(app: &App, chat: i64) -> Result<Result<i64, String>, Delivery> {
    let mut current = chat;
    for _ in 0..MOST_MOVES {
        match standing(app, Contact::TelegramChat(current)).await? {
            ContactStanding::Works => return Ok(Ok(current)),
            ContactStanding::Moved { to, .. } => current = to,
            ContactStanding::Dead { reason, .. } => return Ok(Err(reason)),
        }
    }
    Ok(Ok(current))
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

/// Hands the message over, once.
pub async fn send(app: &App, ready: Ready, id: &DeliveryId, within: Duration) -> Told {
    match ready {
        Ready::Suppressed { reason } => {
            Told { outcome: Outcome::Suppressed(reason), after: None, falls_back: true }
        }
        Ready::Email { mailer, to, text } => {
            let EmailText { subject, html, text } = &text;
            let mail = Mail { to: &to, subject, html, text, delivery: &id.to_string() };
            match mailer.send(&mail, within).await {
                Ok(message_id) => Told::simply(Outcome::Sent(message_id)),
                // The address may be wrong: better by the other way than not at all.
                Err(error) => {
                    let told = failed(&error);
                    let falls_back = matches!(told.outcome, Outcome::Refused(_));
                    Told { falls_back, ..told }
                }
            }
        }
        Ready::Telegram { telegram, chat, text } => {
            let presses: Vec<(&str, &str)> =
                text.presses.iter().map(|press| (press.label.as_str(), press.data.as_str())).collect();
            let message = ChatMessage {
                chat,
                html: &text.html,
                button: text.link.as_ref().map(|link| (link.label.as_str(), link.url.as_str())),
                presses: &presses,
                picture_url: text.picture_url.as_deref(),
            };
            write_to_chat(app, &telegram, message, within).await
        }
    }
}

async fn write_to_chat(
    app: &App,
    telegram: &Telegram,
    mut message: ChatMessage<'_>,
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
        Err(error) => failed(&error),
    }
}

/// Keeps what was learnt about a chat. When that fails, the next message learns it again.
async fn learn(app: &App, chat: i64, standing: &ContactStanding) {
    if let Err(error) = app.contacts.learn(Contact::TelegramChat(chat), standing).await {
        tracing::warn!(%error, "what was learnt about a chat was not kept");
    }
}

fn failed<E: Verdict + std::fmt::Display>(error: &E) -> Told {
    let reason = error.to_string();
    match error.retry() {
        Retry::Never => Told::simply(Outcome::Refused(reason)),
        Retry::AskFirst => Told::simply(Outcome::Unclear(reason)),
        Retry::Safe { after } => Told { outcome: Outcome::Postponed(reason), after, falls_back: false },
    }
}
