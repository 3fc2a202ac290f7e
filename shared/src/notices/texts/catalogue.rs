//! The catalogue of texts: one file per event and language, a line for each part. The bot keeps its own
//! words in the same form.
//!
//! ```text
//! subject: Your server {hostname}: {daysLeft: # day | # days} left
//! fact: Paid until | {expiresAt}
//! code: Order | {orderId}
//! action: Renew | {renewUrl}
//! press: Try again | t1:{taskId}:{attempt}:again
//! ```
//! `{name}` stands for a value. `{name: … | …}` chooses: for a number the language's plural form in CLDR's
//! order, `#` standing for the number; for yes or no the first form or the second. A fact, an action, a
//! press (a button that carries its words back to us) or a picture whose value is absent is left out; words may
//! name only what is there.
//!
//! A few lines of our own, because a template engine takes half a megabyte of each function that tells
//! people something: `docs/ARCHITECTURE.md` has the figures.

use crate::domain::locale::Locale;
use crate::notices::NoticeKind;

/// A value as it is shown. Without `Debug`: it can be a credential.
pub enum Shown {
    /// As they stand.
    Words(String),
    /// Chooses a plural form.
    Count(u64),
    /// Chooses between two forms.
    Flag(bool),
    /// The notice does not say.
    Absent,
}

/// Values by the names that texts use.
pub type Values = Vec<(String, Shown)>;

/// One text with the values to fill it.
pub struct Sheet<'a> {
    text: &'static str,
    values: &'a Values,
    locale: Locale,
}

/// The text of an event.
pub(super) fn of_event(kind: NoticeKind, locale: Locale, values: &Values) -> Sheet<'_> {
    Sheet::new(kind.text(locale), values, locale)
}

/// The words around every text of a language.
pub(super) fn letter(locale: Locale, values: &Values) -> Sheet<'_> {
    let text = match locale {
        Locale::En => include_str!("en/letter.txt"),
        Locale::Id => include_str!("id/letter.txt"),
        Locale::Uk => include_str!("uk/letter.txt"),
        Locale::Uz => include_str!("uz/letter.txt"),
        Locale::Ru => include_str!("ru/letter.txt"),
    };
    Sheet::new(text, values, locale)
}

impl<'a> Sheet<'a> {
    /// A text of a language with the values to fill it.
    pub fn new(text: &'static str, values: &'a Values, locale: Locale) -> Self {
        Self { text, values, locale }
    }

    /// Every line as its part's name and what stands behind it.
    ///
    /// # Errors
    /// When a line is no part.
    pub fn lines(&self) -> Result<Vec<(&'static str, &'static str)>, String> {
        let line = |line: &'static str| line.split_once(": ").ok_or_else(|| format!("no part: {line}"));
        self.text.lines().map(line).collect()
    }

    /// The words of a part that must be there.
    ///
    /// # Errors
    /// When it is missing, or names what is not there.
    pub fn words(&self, part: &str) -> Result<String, String> {
        self.optional(part)?.ok_or_else(|| format!("{part} is missing"))
    }

    /// The words of a part, if the text has it.
    ///
    /// # Errors
    /// When it names what is not there.
    pub(super) fn optional(&self, part: &str) -> Result<Option<String>, String> {
        let lines = self.lines()?;
        let Some((_, words)) = lines.into_iter().find(|(name, _)| *name == part) else { return Ok(None) };
        self.filled(words)?.map(Some).ok_or_else(|| format!("{part} names a value that is absent"))
    }

    /// Words with their values; none when one of them is absent.
    ///
    /// # Errors
    /// When there is no value of a name, or not the language's forms.
    pub fn filled(&self, words: &str) -> Result<Option<String>, String> {
        let (mut filled, mut rest) = (String::new(), words);
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, behind) = after.split_once('}').ok_or("a brace that is never closed")?;
            let (name, forms) =
                inside.split_once(": ").map_or((inside, None), |(name, forms)| (name, Some(forms)));
            let value = self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            filled.push_str(before);
            match (value.ok_or_else(|| format!("there is no {name}"))?, forms) {
                (Shown::Absent, _) => return Ok(None),
                (Shown::Words(words), None) => filled.push_str(words),
                (Shown::Count(count), Some(forms)) => filled.push_str(&self.plural(*count, forms)?),
                (Shown::Flag(flag), Some(forms)) => filled.push_str(choice(*flag, forms)?),
                (Shown::Words(_), Some(_)) => return Err(format!("{name} has no forms")),
                (Shown::Count(_) | Shown::Flag(_), None) => return Err(format!("{name} needs its forms")),
            }
            rest = behind;
        }
        filled.push_str(rest);
        Ok(Some(filled))
    }

    fn plural(&self, count: u64, forms: &str) -> Result<String, String> {
        let forms: Vec<&str> = forms.split(" | ").collect();
        let kinds = self.locale.plurals();
        if forms.len() != kinds.len() {
            return Err(format!("{} has {} forms beside a number", self.locale.code(), kinds.len()));
        }
        let chosen = kinds.iter().zip(forms).find(|(kind, _)| **kind == self.locale.plural(count));
        let (_, words) = chosen.ok_or("a number without its form")?;
        Ok(words.replace('#', &self.locale.number(count)))
    }
}

fn choice(flag: bool, forms: &str) -> Result<&str, String> {
    let (yes, no) = forms.split_once(" | ").ok_or("yes or no needs two forms")?;
    Ok(if flag { yes } else { no })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(words: &str, locale: Locale) -> Result<Option<String>, String> {
        let values = vec![
            ("name".to_owned(), Shown::Words("{name} | #".to_owned())),
            ("days".to_owned(), Shown::Count(22)),
            ("again".to_owned(), Shown::Flag(false)),
            ("gone".to_owned(), Shown::Absent),
        ];
        Sheet::new("", &values, locale).filled(words)
    }

    #[test]
    fn values_stand_where_they_are_named_and_are_not_read_again() {
        assert_eq!(filled("a {name} b {name}", Locale::En), Ok(Some("a {name} | # b {name} | #".to_owned())));
    }

    #[test]
    fn a_number_and_an_answer_choose_their_form() {
        assert_eq!(filled("{days: # день | # дні | # днів}", Locale::Uk), Ok(Some("22 дні".to_owned())));
        assert_eq!(filled("{days: # hari}", Locale::Id), Ok(Some("22 hari".to_owned())));
        assert_eq!(filled("{again: Yes. | No.}", Locale::En), Ok(Some("No.".to_owned())));
    }

    #[test]
    fn what_is_absent_leaves_nothing() {
        assert_eq!(filled("x {gone} y", Locale::En), Ok(None));
    }

    #[test]
    fn a_text_with_a_mistake_is_refused() {
        for words in
            ["{other}", "{name", "{days}", "{again}", "{name: a | b}", "{days: # day}", "{again: Yes.}", "{}"]
        {
            assert!(filled(words, Locale::En).is_err(), "{words}");
        }
    }
}
