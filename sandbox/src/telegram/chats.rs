//! What Telegram knows: its chats, what stands in them, and what the bot has set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::Refusal;
use super::bot::{Commands, Webhook, me};
use super::buttons::Keyboard;
use super::html::{Piece, plain};
use super::limits::{Limits, Pace};
use super::queries::Query;
use super::replies::FailedReply;
use super::updates::Updates;

/// The language of a person who has set none.
const LANGUAGE: &str = "en";
/// Who writes in a group, where nobody is named.
const MEMBER: i64 = 700_000_100;

/// The kind of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChatKind {
    Private,
    Group,
    Supergroup,
}

impl ChatKind {
    /// The kind that an id is usually of.
    pub(crate) fn of_id(id: i64) -> Self {
        match id {
            1.. => Self::Private,
            ..=-1_000_000_000_000 => Self::Supergroup,
            _ => Self::Group,
        }
    }

    /// Whether the limits of groups are for it.
    pub(super) fn is_group(self) -> bool {
        self != Self::Private
    }
}

/// Whether the bot may write there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    #[default]
    Welcome,
    Blocked,
    Kicked,
    Deactivated,
    MigratedTo(i64),
}

/// The picture of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) file_id: String,
    pub(crate) url: String,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    Bot,
    /// A person, as Telegram's `User`.
    Person(Value),
}

/// A message of the bot or of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) author: Author,
    /// Unix seconds.
    pub(crate) sent_at: i64,
    pub(crate) edited_at: Option<i64>,
    /// The text, or the caption of the picture.
    pub(crate) text: Vec<Piece>,
    pub(crate) picture: Option<Picture>,
    pub(crate) keyboard: Option<Keyboard>,
    pub(crate) is_silent: bool,
    pub(crate) reply_to: Option<i64>,
}

/// A chat with the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) kind: ChatKind,
    /// A group's title, or a person's first name.
    pub(crate) title: String,
    pub(crate) username: Option<String>,
    /// The user of the user service whose chat it is.
    pub(crate) user_id: Option<String>,
    /// What the person's Telegram is set to, as an IETF tag; `None`: it does not say.
    pub(crate) language: Option<String>,
    pub(crate) standing: Standing,
    /// Oldest first.
    pub(crate) messages: Vec<Message>,
    /// Each message of the bot as it was after it was sent, and again after each edit, in that order.
    pub(crate) history: Vec<Message>,
    /// Every press of a button, oldest first.
    pub(crate) queries: Vec<Query>,
    /// The bot's answers in HTTP responses that Telegram could not follow; the bot never learns of them.
    pub(crate) failed_replies: Vec<FailedReply>,
}

impl Chat {
    /// A chat without messages where the bot may write.
    pub(crate) fn new(id: i64, title: &str, user_id: Option<&str>) -> Self {
        Self {
            id,
            kind: ChatKind::of_id(id),
            title: title.to_owned(),
            username: None,
            user_id: user_id.map(str::to_owned),
            language: Some(LANGUAGE.to_owned()),
            standing: Standing::Welcome,
            messages: Vec::new(),
            history: Vec::new(),
            queries: Vec::new(),
            failed_replies: Vec::new(),
        }
    }

    /// With a person whose Telegram is set to this language.
    pub(crate) fn speaking(mut self, language: &str) -> Self {
        self.language = Some(language.to_owned());
        self
    }

