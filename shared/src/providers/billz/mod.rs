//! Billz 2.0, the point of sale of shops in Uzbekistan: orders, their goods, clients and payments.
//!
//! Billz takes no key of ours: what acts again when asked again is a `Once` call, and is asked about before it
//! is repeated. It refuses under HTTP 200, too, and answers some calls before they are carried out:
//! [`envelope`] says what is a refusal, and [`answers`] what proves that something is done.

mod answers;
mod envelope;
mod orders;
mod wire;

use std::time::Duration;

use http::{HeaderValue, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use self::envelope::Hidden;
use super::call::{self, Call, CallError, Caller};
use crate::domain::billz::operation::{Answer, Operation, OperationKind, Refusal};
use crate::domain::identifier::BillzOrderId;
use crate::domain::zone::Zone;
use crate::retry::{Failure, Kind, Retry, Verdict};

/// Logging in twice makes two tokens, each as good as the other.
const LOGIN: call::Operation = read("login");
const SHOPS: call::Operation = read("shops");
const CASH_BOXES: call::Operation = read("cash_boxes");
const PAYMENT_TYPES: call::Operation = read("payment_types");
/// The longest that logging in takes.
pub const LOGIN_WITHIN: Duration = Duration::from_secs(10);
/// Time for everything else. Adding a product can be slow.
const WITHIN: Duration = Duration::from_secs(20);

const fn read(name: &'static str) -> call::Operation {
    call::Operation { provider: "billz", name, kind: Kind::Read }
}

/// The secret `billz`: an integration key, made by a person in Billz. Its role says what we may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillzCredentials {
    /// What logs in.
    pub secret_token: SecretString,
}

impl BillzCredentials {
    /// Whether it is there. A new deployment's is empty: Billz is off then.
    pub fn are_complete(&self) -> bool {
        !self.secret_token.expose_secret().trim().is_empty()
    }
}

/// Where orders are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Billz's id of the shop.
    pub shop_id: String,
    /// Billz's id of the cash desk that drafts are made at.
    pub cashbox_id: String,
    /// The shop's clock: Billz's times are written by it.
    pub zone: Zone,
    /// For how many days an order is put aside.
    pub postpone_days: u16,
}

/// What a login gets.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The token, to be sent or to be stored sealed.
    pub text: SecretString,
    /// How long it is good for, from the login on.
    pub lives_for: Duration,
}

/// The client.
#[derive(Debug, Clone)]
pub struct Billz {
    caller: Caller,
    base_url: String,
    shop: Shop,
    credentials: BillzCredentials,
}

/// Why Billz did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillzError {
    /// The access token is not taken, or no longer: nothing was done. A new one may be.
    #[error("billz does not take the access token")]
    TokenExpired,
    /// Billz said no. Its words may be shown to operators; only the code goes to the log.
    #[error("billz refused: {}", .0.code)]
    Refused(Refusal),
    /// No answer that says anything.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Verdict for BillzError {
    fn retry(&self) -> Retry {
        match self {
            Self::TokenExpired => Retry::Safe { after: None },
            Self::Refused(_) => Retry::Never,
            Self::Call(error) => error.retry(),
        }
    }
}

impl Billz {
    /// A client of Billz at `base_url`; none when the address cannot be one, or the credentials are not
    /// complete: Billz is off then.
    pub fn new(caller: Caller, base_url: &str, shop: Shop, credentials: BillzCredentials) -> Option<Self> {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let is_address = base_url.starts_with("https://") || base_url.starts_with("http://");
        (is_address && credentials.are_complete()).then_some(Self { caller, base_url, shop, credentials })
    }

    /// Where Billz is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The integration key that is used.
    pub fn credentials(&self) -> &BillzCredentials {
        &self.credentials
    }

