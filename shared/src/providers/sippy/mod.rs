//! A Sippy switch: the accounts that SMS usage is paid from. <https://support.sippysoft.com>
//!
//! It speaks XML-RPC with digest authentication. A debit carries no key of ours and brings back no number of its own:
//! `accountDebit` is a `Once` call, and the notes of the payment, which begin with our reference, are all that a lost
//! one is found by. The body of a call is never sent without authentication: the challenge is fetched with an empty
//! request, and kept for the next calls.

mod decimal;
mod digest;
pub mod ledger;
mod moment;
pub mod outcome;
mod wire;
mod xml_rpc;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use http::{HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use self::digest::{Challenge, Challenges};
use self::ledger::{Account, Debit, Payment};
use self::outcome::{Fault, SippyError};
use self::xml_rpc::{Response, Value};
use super::call::{Answer, Caller, Operation};
use crate::domain::sms::switch_account::SwitchAccount;
use crate::retry::{Failure, Kind};

/// Asks for a challenge. Nothing is executed.
const CHALLENGE: Operation = read("challenge");
const ACCOUNT_DEBIT: Operation = Operation { provider: "sippy", name: "accountDebit", kind: Kind::Once };
const GET_ACCOUNT_INFO: Operation = read("getAccountInfo");
const GET_PAYMENTS_LIST: Operation = read("getPaymentsList");
const LIST_ACCOUNTS: Operation = read("listAccounts");

const CHALLENGE_WITHIN: Duration = Duration::from_secs(5);
/// Time for one request of a debit. Giving up early means asking the switch what became of it.
const DEBIT_WITHIN: Duration = Duration::from_secs(20);
/// Time for one request that reads.
const READ_WITHIN: Duration = Duration::from_secs(15);
/// After so long no further page of payments is asked for.
const LISTING_WITHIN: Duration = Duration::from_secs(30);
/// Pages of payments that are looked through.
const MAX_PAGES: usize = 20;
const XML: &str = "text/xml";

/// The longest that a debit takes: a challenge, and the debit, which a challenge that was too old is answered to
/// first.
pub const DEBIT_TAKES_AT_MOST: Duration = Duration::from_secs(5 + 20 + 20);
/// The longest that [`Sippy::account`] takes.
pub const ACCOUNT_TAKES_AT_MOST: Duration = Duration::from_secs(5 + 15 + 15);
/// The longest that [`Sippy::payments`] takes.
pub const PAYMENTS_TAKE_AT_MOST: Duration = Duration::from_secs(30 + 5 + 15 + 15);

const fn read(name: &'static str) -> Operation {
    Operation { provider: "sippy", name, kind: Kind::Read }
}

/// The secret `sippy`: the switch's web login, and the API password beside it.
#[derive(Debug, Clone, Deserialize)]
pub struct SippyCredentials {
    /// The web login of the customer whose accounts are debited.
    pub username: SecretString,
    /// The API password: not the one that a person logs in with.
    pub password: SecretString,
}

impl SippyCredentials {
    /// Whether both are there. A new deployment's are empty: the switch is off then.
    pub fn are_complete(&self) -> bool {
        let filled = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        filled(&self.username) && filled(&self.password)
    }
}

/// The client. A copy shares the challenges.
#[derive(Debug, Clone)]
pub struct Sippy {
    caller: Caller,
    url: String,
    /// What the digest is made of: path and query.
    uri: String,
    credentials: SippyCredentials,
    challenges: Challenges,
}

impl Sippy {
    /// A client of the switch whose endpoint is `url`, such as `https://switch.example/xmlapi/xmlapi`; none when it
    /// cannot be one, or the credentials are not complete: the switch is off then.
    pub fn new(caller: Caller, url: &str, credentials: SippyCredentials) -> Option<Self> {
        let mut url = Url::parse(url.trim()).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        url.set_fragment(None);
        let uri = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let is_usable = matches!(url.scheme(), "https" | "http") && is_plain && credentials.are_complete();
        let challenges = Challenges::default();
        is_usable.then(|| Self { caller, url: url.to_string(), uri, credentials, challenges })
    }

    /// The endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The credentials that are used.
    pub fn credentials(&self) -> &SippyCredentials {
        &self.credentials
    }

    /// The same client with other credentials; none when they are not complete. The challenges are kept: they belong
    /// to the switch.
    pub fn with_credentials(&self, credentials: SippyCredentials) -> Option<Self> {
        credentials.are_complete().then(|| Self { credentials, ..self.clone() })
    }

    /// Debits an account, once. To be called once for a committed attempt.
    ///
    /// # Errors
    /// When it is not known that it is booked; [`crate::retry::Verdict`] says what is known instead. An amount that is not
    /// more than nothing is refused here.
    pub async fn debit(&self, debit: &Debit<'_>) -> Result<(), SippyError> {
        if !debit.amount.is_positive() {
            let text = "only what is more than nothing is debited".to_owned();
            return Err(SippyError::Refused(Fault { code: 0, text }));
        }
        let body = wire::account_debit(debit);
        let (answer, value) = self.ask(ACCOUNT_DEBIT, DEBIT_WITHIN, &body).await?;
        if wire::is_ok(&value) {
            return Ok(());
        }
        Err(answer.error(Failure::Unreadable, "neither OK nor a fault").into())
    }