    /// The person of a private chat, or anybody in a group, as Telegram's `User`.
    pub(super) fn person(&self) -> Value {
        if self.kind.is_group() {
            return json!({ "id": MEMBER, "is_bot": false, "first_name": "Member", "language_code": LANGUAGE });
        }
        let mut person = json!({ "id": self.id, "is_bot": false, "first_name": self.title });
        let rest = [("username", &self.username), ("language_code", &self.language)];
        for (name, value) in rest.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))) {
            person[name] = Value::from(value);
        }
        person
    }

    fn check_welcome(&self) -> Result<(), Refusal> {
        match (self.standing, self.kind) {
            (Standing::Welcome, _) => Ok(()),
            (Standing::MigratedTo(chat), _) => Err(Refusal::migrated(chat)),
            (Standing::Deactivated, _) => Err(Refusal::forbidden("user is deactivated")),
            (Standing::Blocked, _) => Err(Refusal::forbidden("bot was blocked by the user")),
            (Standing::Kicked, ChatKind::Supergroup) => {
                Err(Refusal::forbidden("bot was kicked from the supergroup chat"))
            }
            (Standing::Kicked, _) => Err(Refusal::forbidden("bot was kicked from the group chat")),
        }
    }

    /// The chat, as Telegram's `Chat`.
    pub(super) fn shown(&self) -> Value {
        let mut shown = json!({ "id": self.id, "type": self.kind });
        let name = if self.kind.is_group() { "title" } else { "first_name" };
        shown[name] = Value::from(self.title.as_str());
        if let Some(username) = &self.username {
            shown["username"] = Value::from(username.as_str());
        }
        shown
    }

    /// A message, as Telegram's `Message`.
    pub(super) fn shown_message(&self, message: &Message) -> Value {
        let mut shown = json!({
            "message_id": message.id,
            "from": match &message.author {
                Author::Bot => me(),
                Author::Person(person) => person.clone(),
            },
            "chat": self.shown(),
            "date": message.sent_at,
        });
        let (text, entities) =
            if message.picture.is_some() { ("caption", "caption_entities") } else { ("text", "entities") };
        let marked = super::entities::of(&message.text);
        if !message.text.is_empty() {
            shown[text] = Value::from(plain(&message.text));
        }
        if !marked.is_empty() {
            shown[entities] = Value::from(marked);
        }
        if let Some(picture) = &message.picture {
            shown["photo"] = json!([{
                "file_id": picture.file_id,
                "file_unique_id": format!("{}-unique", picture.file_id),
                "width": 320,
                "height": 320,
            }]);
        }
        if let Some(keyboard) = message.keyboard.as_ref().and_then(Keyboard::inline) {
            shown["reply_markup"] = keyboard;
        }
        if let Some(edited_at) = message.edited_at {
            shown["edit_date"] = Value::from(edited_at);
        }
        if let Some(replied) =
            message.reply_to.and_then(|id| self.messages.iter().find(|other| other.id == id))
        {
            shown["reply_to_message"] =
                json!({ "message_id": replied.id, "date": replied.sent_at, "chat": self.shown() });
        }
        shown
    }
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Telegram {
    pub(crate) chats: BTreeMap<i64, Chat>,
    pub(crate) limits: Limits,
    pub(super) pace: Pace,
    pub(super) webhook: Webhook,
    pub(super) commands: Commands,
    pub(crate) updates: Updates,
    /// Where each picture that was sent is, by its file id.
    pub(super) pictures: BTreeMap<String, String>,
    last_message: i64,
}

impl Telegram {
    /// A Telegram with these chats.
    pub(crate) fn holding(chats: impl IntoIterator<Item = Chat>) -> Self {
        Self { chats: chats.into_iter().map(|chat| (chat.id, chat)).collect(), ..Self::default() }
    }

    /// An id above every other.
    pub(super) fn next_message_id(&mut self) -> i64 {
        self.last_message += 1;
        self.last_message
    }

    /// The chat that a call names, if the bot may write there.
    pub(super) fn open_chat(&mut self, id: Option<i64>) -> Result<&mut Chat, Refusal> {
        let id = id.ok_or_else(|| Refusal::bad_request("chat_id is empty"))?;
        let chat = self.chats.get_mut(&id).ok_or_else(|| Refusal::bad_request("chat not found"))?;
        chat.check_welcome()?;
        Ok(chat)
    }

    /// Counts a message towards the limits, or refuses it.
    pub(super) fn keep_pace(&mut self, chat: i64, now_ms: i64) -> Result<(), Refusal> {
        let is_group = self.chats.get(&chat).is_some_and(|chat| chat.kind.is_group());
        match self.pace.wait_seconds(&self.limits, chat, is_group, now_ms) {
            Some(seconds) => Err(Refusal::too_many_requests(seconds)),
            None => {
                self.pace.count(chat, now_ms);
                Ok(())
            }
        }
    }
}