    /// Logs in. `now` is what the token's own end is counted from.
    ///
    /// # Errors
    /// When Billz cannot be asked, or does not accept the integration key: never [`BillzError::TokenExpired`].
    pub async fn login(&self, now: Timestamp) -> Result<AccessToken, BillzError> {
        let url = format!("{}/v1/auth/login", self.base_url);
        let secret = self.credentials.secret_token.expose_secret().trim();
        let call = self.caller.call(LOGIN, Method::POST, &url).within(LOGIN_WITHIN);
        let answer = call.json(&wire::login(secret)).send().await.map_err(without_excerpt)?;
        envelope::judge(&answer, None, &Hidden::of([secret])).map_err(|error| match error {
            BillzError::TokenExpired => refused_key("HTTP 401"),
            BillzError::Refused(refusal) => refused_key(&refusal.reason),
            BillzError::Call(error) => BillzError::Call(without_excerpt(error)),
        })?;
        let no_token = || without_excerpt(answer.error(Failure::Unreadable, "Billz gave no usable token"));
        Ok(answers::access_token(&answer.body, now).ok_or_else(no_token)?)
    }

    /// Does one thing, with one request. A `Once` operation is to be committed before.
    ///
    /// # Errors
    /// When Billz refuses, does not take `token`, or it is not known what it did: [`Verdict::retry`] says so.
    pub async fn perform(
        &self,
        token: &SecretString,
        operation: &Operation,
        now: Timestamp,
    ) -> Result<Answer, BillzError> {
        let answer = self.request(operation, now).header("authorization", bearer(token)?).send().await?;
        let mut hidden = self.hidden(token);
        hidden.add(wire::persons(operation));
        match envelope::judge(&answer, Some(operation), &hidden) {
            Ok(()) => Ok(answers::read(&answer, operation, &self.shop.zone)?),
            Err(BillzError::Refused(refusal))
                if operation.kind() == OperationKind::ReadOrder && refusal.code == Refusal::ORDER_UNKNOWN =>
            {
                Ok(Answer::Order(None))
            }
            Err(error) => Err(error),
        }
    }

    /// The shops that the integration key may see: id and name.
    ///
    /// # Errors
    /// When Billz cannot be asked, refuses, or shows no list.
    pub async fn shops(&self, token: &SecretString) -> Result<Vec<(String, String)>, BillzError> {
        self.list(token, SHOPS, "/v1/shop", &[("limit", "100"), ("only_allowed", "true")]).await
    }

    /// The cash desks: id and name.
    ///
    /// # Errors
    /// See [`Billz::shops`].
    pub async fn cash_boxes(&self, token: &SecretString) -> Result<Vec<(String, String)>, BillzError> {
        self.list(token, CASH_BOXES, "/v1/cash-box", &[("limit", "100")]).await
    }

    /// The payment types: id and name.
    ///
    /// # Errors
    /// See [`Billz::shops`].
    pub async fn payment_types(&self, token: &SecretString) -> Result<Vec<(String, String)>, BillzError> {
        self.list(token, PAYMENT_TYPES, "/v1/company-payment-type", &[("limit", "1000")]).await
    }

