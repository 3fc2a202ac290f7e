//! Portmone: bonuses are paid as bills of mobile operators. <https://docs.portmone.com.ua/docs/en/PortmoneDirectEng>
//!
//! `bills.create` makes a bill and moves nothing: asked twice, Portmone makes two, of which one is never paid, so that it
//! may be repeated as long as no bill is known. `bills.pay` moves money and carries no key of ours: it is a `Once`
//! call, and Portmone cannot be asked what became of it.

pub mod bill;
pub mod masking;
pub mod outcome;
mod wire;
mod xml;

use std::str::FromStr;
use std::time::Duration;

use http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use self::bill::{CREATE, CreateBill, CreatedBill, PAY, PaidBill, Parameters, PayBill, Payee};
use self::masking::{beginning, masked};
use self::outcome::{Exchanged, PortmoneError, Refusal};
use self::wire::Response;
use self::xml::Element;
use super::call::{Answer, CallError, Caller, Operation};
use crate::domain::money::Money;
use crate::retry::{Failure, Kind};

/// Not keyed and no mere question, but as harmless: a bill that nobody pays costs nothing.
const BILLS_CREATE: Operation = Operation { provider: "portmone", name: CREATE, kind: Kind::Read };
const BILLS_PAY: Operation = Operation { provider: "portmone", name: PAY, kind: Kind::Once };
const PAYEES: Operation = Operation { provider: "portmone", name: "payers.getPayersList", kind: Kind::Read };

/// The longest that [`Portmone::create_bill`] and [`Portmone::payees`] take.
pub const CREATE_TAKES_AT_MOST: Duration = Duration::from_secs(10);
/// The longest that [`Portmone::pay_bill`] takes. Giving up early means not knowing what became of it.
pub const PAY_TAKES_AT_MOST: Duration = Duration::from_secs(30);

const FORM: &str = "application/x-www-form-urlencoded";
const XML: &str = "text/xml, application/xml";
/// Longest answer that is kept for people, in bytes.
const MAX_EVIDENCE: usize = 4 << 10;

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
    /// The language of names in answers; none for Portmone's own choice.
    pub lang: Option<Language>,
}

/// A language that Portmone speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `uk`
    Ukrainian,
    /// `ru`
    Russian,
    /// `en`
    English,
}

/// Why a text is no language of Portmone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Portmone speaks uk, ru and en")]
pub struct LanguageError;

/// The client of PortmoneDirect.
#[derive(Debug, Clone)]
pub struct Portmone {
    caller: Caller,
    settings: PortmoneSettings,
    credentials: PortmoneCredentials,
}

impl PortmoneCredentials {
    /// Whether both are there. A new deployment's are empty: Portmone is off then.
    pub fn are_complete(&self) -> bool {
        let filled = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        filled(&self.login) && filled(&self.password)
    }
}

