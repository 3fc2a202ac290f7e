//! The ISP's customers and workers. The panel and the ISP API show the same ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A customer, as it is put in through control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Customer {
    /// The login name.
    #[serde(default)]
    pub(crate) username: String,
    /// First and last name, parted at the first blank.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) mobile: Option<String>,
    /// A second number.
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) address: Option<String>,
}

/// Somebody who can be sent to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Worker {
    /// The billing system's number.
    #[serde(default)]
    pub(crate) id: u32,
    pub(crate) name: String,
}

/// Everybody the ISP knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// By login name.
    pub(crate) customers: BTreeMap<String, Customer>,
    /// By number.
    pub(crate) workers: BTreeMap<u32, Worker>,
}

impl Directory {
    /// Who is meant: those with this login name or number, else those with these letters in their name or login
    /// name. Letters in any case. By login name.
    pub(crate) fn find(&self, wanted: &str) -> Vec<&Customer> {
        let wanted = wanted.trim().to_lowercase();
        let number = digits(&wanted);
        let is_exactly = |customer: &&Customer| {
            let numbers = [&customer.mobile, &customer.phone].into_iter().flatten();
            let has_number =
                |number: &str| numbers.into_iter().any(|own| Some(number) == digits(own).as_deref());
            customer.username.to_lowercase() == wanted || number.as_deref().is_some_and(has_number)
        };
        let exactly: Vec<&Customer> = self.customers.values().filter(is_exactly).collect();
        if !exactly.is_empty() {
            return exactly;
        }
        let is_like = |customer: &&Customer| {
            customer.name.to_lowercase().contains(&wanted)
                || customer.username.to_lowercase().contains(&wanted)
        };
        self.customers.values().filter(is_like).collect()
    }
}

/// The digits of a telephone number; `None` where something else is written.
fn digits(number: &str) -> Option<String> {
    let is_written_so = |letter: char| letter.is_ascii_digit() || "+-() ".contains(letter);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (number.chars().all(is_written_so) && !digits.is_empty()).then_some(digits)
}