    async fn list(
        &self,
        token: &SecretString,
        operation: call::Operation,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<(String, String)>, BillzError> {
        let call = self.caller.call(operation, Method::GET, &format!("{}{path}", self.base_url));
        let call = call.within(WITHIN).query(query).header("authorization", bearer(token)?);
        let answer = call.send().await?;
        envelope::judge(&answer, None, &self.hidden(token))?;
        let no_list = || answer.error(Failure::Unreadable, "there is no list in it").into();
        answers::named(&answer.body).ok_or_else(no_list)
    }

    /// The request of an operation, but for who asks.
    fn request(&self, operation: &Operation, now: Timestamp) -> Call {
        let order_path = |path: &str, order: &BillzOrderId| format!("/v2/{path}/{order}");
        let call = |method, path: &str| self.call(operation.kind(), method, path);
        let write = |method, path: &str| wire::answered_at_once(call(method, path));
        match operation {
            Operation::FindClient { phone } => call(Method::GET, "/v1/client").query(&[
                ("phone_number", phone.international().as_str()),
                ("limit", answers::PAGE),
                ("page", "1"),
            ]),
            Operation::CreateClient(client) => {
                call(Method::POST, "/v1/client").json(&wire::new_client(client))
            }
            Operation::CreateDraft { comment } => {
                let call = write(Method::POST, "/v2/order");
                call.header("platform-id", wire::PLATFORM_ID).json(&wire::new_draft(&self.shop, comment))
            }
            Operation::FindDraft { since, .. } => {
                let (start, end) = wire::days_around(*since, now, &self.shop.zone);
                call(Method::GET, "/v2/order-notes").query(&[
                    ("limit", answers::PAGE),
                    ("page", "1"),
                    ("start_date", &start),
                    ("end_date", &end),
                    ("shop_id", &self.shop.shop_id),
                ])
            }
            Operation::AttachClient { order, client } => {
                write(Method::PUT, &order_path("order-customer-new", order)).json(&wire::customer(client))
            }
            Operation::AddItem { order, line } => {
                write(Method::POST, &order_path("order-product", order)).json(&wire::item(line))
            }
            Operation::SetTotal { order, total } => {
                write(Method::POST, &order_path("order-manual-discount", order)).json(&wire::price(*total))
            }
            Operation::Postpone { order, comment } => {
                let time = wire::postponed_until(now, &self.shop);
                let body = wire::postponement(order, comment, &time);
                write(Method::POST, "/v2/order/create_postpone").json(&body)
            }
            Operation::ReadOrder { order } => call(Method::GET, &order_path("order", order)),
            Operation::Pay { order, payment_type, amount } => {
                let body = wire::payment(payment_type, *amount);
                write(Method::POST, &order_path("order-payment", order)).json(&body)
            }
            Operation::ReturnToDraft { order } => {
                write(Method::POST, "/v2/order/return-postpone").json(&wire::order(order))
            }
            Operation::DeleteDraft { order } => write(Method::DELETE, &order_path("order", order)),
        }
    }

    fn call(&self, kind: OperationKind, method: Method, path: &str) -> Call {
        let url = format!("{}{path}", self.base_url);
        self.caller.call(operation_of(kind), method, &url).within(WITHIN)
    }

    /// What no refusal may repeat.
    fn hidden(&self, token: &SecretString) -> Hidden {
        Hidden::of([token.expose_secret(), self.credentials.secret_token.expose_secret().trim()])
    }
}

/// An operation as it is called, logged and classified.
fn operation_of(kind: OperationKind) -> call::Operation {
    let repeats = match kind {
        OperationKind::FindClient | OperationKind::FindDraft | OperationKind::ReadOrder => Kind::Read,
        // It sets what it says: as good as a key.
        OperationKind::AttachClient | OperationKind::SetTotal => Kind::Keyed,
        OperationKind::CreateClient
        | OperationKind::CreateDraft
        | OperationKind::AddItem
        | OperationKind::Postpone
        | OperationKind::Pay
        | OperationKind::ReturnToDraft
        | OperationKind::DeleteDraft => Kind::Once,
    };
    call::Operation { provider: "billz", name: kind.as_str(), kind: repeats }
}

/// What cannot stand in a header is no token: nothing is sent with it.
fn bearer(token: &SecretString) -> Result<HeaderValue, BillzError> {
    let bearer = format!("Bearer {}", token.expose_secret());
    HeaderValue::from_str(&bearer).map_err(|_| BillzError::TokenExpired)
}

fn refused_key(words: &str) -> BillzError {
    let reason = format!("Billz does not accept the integration key: {words}");
    BillzError::Refused(Refusal::new(Refusal::REFUSED, reason))
}

/// Of a login's answer nothing is kept: it may be a token.
fn without_excerpt(mut error: CallError) -> CallError {
    error.excerpt.clear();
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_called_as_often_as_the_domain_says() {
        for kind in OperationKind::ALL {
            let operation = operation_of(kind);
            assert_eq!(operation.kind == Kind::Once, kind.is_once(), "{kind:?}");
            assert_eq!((operation.provider, operation.name), ("billz", kind.as_str()));
        }
    }
}