    /// Reads an account.
    ///
    /// # Errors
    /// When the switch cannot be asked, refuses, or shows something else.
    pub async fn account(&self, account: SwitchAccount) -> Result<Account, SippyError> {
        let body = wire::get_account_info(account);
        let (answer, value) = self.ask(GET_ACCOUNT_INFO, READ_WITHIN, &body).await?;
        let unreadable = || answer.error(Failure::Unreadable, "it does not show the account").into();
        wire::account(&value, account).ok_or_else(unreadable)
    }

    /// The debits of an account from one instant to another: all of them, or none.
    ///
    /// # Errors
    /// When the switch cannot be asked, refuses, or shows something else; also when there are too many to look
    /// through. An answer is proof of what is not there, so that half of one is an error.
    pub async fn payments(
        &self,
        account: SwitchAccount,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Payment>, SippyError> {
        let began = Instant::now();
        let (mut payments, mut seen, mut offset) = (Vec::new(), HashSet::new(), 0_u32);
        for page in 1.. {
            let body = wire::get_payments_list(account, from, to, offset);
            let (answer, value) = self.ask(GET_PAYMENTS_LIST, READ_WITHIN, &body).await?;
            let unreadable = |what| SippyError::from(answer.error(Failure::Unreadable, what));
            let more = wire::payments(&value, account)
                .ok_or_else(|| unreadable("it does not show the account's payments"))?;
            if more.is_empty() {
                break;
            }
            // Not what was asked for: a switch may give fewer at once than it is asked for, and say nothing.
            offset = offset.saturating_add(u32::try_from(more.len()).unwrap_or(u32::MAX));
            let known = payments.len();
            payments.extend(more.into_iter().filter(|payment: &Payment| seen.insert(payment.id)));
            if payments.len() == known {
                return Err(unreadable("it shows the same payments again"));
            }
            if page >= MAX_PAGES || began.elapsed() > LISTING_WITHIN {
                return Err(unreadable("there are too many payments to look through"));
            }
        }
        Ok(payments)
    }

    /// Whether the switch lets us in and shows accounts.
    ///
    /// # Errors
    /// What is in the way.
    pub async fn check(&self) -> Result<(), SippyError> {
        let (answer, value) = self.ask(LIST_ACCOUNTS, READ_WITHIN, &wire::list_accounts()).await?;
        if wire::is_list_of_accounts(&value) {
            return Ok(());
        }
        Err(answer.error(Failure::Unreadable, "it does not show accounts").into())
    }

    async fn ask(
        &self,
        operation: Operation,
        within: Duration,
        body: &[u8],
    ) -> Result<(Answer, Value), SippyError> {
        let answer = self.authenticated(operation, within, body).await?;
        match xml_rpc::response(&answer.body) {
            Ok(Response::Value(value)) if answer.status.is_success() => Ok((answer, value)),
            Ok(Response::Fault(fault)) if !answer.status.is_redirection() => Err(SippyError::Refused(fault)),
            Ok(_) => Err(answer.error(Failure::Unreadable, "a status that no answer has").into()),
            // Also under a 4xx: of something between the switch and us, which may have passed the request on.
            Err(what) => Err(answer.error(Failure::Unreadable, what).into()),
        }
    }

    /// Sends a body with an answer to a challenge. A challenge may have become too old: nothing was executed then,
    /// and the new one is answered, once.
    async fn authenticated(
        &self,
        operation: Operation,
        within: Duration,
        body: &[u8],
    ) -> Result<Answer, SippyError> {
        let mut challenge = match self.challenges.take() {
            Some(challenge) => challenge,
            None => self.challenge().await?,
        };
        let answer = self.send(operation, within, body, &mut challenge).await;
        match answer {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                challenge = Challenge::of(&answer).ok_or(SippyError::NoChallenge)?;
            }
            answer => {
                self.challenges.keep(challenge);
                return answer;
            }
        }
        let answer = self.send(operation, within, body, &mut challenge).await;
        if matches!(&answer, Ok(answer) if answer.status == StatusCode::UNAUTHORIZED) {
            return Err(SippyError::CredentialsRefused);
        }
        self.challenges.keep(challenge);
        answer
    }

    async fn send(
        &self,
        operation: Operation,
        within: Duration,
        body: &[u8],
        challenge: &mut Challenge,
    ) -> Result<Answer, SippyError> {
        let proof = challenge.answer(&self.credentials, &self.uri).ok_or(SippyError::NoChallenge)?;
        let call = self.caller.call(operation, Method::POST, &self.url).within(within).accepting(XML);
        Ok(call.header("authorization", proof).body(XML, body.to_vec()).send().await?)
    }

    /// Fetches a challenge, with an empty body.
    async fn challenge(&self) -> Result<Challenge, SippyError> {
        let call = self.caller.call(CHALLENGE, Method::POST, &self.url).within(CHALLENGE_WITHIN);
        // Said outright: some servers answer a POST without a length with 411, before they ask for anything.
        let call = call.header("content-length", HeaderValue::from_static("0"));
        let answer = call.accepting(XML).body(XML, Vec::new()).send().await?;
        let is_asked = answer.status == StatusCode::UNAUTHORIZED;
        is_asked.then(|| Challenge::of(&answer)).flatten().ok_or(SippyError::NoChallenge)
    }
}
