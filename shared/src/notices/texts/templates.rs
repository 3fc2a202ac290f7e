//! The template language: where texts come from, how values are escaped, and the one filter.

use std::fmt::Write as _;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use crate::domain::locale::Locale;
use crate::notices::NoticeKind;

/// The layout of an email's document, compiled from `email.mjml`.
pub(super) const EMAIL_HTML: &str = "email.html";
/// The layout of an email's plain text.
pub(super) const EMAIL_TEXT: &str = "email.txt";
/// The layout of a Telegram message.
pub(super) const TELEGRAM: &str = "telegram.html";

/// What an event's text is called.
pub(super) fn text_name(locale: Locale, kind: NoticeKind) -> String {
    format!("{}/{kind}", locale.code())
}

/// What the words around every text of a language are called.
pub(super) fn letter_name(locale: Locale) -> String {
    format!("{}/letter", locale.code())
}

/// All templates, none of them compiled. A name that a text uses and nobody gave is an error.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_reload(false);
    environment.set_loader(|name| Ok(source(name)));
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.set_formatter(write_value);
    environment.add_filter("plural", plural);
    environment
}

fn source(name: &str) -> Option<&'static str> {
    match name {
        EMAIL_HTML => return Some(include_str!("layouts/email.html")),
        EMAIL_TEXT => return Some(include_str!("layouts/email.txt")),
        TELEGRAM => return Some(include_str!("layouts/telegram.html")),
        _ => {}
    }
    let (code, name) = name.split_once('/')?;
    let locale = Locale::ALL.into_iter().find(|locale| locale.code() == code)?;
    match name {
        "letter" => Some(letter(locale)),
        event => event.parse::<NoticeKind>().ok().map(|kind| kind.text(locale)),
    }
}

fn letter(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!("en/letter.txt"),
        Locale::Id => include_str!("id/letter.txt"),
        Locale::Uk => include_str!("uk/letter.txt"),
        Locale::Uz => include_str!("uz/letter.txt"),
        Locale::Ru => include_str!("ru/letter.txt"),
    }
}

/// Writes a value where a template names it. Only the entities that Telegram knows.
fn write_value(output: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let Some(text) = value.as_str() else {
        return Err(Error::new(
            ErrorKind::BadEscape,
            "only texts can be shown: a value is missing or a number",
        ));
    };
    if !matches!(state.auto_escape(), AutoEscape::Html) {
        return output.write_str(text).map_err(Error::from);
    }
    for letter in text.chars() {
        match letter {
            '&' => output.write_str("&amp;"),
            '<' => output.write_str("&lt;"),
            '>' => output.write_str("&gt;"),
            '"' => output.write_str("&quot;"),
            '\'' => output.write_str("&#39;"),
            letter => output.write_char(letter),
        }?;
    }
    Ok(())
}

/// `{{ days|plural(one="# day", other="# days") }}`: the form that the language has beside the number,
/// `#` standing for the number. Exactly the language's forms have to be given.
fn plural(state: &State, count: u64, forms: Kwargs) -> Result<String, Error> {
    let code = state.lookup("locale").unwrap_or_default();
    let locale = Locale::of_tag(code.as_str().unwrap_or_default());
    let mut chosen = String::new();
    for form in locale.plurals() {
        let words: &str = forms.get(form.name())?;
        if *form == locale.plural(count) {
            words.clone_into(&mut chosen);
        }
    }
    forms.assert_all_used()?;
    Ok(chosen.replace('#', &locale.number(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(code: &str, source: &str) -> Result<String, String> {
        let environment = environment();
        let template = environment.template_from_str(source).map_err(|error| error.to_string())?;
        let values =
            [("locale", Value::from(code)), ("days", Value::from(1_002_u64)), ("absent", Value::from(()))];
        template.render(Value::from_pairs(values)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_number_takes_the_form_of_its_language() {
        let uk = "{{ days|plural(one=\"# день\", few=\"# дні\", many=\"# днів\") }}";
        assert_eq!(rendered("uk", uk).unwrap(), "1\u{a0}002 дні");
        assert_eq!(
            rendered("en", "{{ days|plural(one=\"# day\", other=\"# days\") }}").unwrap(),
            "1,002 days"
        );
        assert_eq!(rendered("id", "{{ days|plural(other=\"# hari\") }}").unwrap(), "1.002 hari");
    }

    #[test]
    fn forms_that_a_language_lacks_or_misses_are_an_error() {
        for (code, source) in [
            ("uk", "{{ days|plural(one=\"a\", few=\"b\") }}"),
            ("uk", "{{ days|plural(one=\"a\", few=\"b\", many=\"c\", other=\"d\") }}"),
            ("en", "{{ days|plural(one=\"a\") }}"),
            ("en", "{{ days|plural(one=\"a\", many=\"b\", other=\"c\") }}"),
            ("id", "{{ days|plural(one=\"a\", other=\"b\") }}"),
            ("id", "{{ absent|plural(other=\"b\") }}"),
        ] {
            assert!(rendered(code, source).is_err(), "{code}: {source}");
        }
    }

    #[test]
    fn what_is_not_there_is_an_error_and_never_an_empty_place() {
        for source in [
            "{{ unknown }}",
            "{{ absent }}",
            "{{ days }}",
            "{% if unknown %}a{% endif %}",
            "{{ days|upper }}",
        ] {
            assert!(rendered("en", source).is_err(), "{source}");
        }
    }
}
