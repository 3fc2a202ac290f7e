//! Portmone: bonuses are paid as bills of mobile operators. <https://docs.portmone.com.ua/docs/en/PortmoneDirectEng>
//!
//! `bills.create` makes a bill and moves nothing: asked twice, Portmone makes two, of which one is never paid, so that it
//! may be repeated as long as no bill is known. `bills.pay` moves money and carries no key of ours: it is a `Once`
//! call, and Portmone cannot be asked what became of it.

mod accounts;
mod answer;
pub mod callback;
mod dialect;
pub mod gateway;
pub mod masking;
pub mod outcome;
pub mod reply;
mod wire;
mod xml;

use std::time::Duration;

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use self::masking::masked;
use self::outcome::{Exchanged, Fault, PortmoneError};
use self::xml::Element;
use super::call::{Caller, Operation};
use super::xml::Wrong;
use crate::domain::identifier::{PayeeId, PortmoneBillId};
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;
use crate::retry::Kind;

/// Makes a bill.
pub const CREATE: &str = "bills.create";
/// Pays a bill.
pub const PAY: &str = "bills.pay";
/// Shows the companies that are paid.
pub const PAYEES: &str = "payers.getPayersList";

/// The longest that [`Portmone::create_bill`] and [`Portmone::payees`] take.
pub const CREATE_TAKES_AT_MOST: Duration = Duration::from_secs(10);
/// The longest that [`Portmone::pay_bill`] takes. Giving up early means not knowing what became of it.
pub const PAY_TAKES_AT_MOST: Duration = Duration::from_secs(30);

const FORM: &str = "application/x-www-form-urlencoded";
const XML: &str = "text/xml, application/xml";

/// Of the secret `portmone`: the reseller's login.
#[derive(Debug, Clone, Deserialize)]
pub struct PortmoneCredentials {
    /// The login.
    pub login: SecretString,
    /// The password.
    pub password: SecretString,
}

/// Where Portmone is, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortmoneSettings {
    /// The endpoint, such as `https://direct.portmone.com.ua/api/directcash/`. Empty: Portmone is off.
    pub base: String,
    /// The protocol version that is asked for: 2, or 1 without long words and languages.
    pub version: u32,
    /// The language of names in answers, `uk`, `ru` or `en`; none for Portmone's own choice.
    pub lang: Option<String>,
}

/// The client of PortmoneDirect.
#[derive(Debug, Clone)]
pub struct Portmone {
    caller: Caller,
    settings: PortmoneSettings,
    credentials: PortmoneCredentials,
}

/// A bill to be made. Nothing is paid by it.
#[derive(Debug, Clone)]
pub struct CreateBill<'a> {
    /// The company that is to be paid.
    pub payee: &'a PayeeId,
    /// Whose account there is topped up.
    pub contract_number: &'a PhoneNumber,
    /// How much is to be paid.
    pub amount: Money,
    /// What the bill is for.
    pub comment: String,
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
#[derive(Debug, Clone)]
pub struct PayBill<'a> {
    /// Which.
    pub bill: &'a PortmoneBillId,
    /// How much.
    pub amount: Money,
}

/// What Portmone says of a bill that it does not refuse to pay. Whether it is the right one is for the caller to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBill {
    /// How much was paid, where it is said.
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
type Parameters = Vec<(&'static str, String)>;

impl PortmoneCredentials {
    /// Whether both are there. A new deployment's are empty: Portmone is off then.
    pub fn are_complete(&self) -> bool {
        let filled = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        filled(&self.login) && filled(&self.password)
    }
}

impl PaidBill {
    /// Whether Portmone says that it is paid. No state is as good as none that is known: then it has to say how much
    /// was paid.
    pub fn is_paid(&self) -> bool {
        match self.status.as_deref().map(str::to_lowercase).as_deref() {
            Some("paid" | "payed") => true,
            Some(_) => false,
            None => self.paid_amount.is_some(),
        }
    }
}

impl CreateBill<'_> {
    fn parameters(&self) -> Parameters {
        vec![
            ("payeeId", self.payee.to_string()),
            ("contractNumber", self.contract_number.digits().to_owned()),
            ("amount", self.amount.to_decimal()),
            ("currency", self.amount.currency().code().to_owned()),
            ("comment", self.comment.clone()),
        ]
    }
}

impl PayBill<'_> {
    fn parameters(&self) -> Parameters {
        vec![("billId", self.bill.to_string()), ("amount", self.amount.to_decimal())]
    }
}

