//! Which form of a word a number takes, by the CLDR's plural rules for whole numbers.

use crate::domain::locale::Locale;

/// A form that a word has beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plural {
    /// Beside 1; in Ukrainian and Russian beside 21, 31 … too.
    One,
    /// Ukrainian and Russian: beside 2, 3, 4, 22 …
    Few,
    /// Ukrainian and Russian: beside 0, 5, 11, 12 …
    Many,
    /// Beside every number that has no form of its own.
    Other,
}

impl Plural {
    /// The CLDR's name of the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }
}

impl Locale {
    /// The forms that words of this language have beside whole numbers.
    pub fn plurals(self) -> &'static [Plural] {
        match self {
            Self::En | Self::Uz => &[Plural::One, Plural::Other],
            Self::Id => &[Plural::Other],
            Self::Uk | Self::Ru => &[Plural::One, Plural::Few, Plural::Many],
        }
    }

    /// The form beside `count`.
    pub fn plural(self, count: u64) -> Plural {
        match (self, count, count.checked_rem(10), count.checked_rem(100)) {
            (Self::Id, ..) => Plural::Other,
            (Self::En | Self::Uz, 1, ..) => Plural::One,
            (Self::En | Self::Uz, ..) => Plural::Other,
            (Self::Uk | Self::Ru, _, _, Some(11..=14)) => Plural::Many,
            (Self::Uk | Self::Ru, _, Some(1), _) => Plural::One,
            (Self::Uk | Self::Ru, _, Some(2..=4), _) => Plural::Few,
            (Self::Uk | Self::Ru, ..) => Plural::Many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_forms_of_the_cldr() {
        use Plural::{Few, Many, One, Other};
        for (count, slavic) in [
            (0, Many),
            (1, One),
            (2, Few),
            (4, Few),
            (5, Many),
            (11, Many),
            (12, Many),
            (14, Many),
            (20, Many),
            (21, One),
            (22, Few),
            (25, Many),
            (101, One),
            (111, Many),
            (112, Many),
            (1_002, Few),
        ] {
            assert_eq!((Locale::Uk.plural(count), Locale::Ru.plural(count)), (slavic, slavic), "{count}");
            let rest = if count == 1 { One } else { Other };
            assert_eq!((Locale::En.plural(count), Locale::Uz.plural(count)), (rest, rest), "{count}");
            assert_eq!(Locale::Id.plural(count), Other);
        }
    }

    #[test]
    fn no_number_takes_a_form_that_its_language_does_not_have() {
        for locale in Locale::ALL {
            for count in (0..200).chain([u64::MAX]) {
                assert!(locale.plurals().contains(&locale.plural(count)), "{locale:?} {count}");
            }
        }
    }
}
