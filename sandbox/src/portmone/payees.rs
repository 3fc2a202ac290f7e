//! The companies that bills are for, by their numbers at Portmone. 2065 is Kyivstar's; the other numbers are invented.

/// A language that names are told in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Ukrainian,
    Russian,
    English,
}

impl Language {
    /// As `lang` names it.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "uk" => Some(Self::Ukrainian),
            "ru" => Some(Self::Russian),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// A company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payee {
    pub(crate) id: &'static str,
    uk: &'static str,
    ru: &'static str,
    en: &'static str,
    /// Whether contract numbers are mobile numbers, `380` and nine digits.
    is_operator: bool,
}

/// All of them.
pub(crate) const PAYEES: [Payee; 4] = [
    Payee { id: "2065", uk: "Київстар", ru: "Киевстар", en: "Kyivstar", is_operator: true },
    Payee {
        id: "2066", uk: "Водафон Україна", ru: "Водафон Украина", en: "Vodafone", is_operator: true
    },
    Payee { id: "2067", uk: "лайфселл", ru: "лайфселл", en: "lifecell", is_operator: true },
    Payee {
        id: "100000", uk: "Світло & Тепло", ru: "Свет & Тепло", en: "Light & Heat", is_operator: false
    },
];

impl Payee {
    pub(crate) fn numbered(id: &str) -> Option<Self> {
        PAYEES.into_iter().find(|payee| payee.id == id)
    }

    pub(crate) fn name(self, language: Language) -> &'static str {
        match language {
            Language::Ukrainian => self.uk,
            Language::Russian => self.ru,
            Language::English => self.en,
        }
    }

    /// Whether the company could have such a contract.
    pub(crate) fn has_contract(self, number: &str) -> bool {
        let are_digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_mobile = number.len() == 12 && number.starts_with("380");
        are_digits && number.len() <= 32 && (is_mobile || !self.is_operator)
    }
}

#[cfg(test)]
mod tests {
    use super::Payee;

    #[test]
    fn an_operator_has_mobile_numbers_only() {
        let contracts =
            ["380991234567", "+380991234567", "0991234567", "99380123456", "", "4444333322221111"];
        let of = |id: &str| contracts.map(|number| Payee::numbered(id).unwrap().has_contract(number));
        assert_eq!(of("2065"), [true, false, false, false, false, false]);
        assert_eq!(of("100000"), [true, false, true, true, false, true]);
    }
}
