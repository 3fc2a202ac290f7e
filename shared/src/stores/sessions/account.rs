//! Whose session it is.

use secrecy::{ExposeSecret, SecretString};

/// An account at a party: who logs in, where, and by what.
#[derive(Debug, Clone)]
pub struct Account {
    /// The party, such as `isp-panel`. One session is kept for it.
    pub party: &'static str,
    /// Where the party is: its address.
    pub address: String,
    /// The account's name; empty where the password alone says who it is.
    pub name: SecretString,
    /// What proves it: a password, or a secret token.
    pub password: SecretString,
}

impl Account {
    /// Whether `other` is the same account, with the same password.
    pub fn is_same(&self, other: &Self) -> bool {
        let told = |account: &Self| {
            let secrets = [&account.name, &account.password].map(|secret| secret.expose_secret().to_owned());
            (account.party, account.address.clone(), secrets)
        };
        told(self) == told(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(party: &'static str, address: &str, name: &str, password: &str) -> Account {
        Account { party, address: address.to_owned(), name: name.into(), password: password.into() }
    }

    #[test]
    fn an_account_is_the_same_only_if_all_of_it_is() {
        let ours = account("isp-panel", "https://panel.example", "paydesk", "password");
        assert!(ours.is_same(&ours.clone()));
        for other in [
            account("billz", "https://panel.example", "paydesk", "password"),
            account("isp-panel", "https://other.example", "paydesk", "password"),
            account("isp-panel", "https://panel.example", "somebody", "password"),
            account("isp-panel", "https://panel.example", "paydesk", "rotated"),
        ] {
            assert!(!ours.is_same(&other), "{other:?}");
        }
    }

    #[test]
    fn an_account_shows_neither_its_name_nor_its_password() {
        let shown = format!("{:?}", account("isp-panel", "https://panel.example", "somebody", "rotated"));
        assert!(!shown.contains("somebody") && !shown.contains("rotated"), "{shown}");
    }
}
