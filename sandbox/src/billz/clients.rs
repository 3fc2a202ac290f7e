//! The company's customers.

use serde::{Deserialize, Serialize};

use super::company::Company;
use super::ids::new_id;
use super::objections::Objection;

/// A customer, as control shows one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Client {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) first_name: String,
    #[serde(default)]
    pub(crate) last_name: String,
    /// As it was sent.
    pub(crate) phone_number: String,
    #[serde(default)]
    pub(crate) chat_id: String,
    /// `YYYY-MM-DD`, or empty.
    #[serde(default)]
    pub(crate) date_of_birth: String,
    /// Unix seconds.
    #[serde(default)]
    pub(crate) created_at: i64,
}

/// Who is looked for; what is empty is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) phone_number: String,
    pub(super) chat_id: String,
    pub(super) search: String,
}

impl Wanted {
    fn is(&self, client: &Client) -> bool {
        let name = format!("{} {}", client.first_name, client.last_name).to_lowercase();
        let phone = digits(&client.phone_number);
        let (search, searched_digits) = (self.search.trim().to_lowercase(), digits(&self.search));
        let is_found =
            name.contains(&search) || (!searched_digits.is_empty() && phone.contains(&searched_digits));
        (self.phone_number.is_empty() || digits(&self.phone_number) == phone)
            && (self.chat_id.is_empty() || self.chat_id == client.chat_id)
            && (search.is_empty() || is_found)
    }
}

impl Company {
    /// Makes a customer; the id. Nobody looks whether there is one with this number already.
    pub(super) fn create_client(&mut self, client: Client, now: i64) -> Result<String, Objection> {
        let phone = client.phone_number.strip_prefix('+').unwrap_or(&client.phone_number);
        if !(7..=15).contains(&phone.len()) || !phone.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Objection::because("phone_number is invalid"));
        }
        if client.first_name.trim().is_empty() {
            return Err(Objection::because("first_name is required"));
        }
        let id = new_id();
        self.clients.push(Client { id: id.clone(), created_at: now, ..client });
        Ok(id)
    }

    /// Everybody who is meant, the newest first.
    pub(super) fn find_clients(&self, wanted: &Wanted) -> Vec<&Client> {
        self.clients.iter().rev().filter(|client| wanted.is(client)).collect()
    }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}
