//! One turn of a conversation: what was said in which chat, as it stands, and how it is answered.

use shared::bot::commands::Audience;
use shared::domain::dialogue::{Arrival, ChatId, Dialogue};
use shared::domain::identifier::UserId;
use shared::domain::locale::Locale;
use shared::lambda::metrics::Metric;
use shared::providers::call::CallError;
use shared::providers::telegram::update::PressedMessage;
use shared::stores::chats::Chat;
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;

use crate::app::App;
use crate::reply::Reply;
use crate::views::{View, Words};

/// How the person turned to us.
#[derive(Debug, Clone)]
pub enum Asked {
    /// They wrote.
    Text {
        /// Where.
        chat: ChatId,
    },
    /// They pressed a button.
    Press {
        /// Below this message.
        message: PressedMessage,
        /// Names the press.
        query: String,
    },
}

/// One turn of a conversation.
pub struct Turn<'a> {
    pub app: &'a App,
    pub cause: &'a Cause,
    pub chat: Chat,
    /// The update's id.
    update: i64,
    asked: Asked,
    words: Words,
}

impl<'a> Turn<'a> {
    /// Reads the chat: the one request to the store that every turn costs.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn take(
        app: &'a App,
        update: i64,
        asked: Asked,
        language: &str,
        cause: &'a Cause,
    ) -> Result<Self, StoreError> {
        let id = match &asked {
            Asked::Text { chat } => *chat,
            Asked::Press { message, .. } => message.chat,
        };
        let chat = app.chats.load(id).await?;
        if let Some(error) = &chat.unreadable {
            app.metrics.count(Metric::RequestFailed);
            tracing::error!(correlationId = cause.correlation_id, %error, "a dialogue cannot be read, and is given up");
        }
        let locale = chat.person.locale.unwrap_or_else(|| Locale::of_tag(language));
        Ok(Self { app, cause, chat, update, asked, words: app.words(locale) })
    }

    /// The words of the chat's language.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The chat's language.
    pub fn locale(&self) -> Locale {
        self.words.locale()
    }

    /// Who speaks, where that was proved.
    pub fn user(&self) -> Option<&UserId> {
        self.chat.person.link.as_ref().map(|link| &link.user)
    }

    /// The same, for the log. Empty for a stranger.
    pub fn user_name(&self) -> &str {
        self.user().map_or("", UserId::as_str)
    }

    /// Whether a button was pressed.
    pub fn is_press(&self) -> bool {
        matches!(self.asked, Asked::Press { .. })
    }

    /// How this update comes to what is being asked.
    pub fn arrival(&self) -> Arrival {
        let arrival = self.chat.dialogue.arrival(self.update, self.cause.now);
        if arrival != Arrival::InOrder {
            self.app.metrics.count(Metric::UpdateRepeated);
        }
        arrival
    }

    /// Answers with a view: a new message after a text, the changed message after a press.
    pub fn show(&self, view: View) -> Reply {
        match &self.asked {
            Asked::Text { chat } => Reply::Say(*chat, view),
            Asked::Press { message, .. } => Reply::Change(*message, view),
        }
    }

    /// Answers with a few words: beside the button after a press, as a message after a text.
    pub fn note(&self, words: String) -> Reply {
        self.noted(words, false)
    }

    /// The same, and they have to be read.
    pub fn alert(&self, words: String) -> Reply {
        self.noted(words, true)
    }

    fn noted(&self, text: String, is_alert: bool) -> Reply {
        match &self.asked {
            Asked::Text { chat } => Reply::Say(*chat, View::plain(&text)),
            Asked::Press { query, .. } => Reply::Note { query: query.clone(), text, is_alert },
        }
    }

    /// Writes what is being asked now; with it the update has taken effect.
    ///
    /// # Errors
    /// `Conflict` when another update came first; otherwise when the store is unavailable.
    pub async fn save(&self, mut dialogue: Dialogue) -> Result<(), StoreError> {
        dialogue.note(self.update, self.cause.now);
        self.app.chats.save(&self.chat, &dialogue, self.cause.now).await?;
        self.app.metrics.count(Metric::UpdateHandled);
        Ok(())
    }

    /// The dialogue, in which this update has taken effect.
    pub fn noted_dialogue(&self) -> Dialogue {
        let mut dialogue = self.chat.dialogue.clone();
        dialogue.note(self.update, self.cause.now);
        dialogue
    }

    /// Who the person is at the moment, by the user service's word.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn audience(&self) -> Result<Audience, CallError> {
        let Some(user) = self.user() else { return Ok(Audience::Stranger) };
        Ok(match self.app.users().user(user).await? {
            Some(user) if user.is_staff() => Audience::Staff,
            Some(_) => Audience::Customer,
            None => Audience::Stranger,
        })
    }

    /// What who is not of the staff is told when they try this; none for the staff. The user service is asked
    /// each time: who was of the staff may not be any more.
    pub async fn refuse_others(&self, tried: &str) -> Option<Reply> {
        match self.audience().await {
            Ok(Audience::Staff) => None,
            Ok(Audience::Customer | Audience::Stranger) => {
                self.count_refusal(tried);
                // Beside a button: what is shown, a summary maybe, stays.
                Some(match self.is_press() {
                    true => self.alert(self.words.staff_only_note()),
                    false => self.show(self.words.staff_only()),
                })
            }
            Err(error) => Some(self.trouble(&error)),
        }
    }

    /// Whoever tries what is not theirs is seen by the operators.
    pub fn count_refusal(&self, tried: &str) {
        self.app.metrics.count(Metric::StaffCommandRefused);
        let (correlation_id, user, chat) = (&self.cause.correlation_id, self.user_name(), self.chat.id.0);
        tracing::warn!(correlationId = correlation_id, user, chat, "{tried} was refused");
    }

    /// What is said when another party did not do its part.
    pub fn trouble(&self, error: &CallError) -> Reply {
        let correlation_id = &self.cause.correlation_id;
        tracing::warn!(correlationId = correlation_id, %error, "a chat could not be answered as it should");
        if self.is_press() { self.alert(self.words.trouble_note()) } else { self.show(self.words.trouble()) }
    }
}
