//! What Telegram tells the bot, proved by the secret token before it is read.
//! <https://core.telegram.org/bots/api#update>, <https://core.telegram.org/bots/webhooks>
//!
//! Unknown fields and unknown kinds of updates are not for us: Telegram adds some several times a year.

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::{Choice, ConstantTimeEq};

use crate::domain::dialogue::ChatId;

/// Longest update read, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

const TOKEN: &str = "x-telegram-bot-api-secret-token";

/// Proves and reads updates.
#[derive(Debug, Clone)]
pub struct Updates {
    /// The tokens that are accepted: the current one, and during a rotation the one before. None: the bot is off.
    pub secret_tokens: Vec<SecretString>,
}

/// Something that happened in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Rises one by one.
    pub id: i64,
    /// What happened.
    pub event: ChatEvent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatEvent {
    /// Somebody wrote something.
    Wrote(Wrote),
    /// Somebody pressed a button below a message of ours.
    Pressed(Pressed),
    /// The bot cannot write to the chat any more: blocked, or thrown out of the group.
    Blocked(ChatId),
    /// The bot can write to the chat again.
    Unblocked(ChatId),
    /// A group has another id now.
    Moved {
        /// The id it had.
        from: ChatId,
        /// The id it has.
        to: ChatId,
    },
    /// Nothing for us.
    Other,
}

/// Somebody wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrote {
    /// Where.
    pub chat: ChatId,
    /// Whether nobody else is there.
    pub is_private: bool,
    /// The language of their Telegram, as an IETF tag. Empty when it is not told.
    pub language: String,
    /// What. Empty for a picture, a voice message and the like.
    pub text: String,
}

/// Somebody pressed a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// Names the press: it is answered by this.
    pub query: String,
    /// The message that the button is below.
    pub message: Option<PressedMessage>,
    /// The language of their Telegram, as an IETF tag. Empty when it is not told.
    pub language: String,
    /// What the button means. It comes from the person's device, which may say anything.
    pub data: String,
}

/// The message that a button is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PressedMessage {
    /// In which chat.
    pub chat: ChatId,
    /// Its id there.
    pub id: i64,
    /// Whether nobody else is there, and the chat is the presser's own.
    pub is_private: bool,
    /// Whether it is a picture, whose words can not be edited like those of a text.
    pub is_picture: bool,
}

/// Why an update is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// There is no token to prove it with: the bot is not configured.
    #[error("the bot is not configured")]
    Disabled,
    /// Longer than any real one.
    #[error("the body is too long")]
    TooLong,
    /// There is not exactly one token, or it is not ours.
    #[error("the secret token is not valid")]
    TokenInvalid,
    /// Proved, but not an update.
    #[error("the body is not an update")]
    Unreadable,
}

impl ChatEvent {
    /// What happened, for the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Wrote(_) => "wrote",
            Self::Pressed(_) => "pressed",
            Self::Blocked(_) => "blocked",
            Self::Unblocked(_) => "unblocked",
            Self::Moved { .. } => "moved",
            Self::Other => "other",
        }
    }
}

impl Updates {
    /// Proves and reads an update. There is no other way to read one.
    ///
    /// # Errors
    /// When it is forged, or not an update.
    pub fn open(&self, headers: &HeaderMap, body: &[u8]) -> Result<Update, UpdateError> {
        if self.secret_tokens.is_empty() {
            return Err(UpdateError::Disabled);
        }
        if body.len() > MAX_BODY_BYTES {
            return Err(UpdateError::TooLong);
        }
        let mut tokens = headers.get_all(TOKEN).iter();
        let (Some(token), None) = (tokens.next(), tokens.next()) else {
            return Err(UpdateError::TokenInvalid);
        };
        let same = |known: &SecretString| known.expose_secret().as_bytes().ct_eq(token.as_bytes());
        let known = self.secret_tokens.iter().fold(Choice::from(0), |any, known| any | same(known));
        if !bool::from(known) {
            return Err(UpdateError::TokenInvalid);
        }
        let numbered: Numbered = serde_json::from_slice(body).map_err(|_| UpdateError::Unreadable)?;
        // What has another shape than the documented one is of a kind that is not known yet.
        let event =
            serde_json::from_slice(body).map_or(ChatEvent::Other, |update: WireUpdate| update.event());
        Ok(Update { id: numbered.update_id, event })
    }
}

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

