//! The company's user service: who a customer is.

use std::time::Duration;

use http::{Method, StatusCode};
use serde::Deserialize;

use super::call::{CallError, Operation};
use super::internal_service::InternalService;
use crate::domain::identifier::UserId;
use crate::domain::role::Role;
use crate::retry::{Failure, Kind};

/// Time for a call: somebody may be waiting for the answer.
const WITHIN: Duration = Duration::from_secs(5);
const USER: Operation = Operation { provider: "users", name: "user", kind: Kind::Read };

/// The client.
#[derive(Debug, Clone)]
pub struct UserService {
    service: InternalService,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Email address.
    pub email: String,
    /// Full name.
    pub name: String,
    /// Phone number, where the service knows one.
    #[serde(default)]
    pub phone: Option<String>,
    /// The chat that the person linked.
    #[serde(default)]
    pub telegram_chat_id: Option<i64>,
    /// The person's language, as an IETF tag such as `uk-UA`.
    #[serde(default)]
    pub locale: Option<String>,
    /// What the person may do, as the service names it. Names that Paydesk does not know mean nothing.
    #[serde(default)]
    pub roles: Vec<String>,
}

impl User {
    /// Whether the person may do what only the staff may do.
    pub fn is_staff(&self) -> bool {
        self.roles.iter().filter_map(|role| role.parse::<Role>().ok()).any(Role::is_staff)
    }
}

impl UserService {
    /// A client for `service`.
    pub fn new(service: InternalService) -> Self {
        Self { service }
    }

    /// The user of that id; none when there is none.
    ///
    /// # Errors
    /// When the service cannot be asked, or refuses.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, CallError> {
        self.get(id.as_str()).await
    }

    /// Asks whether the service answers and accepts our key.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), CallError> {
        self.get("health-check").await.map(drop)
    }

    async fn get(&self, id: &str) -> Result<Option<User>, CallError> {
        let call = self.service.call(USER, Method::GET, &format!("/internal/users/{id}"));
        let answer = call.within(WITHIN).send().await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            // Says nothing about the user: the key is being rotated, or wrong until somebody mends it.
            return Err(answer.error(Failure::NotReached, "the user service does not accept our key"));
        }
        if !answer.status.is_success() {
            return Err(answer.error(Failure::Refused, "the user service refused"));
        }
        answer.json().map(Some)
    }
}
