//! Which of Portmone's payees tops up which numbers.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::domain::identifier::PayeeId;
use crate::domain::phone_number::PhoneNumber;

/// The operators' payees, by the two digits after the country's code. A number that moved to another operator keeps
/// its digits: what an operator's payee does with it is Portmone's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payees {
    by_prefix: BTreeMap<String, PayeeId>,
    otherwise: Option<PayeeId>,
}

/// One rule: `67=2065`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayeeRule {
    prefix: String,
    payee: PayeeId,
}

/// Why a text is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payee's rule is two digits, an equals sign and Portmone's id of the payee, such as 67=2065")]
pub struct PayeeRuleError;

impl FromStr for PayeeRule {
    type Err = PayeeRuleError;

    fn from_str(text: &str) -> Result<Self, PayeeRuleError> {
        let (prefix, payee) = text.split_once('=').ok_or(PayeeRuleError)?;
        if prefix.len() != 2 || !prefix.bytes().all(|byte| byte.is_ascii_digit()) || payee.is_empty() {
            return Err(PayeeRuleError);
        }
        let payee = payee.parse().map_err(|_| PayeeRuleError)?;
        Ok(Self { prefix: prefix.to_owned(), payee })
    }
}

impl Payees {
    /// These rules; `otherwise` for all other numbers, which have no payee where it is none.
    pub fn new(rules: Vec<PayeeRule>, otherwise: Option<PayeeId>) -> Self {
        let by_prefix = rules.into_iter().map(|rule| (rule.prefix, rule.payee)).collect();
        Self { by_prefix, otherwise }
    }

    /// Who tops up a number `380XXXXXXXXX`.
    pub fn of(&self, phone: &PhoneNumber) -> Option<&PayeeId> {
        let prefix = phone.digits().get(3..5).unwrap_or_default();
        self.by_prefix.get(prefix).or(self.otherwise.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_goes_to_its_operator_and_else_to_the_payee_for_all_others() {
        let rules = ["67=2065", "50=2066"].map(|rule| rule.parse::<PayeeRule>().unwrap());
        let payees = Payees::new(rules.to_vec(), Some("100000".parse().unwrap()));
        for (phone, payee) in [("380671234567", "2065"), ("380501234567", "2066"), ("380441234567", "100000")]
        {
            assert_eq!(payees.of(&phone.parse().unwrap()).unwrap().as_str(), payee);
        }
        let without = Payees::new(rules.to_vec(), None);
        assert_eq!(without.of(&"380441234567".parse().unwrap()), None);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["", "67", "67=", "6=2065", "670=2065", "ab=2065", "67=20 65"] {
            assert_eq!(text.parse::<PayeeRule>(), Err(PayeeRuleError), "{text}");
        }
    }
}
