//! The chats of the played Telegram: `/_control/telegram/chats/{id}`, and its limits.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::instant_text;
use crate::problem::{Problem, read_body};
use crate::telegram::chats::{Author, Chat, ChatKind, Message, Standing, Telegram};
use crate::telegram::html::{for_telegram, plain};
use crate::telegram::limits::Limits;
use crate::telegram::queries::Query;

/// What is left out is as in a new chat; the messages and the language stay.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wish {
    #[serde(rename = "type")]
    kind: Option<ChatKind>,
    title: Option<String>,
    username: Option<String>,
    user_id: Option<String>,
    /// What the person's Telegram is set to; empty: it does not say. Left out, it stays.
    language_code: Option<String>,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    kicked: bool,
    #[serde(default)]
    deactivated: bool,
    migrate_to: Option<i64>,
}

impl Wish {
    fn standing(&self, kind: ChatKind) -> Result<Standing, Problem> {
        let is_private = kind == ChatKind::Private;
        let standing = match (self.blocked, self.kicked, self.deactivated, self.migrate_to) {
            (false, false, false, None) => Standing::Welcome,
            (true, false, false, None) if is_private => Standing::Blocked,
            (false, false, true, None) if is_private => Standing::Deactivated,
            (false, true, false, None) if !is_private => Standing::Kicked,
            (false, false, false, Some(to)) if kind == ChatKind::Group => Standing::MigratedTo(to),
            _ => {
                let detail = "one of blocked and deactivated (private chats), kicked (groups) and migrateTo \
                              (groups that are not supergroups)";
                return Err(Problem::bad_request(detail));
            }
        };
        Ok(standing)
    }
}

pub(super) fn chat_id(text: &str) -> Result<i64, Problem> {
    let id = text.parse().ok().filter(|id| *id != 0);
    id.ok_or_else(|| Problem::bad_request(format!("a chat's id is a number, not {text:?}")))
}

pub(super) fn put_chat(telegram: &mut Telegram, id: &str, body: &[u8]) -> Result<Value, Problem> {
    let (id, wish): (i64, Wish) = (chat_id(id)?, read_body(body)?);
    let kind = wish.kind.unwrap_or(ChatKind::of_id(id));
    if (kind == ChatKind::Private) != (id > 0) {
        return Err(Problem::bad_request("private chats have ids above 0, groups below"));
    }
    let standing = wish.standing(kind)?;
    let old = telegram.chats.get(&id);
    let title =
        wish.title.unwrap_or_else(|| old.map_or_else(|| format!("Chat {id}"), |chat| chat.title.clone()));
    let mut chat = old.cloned().unwrap_or_else(|| Chat::new(id, &title, None));
    if let Standing::MigratedTo(to) = standing {
        if ChatKind::of_id(to) != ChatKind::Supergroup {
            return Err(Problem::bad_request(
                "a group becomes a supergroup, whose id is -100 and ten digits",
            ));
        }
        telegram.chats.entry(to).or_insert_with(|| Chat::new(to, &title, None));
    }
    chat = Chat { kind, title, username: wish.username, user_id: wish.user_id, standing, ..chat };
    if let Some(language) = wish.language_code {
        chat.language = Some(language).filter(|language| !language.is_empty());
    }
    let shown = shown_chat(&chat);
    telegram.chats.insert(id, chat);
    Ok(shown)
}

/// The chat as the person in it sees it now.
pub(super) fn shown_chat(chat: &Chat) -> Value {
    let migrated_to = match chat.standing {
        Standing::MigratedTo(to) => Some(to),
        Standing::Welcome | Standing::Blocked | Standing::Kicked | Standing::Deactivated => None,
    };
    let queries = |is_wanted: fn(&Query) -> bool| -> Vec<Value> {
        chat.queries.iter().filter(|query| is_wanted(query)).map(Query::shown).collect()
    };
    json!({
        "id": chat.id,
        "type": chat.kind,
        "title": chat.title,
        "username": chat.username,
        "userId": chat.user_id,
        "languageCode": chat.language,
        "blocked": chat.standing == Standing::Blocked,
        "kicked": chat.standing == Standing::Kicked,
        "deactivated": chat.standing == Standing::Deactivated,
        "migrateTo": migrated_to,
        "messages": chat.messages.iter().map(shown_message).collect::<Vec<_>>(),
        "answers": queries(|query| query.answer.is_some()),
        "spinning": queries(Query::is_spinning),
        "failedReplies": chat.failed_replies,
    })
}

fn shown_message(message: &Message) -> Value {
    json!({
        "messageId": message.id,
        "by": if message.author == Author::Bot { "bot" } else { "person" },
        "sentAt": instant_text(message.sent_at),
        "editedAt": message.edited_at.map(instant_text),
        "text": plain(&message.text),
        "html": for_telegram(&message.text),
        "picture": message.picture.as_ref().map(|picture| picture.url.as_str()),
        "keyboard": message.keyboard.as_ref().map(|keyboard| keyboard.shown()).unwrap_or_default(),
        "silent": message.is_silent,
        "replyTo": message.reply_to,
    })
}

pub(super) fn put_limits(telegram: &mut Telegram, body: &[u8]) -> Result<Value, Problem> {
    let limits: Limits = read_body(body)?;
    telegram.limits = limits;
    Ok(json!(limits))
}
