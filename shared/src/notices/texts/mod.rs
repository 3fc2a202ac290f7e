//! The words of notices: one text per event and language, laid out for email and Telegram.
//!
//! A text names its parts (subject, lead, facts, action, presses, picture, closing) and knows no markup. The
//! three layouts put the parts together and escape every one of them, so that no text can forget to.

pub mod catalogue;
pub mod foreign;
mod layouts;
mod parts;
mod values;

use askama::Template;
use jiff::tz::TimeZone;

use crate::domain::locale::Locale;
use crate::notices::{Notice, NoticeKind};
use layouts::{EmailHtml, EmailPlain, Parts, TelegramHtml};

/// Longest text of a Telegram message, in UTF-16 units of what the reader sees.
pub const TELEGRAM_TEXT: usize = 4096;

/// Longest text beneath a picture in Telegram, in UTF-16 units of what the reader sees.
pub const TELEGRAM_CAPTION: usize = 1024;

/// Most that a button carries, in bytes of ASCII.
pub const PRESS_DATA: usize = 64;

/// Who reads a notice, and how they are written to.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// What they are called. Empty when it is not known.
    pub name: &'a str,
    /// Their language.
    pub locale: Locale,
    /// The time zone their days and times are told in.
    pub time_zone: &'a TimeZone,
}

/// An email without its addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailText {
    /// One line.
    pub subject: String,
    /// The whole document.
    pub html: String,
    /// The same for readers of plain text.
    pub text: String,
}

/// A Telegram message without its chat.
#[derive(Clone, PartialEq, Eq)]
pub struct TelegramText {
    /// For `parse_mode: "HTML"`. At most [`TELEGRAM_TEXT`] long, with a picture [`TELEGRAM_CAPTION`].
    pub html: String,
    /// A button below it that leads to a page.
    pub link: Option<Link>,
    /// Buttons below it that tell us they were pressed.
    pub presses: Vec<Press>,
    /// A picture above it. Left out when the text is too long to stand beneath one.
    pub picture_url: Option<String>,
}

/// Where a reader can act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What happens there, in the reader's language.
    pub label: String,
    /// An `http` or `https` address.
    pub url: String,
}

/// What a reader can answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// What it says, in the reader's language.
    pub label: String,
    /// What comes back to us when it is pressed: at most [`PRESS_DATA`].
    pub data: String,
}

/// A text could not be put together. Always a mistake in the text, never in what it tells of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text of {kind} in {}: {reason}", .locale.code())]
pub struct TextError {
    /// Which event's text.
    pub kind: NoticeKind,
    /// In which language.
    pub locale: Locale,
    /// What is wrong with the text. It holds nothing of the notice.
    pub reason: String,
}

/// Every text, in the name of one company.
#[derive(Debug, Clone)]
pub struct Texts {
    company_name: String,
}

impl Texts {
    /// The texts of a company.
    pub fn new(company_name: &str) -> Self {
        Self { company_name: values::name(company_name) }
    }

    /// What an email says.
    ///
    /// # Errors
    /// When the text has a mistake.
    pub fn email(&self, notice: &Notice, to: &Reader<'_>) -> Result<EmailText, TextError> {
        let parts = self.parts(notice, to)?;
        let html = lay_out(&EmailHtml { parts: &parts }, notice, to)?;
        let text = lay_out(&EmailPlain { parts: &parts }, notice, to)?;
        Ok(EmailText { subject: parts.subject, html, text })
    }

    /// What a Telegram message says.
    ///
    /// # Errors
    /// When the text has a mistake.
    pub fn telegram(&self, notice: &Notice, to: &Reader<'_>) -> Result<TelegramText, TextError> {
        let parts = self.parts(notice, to)?;
        let html = lay_out(&TelegramHtml { parts: &parts }, notice, to)?;
        let is_caption = visible_length(&html) <= TELEGRAM_CAPTION;
        let picture = Some(parts.picture).filter(|picture| is_caption && !picture.is_empty());
        Ok(TelegramText { html, link: parts.action, presses: parts.presses, picture_url: picture })
    }

    fn parts(&self, notice: &Notice, to: &Reader<'_>) -> Result<Parts, TextError> {
        let values = values::of(notice, to).map_err(|reason| text_error(notice, to, reason))?;
        let parts = parts::of(notice.kind(), to, &self.company_name, &values);
        parts.map_err(|reason| text_error(notice, to, reason))
    }
}

fn lay_out(layout: &impl Template, notice: &Notice, to: &Reader<'_>) -> Result<String, TextError> {
    layout.render().map_err(|error| text_error(notice, to, error.to_string()))
}

fn text_error(notice: &Notice, to: &Reader<'_>, reason: String) -> TextError {
    TextError { kind: notice.kind(), locale: to.locale, reason }
}

/// How long the reader sees a Telegram text to be, in UTF-16 units: without tags, an entity as one.
pub fn visible_length(html: &str) -> usize {
    let (mut length, mut hidden_until) = (0, None);
    for letter in html.chars() {
        match (hidden_until, letter) {
            (Some(end), letter) if letter == end => hidden_until = None,
            (Some(_), _) => {}
            (None, '<') => hidden_until = Some('>'),
            (None, '&') => {
                length += 1;
                hidden_until = Some(';');
            }
            (None, letter) => length += letter.len_utf16(),
        }
    }
    length
}
