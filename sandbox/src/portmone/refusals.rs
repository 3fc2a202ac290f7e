//! Why Portmone does not do something. `p001` is Portmone's own; the list of its codes is not public, so all others
//! are invented.

/// A refusal: nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    /// The short text.
    pub(crate) text: String,
    /// The long one, told from version 2 on.
    pub(crate) description: String,
}

impl Refusal {
    pub(crate) fn new(code: &str, text: &str, description: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.to_owned(), description: description.into() }
    }

    pub(super) fn unknown_method() -> Self {
        let description = "The method named in the request is not known to the service";
        Self::new("p001", "Invalid method name", description)
    }

    pub(super) fn wrong_credentials() -> Self {
        Self::new("p002", "Invalid login or password", "There is no reseller with this login and password")
    }

    pub(super) fn bad_request(description: impl Into<String>) -> Self {
        Self::new("p003", "Invalid request", description)
    }

    pub(super) fn unknown_payee(id: &str) -> Self {
        Self::new("p004", "Payee not found", format!("There is no payee {id}"))
    }

    pub(super) fn unknown_bill(id: &str) -> Self {
        Self::new("p005", "Bill not found", format!("There is no bill {id}"))
    }

    pub(super) fn already_paid(id: u64) -> Self {
        Self::new("p006", "Bill is already paid", format!("The bill {id} was paid before"))
    }

    pub(super) fn other_amount(id: u64) -> Self {
        Self::new("p007", "Invalid amount", format!("The bill {id} is for another amount"))
    }

    pub(super) fn declined() -> Self {
        Self::new("p008", "Declined", "The operator declined the top-up")
    }

    pub(super) fn unknown_contract() -> Self {
        Self::new("p009", "Contract not found", "The payee has no contract with this number")
    }
}
