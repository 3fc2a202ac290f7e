//! What the bot shows, word for word in English, and what holds for every view in every language.

mod every_view;
mod money;
mod scenes;
mod texts;
mod wizard;

use shared::domain::locale::Locale;

use super::{Action, View, Words};

fn words(locale: Locale) -> Words {
    Words::new(locale, &"Asia/Jakarta".parse().unwrap(), "Nusa & Co")
}

fn english() -> Words {
    words(Locale::En)
}

/// The buttons as a person reads them and what each does, row by row.
fn buttons(view: &View) -> Vec<Vec<String>> {
    let shown = |action: &Action| match action {
        Action::Press(carried) => carried.clone(),
        Action::Open(url) => format!("open {url}"),
        Action::Copy(text) => format!("copy {text}"),
    };
    let row = |row: &Vec<super::Button>| {
        row.iter().map(|button| format!("{} → {}", button.label, shown(&button.action))).collect()
    };
    view.rows.iter().map(row).collect()
}
