//! What is said about the person, their account and their language.

use shared::bot::commands::Command;
use shared::domain::locale::Locale;
use shared::notices::texts::foreign;

use super::{Button, Filling, MAX_NAME, View, Words};
use crate::buttons::Pressed;

impl Words {
    /// Greets; by name whoever is known, with an empty name where it cannot be told.
    pub fn welcome(&self, name: Option<&str>) -> View {
        let company = ("company", Filling::Words(&self.company_name));
        let shown = foreign::one_line(name.unwrap_or_default(), MAX_NAME);
        let greeting = if shown.is_empty() {
            self.html("welcome", &[company])
        } else {
            self.html("welcome_linked", &[company, ("name", Filling::Words(&shown))])
        };
        let hint = self.html("welcome_hint", &[]);
        match name {
            Some(_) => View::of(format!("{greeting}\n\n{hint}")).with(self.own_invoices()),
            None => View::of(format!("{greeting}\n\n{}\n\n{hint}", self.html("not_linked", &[]))),
        }
    }

    /// The chat is tied to an account from now on.
    pub fn linked(&self, name: &str) -> View {
        let html = self.named("linked", "linked_nameless", name);
        View::of(format!("{html}\n\n{}", self.html("welcome_hint", &[]))).with(self.own_invoices())
    }

    /// The chat was tied to this account before.
    pub fn already_linked(&self, name: &str) -> View {
        View::of(self.named("already_linked", "already_linked_nameless", name)).with(self.own_invoices())
    }

    /// The link was used, is too old, or never was one.
    pub fn link_invalid(&self) -> View {
        View::of(self.html("link_invalid", &[]))
    }

    /// The chat is tied to no account any more.
    pub fn unlinked(&self) -> View {
        View::of(self.html("unlinked", &[]))
    }

    /// The chat was tied to no account.
    pub fn nothing_to_unlink(&self) -> View {
        View::of(self.html("nothing_to_unlink", &[]))
    }

    /// The chat has to be tied to an account first, and how.
    pub fn not_linked(&self) -> View {
        View::of(self.html("not_linked", &[]))
    }

    /// What this person may do.
    pub fn help(&self, commands: &[Command]) -> View {
        let line = |command: &Command| {
            format!("/{} – {}", command.name(), foreign::html(command.description(self.locale)))
        };
        let lines: Vec<String> = commands.iter().map(line).collect();
        let mut html = format!("{}\n\n{}", self.html("help", &[]), lines.join("\n"));
        if !commands.contains(&Command::Invoices) {
            html = format!("{html}\n\n{}", self.html("not_linked", &[]));
        }
        View::of(html)
    }

    /// The languages to choose from, each by its own name.
    pub fn languages(&self) -> View {
        Locale::ALL.into_iter().fold(View::of(self.html("languages", &[])), |view, locale| {
            let mark = if locale == self.locale { "✅ " } else { "" };
            let label = format!("{mark}{}", own_name(locale));
            view.with(Button::press(label, &Pressed::Language(locale)))
        })
    }

    /// These words are of the language that was chosen.
    pub fn language_chosen(&self) -> View {
        View::of(self.html("language_chosen", &[]))
    }

    /// Nobody is asked anything in a group.
    pub fn private_only(&self) -> View {
        View::of(self.html("private_only", &[]))
    }

    /// It was no command and no answer.
    pub fn unknown(&self) -> View {
        View::of(self.html("unknown", &[]))
    }

    /// Only the staff may do that.
    pub fn staff_only(&self) -> View {
        View::of(self.html("staff_only", &[]))
    }

    /// The same beside a button.
    pub fn staff_only_note(&self) -> String {
        self.label("staff_only")
    }

    /// Something is wrong on our side.
    pub fn trouble(&self) -> View {
        View::of(format!("⚠️ {}", self.html("trouble", &[])))
    }

    /// The same beside a button.
    pub fn trouble_note(&self) -> String {
        self.label("trouble")
    }

    fn named(&self, key: &str, nameless_key: &str, name: &str) -> String {
        let name = foreign::one_line(name, MAX_NAME);
        if name.is_empty() {
            return self.html(nameless_key, &[]);
        }
        self.html(key, &[("name", Filling::Words(&name))])
    }

    fn own_invoices(&self) -> Button {
        Button::press(self.label("button_invoices"), &Pressed::Invoices { after: None })
    }
}

/// A language's name in itself.
fn own_name(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "English",
        Locale::Id => "Bahasa Indonesia",
        Locale::Uk => "Українська",
        Locale::Uz => "Oʻzbekcha",
        Locale::Ru => "Русский",
    }
}
