//! A client of a switch that the test plays, and things to ask it for.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::money::{Currency, Money};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::providers::sippy::ledger::Debit;
use shared::providers::sippy::outcome::SippyError;
use shared::providers::sippy::{Sippy, SippyCredentials};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{OddServer, Play, Seen};
use crate::setup::{at, caller};

pub const USER: &str = "billing";
pub const PASSWORD: &str = "S33d-Api-Passw0rd";
/// Our number of the bill of the fixtures.
pub const REFERENCE: &str = "SMSBILL-65F0C1";
pub const DEBIT_OK: &str = include_str!("../fixtures/sippy/debit_ok.xml");
pub const FAULT: &str = include_str!("../fixtures/sippy/debit_fault.xml");
pub const ACCOUNT: &str = include_str!("../fixtures/sippy/account.xml");
pub const ACCOUNTS: &str = include_str!("../fixtures/sippy/accounts.xml");
pub const PAYMENTS: &str = include_str!("../fixtures/sippy/payments.xml");
pub const NO_PAYMENTS: &str = include_str!("../fixtures/sippy/payments_none.xml");

pub fn credentials(password: &str) -> SippyCredentials {
    SippyCredentials { username: USER.into(), password: password.into() }
}

/// A client of the switch at `url`.
pub fn sippy(url: &str) -> Sippy {
    Sippy::new(caller(), &format!("{url}/xmlapi/xmlapi"), credentials(PASSWORD)).unwrap()
}

pub fn account(number: u32) -> SwitchAccount {
    SwitchAccount::new(number).unwrap()
}

pub fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::Usd)
}

/// The debit of the fixtures.
pub fn debit() -> Debit<'static> {
    Debit {
        account: account(3),
        amount: usd(1235),
        reference: REFERENCE,
        words: "SMS usage: 247 messages & <b>",
    }
}

/// When the debit of the fixtures may have been booked.
pub fn around_it() -> (Timestamp, Timestamp) {
    (at("2026-11-21T01:55:00Z"), at("2026-11-21T02:10:00Z"))
}

/// An answer of the switch.
pub fn xml(body: &str) -> Play {
    Play::Answer { status: 200, headers: vec![("content-type", "text/xml".into())], body: body.to_owned() }
}

/// A 401 with a challenge.
pub fn challenge(nonce: &str) -> Play {
    not_let_in(&format!(r#"Digest realm="Sippy", nonce="{nonce}", qop="auth", algorithm=MD5"#))
}

/// A 401 with any challenge.
pub fn not_let_in(challenge: &str) -> Play {
    let headers = vec![("www-authenticate", challenge.to_owned()), ("content-type", "text/html".to_owned())];
    Play::Answer { status: 401, headers, body: "<!DOCTYPE html><html><title>401</title></html>".to_owned() }
}

/// The switch's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Debit,
    Account,
    Payments,
    Check,
}

impl Asking {
    pub const ALL: [Self; 4] = [Self::Debit, Self::Account, Self::Payments, Self::Check];

    /// Asks once, and tells what came of it.
    pub async fn of(self, sippy: &Sippy) -> Result<String, SippyError> {
        let (from, to) = around_it();
        Ok(match self {
            Self::Debit => format!("{:?}", sippy.debit(&debit()).await?),
            Self::Account => format!("{:?}", sippy.account(account(3)).await?),
            Self::Payments => format!("{:?}", sippy.payments(account(3), from, to).await?),
            Self::Check => format!("{:?}", sippy.check().await?),
        })
    }

    /// The answer to it.
    pub fn sample(self) -> &'static str {
        match self {
            Self::Debit => DEBIT_OK,
            Self::Account => ACCOUNT,
            Self::Payments => NO_PAYMENTS,
            Self::Check => ACCOUNTS,
        }
    }

    /// What may be done when it is not known what the switch did.
    pub fn unknown_end(self) -> Retry {
        match self {
            Self::Debit => Retry::AskFirst,
            Self::Account | Self::Payments | Self::Check => SAFE,
        }
    }
}

pub const SAFE: Retry = Retry::Safe { after: None };
pub const SOON: Option<Duration> = Some(Duration::from_secs(7));

/// Asks where the challenge is answered by `play`; the error, and what the switch saw.
pub async fn error_after(asking: Asking, play: Play) -> (SippyError, Vec<Seen>) {
    let server = OddServer::start([challenge("n1"), play]).await;
    let error = asking.of(&sippy(server.url())).await.unwrap_err();
    (error, server.seen())
}

/// Every operation fails so after `play`, and repeats nothing.
pub async fn assert_failed(play: &Play, failure: Failure, retry: fn(Asking) -> Retry) {
    for asking in Asking::ALL {
        let (error, seen) = error_after(asking, play.clone()).await;
        assert_eq!(error.retry(), retry(asking), "{asking:?} after {play:?}: {error}");
        let SippyError::Call(error) = error else { panic!("{asking:?} after {play:?}: {error}") };
        assert_eq!(error.failure, failure, "{asking:?} after {play:?}: {error}");
        assert!(seen.len() <= 2, "{asking:?} was repeated after {play:?}");
    }
}
