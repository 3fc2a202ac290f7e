//! Tripay, the Indonesian payment gateway. <https://tripay.co.id/developer>
//!
//! `transaction/create` is a `Once` call: Tripay accepts the same `merchant_ref` twice and makes
//! two payable transactions of it. After a lost answer the transaction is looked up by
//! `merchant_ref`; it is never created again.

pub mod callback;
pub mod signature;
mod wire;

use http::{HeaderValue, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::call::{Answer, Call, CallError, Caller, Operation};
use crate::domain::identifier::Reference;
use crate::domain::invoice::attempt::Transaction;
use crate::domain::invoice::number::MerchantRef;
use crate::domain::money::Money;
use crate::domain::order::OrderItem;
use crate::domain::payment_channel::PaymentChannel;
use crate::domain::payment_report::PaymentReport;
use crate::retry::{Failure, Kind, Retry, Verdict};

const CHANNELS: Operation = read("payment-channel");
const FEES: Operation = read("fee-calculator");
const LIST: Operation = read("transactions");
const DETAIL: Operation = read("transaction/detail");
const CREATE: Operation = Operation { provider: "tripay", name: "transaction/create", kind: Kind::Once };

const fn read(name: &'static str) -> Operation {
    Operation { provider: "tripay", name, kind: Kind::Read }
}

/// What a merchant proves itself to Tripay with: the secret `${Stack}/tripay`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// Sent as bearer token. The sandbox's begins with `DEV-`.
    pub api_key: SecretString,
    /// Signs requests and callbacks.
    pub private_key: SecretString,
    /// `T` and digits.
    pub merchant_code: String,
}

impl Credentials {
    /// Whether all of them are there. A new deployment's are empty: Tripay is off then.
    pub fn are_complete(&self) -> bool {
        let secrets = [&self.api_key, &self.private_key];
        let filled = |secret: &&SecretString| !secret.expose_secret().trim().is_empty();
        secrets.iter().all(filled) && !self.merchant_code.trim().is_empty()
    }
}

/// Which of Tripay's two systems is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No real money.
    Sandbox,
    /// Real money. Refuses callers whose address is not on the merchant's list.
    Production,
}

impl Mode {
    /// Where the system is.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://tripay.co.id/api-sandbox",
            Self::Production => "https://tripay.co.id/api",
        }
    }
}

/// The client.
#[derive(Debug, Clone)]
pub struct Tripay {
    caller: Caller,
    base_url: String,
    credentials: Credentials,
}

/// A channel the merchant offers, by Tripay's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedChannel {
    /// Which.
    pub channel: PaymentChannel,
    /// Tripay's code for it, to be used when creating.
    pub code: String,
    /// Its name, for people.
    pub name: String,
    /// Smallest amount it takes.
    pub minimum: Money,
    /// Largest amount it takes.
    pub maximum: Money,
    /// Its logo.
    pub icon_url: Option<String>,
}

/// What paying a certain amount through a channel costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelFee {
    /// Tripay's code.
    pub code: String,
    /// What the customer pays on top.
    pub customer: Money,
    /// What the merchant does not get.
    pub merchant: Money,
}

/// A transaction to be created.
#[derive(Debug, Clone)]
pub struct NewTransaction<'a> {
    /// Our reference, committed before.
    pub merchant_ref: &'a MerchantRef,
    /// Tripay's code of the channel.
    pub code: &'a str,
    /// What counts towards the invoice.
    pub amount: Money,
    /// What is bought; adds up to the amount.
    pub items: &'a [OrderItem],
    /// Who pays.
    pub customer: Customer<'a>,
    /// Until when it shall be payable. Tripay may shorten it.
    pub expires_at: Timestamp,
    /// Where to report; none for the merchant's default.
    pub callback_url: Option<&'a str>,
    /// Where the customer is sent afterwards.
    pub return_url: Option<&'a str>,
}

/// Who pays, as Tripay wants to know it.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// Full name.
    pub name: &'a str,
    /// Email address.
    pub email: &'a str,
    /// Phone number. Some channels need one; Tripay does not say which.
    pub phone: Option<&'a str>,
}

/// A transaction as Tripay tells it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionDetail {
    /// The code and how to pay it.
    pub transaction: Transaction,
    /// Where it stands, as a report like any other.
    pub report: PaymentReport,
}

/// Why Tripay did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TripayError {
    /// No answer that says anything.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Tripay said no. Its words are for operators: they may name addresses and merchants.
    #[error("tripay refused (HTTP {status}): {message}")]
    Refused {
        /// HTTP status; also 200.
        status: u16,
        /// Tripay's words.
        message: String,
    },
}

impl Verdict for TripayError {
    fn retry(&self) -> Retry {
        match self {
            Self::Call(error) => error.retry(),
            Self::Refused { .. } => Retry::Never,
        }
    }
}

