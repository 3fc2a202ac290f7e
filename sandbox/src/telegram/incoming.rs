//! What a person does in a chat: writes, presses a button, blocks the bot. Each makes an update of it.

use http::StatusCode;
use serde_json::{Value, json};

use super::bot::me;
use super::chats::{Author, Chat, ChatKind, Message, Standing, Telegram};
use super::html::unformatted;
use super::queries::{LIFE_SECONDS, Query};
use super::updates::{Draft, Lane, Written};
use crate::problem::Problem;

const SECOND_MS: i64 = 1_000;
/// How long a message is worth delivering, in seconds.
const MESSAGE_LIFE_SECONDS: i64 = 24 * 60 * 60;
/// The longest text that a person can send, in characters.
const LONGEST_TEXT: usize = 4096;

/// A press of a button.
#[derive(Clone, Debug)]
pub(crate) struct Press {
    pub(crate) message_id: i64,
    pub(crate) data: String,
    /// Whether the message need not be there, nor have such a button: a client can send what it likes.
    pub(crate) is_forged: bool,
}

fn conflict(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, "conflict", detail)
}

impl Telegram {
    /// Sees that updates go anywhere at all.
    pub(crate) fn expect_any_webhook(&self) -> Result<(), Problem> {
        match self.webhook.url.is_empty() {
            true => {
                Err(conflict("the bot has set no webhook, so nothing is delivered: call setWebhook first"))
            }
            false => Ok(()),
        }
    }

    /// Sees that an update of this kind would be delivered.
    pub(crate) fn expect_webhook(&self, kind: &str) -> Result<(), Problem> {
        self.expect_any_webhook()?;
        match self.webhook.takes(kind) {
            true => Ok(()),
            false => Err(conflict(format!("the webhook's allowed_updates do not name {kind}"))),
        }
    }

    /// The chat in which somebody does something. A person whom nobody knew yet opens a private chat.
    fn entered(&mut self, id: i64) -> Result<&mut Chat, Problem> {
        if !self.chats.contains_key(&id) && ChatKind::of_id(id).is_group() {
            return Err(Problem::not_found("group", &id.to_string()));
        }
        let chat = self.chats.entry(id).or_insert_with(|| Chat::new(id, &format!("Person {id}"), None));
        match chat.standing {
            Standing::Welcome => Ok(chat),
            Standing::Blocked => Err(conflict("the person has blocked the bot: unblock it first")),
            Standing::Kicked => Err(conflict("the bot is no longer in the group")),
            Standing::Deactivated => Err(conflict("the person's account is deactivated")),
            Standing::MigratedTo(to) => Err(conflict(format!("the group is now the supergroup {to}"))),
        }
    }

