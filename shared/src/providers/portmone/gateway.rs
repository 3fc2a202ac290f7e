//! Portmone's merchant gateway: asked what became of a bill when it says so itself. <https://github.com/Portmone/WordPress>
//!
//! Its notices prove nothing by Portmone's own rule: whoever gets one asks, and believes the answer.

use std::time::Duration;

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use url::Url;

use super::dialect::plain;
use super::wire;
use crate::domain::identifier::{PayeeId, PortmoneBillId};
use crate::domain::money::Money;
use crate::providers::call::{Answer, CallError, Caller, Operation};
use crate::retry::{Failure, Kind, Retry, Verdict};

const RESULT: Operation = Operation { provider: "portmone", name: "result", kind: Kind::Read };

/// The longest that [`PortmoneGateway::result`] takes.
pub const RESULT_TAKES_AT_MOST: Duration = Duration::from_secs(10);

/// Of the secret `portmone`: the merchant's login at the gateway, which is not the reseller's.
#[derive(Debug, Clone, Deserialize)]
pub struct GatewayCredentials {
    /// The login.
    #[serde(rename = "gatewayLogin")]
    pub login: SecretString,
    /// The password.
    #[serde(rename = "gatewayPassword")]
    pub password: SecretString,
    /// Portmone's id of the merchant.
    #[serde(rename = "gatewayPayeeId")]
    pub payee: String,
}

/// The client of the gateway.
#[derive(Debug, Clone)]
pub struct PortmoneGateway {
    caller: Caller,
    url: String,
    credentials: GatewayCredentials,
}

/// What the gateway shows of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayOrder {
    /// Which bill, where it is said.
    pub bill: Option<PortmoneBillId>,
    /// The gateway's word for its state: `PAYED`, `CREATED`, `REJECTED`, `PREAUTH` or `RETURN`.
    pub status: Option<String>,
    /// How much it is about, where it is said.
    pub amount: Option<Money>,
    /// Who is paid, where it is said.
    pub payee: Option<PayeeId>,
}

/// Why the gateway shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It says no, such as to credentials that it does not know. Nothing is known of the bill.
    #[error("the gateway refused: {code}")]
    Refused {
        /// Its code. Opaque.
        code: String,
        /// Its words, bounded, with numbers of phones masked.
        reason: String,
    },
    /// No answer that says anything.
    #[error(transparent)]
    Call(#[from] CallError),
}

#[derive(Debug, Deserialize)]
struct WireOrder<'a> {
    #[serde(borrow, rename = "shopBillId", default)]
    bill: Option<&'a RawValue>,
    #[serde(default)]
    status: Option<String>,
    #[serde(borrow, rename = "billAmount", default)]
    amount: Option<&'a RawValue>,
    #[serde(borrow, rename = "payee_id", default)]
    payee: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct WireRefusal<'a> {
    #[serde(borrow, rename = "errorCode")]
    code: &'a RawValue,
    #[serde(default)]
    error: String,
}

impl GatewayCredentials {
    /// Whether all of them are there. A new deployment's are empty: the gateway is off then.
    pub fn are_complete(&self) -> bool {
        let filled = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        filled(&self.login) && filled(&self.password) && !self.payee.trim().is_empty()
    }
}

impl GatewayOrder {
    /// Whether the gateway says that it is paid.
    pub fn is_paid(&self) -> bool {
        self.status.as_deref() == Some("PAYED")
    }
}

impl Verdict for GatewayError {
    fn retry(&self) -> Retry {
        match self {
            Self::Refused { .. } => Retry::Never,
            Self::Call(error) => error.retry(),
        }
    }
}

impl PortmoneGateway {
    /// A client of the gateway at `url`, such as `https://www.portmone.com.ua/gateway/`; none when it cannot be one, or
    /// the credentials are not complete: the gateway is off then.
    pub fn new(caller: Caller, url: &str, credentials: GatewayCredentials) -> Option<Self> {
        let url = Url::parse(url.trim()).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_usable = matches!(url.scheme(), "https" | "http") && is_plain && credentials.are_complete();
        is_usable.then(|| Self { caller, url: url.into(), credentials })
    }

    /// What the gateway shows of a bill: nothing where it does not know it.
    ///
    /// # Errors
    /// When the gateway cannot be asked, refuses, or answers something else. An amount or an id that cannot be read is
    /// no answer: nobody is to take it for another one.
    pub async fn result(&self, bill: &PortmoneBillId) -> Result<Vec<GatewayOrder>, GatewayError> {
        let asked = json!({
            "method": "result",
            "params": { "data": {
                "payeeId": self.credentials.payee.trim(),
                "login": self.credentials.login.expose_secret(),
                "password": self.credentials.password.expose_secret(),
                "shopbillId": bill.as_str(),
            } },
            "id": "1",
        });
        let call = self.caller.call(RESULT, Method::POST, &self.url).within(RESULT_TAKES_AT_MOST);
        let answer = call.json(&asked).send().await?;
        if answer.body.trim_ascii_start().first() == Some(&b'{') {
            let refusal: WireRefusal<'_> = answer.json()?;
            let (code, reason) = (wire::words(plain(refusal.code)), wire::words(&refusal.error));
            return Err(GatewayError::Refused { code, reason });
        }
        let orders: Vec<WireOrder<'_>> = answer.json()?;
        if !answer.status.is_success() {
            return Err(answer.error(Failure::Unreadable, "a status that no answer has").into());
        }
        orders.iter().map(|order| read(order, &answer)).collect()
    }
}

fn read(order: &WireOrder<'_>, answer: &Answer) -> Result<GatewayOrder, GatewayError> {
    let unreadable = |what: &str| GatewayError::from(answer.error(Failure::Unreadable, what));
    let told = |value: Option<&'_ RawValue>| {
        value.map(|value| plain(value).to_owned()).filter(|text| !text.is_empty())
    };
    let amount = told(order.amount)
        .map(|text| wire::hryvnias(&text).ok_or_else(|| unreadable("an amount that is none")));
    let bill = told(order.bill).map(|text| text.parse().map_err(|_| unreadable("what is no id of a bill")));
    let payee =
        told(order.payee).map(|text| text.parse().map_err(|_| unreadable("what is no id of a payee")));
    Ok(GatewayOrder {
        bill: bill.transpose()?,
        status: order.status.clone(),
        amount: amount.transpose()?,
        payee: payee.transpose()?,
    })
}