impl Tripay {
    /// A client for the system at `base_url`.
    pub fn new(caller: Caller, base_url: &str, credentials: Credentials) -> Self {
        Self { caller, base_url: base_url.trim_end_matches('/').to_owned(), credentials }
    }

    /// The channels the merchant offers at the moment. Of several Tripay codes for one channel, the
    /// preferred one is given.
    ///
    /// # Errors
    /// When Tripay cannot be asked, or refuses.
    pub async fn channels(&self) -> Result<Vec<OfferedChannel>, TripayError> {
        let rows: Vec<wire::Channel> = self.ask(CHANNELS, "/merchant/payment-channel", &[]).await?;
        Ok(wire::offered_channels(rows))
    }

    /// What paying `amount` costs, for every channel.
    ///
    /// # Errors
    /// When Tripay cannot be asked, or refuses.
    pub async fn fees(&self, amount: Money) -> Result<Vec<ChannelFee>, TripayError> {
        let amount = amount.minor().to_string();
        let rows: Vec<wire::Fee> = self.ask(FEES, "/merchant/fee-calculator", &[("amount", &amount)]).await?;
        Ok(rows.into_iter().map(wire::Fee::channel_fee).collect())
    }

    /// Creates a transaction. To be called once for a committed `merchant_ref`.
    ///
    /// # Errors
    /// When Tripay refuses, or its answer is lost: then [`Verdict::retry`] says `AskFirst`.
    pub async fn create(&self, new: &NewTransaction<'_>) -> Result<TransactionDetail, TripayError> {
        let credentials = &self.credentials;
        let code = credentials.merchant_code.trim();
        let signature =
            signature::of_transaction(&credentials.private_key, code, new.merchant_ref, new.amount);
        let call = self
            .call(CREATE, Method::POST, "/transaction/create")
            .json(&wire::create_request(new, &signature));
        let answer = call.send().await?;
        let created = wire::transaction_detail(data(&answer)?, &answer)?;
        if created.report.merchant_ref != *new.merchant_ref {
            return Err(answer.error(Failure::Unreadable, "it has another merchant_ref").into());
        }
        Ok(created)
    }

    /// The transaction of that reference, as it stands.
    ///
    /// # Errors
    /// When Tripay cannot be asked, or knows none of that reference.
    pub async fn detail(&self, reference: &Reference) -> Result<TransactionDetail, TripayError> {
        let query = [("reference", reference.as_str())];
        let answer = self.call(DETAIL, Method::GET, "/transaction/detail").query(&query).send().await?;
        let found = wire::transaction_detail(data(&answer)?, &answer)?;
        if found.report.reference != *reference {
            return Err(answer.error(Failure::Unreadable, "it has another reference").into());
        }
        Ok(found)
    }

    /// References of the transactions created with `merchant_ref`, newest first.
    ///
    /// # Errors
    /// When Tripay cannot be asked, or refuses.
    pub async fn find(&self, merchant_ref: &MerchantRef) -> Result<Vec<Reference>, TripayError> {
        let name = merchant_ref.to_string();
        let query = [("merchant_ref", name.as_str()), ("sort", "desc"), ("per_page", "50")];
        let answer = self.call(LIST, Method::GET, "/merchant/transactions").query(&query).send().await?;
        let rows: Vec<wire::Listed> = data(&answer)?;
        // Tripay does not say whether the filter matches exactly.
        let ours = rows.iter().filter(|row| row.merchant_ref.as_deref() == Some(name.as_str()));
        // One that cannot be read is not passed over: none at all would mean that there is none.
        let unusable = |_| TripayError::Call(answer.error(Failure::Unreadable, "unusable reference"));
        ours.map(|row| row.reference.parse().map_err(unusable)).collect()
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        operation: Operation,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, TripayError> {
        data(&self.call(operation, Method::GET, path).query(query).send().await?)
    }

    fn call(&self, operation: Operation, method: Method, path: &str) -> Call {
        let bearer = format!("Bearer {}", self.credentials.api_key.expose_secret().trim());
        let call = self.caller.call(operation, method, &format!("{}{path}", self.base_url));
        match HeaderValue::from_str(&bearer) {
            Ok(bearer) => call.header("authorization", bearer),
            // Credentials are checked when they are read; Tripay answers "Invalid API Key" to none.
            Err(_) => call,
        }
    }
}

/// The data of a successful answer: HTTP 2xx, readable, and `success` true.
fn data<T: DeserializeOwned>(answer: &Answer) -> Result<T, TripayError> {
    let envelope: wire::Envelope = answer.json()?;
    if !envelope.success || !answer.status.is_success() {
        let message = envelope.message.unwrap_or_default();
        return Err(TripayError::Refused { status: answer.status.as_u16(), message });
    }
    let read = serde_json::from_str(envelope.data.map_or("null", |data| data.get()));
    let unreadable =
        |error: serde_json::Error| TripayError::Call(answer.error(Failure::Unreadable, &error.to_string()));
    read.map_err(unreadable)
}
