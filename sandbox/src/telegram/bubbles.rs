//! A message as the pages show it, with its buttons.

use std::fmt::Write;

use super::buttons::Keyboard;
use super::chats::Message;
use super::html::{Format, Piece};
use crate::clock::instant_text;
use crate::page::escape;

pub(super) fn bubble(message: &Message) -> String {
    let picture = message.picture.as_ref().map_or_else(String::new, |picture| {
        format!("<img alt=\"picture\" src=\"{}\">", escape(&picture.url))
    });
    let mut notes = instant_text(message.sent_at);
    if message.edited_at.is_some() {
        notes.push_str(" · edited");
    }
    if message.is_silent {
        notes.push_str(" · silent");
    }
    let keyboard = message.keyboard.as_ref().map_or_else(String::new, render_keyboard);
    format!(
        "<div class=\"bubble\" id=\"message-{}\">{picture}<div class=\"text\">{}</div><small>{notes}</small></div>\
         {keyboard}\n",
        message.id,
        for_page(&message.text)
    )
}

fn render_keyboard(keyboard: &Keyboard) -> String {
    let rows: String = keyboard
        .shown()
        .iter()
        .map(|row| {
            let buttons: String = row
                .iter()
                .map(|button| match (&button.url, &button.callback_data) {
                    (Some(url), _) if is_web(url) => format!(
                        "<a class=\"button\" rel=\"noreferrer noopener\" target=\"_blank\" href=\"{}\">{} ↗</a>",
                        escape(url),
                        escape(&button.text)
                    ),
                    (_, data) => format!(
                        "<span class=\"button\" title=\"{}\">{}</span>",
                        escape(data.as_deref().unwrap_or_default()),
                        escape(&button.text)
                    ),
                })
                .collect();
            format!("<div class=\"row\">{buttons}</div>")
        })
        .collect();
    format!("<div class=\"keyboard\">{rows}</div>")
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