#[derive(Deserialize)]
struct WireUpdate {
    message: Option<WireMessage>,
    callback_query: Option<WireQuery>,
    my_chat_member: Option<WireMember>,
}

#[derive(Deserialize)]
struct WireMessage {
    message_id: i64,
    /// 0 where the message is too old to be told more of.
    #[serde(default)]
    date: i64,
    chat: WireChat,
    from: Option<WireUser>,
    text: Option<String>,
    photo: Option<serde::de::IgnoredAny>,
    migrate_to_chat_id: Option<i64>,
}

#[derive(Deserialize)]
struct WireChat {
    id: i64,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct WireUser {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct WireQuery {
    id: String,
    from: WireUser,
    message: Option<WireMessage>,
    data: Option<String>,
}

#[derive(Deserialize)]
struct WireMember {
    chat: WireChat,
    new_chat_member: WireStatus,
}

#[derive(Deserialize)]
struct WireStatus {
    status: String,
}

impl WireUpdate {
    fn event(self) -> ChatEvent {
        match (self.message, self.callback_query, self.my_chat_member) {
            (Some(message), None, None) => message.event(),
            (None, Some(query), None) => query.event(),
            (None, None, Some(member)) => member.event(),
            _ => ChatEvent::Other,
        }
    }
}

impl WireMessage {
    fn event(self) -> ChatEvent {
        let chat = ChatId(self.chat.id);
        if let Some(to) = self.migrate_to_chat_id {
            return ChatEvent::Moved { from: chat, to: ChatId(to) };
        }
        match self.from {
            Some(from) if !from.is_bot => ChatEvent::Wrote(Wrote {
                chat,
                is_private: self.chat.kind == "private" && from.id == chat.0,
                language: from.language_code.unwrap_or_default(),
                text: self.text.unwrap_or_default(),
            }),
            Some(_) | None => ChatEvent::Other,
        }
    }

    fn pressed_by(&self, presser: i64) -> PressedMessage {
        PressedMessage {
            chat: ChatId(self.chat.id),
            id: self.message_id,
            is_private: self.chat.kind == "private" && presser == self.chat.id,
            is_picture: self.date != 0 && self.photo.is_some(),
        }
    }
}

impl WireQuery {
    fn event(self) -> ChatEvent {
        ChatEvent::Pressed(Pressed {
            query: self.id,
            message: self.message.map(|message| message.pressed_by(self.from.id)),
            language: self.from.language_code.unwrap_or_default(),
            data: self.data.unwrap_or_default(),
        })
    }
}

impl WireMember {
    fn event(self) -> ChatEvent {
        let chat = ChatId(self.chat.id);
        match self.new_chat_member.status.as_str() {
            "kicked" | "left" => ChatEvent::Blocked(chat),
            "member" | "administrator" | "creator" => ChatEvent::Unblocked(chat),
            _ => ChatEvent::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn updates() -> Updates {
        Updates { secret_tokens: ["current-token", "token-before"].map(SecretString::from).into() }
    }

    fn headers(tokens: &[&str]) -> HeaderMap {
        tokens.iter().map(|token| (TOKEN.parse().unwrap(), token.parse().unwrap())).collect()
    }

    fn event(update: &Value) -> ChatEvent {
        updates().open(&headers(&["current-token"]), update.to_string().as_bytes()).unwrap().event
    }

    #[test]
    fn both_tokens_are_believed_during_a_rotation_and_no_other() {
        let body = json!({ "update_id": 7 }).to_string();
        for token in ["current-token", "token-before"] {
            let update = updates().open(&headers(&[token]), body.as_bytes()).unwrap();
            assert_eq!(update, Update { id: 7, event: ChatEvent::Other });
        }
        let forged: [&[&str]; 5] =
            [&[], &[""], &["current-toke"], &["current-token2"], &["current-token", "current-token"]];
        for tokens in forged {
            let opened = updates().open(&headers(tokens), body.as_bytes());
            assert_eq!(opened, Err(UpdateError::TokenInvalid), "{tokens:?}");
        }
        let off = Updates { secret_tokens: Vec::new() };
        assert_eq!(off.open(&headers(&[""]), body.as_bytes()), Err(UpdateError::Disabled));
    }

    #[test]
    fn what_is_too_long_or_no_update_is_not_read() {
        let open = |body: &str| updates().open(&headers(&["current-token"]), body.as_bytes());
        assert_eq!(open(&" ".repeat(MAX_BODY_BYTES + 1)), Err(UpdateError::TooLong));
        for body in ["", "[]", "{}", "nonsense", r#"{"update_id":"7"}"#] {
            assert_eq!(open(body), Err(UpdateError::Unreadable), "{body}");
        }
    }

    #[test]
    fn the_documented_samples_are_read() {
        let wrote = event(
            &json!({"update_id":700000001,"message":{"message_id":11,"from":{"id":4242,"is_bot":false,"first_name":"Budi","username":"budi_s","language_code":"id"},"chat":{"id":4242,"first_name":"Budi","username":"budi_s","type":"private"},"date":1795226400,"text":"/start link_abc-123","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}),
        );
        let text = "/start link_abc-123".to_owned();
        let language = "id".to_owned();
        let chat = ChatId(4242);
        assert_eq!(wrote, ChatEvent::Wrote(Wrote { chat, is_private: true, language, text }));
        let too_old = event(
            &json!({"update_id":700000003,"callback_query":{"id":"18219450000000002","from":{"id":4242,"is_bot":false,"first_name":"Budi"},"message":{"chat":{"id":4242,"type":"private"},"message_id":5,"date":0},"chat_instance":"-123456789012345678","data":"p1:7Q2f:cancel"}}),
        );
        let message = Some(PressedMessage { chat, id: 5, is_private: true, is_picture: false });
        let (query, data) = ("18219450000000002".to_owned(), "p1:7Q2f:cancel".to_owned());
        assert_eq!(too_old, ChatEvent::Pressed(Pressed { query, message, language: String::new(), data }));
        let blocked = event(
            &json!({"update_id":700000004,"my_chat_member":{"chat":{"id":4242,"first_name":"Budi","type":"private"},"from":{"id":4242,"is_bot":false,"first_name":"Budi"},"date":1795226500,"old_chat_member":{"user":{"id":123456789,"is_bot":true,"first_name":"Shop"},"status":"member"},"new_chat_member":{"user":{"id":123456789,"is_bot":true,"first_name":"Shop"},"status":"kicked","until_date":0}}}),
        );
        assert_eq!(blocked, ChatEvent::Blocked(chat));
        assert_eq!(event(&json!({"update_id":700000005,"brand_new_kind":{"x":1}})), ChatEvent::Other);
    }

    #[test]
    fn a_known_kind_in_a_new_shape_is_nothing_for_us() {
        assert_eq!(event(&json!({"update_id":1,"message":{"message_id":"new","chat":5}})), ChatEvent::Other);
        assert_eq!(event(&json!({"update_id":1,"callback_query":{"id":"7","from":{"id":1}}})), {
            let (query, data, language) = ("7".to_owned(), String::new(), String::new());
            ChatEvent::Pressed(Pressed { query, message: None, language, data })
        });
    }

    #[test]
    fn a_group_is_not_private_whoever_writes_there() {
        let moved = json!({"update_id":1,"message":{"message_id":1,"chat":{"id":-5,"type":"group"},"from":{"id":4242},"migrate_to_chat_id":-1005}});
        assert_eq!(event(&moved), ChatEvent::Moved { from: ChatId(-5), to: ChatId(-1005) });
        let group = json!({"update_id":1,"message":{"message_id":1,"chat":{"id":-5,"type":"group"},"from":{"id":4242},"text":"hi"}});
        assert!(matches!(event(&group), ChatEvent::Wrote(wrote) if !wrote.is_private));
        let bot = json!({"update_id":1,"message":{"message_id":1,"chat":{"id":7,"type":"private"},"from":{"id":7,"is_bot":true},"text":"hi"}});
        assert_eq!(event(&bot), ChatEvent::Other);
    }
}
