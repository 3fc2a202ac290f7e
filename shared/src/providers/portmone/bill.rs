//! Bills at Portmone: what is asked, and what is answered.

use url::form_urlencoded::Serializer;

use super::masking::masked;
use crate::domain::identifier::{PayeeId, PortmoneBillId};
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;

/// A bill to be made. Nothing is paid by it.
#[derive(Debug, Clone, Copy)]
pub struct CreateBill<'a> {
    /// The company that is to be paid.
    pub payee: &'a PayeeId,
    /// Whose account there is topped up.
    pub contract_number: &'a PhoneNumber,
    /// How much is to be paid.
    pub amount: Money,
    /// What the bill is for.
    pub comment: &'a str,
}

/// A bill that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedBill {
    /// Portmone's id of it.
    pub bill: PortmoneBillId,
    /// Who is to be paid, where Portmone says it.
    pub payee: Option<PayeeId>,
}

/// A bill to be paid. Money moves.
#[derive(Debug, Clone, Copy)]
pub struct PayBill<'a> {
    /// Which.
    pub bill: &'a PortmoneBillId,
    /// How much.
    pub amount: Money,
}

/// A bill that Portmone says it has paid. Whether it is the right one is for the caller to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBill {
    /// How much was paid, where it is said in a way that can be read.
    pub paid_amount: Option<Money>,
    /// Portmone's word for the state of the bill, such as `paid`, where there is one.
    pub status: Option<String>,
    /// When it was paid, as Portmone writes it: `DD.MM.YYYY HH:MM:SS` in its own time.
    pub paid_at: Option<String>,
    /// Which bill, where it is said.
    pub bill: Option<PortmoneBillId>,
    /// Who was paid, where it is said.
    pub payee: Option<PayeeId>,
}

/// A company that Portmone pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Portmone's id of it.
    pub id: PayeeId,
    /// Its name, in the language asked for.
    pub name: String,
}

/// What a method is told beside who asks.
pub(super) type Parameters = Vec<(&'static str, String)>;

impl CreateBill<'_> {
    /// The request as it is kept for people: without who asks, and with numbers of phones masked.
    pub fn shown(&self) -> String {
        shown(CREATE, &self.parameters())
    }

    pub(super) fn parameters(&self) -> Parameters {
        vec![
            ("payeeId", self.payee.to_string()),
            ("contractNumber", self.contract_number.digits().to_owned()),
            ("amount", self.amount.to_decimal()),
            ("currency", self.amount.currency().code().to_owned()),
            ("comment", self.comment.to_owned()),
        ]
    }
}

impl PayBill<'_> {
    /// The request as it is kept for people: without who asks.
    pub fn shown(&self) -> String {
        shown(PAY, &self.parameters())
    }

    pub(super) fn parameters(&self) -> Parameters {
        vec![("billId", self.bill.to_string()), ("amount", self.amount.to_decimal())]
    }
}

/// Makes a bill.
pub(super) const CREATE: &str = "bills.create";
/// Pays a bill.
pub(super) const PAY: &str = "bills.pay";

fn shown(method: &str, parameters: &Parameters) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("method", method).append_pair("login", "***").append_pair("password", "***");
    for (name, value) in parameters {
        form.append_pair(name, &masked(value));
    }
    form.finish()
}
