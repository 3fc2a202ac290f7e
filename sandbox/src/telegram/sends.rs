//! `sendMessage`, `sendPhoto` and `sendChatAction`.

use url::Url;

use super::answers::{Outcome, Refusal};
use super::buttons::Keyboard;
use super::chats::{Author, Message, Picture, Telegram};
use super::html::{Piece, parse, plain, unformatted};
use super::parameters::Parameters;

/// Counted in UTF-16 units, the strictest of the units it might be.
const LONGEST_TEXT: usize = 4096;
const LONGEST_CAPTION: usize = 1024;
const SECOND_MS: i64 = 1_000;

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// The id of the chat that a call names; names like `@channel` are of no chat here.
pub(super) fn chat_id(parameters: &Parameters) -> Result<Option<i64>, Refusal> {
    match (parameters.integer("chat_id"), parameters.text("chat_id")) {
        (None, Some(name)) if !name.is_empty() => Err(Refusal::bad_request("chat not found")),
        (id, _) => Ok(id),
    }
}

/// A text by its parameter, formatted as `parse_mode` says, without the white space around it.
fn formatted(parameters: &Parameters, name: &str) -> Result<Vec<Piece>, Refusal> {
    let text = parameters.text(name).unwrap_or_default();
    let text = text.trim();
    match parameters.text("parse_mode").unwrap_or_default().to_ascii_lowercase().as_str() {
        "" => Ok(unformatted(text)),
        "html" => parse(text),
        "markdown" | "markdownv2" => {
            Err(Refusal::bad_request("can't parse entities: the sandbox reads HTML, not Markdown"))
        }
        _ => Err(Refusal::bad_request("unsupported parse_mode")),
    }
}

fn length(pieces: &[Piece]) -> usize {
    plain(pieces).encode_utf16().count()
}

/// The text of a message: never empty, never too long.
pub(super) fn message_text(parameters: &Parameters) -> Result<Vec<Piece>, Refusal> {
    let text = formatted(parameters, "text")?;
    if plain(&text).trim().is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    if length(&text) > LONGEST_TEXT {
        return Err(Refusal::bad_request("message is too long"));
    }
    Ok(text)
}

fn caption(parameters: &Parameters) -> Result<Vec<Piece>, Refusal> {
    let caption = formatted(parameters, "caption")?;
    if length(&caption) > LONGEST_CAPTION {
        return Err(Refusal::bad_request("message caption is too long"));
    }
    Ok(if plain(&caption).is_empty() { Vec::new() } else { caption })
}

/// A web address, which nobody looks at here, or the id of a picture that was sent before.
fn picture(telegram: &Telegram, parameters: &Parameters) -> Result<Picture, Refusal> {
    let photo = parameters.text("photo").unwrap_or_default();
    if photo.is_empty() {
        return Err(Refusal::bad_request("there is no photo in the request"));
    }
    if let Some(url) = telegram.pictures.get(&photo) {
        return Ok(Picture { file_id: photo, url: url.clone() });
    }
    match Url::parse(&photo) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            Ok(Picture { file_id: format!("AgACAgSANDBOX{:06}", telegram.pictures.len() + 1), url: photo })
        }
        _ => Err(Refusal::bad_request("wrong file identifier/HTTP URL specified")),
    }
}

pub(super) fn send_message(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let text = message_text(parameters)?;
    send(telegram, parameters, text, None, now_ms)
}

pub(super) fn send_photo(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let (picture, caption) = (picture(telegram, parameters)?, caption(parameters)?);
    send(telegram, parameters, caption, Some(picture), now_ms)
}

fn send(
    telegram: &mut Telegram,
    parameters: &Parameters,
    text: Vec<Piece>,
    picture: Option<Picture>,
    now_ms: i64,
) -> Outcome {
    let keyboard = Keyboard::read(parameters.json("reply_markup")?)?;
    let chat = telegram.open_chat(chat_id(parameters)?)?;
    let reply = parameters.json("reply_parameters")?.unwrap_or_default();
    let wanted = reply["message_id"].as_i64();
    let reply_to = wanted.filter(|id| chat.messages.iter().any(|message| message.id == *id));
    if wanted != reply_to && reply["allow_sending_without_reply"] != true {
        return Err(Refusal::bad_request("message to be replied not found"));
    }
    let chat_id = chat.id;
    telegram.keep_pace(chat_id, now_ms)?;
    if let Some(picture) = &picture {
        telegram.pictures.insert(picture.file_id.clone(), picture.url.clone());
    }
    let message = Message {
        id: telegram.next_message_id(),
        author: Author::Bot,
        sent_at: now_ms / SECOND_MS,
        edited_at: None,
        text,
        picture,
        keyboard,
        is_silent: parameters.is_on("disable_notification"),
        reply_to,
    };
    let chat = telegram.open_chat(Some(chat_id))?;
    let shown = chat.shown_message(&message);
    chat.history.push(message.clone());
    chat.messages.push(message);
    Ok(shown.into())
}

pub(super) fn send_action(telegram: &mut Telegram, parameters: &Parameters) -> Outcome {
    let action = parameters.text("action").unwrap_or_default().to_ascii_lowercase();
    telegram.open_chat(chat_id(parameters)?)?;
    match ACTIONS.contains(&action.as_str()) {
        true => Ok(serde_json::Value::Bool(true).into()),
        false => Err(Refusal::bad_request("wrong parameter action in request")),
    }
}
