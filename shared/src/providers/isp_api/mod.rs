//! The internet provider's API: who its customers are.
//!
//! Everything here is a question, asked while a person waits in a chat: the answers are waited for shortly.
//! Which route answers what is a setting, because no two installations agree.

mod wire;

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
// The runtime's clock, so that a test can move it.
use tokio::time::Instant;

use super::call::{Answer, CallError, Caller, Operation};
use crate::retry::{Failure, Kind};

const LOGIN: Operation = Operation { provider: "isp-api", name: "login", kind: Kind::Read };
const SEARCH: Operation = Operation { provider: "isp-api", name: "search", kind: Kind::Read };
const WORKERS: Operation = Operation { provider: "isp-api", name: "workers", kind: Kind::Read };
/// Time for one question.
const WITHIN: Duration = Duration::from_secs(4);
/// How long a token is used: it is good for an hour.
const TOKEN_LIFE: Duration = Duration::from_secs(55 * 60);

/// The secret `isp-api`: the account that asks.
#[derive(Debug, Clone, Deserialize)]
pub struct IspCredentials {
    /// Its name.
    pub username: SecretString,
    /// Its password.
    pub password: SecretString,
}

/// Which route answers what, below the API's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IspRoutes {
    /// Logs in, such as `/authenticate`.
    pub login_path: String,
    /// Finds customers, such as `/user-info`.
    pub search_path: String,
    /// The parameter of the search, such as `mobile`.
    pub search_parameter: String,
    /// Lists the workers; none where the API has no such list.
    pub workers_path: Option<String>,
}

/// The client.
#[derive(Debug)]
pub struct IspApi {
    caller: Caller,
    base_url: String,
    credentials: RwLock<IspCredentials>,
    routes: IspRoutes,
    token: RwLock<Option<Token>>,
}

/// A customer as the API knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCustomer {
    /// The login name: one that the panel can be told of.
    pub username: String,
    /// What they are called; the login name where the API knows no other.
    pub name: String,
    /// A telephone number, as the API writes it.
    pub mobile: Option<String>,
}

/// A worker as the API knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWorker {
    /// The number in the panel.
    pub id: u32,
    /// What they are called; may be empty.
    pub name: String,
}

#[derive(Debug, Clone)]
struct Token {
    /// `Bearer` and the token. Marked as sensitive.
    bearer: HeaderValue,
    since: Instant,
}

impl IspApi {
    /// A client of the API at `base_url`.
    pub fn new(caller: Caller, base_url: &str, credentials: IspCredentials, routes: IspRoutes) -> Self {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let credentials = RwLock::new(credentials);
        Self { caller, base_url, credentials, routes, token: RwLock::new(None) }
    }

    /// Logs in with this account from now on: it may have been rotated. A token that is held is used on.
    pub fn use_account(&self, credentials: IspCredentials) {
        *self.credentials.write().unwrap_or_else(PoisonError::into_inner) = credentials;
    }

    /// The customers that the API finds by a login name, a telephone number, or what else it searches for.
    /// Those whose login name the panel cannot be told of are left out.
    ///
    /// # Errors
    /// When the API cannot be asked, or answers something else.
    pub async fn find(&self, query: &str) -> Result<Vec<FoundCustomer>, CallError> {
        let parameters = [(self.routes.search_parameter.as_str(), query)];
        let answer = self.ask(SEARCH, &self.routes.search_path, &parameters).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let (found, unusable) = wire::customers(json(&answer)?)
            .ok_or_else(|| answer.error(Failure::Unreadable, "neither a customer nor a list of them"))?;
        log_unusable(SEARCH, unusable);
        Ok(found)
    }

    /// Whether the API has a list of workers.
    pub fn has_workers(&self) -> bool {
        self.routes.workers_path.is_some()
    }

    /// The workers; nobody where the API has no list of them.
    ///
    /// # Errors
    /// When the API cannot be asked, or answers something else.
    pub async fn workers(&self) -> Result<Vec<FoundWorker>, CallError> {
        let Some(path) = &self.routes.workers_path else { return Ok(Vec::new()) };
        let answer = self.ask(WORKERS, path, &[]).await?;
        let (found, unusable) = wire::workers(json(&answer)?)
            .ok_or_else(|| answer.error(Failure::Unreadable, "no list of workers"))?;
        log_unusable(WORKERS, unusable);
        Ok(found)
    }

    /// Logs in, as a check that the API answers and accepts our account.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), CallError> {
        self.log_in().await.map(drop)
    }

    /// Asks with the token that is held; with a new one, once, when that is no longer taken.
    async fn ask(
        &self,
        operation: Operation,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let held = self.token.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = held.filter(|token| token.since.elapsed() < TOKEN_LIFE) {
            let answer = self.ask_with(token.bearer, operation, path, query).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
        }
        let bearer = self.log_in().await?;
        let answer = self.ask_with(bearer, operation, path, query).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            // Says nothing about what was asked.
            return Err(answer.error(Failure::NotReached, "the ISP API does not accept its own token"));
        }
        Ok(answer)
    }

    async fn ask_with(
        &self,
        bearer: HeaderValue,
        operation: Operation,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let call = self.caller.call(operation, Method::GET, &self.url(path)).within(WITHIN);
        call.query(query).header("authorization", bearer).send().await
    }

    async fn log_in(&self) -> Result<HeaderValue, CallError> {
        let call = self.caller.call(LOGIN, Method::POST, &self.url(&self.routes.login_path)).within(WITHIN);
        let account = self.credentials.read().unwrap_or_else(PoisonError::into_inner).clone();
        let call = call.accepting("*/*").json(&wire::Account::of(&account));
        let answer = call.send().await.map_err(without_excerpt)?;
        let failed = |failure, what: &str| without_excerpt(answer.error(failure, what));
        if !answer.status.is_success() {
            return Err(failed(Failure::NotReached, "the ISP API does not accept our account"));
        }
        let no_token = || failed(Failure::Unreadable, "the ISP API gave no token");
        let token = wire::token(&answer.body).ok_or_else(no_token)?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| no_token())?;
        bearer.set_sensitive(true);
        let held = Token { bearer: bearer.clone(), since: Instant::now() };
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Ok(bearer)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{}", self.base_url, path.trim_start_matches('/'))
    }
}

/// The body of a successful answer.
fn json(answer: &Answer) -> Result<Value, CallError> {
    if !answer.status.is_success() {
        return Err(answer.error(Failure::Refused, "the ISP API refused"));
    }
    answer.json()
}

/// Of a login's answer nothing is kept: it may be a token.
fn without_excerpt(mut error: CallError) -> CallError {
    error.excerpt.clear();
    error
}

fn log_unusable(operation: Operation, unusable: usize) {
    if unusable > 0 {
        tracing::warn!(
            provider = operation.provider,
            operation = operation.name,
            unusable,
            "some of an answer cannot be used and was left out"
        );
    }
}
