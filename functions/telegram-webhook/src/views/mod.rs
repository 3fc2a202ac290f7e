//! What the bot says and shows: words in the chat's language, with buttons.
//!
//! The words stand in `texts/<language>.txt`, in the form of [`shared::notices::texts::catalogue`]. What
//! they are filled with is escaped here, once, so that no view can forget to.

mod channels;
mod codes;
mod invoices;
mod people;
mod tasks;
#[cfg(test)]
mod tests;
mod usage;
mod wizard;

use jiff::Timestamp;
use shared::domain::locale::Locale;
use shared::domain::money::Money;
use shared::domain::zone::Zone;
use shared::notices::texts::catalogue::{Sheet, Shown, Values};
use shared::notices::texts::foreign;

use crate::buttons::Pressed;

/// Longest label of a button, in UTF-16 units.
const MAX_LABEL: usize = 64;
/// Longest address of a button, in bytes.
const MAX_URL: usize = 2048;
/// Longest text that a button copies, in characters.
const MAX_COPY: usize = 256;
/// Longest name of a person or company, in UTF-16 units.
const MAX_NAME: usize = 60;

/// A message without its chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// For `parse_mode: "HTML"`: at most 4096 visible UTF-16 units, with a picture 1024.
    pub html: String,
    /// The buttons below it, row by row.
    pub rows: Vec<Vec<Button>>,
    /// A picture above it.
    pub picture_url: Option<String>,
}

/// A button below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What it does.
    pub action: Action,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Tells us: at most 64 bytes of ASCII.
    Press(String),
    /// Leads to a page.
    Open(String),
    /// Copies a text of at most 256 characters.
    Copy(String),
}

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Words {
    locale: Locale,
    zone: Zone,
    company_name: String,
}

/// What a text is filled with.
#[derive(Debug, Clone, Copy)]
enum Filling<'a> {
    Words(&'a str),
    Count(usize),
    Flag(bool),
}

impl View {
    /// A view of plain words, without buttons.
    pub fn plain(text: &str) -> Self {
        Self::of(foreign::html(text))
    }

    fn of(html: String) -> Self {
        Self { html, rows: Vec::new(), picture_url: None }
    }

    fn with(mut self, button: Button) -> Self {
        self.rows.push(vec![button]);
        self
    }

    fn with_row(mut self, row: Vec<Button>) -> Self {
        if !row.is_empty() {
            self.rows.push(row);
        }
        self
    }
}

impl Button {
    fn press(label: String, pressed: &Pressed) -> Self {
        Self { label, action: Action::Press(pressed.write()) }
    }

    /// None where Telegram would not take the address.
    fn open(label: String, url: &str) -> Option<Self> {
        is_web_address(url).then(|| Self { label, action: Action::Open(url.to_owned()) })
    }

    /// None where Telegram would not take the text.
    fn copy(label: String, text: &str) -> Option<Self> {
        let fits = (1..=MAX_COPY).contains(&text.chars().count());
        fits.then(|| Self { label, action: Action::Copy(text.to_owned()) })
    }
}

/// Whether a provider's address is one that a button or a picture can have.
fn is_web_address(url: &str) -> bool {
    let is_visible = url.bytes().all(|byte| byte.is_ascii_graphic());
    (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= MAX_URL && is_visible
}

impl Words {
    /// The words of a language, in the name of a company; times are told in `zone`.
    pub fn new(locale: Locale, zone: &Zone, company_name: &str) -> Self {
        Self { locale, zone: zone.clone(), company_name: foreign::one_line(company_name, MAX_NAME) }
    }

    /// The language.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// A text for Telegram's HTML. Its own tags count; what it is filled with has none.
    fn html(&self, key: &str, fillings: &[(&str, Filling<'_>)]) -> String {
        self.filled(key, fillings, foreign::html)
    }

    /// A text without tags: of a button, or beside one.
    fn plain(&self, key: &str, fillings: &[(&str, Filling<'_>)]) -> String {
        self.filled(key, fillings, str::to_owned)
    }

    /// A label that stands as it is.
    fn label(&self, key: &str) -> String {
        self.plain(key, &[])
    }

    /// What is known, behind its label.
    fn fact(&self, label: &str, value_html: &str) -> String {
        format!("{}: {value_html}", foreign::html(&self.label(label)))
    }

    fn filled(&self, key: &str, fillings: &[(&str, Filling<'_>)], escape: fn(&str) -> String) -> String {
        let shown = |filling| match filling {
            Filling::Words(words) => Shown::Words(escape(words)),
            Filling::Count(count) => Shown::Count(u64::try_from(count).unwrap_or(u64::MAX)),
            Filling::Flag(flag) => Shown::Flag(flag),
        };
        let values: Values =
            fillings.iter().map(|(name, filling)| ((*name).to_owned(), shown(*filling))).collect();
        Sheet::new(self.catalogue(), &values, self.locale).words(key).unwrap_or_else(|reason| {
            // A test fills every text of every language.
            tracing::error!(key, locale = self.locale.code(), reason, "a text of the bot has a mistake");
            format!("[{key}]")
        })
    }

    fn catalogue(&self) -> &'static str {
        match self.locale {
            Locale::En => include_str!("../texts/en.txt"),
            Locale::Id => include_str!("../texts/id.txt"),
            Locale::Uk => include_str!("../texts/uk.txt"),
            Locale::Uz => include_str!("../texts/uz.txt"),
            Locale::Ru => include_str!("../texts/ru.txt"),
        }
    }

    fn amount(&self, money: Money) -> String {
        foreign::html(&self.locale.amount(money))
    }

    fn moment(&self, at: Timestamp) -> String {
        foreign::html(&self.locale.day_and_time(at, self.zone.rules()))
    }
}

/// A name in one line; what stands in for it when nothing of it can be seen.
fn name_or(name: &str, otherwise: &str, longest: usize) -> String {
    let shown = foreign::one_line(name, longest);
    if shown.is_empty() { foreign::one_line(otherwise, longest) } else { shown }
}

/// Letters that are copied by hand or by a tap.
fn code_tag(text: &str) -> String {
    format!("<code>{}</code>", foreign::html(text))
}