    /// A person writes. `from` changes fields of who it is, in Telegram's words.
    pub(crate) fn say(
        &mut self,
        chat: i64,
        text: &str,
        from: Option<&Value>,
        now_ms: i64,
    ) -> Result<(i64, Written), Problem> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST_TEXT {
            let detail = format!("a person can send from 1 to {LONGEST_TEXT} characters");
            return Err(Problem::bad_request(detail));
        }
        let person = who(self.entered(chat)?, from)?;
        let message_id = self.next_message_id();
        let message = Message {
            id: message_id,
            author: Author::Person(person),
            sent_at: now_ms / SECOND_MS,
            edited_at: None,
            text: unformatted(text),
            picture: None,
            keyboard: None,
            is_silent: false,
            reply_to: None,
        };
        let chat = self.entered(chat)?;
        let mut content = chat.shown_message(&message);
        let commands = commands_in(text);
        if !commands.is_empty() {
            content["entities"] = Value::from(commands);
        }
        chat.messages.push(message);
        let draft = Draft {
            kind: "message",
            content,
            chat: chat.id,
            lane: Lane::Messages(chat.id),
            life_seconds: MESSAGE_LIFE_SECONDS,
        };
        Ok((message_id, self.updates.write(&draft)))
    }

    /// A person presses a button; answers the id of the callback query, too.
    pub(crate) fn press(
        &mut self,
        chat: i64,
        press: &Press,
        from: Option<&Value>,
        now_ms: i64,
    ) -> Result<(String, Written), Problem> {
        let written = self.updates.next_id();
        let chat = self.entered(chat)?;
        let person = who(chat, from)?;
        let message = chat.messages.iter().find(|message| message.id == press.message_id);
        let label = message
            .and_then(|message| message.keyboard.as_ref())
            .and_then(|keyboard| keyboard.label_of(&press.data));
        if label.is_none() && !press.is_forged {
            return Err(conflict(no_such_button(message, press)));
        }
        // An id that is no number of ours: nobody may count on its order.
        let id = format!("18219450{written:010}");
        let content = json!({
            "id": id,
            "from": person,
            "message": message.map_or_else(
                || json!({ "chat": chat.shown(), "message_id": press.message_id, "date": 0 }),
                |message| chat.shown_message(message),
            ),
            "chat_instance": format!("-{}", chat.id.unsigned_abs().wrapping_mul(1_000_003)),
            "data": press.data,
        });
        let presser = person_id(&content["from"]);
        chat.queries.push(Query {
            id: id.clone(),
            message_id: press.message_id,
            data: press.data.clone(),
            label,
            asked_at_ms: now_ms,
            answer: None,
            is_overtaken: false,
        });
        let draft = Draft {
            kind: "callback_query",
            content,
            chat: chat.id,
            lane: Lane::Presses(presser),
            life_seconds: LIFE_SECONDS,
        };
        Ok((id, self.updates.write(&draft)))
    }

    /// A person blocks the bot, or lets it write again; `None` where that is so already.
    pub(crate) fn block(&mut self, id: i64, blocked: bool, now_ms: i64) -> Result<Option<Written>, Problem> {
        let chat = self.chats.get_mut(&id).ok_or_else(|| Problem::not_found("chat", &id.to_string()))?;
        let (old, new) = match (chat.kind, chat.standing, blocked) {
            (ChatKind::Private, Standing::Welcome, true) => ("member", "kicked"),
            (ChatKind::Private, Standing::Blocked, false) => ("kicked", "member"),
            (ChatKind::Private, Standing::Blocked, true) | (ChatKind::Private, Standing::Welcome, false) => {
                return Ok(None);
            }
            _ => return Err(conflict("only a person who is still there can block or unblock the bot")),
        };
        chat.standing = if blocked { Standing::Blocked } else { Standing::Welcome };
        let mut membership = json!({ "user": me(), "status": new });
        if blocked {
            membership["until_date"] = Value::from(0);
        }
        let content = json!({
            "chat": chat.shown(),
            "from": chat.person(),
            "date": now_ms / SECOND_MS,
            "old_chat_member": { "user": me(), "status": old },
            "new_chat_member": membership,
        });
        let draft = Draft {
            kind: "my_chat_member",
            content,
            chat: id,
            lane: Lane::Membership(id),
            life_seconds: MESSAGE_LIFE_SECONDS,
        };
        Ok(Some(self.updates.write(&draft)))
    }

    /// An update as a test wrote it; an `update_id` is added where there is none.
    pub(crate) fn raw_update(&mut self, mut update: Value) -> Result<Written, Problem> {
        let kind =
            update.as_object().and_then(|fields| fields.keys().find(|name| *name != "update_id").cloned());
        if !update.is_object() {
            return Err(Problem::bad_request("an update is an object"));
        }
        let id = update["update_id"].as_i64().unwrap_or_else(|| self.updates.next_id());
        update["update_id"] = Value::from(id);
        let content = &update[kind.as_deref().unwrap_or_default()];
        let chat = content["chat"]["id"].as_i64().or_else(|| content["message"]["chat"]["id"].as_i64());
        Ok(Written::raw(id, kind.unwrap_or_default(), update.to_string(), chat))
    }
}

fn person_id(person: &Value) -> i64 {
    person["id"].as_i64().unwrap_or_default()
}

/// The person of the chat, with what `from` says otherwise; `null` takes a field away.
fn who(chat: &Chat, from: Option<&Value>) -> Result<Value, Problem> {
    let mut person = chat.person();
    let changes = from.cloned().unwrap_or_else(|| json!({}));
    let changes = changes.as_object().ok_or_else(|| Problem::bad_request("from is an object"))?;
    if let Some(fields) = person.as_object_mut() {
        for (name, value) in changes {
            fields.insert(name.clone(), value.clone());
        }
        fields.retain(|_, value| !value.is_null());
    }
    match person["id"].as_i64() {
        Some(_) => Ok(person),
        None => Err(Problem::bad_request("from.id is a number")),
    }
}

fn no_such_button(message: Option<&Message>, press: &Press) -> String {
    let Some(message) = message else {
        return format!(
            "there is no message {} in the chat (\"forged\": true sends it anyway)",
            press.message_id
        );
    };
    let shown = message.keyboard.as_ref().map(|keyboard| keyboard.shown()).unwrap_or_default();
    let known: Vec<String> = shown.into_iter().flatten().filter_map(|button| button.callback_data).collect();
    format!(
        "message {} has no button with the data {:?} (\"forged\": true sends it anyway); it has {known:?}",
        press.message_id, press.data
    )
}

/// Where commands stand in a text, as Telegram marks them: `/word` or `/word@bot` at the beginning or after a blank.
fn commands_in(text: &str) -> Vec<Value> {
    let mut commands = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let name: String = word
            .strip_prefix('/')
            .unwrap_or_default()
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '@'))
            .collect();
        let bare = name.split('@').next().unwrap_or_default();
        if (1..=32).contains(&bare.len()) {
            let length = name.len() + 1;
            commands.push(json!({ "type": "bot_command", "offset": offset, "length": length }));
        }
        offset += word.encode_utf16().count();
    }
    commands
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::commands_in;

    #[test]
    fn commands_are_found_and_measured_in_utf_16() {
        let command = |offset: usize, length: usize| json!({ "type": "bot_command", "offset": offset, "length": length });
        assert_eq!(commands_in("/start link_abc-123"), [command(0, 6)]);
        assert_eq!(commands_in("😀 /task@paydesk_sandbox_bot now"), [command(3, 25)]);
        assert_eq!(commands_in("a/b / /- \u{627}/x"), Vec::<serde_json::Value>::new());
    }
}
