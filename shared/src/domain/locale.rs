//! The languages people are written to in, and how each writes numbers, amounts and dates.

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