impl Language {
    /// As Portmone writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ukrainian => "uk",
            Self::Russian => "ru",
            Self::English => "en",
        }
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Ukrainian, Self::Russian, Self::English];
        all.into_iter().find(|language| language.as_str() == text).ok_or(LanguageError)
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

    /// The credentials that are used.
    pub fn credentials(&self) -> &PortmoneCredentials {
        &self.credentials
    }

    /// Makes a bill. May be repeated as long as its answer was lost: a bill too many is never paid.
    pub async fn create_bill(&self, bill: &CreateBill<'_>) -> Exchanged<CreatedBill> {
        if let Some(refused) = refused_here(bill.amount) {
            return refused;
        }
        let read = |root: &Element| wire::created(root);
        self.ask(BILLS_CREATE, CREATE_TAKES_AT_MOST, bill.parameters(), read).await
    }

    /// Pays a bill, once. To be called once for a committed attempt.
    pub async fn pay_bill(&self, bill: &PayBill<'_>) -> Exchanged<PaidBill> {
        if let Some(refused) = refused_here(bill.amount) {
            return refused;
        }
        let read = |root: &Element| Ok(wire::paid(root, bill.amount.currency()));
        self.ask(BILLS_PAY, PAY_TAKES_AT_MOST, bill.parameters(), read).await
    }

    /// The companies that Portmone pays: also the question whether it lets us in. The name of the method and the
    /// shape of the answer are not documented in public, so that a list without companies is none the less an answer.
    pub async fn payees(&self) -> Exchanged<Vec<Payee>> {
        self.ask(PAYEES, CREATE_TAKES_AT_MOST, Vec::new(), |root| Ok(wire::payees(root))).await
    }

    async fn ask<T>(
        &self,
        operation: Operation,
        within: Duration,
        parameters: Parameters,
        read: impl Fn(&Element) -> Result<T, &'static str>,
    ) -> Exchanged<T> {
        let call = self.caller.call(operation, Method::POST, &self.settings.base).within(within);
        let call = call.accepting(XML).body(FORM, self.form(operation.name, &parameters).into_bytes());
        match call.send().await {
            Ok(answer) => Exchanged {
                outcome: self.understood(&answer, read),
                answer: evidence(&String::from_utf8_lossy(&answer.body)),
            },
            Err(error) => Exchanged { answer: words_of(&error), outcome: Err(error.into()) },
        }
    }

    fn form(&self, method: &str, parameters: &Parameters) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("method", method)
            .append_pair("login", self.credentials.login.expose_secret())
            .append_pair("password", self.credentials.password.expose_secret())
            .append_pair("version", &self.settings.version.to_string());
        // Version 1 knows no languages.
        if let Some(language) = self.settings.lang.filter(|_| self.settings.version >= 2) {
            form.append_pair("lang", language.as_str());
        }
        form.extend_pairs(parameters);
        form.finish()
    }

    fn understood<T>(
        &self,
        answer: &Answer,
        read: impl Fn(&Element) -> Result<T, &'static str>,
    ) -> Result<T, PortmoneError> {
        let unreadable = |what: &str| PortmoneError::from(answer.error(Failure::Unreadable, what));
        match wire::response(&answer.body) {
            Ok(Response::Ok(root)) if answer.status.is_success() => read(&root).map_err(unreadable),
            Ok(Response::Fail(root)) if !answer.status.is_redirection() => {
                let refusal = wire::refusal(&root, self.settings.version);
                Err(if wire::is_about_access(&refusal) {
                    PortmoneError::AccessRefused(refusal)
                } else {
                    PortmoneError::Refused(refusal)
                })
            }
            Ok(_) => Err(unreadable("a status that no answer has")),
            Err(what) if answer.status.is_client_error() => Err(refused_by_status(answer, what)),
            Err(what) => Err(unreadable(what)),
        }
    }
}

/// What a 4xx means that is no answer of Portmone's own.
fn refused_by_status(answer: &Answer, what: &str) -> PortmoneError {
    // Of somebody in between who had no patience: Portmone may have the request.
    if answer.status == StatusCode::REQUEST_TIMEOUT {
        return answer.error(Failure::NoAnswer, "somebody in between gave up").into();
    }
    // A web server that wants a client certificate finishes the handshake without it, and then says 400 and why.
    let is_about_certificate =
        String::from_utf8_lossy(&answer.body).to_lowercase().contains("ssl certificate");
    if is_about_certificate || matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return PortmoneError::AccessRefused(Refusal {
            code: format!("http-{}", answer.status.as_u16()),
            text: "the web server in front of Portmone does not let us in".to_owned(),
            description: None,
            fell_back: false,
        });
    }
    answer.error(Failure::Refused, what).into()
}

/// Only what is more than nothing is asked for.
fn refused_here<T>(amount: Money) -> Option<Exchanged<T>> {
    if amount.is_positive() {
        return None;
    }
    let text = "only what is more than nothing is paid".to_owned();
    let refusal =
        Refusal { code: "amount".to_owned(), text: text.clone(), description: None, fell_back: false };
    Some(Exchanged { outcome: Err(PortmoneError::Refused(refusal)), answer: text })
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

fn evidence(text: &str) -> String {
    beginning(masked(text), MAX_EVIDENCE)
}

/// What is kept of a call without an answer.
fn words_of(error: &CallError) -> String {
    let words = format!("{}: {}", error, error.excerpt);
    evidence(words.trim_end_matches([':', ' ']))
}
