//! `editMessageText`, `editMessageReplyMarkup` and `deleteMessage`.

use super::answers::{Outcome, Refusal};
use super::buttons::Keyboard;
use super::chats::{Author, Chat, Message, Telegram};
use super::parameters::Parameters;
use super::sends::{chat_id, message_text};

const SECOND_MS: i64 = 1_000;
/// A message older than this stays.
const DELETABLE_SECONDS: i64 = 48 * 60 * 60;
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are \
                            exactly the same as a current content and reply markup of the message";

/// The place of the message that a call names.
fn find(chat: &Chat, parameters: &Parameters, missing: &str) -> Result<usize, Refusal> {
    let id = parameters.integer("message_id");
    let place = chat.messages.iter().position(|message| Some(message.id) == id);
    place.ok_or_else(|| Refusal::bad_request(missing))
}

pub(super) fn edit_text(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let text = message_text(parameters)?;
    let keyboard = Keyboard::read_inline(parameters.json("reply_markup")?)?;
    edit(telegram, parameters, now_ms, |message| match &message.picture {
        Some(_) => Err(Refusal::bad_request("there is no text in the message to edit")),
        None => Ok(Message { text, keyboard, ..message.clone() }),
    })
}

pub(super) fn edit_buttons(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let keyboard = Keyboard::read_inline(parameters.json("reply_markup")?)?;
    edit(telegram, parameters, now_ms, |message| Ok(Message { keyboard, ..message.clone() }))
}

fn edit(
    telegram: &mut Telegram,
    parameters: &Parameters,
    now_ms: i64,
    change: impl FnOnce(&Message) -> Result<Message, Refusal>,
) -> Outcome {
    let chat = telegram.open_chat(chat_id(parameters)?)?;
    let (chat_id, place) = (chat.id, find(chat, parameters, "message to edit not found")?);
    if chat.messages[place].author != Author::Bot {
        return Err(Refusal::bad_request("message can't be edited"));
    }
    let edited = change(&chat.messages[place])?;
    if edited == chat.messages[place] {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    // Edits count like messages.
    telegram.keep_pace(chat_id, now_ms)?;
    let chat = telegram.open_chat(Some(chat_id))?;
    chat.messages[place] = Message { edited_at: Some(now_ms / SECOND_MS), ..edited };
    chat.history.push(chat.messages[place].clone());
    chat.stop_spinning(chat.messages[place].id);
    Ok(chat.shown_message(&chat.messages[place]).into())
}

pub(super) fn delete(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let chat = telegram.open_chat(chat_id(parameters)?)?;
    let place = find(chat, parameters, "message to delete not found")?;
    if now_ms / SECOND_MS - chat.messages[place].sent_at >= DELETABLE_SECONDS {
        return Err(Refusal::bad_request("message can't be deleted for everyone"));
    }
    let deleted = chat.messages.remove(place);
    chat.stop_spinning(deleted.id);
    Ok(serde_json::Value::Bool(true).into())
}
