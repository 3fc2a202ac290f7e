//! Who people are, by the user service's word, held for five minutes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::domain::identifier::UserId;
use shared::providers::call::CallError;
use shared::providers::user_service::{User, UserService};
// The runtime's clock, so that a test can move it.
use tokio::time::Instant;

/// How long an answer is held.
const HELD: Duration = Duration::from_secs(5 * 60);
/// Most people held at once.
const MOST_HELD: usize = 1_000;

/// The people last asked about.
#[derive(Debug, Default)]
pub struct Directory {
    held: Mutex<HashMap<UserId, (User, Instant)>>,
}

impl Directory {
    /// The user of that id; none when there is none.
    ///
    /// # Errors
    /// When the user service cannot be asked.
    pub async fn user(&self, service: &UserService, id: &UserId) -> Result<Option<User>, CallError> {
        if let Some(user) = self.held(id) {
            return Ok(Some(user));
        }
        let found = service.user(id).await?;
        if let Some(user) = &found {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.len() >= MOST_HELD {
                held.clear();
            }
            held.insert(id.clone(), (user.clone(), Instant::now()));
        }
        Ok(found)
    }

    fn held(&self, id: &UserId) -> Option<User> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = held.get(id).filter(|(_, since)| since.elapsed() < HELD);
        fresh.map(|(user, _)| user.clone())
    }
}
