//! The languages people are written to in, and how each writes numbers, amounts and dates.
//!
//! The forms are those of the Unicode CLDR, written down here for the few languages and currencies
//! that Paydesk knows: whole tables of it would outweigh the functions.

mod amounts;
mod dates;
pub mod plurals;

/// A language that Paydesk has texts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English. What is used when a person's language is not known.
    En,
    /// Indonesian.
    Id,
    /// Ukrainian.
    Uk,
    /// Uzbek, in Latin letters.
    Uz,
    /// Russian.
    Ru,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::En, Self::Id, Self::Uk, Self::Uz, Self::Ru];

    /// The language's ISO 639 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
            Self::Uk => "uk",
            Self::Uz => "uz",
            Self::Ru => "ru",
        }
    }

    /// The language of an IETF tag such as `uk-UA`, in any case and with `_` too; English when it is another.
    ///
    /// `in` is the old code of Indonesian, which Java still writes.
    pub fn of_tag(tag: &str) -> Self {
        let language = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let code = if language == "in" { "id" } else { language.as_str() };
        Self::ALL.into_iter().find(|locale| locale.code() == code).unwrap_or(Self::En)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_leads_to_its_language_and_an_unknown_one_to_english() {
        for (tag, locale) in [
            ("uk-UA", Locale::Uk),
            ("UZ-Latn-UZ", Locale::Uz),
            ("ru_RU", Locale::Ru),
            ("id", Locale::Id),
            ("in-ID", Locale::Id),
            ("en-GB", Locale::En),
            ("de-DE", Locale::En),
            ("ukr", Locale::En),
            ("", Locale::En),
            ("-uk", Locale::En),
        ] {
            assert_eq!(Locale::of_tag(tag), locale, "{tag:?}");
        }
        for locale in Locale::ALL {
            assert_eq!(Locale::of_tag(locale.code()), locale);
        }
    }
}