impl Portmone {
    /// A client; none when the endpoint cannot be one, or the credentials are not complete: Portmone is off then.
    pub fn new(
        caller: Caller,
        settings: &PortmoneSettings,
        credentials: PortmoneCredentials,
    ) -> Option<Self> {
        let base = endpoint(&settings.base)?;
        let settings = PortmoneSettings { base, ..settings.clone() };
        credentials.are_complete().then_some(Self { caller, settings, credentials })
    }

    /// Makes a bill. May be repeated as long as its answer was lost: a bill too many is never paid.
    pub async fn create_bill(&self, bill: &CreateBill<'_>) -> Exchanged<CreatedBill> {
        if let Some(refused) = refused_here(bill.amount) {
            return refused;
        }
        // Not keyed and no mere question, but as harmless: a bill that nobody pays costs nothing.
        let operation = Operation { provider: "portmone", name: CREATE, kind: Kind::Read };
        self.ask(operation, CREATE_TAKES_AT_MOST, bill.parameters(), wire::created).await
    }

    /// Pays a bill, once. To be called once for a committed attempt.
    pub async fn pay_bill(&self, bill: &PayBill<'_>) -> Exchanged<PaidBill> {
        if let Some(refused) = refused_here(bill.amount) {
            return refused;
        }
        let operation = Operation { provider: "portmone", name: PAY, kind: Kind::Once };
        let read = |root: &Element| wire::paid(root, bill.amount.currency());
        self.ask(operation, PAY_TAKES_AT_MOST, bill.parameters(), read).await
    }

    /// The companies that Portmone pays: also the question whether it lets us in. The name of the method and the
    /// shape of the answer are not documented in public, so that a list without companies is none the less an answer.
    pub async fn payees(&self) -> Exchanged<Vec<Payee>> {
        let operation = Operation { provider: "portmone", name: PAYEES, kind: Kind::Read };
        self.ask(operation, CREATE_TAKES_AT_MOST, Vec::new(), |root| Ok(wire::payees(root))).await
    }

    /// The request of [`Portmone::create_bill`] as it is kept for people: without who asks, and with numbers of phones
    /// masked.
    pub fn shown_create(&self, bill: &CreateBill<'_>) -> String {
        self.shown(CREATE, bill.parameters())
    }

    /// The request of [`Portmone::pay_bill`], likewise.
    pub fn shown_pay(&self, bill: &PayBill<'_>) -> String {
        self.shown(PAY, bill.parameters())
    }

    fn shown(&self, method: &str, parameters: Parameters) -> String {
        let parameters = parameters.into_iter().map(|(name, value)| (name, masked(&value))).collect();
        self.form(method, ("***", "***"), parameters)
    }

    async fn ask<T>(
        &self,
        operation: Operation,
        within: Duration,
        parameters: Parameters,
        read: impl Fn(&Element) -> Result<T, Wrong>,
    ) -> Exchanged<T> {
        let who = (self.credentials.login.expose_secret(), self.credentials.password.expose_secret());
        let form = self.form(operation.name, who, parameters);
        let call = self.caller.call(operation, Method::POST, &self.settings.base).within(within);
        match call.accepting(XML).body(FORM, form.into_bytes()).send().await {
            Ok(answer) => Exchanged {
                outcome: answer::understood(&answer, operation.kind, self.settings.version, read),
                answer: answer::evidence(&String::from_utf8_lossy(&answer.body)),
            },
            Err(error) => Exchanged { answer: answer::words_of(&error), outcome: Err(error.into()) },
        }
    }

    fn form(&self, method: &str, (login, password): (&str, &str), parameters: Parameters) -> String {
        let version = self.settings.version;
        let mut form = Serializer::new(String::new());
        form.append_pair("method", method).append_pair("login", login).append_pair("password", password);
        form.append_pair("version", &version.to_string());
        // Version 1 knows no languages.
        if let Some(language) = self.settings.lang.as_deref().filter(|_| version >= 2) {
            form.append_pair("lang", language);
        }
        form.extend_pairs(parameters).finish()
    }
}

/// Only what is more than nothing is asked for.
fn refused_here<T>(amount: Money) -> Option<Exchanged<T>> {
    if amount.is_positive() {
        return None;
    }
    let text = "only what is more than nothing is paid".to_owned();
    let fault = Fault {
        code: "amount".to_owned(),
        text: text.clone(),
        description: None,
        fell_back: false,
        seems_about_access: false,
    };
    Some(Exchanged { outcome: Err(PortmoneError::Refused(fault)), answer: text })
}

/// The endpoint as it is asked: with the slash at its end, and nothing behind it.
fn endpoint(text: &str) -> Option<String> {
    let mut url = Url::parse(text.trim()).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "https" | "http") || !is_plain {
        return None;
    }
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url.to_string())
}
