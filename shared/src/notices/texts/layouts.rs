//! The three layouts. They put the parts of a text together and escape every one of them.

use askama::Template;

use crate::domain::locale::Locale;
use crate::notices::texts::{Link, Press};

/// A label and its value. Without `Debug`: it can be a credential.
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) style: Style,
}

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// To be copied letter by letter.
    Code,
    /// Not for eyes that pass by.
    Secret,
}

/// What all layouts put together. What is absent is empty. Without `Debug`, as its facts.
pub(super) struct Parts {
    pub(super) locale: Locale,
    pub(super) company: String,
    pub(super) subject: String,
    pub(super) greeting: String,
    pub(super) lead: String,
    pub(super) facts: Vec<Fact>,
    pub(super) action: Option<Link>,
    pub(super) button_hint: String,
    pub(super) presses: Vec<Press>,
    /// For readers who do not see them.
    pub(super) press_hint: String,
    pub(super) picture: String,
    pub(super) picture_label: String,
    pub(super) closing: String,
    pub(super) footer: String,
}

/// The document of an email, compiled from `email.mjml`.
#[derive(Template)]
#[template(path = "email.html")]
pub(super) struct EmailHtml<'a> {
    pub(super) parts: &'a Parts,
}

/// An email for readers of plain text.
#[derive(Template)]
#[template(path = "email.txt", escape = "none")]
pub(super) struct EmailPlain<'a> {
    pub(super) parts: &'a Parts,
}

/// A Telegram message. Telegram reads every numeric entity that is written here.
#[derive(Template)]
#[template(path = "telegram.html")]
pub(super) struct TelegramHtml<'a> {
    pub(super) parts: &'a Parts,
}
