//! A message as the pages show it, with its buttons and what came of pressing them.

use std::fmt::Write;

use super::buttons::{Button, Keyboard};
use super::chats::{Author, Chat, Message};
use super::html::{Format, Piece};
use super::queries::Query;
use super::replies::FailedReply;
use crate::clock::instant_text;
use crate::page::escape;

/// A message of somebody in a chat, with its buttons and the answers to their presses.
pub(super) fn bubble(chat: &Chat, message: &Message) -> String {
    let picture = message.picture.as_ref().map_or_else(String::new, |picture| {
        format!("<img alt=\"picture\" src=\"{}\">", escape(&picture.url))
    });
    let (side, mut notes) = match &message.author {
        Author::Bot => ("bot", instant_text(message.sent_at)),
        Author::Person(person) if chat.kind.is_group() => {
            let name = escape(person["first_name"].as_str().unwrap_or_default());
            ("mine", format!("{name} · {}", instant_text(message.sent_at)))
        }
        Author::Person(_) => ("mine", instant_text(message.sent_at)),
    };
    if message.edited_at.is_some() {
        notes.push_str(" · edited");
    }
    if message.is_silent {
        notes.push_str(" · silent");
    }
    let keyboard = message.keyboard.as_ref().map(|keyboard| render_keyboard(chat, message.id, keyboard));
    format!(
        "<div class=\"bubble {side}\" id=\"message-{}\">{picture}<div class=\"text\" dir=\"auto\">{}</div>\
         <small>{notes}</small></div>{}{}\n",
        message.id,
        for_page(&message.text),
        keyboard.unwrap_or_default(),
        note(chat, message.id),
    )
}

/// What the last press on a message was answered with.
fn note(chat: &Chat, message_id: i64) -> String {
    let last = chat.queries.iter().rfind(|query| query.message_id == message_id);
    match last.and_then(|query| query.answer.as_ref()).filter(|answer| !answer.text.is_empty()) {
        Some(answer) if answer.is_alert => format!("<p class=\"note alert\">{}</p>", escape(&answer.text)),
        Some(answer) => format!("<p class=\"note\">{}</p>", escape(&answer.text)),
        None => String::new(),
    }
}

/// An answer of the bot's that could not be followed: Telegram would say nothing, a developer wants to know.
pub(super) fn failure(failed: &FailedReply) -> String {
    format!(
        "<p class=\"problem\">The bot's answer to update {} could not be followed: {} {}</p>",
        failed.update_id,
        escape(&failed.reply.method),
        escape(failed.reply.description.as_deref().unwrap_or_default()),
    )
}

fn render_keyboard(chat: &Chat, message_id: i64, keyboard: &Keyboard) -> String {
    let spins = |data: &str| {
        let on_it = |query: &&Query| query.message_id == message_id && query.data == data;
        chat.queries.iter().rfind(on_it).is_some_and(Query::is_spinning)
    };
    let rows = keyboard.shown().into_iter().map(|row| {
        let buttons: String =
            row.iter().map(|button| render_button(chat.id, message_id, button, spins)).collect();
        format!("<div class=\"row\">{buttons}</div>")
    });
    format!("<div class=\"keyboard\">{}</div>", rows.collect::<String>())
}

fn render_button(chat: i64, message_id: i64, button: &Button, spins: impl Fn(&str) -> bool) -> String {
    let label = escape(&button.text);
    match (&button.callback_data, &button.url, &button.copy_text) {
        (Some(data), _, _) => {
            let (class, mark) = if spins(data) { ("button spinning", " ⏳") } else { ("button", "") };
            format!(
                "<form method=\"post\" action=\"/telegram/chats/{chat}/press\">\
                 <input type=\"hidden\" name=\"messageId\" value=\"{message_id}\">\
                 <button class=\"{class}\" name=\"data\" value=\"{data}\" title=\"{data}\">{label}{mark}</button></form>",
                data = escape(data)
            )
        }
        (None, Some(url), _) if is_web(url) => format!(
            "<a class=\"button\" rel=\"noreferrer noopener\" target=\"_blank\" href=\"{}\">{label} ↗</a>",
            escape(url)
        ),
        (None, _, Some(copied)) => {
            format!(
                "<span class=\"button\" title=\"copies\">{label} ⧉ <code>{}</code></span>",
                escape(copied)
            )
        }
        (None, _, None) => format!("<span class=\"button\">{label}</span>"),
    }
}

fn is_web(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// A text for a page of ours: nothing of the sender's is left that HTML reads as its own.
fn for_page(pieces: &[Piece]) -> String {
    pieces.iter().fold(String::new(), |mut page, piece| {
        match piece {
            Piece::Words(words) => page.push_str(&escape(words)),
            Piece::Formatted(format, inside) => {
                let (before, after) = around(format);
                // Writing to a String cannot fail.
                if write!(page, "{before}{}{after}", for_page(inside)).is_err() {
                    return page;
                }
            }
        }
        page
    })
}

fn around(format: &Format) -> (String, &'static str) {
    let (before, after) = match format {
        Format::Bold => ("<b>", "</b>"),
        Format::Italic => ("<i>", "</i>"),
        Format::Underline => ("<u>", "</u>"),
        Format::Strikethrough => ("<s>", "</s>"),
        Format::Spoiler => ("<label class=\"spoiler\"><input type=\"checkbox\"><span>", "</span></label>"),
        Format::Code => ("<code>", "</code>"),
        Format::Pre(_) => ("<pre>", "</pre>"),
        Format::Quote { .. } => ("<blockquote>", "</blockquote>"),
        Format::CustomEmoji(_) => ("", ""),
        Format::Link(url) if is_web(url) => {
            return (
                format!("<a rel=\"noreferrer noopener\" target=\"_blank\" href=\"{}\">", escape(url)),
                "</a>",
            );
        }
        Format::Link(_) => ("<u>", "</u>"),
    };
    (before.to_owned(), after)
}

#[cfg(test)]
mod tests {
    use super::super::html::parse;
    use super::for_page;

    #[test]
    fn a_page_shows_the_formatting_and_none_of_the_senders_html() {
        let source = "<b>a</b> &lt;script&gt; &amp;lt; <tg-spoiler>pw</tg-spoiler> \
                      <a href=\"javascript:alert(1)\">x</a> <a href='https://e.com/?\"><script>'>y</a>";
        assert_eq!(
            for_page(&parse(source).unwrap()),
            "<b>a</b> &lt;script&gt; &amp;lt; \
             <label class=\"spoiler\"><input type=\"checkbox\"><span>pw</span></label> <u>x</u> \
             <a rel=\"noreferrer noopener\" target=\"_blank\" href=\"https://e.com/?&quot;&gt;&lt;script&gt;\">y</a>"
        );
    }
}
