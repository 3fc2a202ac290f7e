//! A client of a Portmone that the test plays, and things to ask it for.

use http::{HeaderMap, HeaderValue};
use shared::domain::identifier::{PayeeId, PortmoneBillId};
use shared::domain::money::{Currency, Money};
use shared::domain::phone_number::PhoneNumber;
use shared::providers::portmone::callback::{CallbackError, Callbacks, Incoming, Notice};
use shared::providers::portmone::outcome::{Exchanged, PortmoneError};
use shared::providers::portmone::{CreateBill, PayBill, Portmone, PortmoneCredentials, PortmoneSettings};
use shared::retry::{Failure, Retry, Verdict};
use url::form_urlencoded::Serializer;

use crate::odd_server::{OddServer, Play, Seen};
use crate::setup::{at, caller};

pub const PASSWORD: &str = "S33d & passw0rd";
pub const SAFE: Retry = Retry::Safe { after: None };

pub const CREATED: &str = include_str!("../fixtures/portmone/created_both.xml");
pub const PAID: &str = include_str!("../fixtures/portmone/paid.xml");
pub const PAYEES: &str = include_str!("../fixtures/portmone/payees.xml");
pub const FAIL_1: &str = include_str!("../fixtures/portmone/fail_version_1.xml");
pub const FAIL_2: &str = include_str!("../fixtures/portmone/fail_version_2.xml");

pub fn credentials() -> PortmoneCredentials {
    PortmoneCredentials { login: "reseller".into(), password: PASSWORD.into() }
}

pub fn settings(url: &str) -> PortmoneSettings {
    PortmoneSettings { base: format!("{url}/api/directcash/"), version: 2, lang: None }
}

/// A client of the Portmone at `url`.
pub fn portmone(url: &str) -> Portmone {
    Portmone::new(caller(), &settings(url), credentials()).unwrap()
}

pub fn uah(minor: i64) -> Money {
    Money::new(minor, Currency::Uah)
}

pub fn payee() -> PayeeId {
    "2065".parse().unwrap()
}

pub fn bill() -> PortmoneBillId {
    "523".parse().unwrap()
}

pub fn phone() -> PhoneNumber {
    "380991234567".parse().unwrap()
}

/// An answer of Portmone's.
pub fn xml(body: &str) -> Play {
    with_status(200, body)
}

pub fn with_status(status: u16, body: &str) -> Play {
    let headers = vec![("content-type", "text/xml; charset=utf-8".into())];
    Play::Answer { status, headers, body: body.to_owned() }
}

/// Portmone's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Create,
    Pay,
    Payees,
}

impl Asking {
    pub const ALL: [Self; 3] = [Self::Create, Self::Pay, Self::Payees];

    /// Asks once, and tells what came of it.
    pub async fn of(self, portmone: &Portmone) -> Exchanged<String> {
        let (payee, phone, bill) = (payee(), phone(), bill());
        match self {
            Self::Create => {
                let comment = "Top-up for receipt r-1".to_owned();
                let wish =
                    CreateBill { payee: &payee, contract_number: &phone, amount: uah(120_045), comment };
                told(portmone.create_bill(&wish).await)
            }
            Self::Pay => told(portmone.pay_bill(&PayBill { bill: &bill, amount: uah(120_045) }).await),
            Self::Payees => told(portmone.payees().await),
        }
    }

    /// The answer to it.
    pub fn sample(self) -> &'static str {
        match self {
            Self::Create => CREATED,
            Self::Pay => PAID,
            Self::Payees => PAYEES,
        }
    }

    /// What may be done when it is not known what Portmone did.
    pub fn unknown_end(self) -> Retry {
        match self {
            Self::Pay => Retry::AskFirst,
            Self::Create | Self::Payees => SAFE,
        }
    }
}

fn told<T: std::fmt::Debug>(exchanged: Exchanged<T>) -> Exchanged<String> {
    Exchanged { outcome: exchanged.outcome.map(|value| format!("{value:?}")), answer: exchanged.answer }
}

/// Asks where the answer is `play`; the error, what is kept of the answer, and what Portmone saw.
pub async fn error_after(asking: Asking, play: Play) -> (PortmoneError, String, Vec<Seen>) {
    let server = OddServer::start([play]).await;
    let exchanged = asking.of(&portmone(server.url())).await;
    (exchanged.outcome.unwrap_err(), exchanged.answer, server.seen())
}

/// Every operation fails so after `play`, and repeats nothing.
pub async fn assert_failed(play: &Play, failure: Failure, retry: fn(Asking) -> Retry) {
    for asking in Asking::ALL {
        let (error, answer, seen) = error_after(asking, play.clone()).await;
        assert_eq!(error.retry(), retry(asking), "{asking:?} after {play:?}: {error}");
        let PortmoneError::Call(error) = error else { panic!("{asking:?} after {play:?}: {error}") };
        assert_eq!(error.failure, failure, "{asking:?} after {play:?}: {error}");
        assert!(seen.len() <= 1, "{asking:?} was repeated after {play:?}");
        assert!(answer.len() <= 4 << 10, "{answer}");
    }
}

pub const TOKEN: &str = "portmone-webhook-token";
pub const RSP_OK: &str = include_str!("../fixtures/portmone/rsp_ok.xml");
pub const REQUESTS: &str = include_str!("../fixtures/portmone/requests.xml");
pub const NOW: &str = "2025-11-21T08:00:00Z";

pub fn callbacks() -> Callbacks {
    Callbacks { tokens: vec!["".into(), "before".into(), TOKEN.into()], ..Callbacks::default() }
}

pub fn with_tokens(tokens: &[&'static str]) -> HeaderMap {
    tokens
        .iter()
        .map(|token| ("x-portmone-token".parse().unwrap(), HeaderValue::from_static(token)))
        .collect()
}

pub fn incoming<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> Incoming<'a> {
    Incoming { headers, from: None, client_certificate_pem: None, body, received_at: at(NOW) }
}

/// What a proved body is read as.
pub fn read(body: &str) -> Result<Notice, CallbackError> {
    callbacks().open(&incoming(&with_tokens(&[TOKEN]), body.as_bytes()))
}

pub fn form(document: &str) -> String {
    Serializer::new(String::new()).append_pair("data", document).finish()
}
