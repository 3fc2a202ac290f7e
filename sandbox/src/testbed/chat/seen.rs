//! What the person sees: a message with its buttons, and a note that a press was answered with.

use crate::telegram::buttons::Button;
use crate::telegram::chats::Message;
use crate::telegram::html::{for_telegram, plain};

/// A message of the bot, as it was after it was sent or edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its id in the chat.
    pub message_id: i64,
    /// The text or the caption, without its formatting.
    pub text: String,
    /// The same in Telegram's HTML.
    pub html: String,
    /// The address of its picture.
    pub picture: Option<String>,
    /// Whether an edit made it so.
    pub is_edited: bool,
    /// The rows of its buttons.
    pub buttons: Vec<Vec<SeenButton>>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenButton {
    /// The words on it.
    pub label: String,
    /// What a press sends to the bot.
    pub data: Option<String>,
    /// Where it leads.
    pub url: Option<String>,
    /// What it copies.
    pub copies: Option<String>,
}

impl SeenButton {
    fn of(button: Button) -> Self {
        Self { label: button.text, data: button.callback_data, url: button.url, copies: button.copy_text }
    }
}

impl Seen {
    pub(super) fn of(message: &Message) -> Self {
        let rows = message.keyboard.as_ref().map(|keyboard| keyboard.shown()).unwrap_or_default();
        let buttons = |row: Vec<Button>| row.into_iter().map(SeenButton::of).collect();
        Self {
            message_id: message.id,
            text: plain(&message.text),
            html: for_telegram(&message.text),
            picture: message.picture.as_ref().map(|picture| picture.url.clone()),
            is_edited: message.edited_at.is_some(),
            buttons: rows.into_iter().map(buttons).collect(),
        }
    }

    /// The words on its buttons, row after row.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.buttons.iter().flatten().map(|button| button.label.as_str()).collect()
    }

    /// The button with these words.
    #[track_caller]
    #[must_use]
    pub fn button(&self, label: &str) -> &SeenButton {
        let found = self.buttons.iter().flatten().find(|button| button.label == label);
        found.unwrap_or_else(|| panic!("there is no button {label:?}, but {:?}", self.labels()))
    }

    /// Sees that it says this, too.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.text.contains(words), "{words:?} is not in {:?}", self.text);
        self
    }

    /// Sees that it does not say this.
    #[track_caller]
    pub fn says_nothing_of(self, words: &str) -> Self {
        assert!(!self.text.contains(words), "{words:?} is in {:?}", self.text);
        self
    }

    /// Sees that exactly these buttons are there, row after row.
    #[track_caller]
    pub fn offers(self, labels: &[&str]) -> Self {
        assert_eq!(self.labels(), labels, "the buttons below {:?}", self.text);
        self
    }

    /// Sees that it is an earlier message, edited.
    #[track_caller]
    pub fn is_edit_of(self, message_id: i64) -> Self {
        assert_eq!((self.message_id, self.is_edited), (message_id, true), "{:?}", self.text);
        self
    }

    /// Sees that it is a new message.
    #[track_caller]
    pub fn is_new(self) -> Self {
        assert!(!self.is_edited, "message {} was edited: {:?}", self.message_id, self.text);
        self
    }
}

/// What the bot answered to a press, in words that the person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The words.
    pub text: String,
    /// Whether the person must close it.
    pub is_alert: bool,
}
