//! What whoever works off a queue does while the store is in trouble.

use std::time::Duration;

use tokio::time::sleep;

use crate::queues::batch::Delivery;
use crate::retry::{Retry, Verdict};
use crate::stores::table::StoreError;

/// How long a message waits for the store.
pub const STORE_PAUSE: Duration = Duration::from_secs(60);

/// How long to wait before what somebody else answered is written down again.
const WRITE_AGAIN_AFTER: [Duration; 3] =
    [Duration::from_millis(300), Duration::from_millis(900), Duration::from_millis(2_700)];

/// What an error of the store means for a message of which nothing was done. Only what nobody can read, or write,
/// is dead.
pub fn put_off(error: &StoreError) -> Delivery {
    match error.retry() {
        Retry::Never => Delivery::Dead { reason: error.to_string() },
        Retry::Safe { .. } | Retry::AskFirst => {
            Delivery::Later { after: STORE_PAUSE, reason: error.to_string() }
        }
    }
}

/// Writes down what somebody else answered, and does it again a few times where the store fails: the answer is worth
/// more than the time, for without it they have to be asked, or a person. `on_failure` hears of each failure.
///
/// # Errors
/// The store's last word.
pub async fn write_down<T>(
    mut write: impl AsyncFnMut() -> Result<T, StoreError>,
    on_failure: impl Fn(&StoreError),
) -> Result<T, StoreError> {
    let mut pauses = WRITE_AGAIN_AFTER.into_iter();
    loop {
        let error = match write().await {
            Ok(written) => return Ok(written),
            Err(error) => error,
        };
        on_failure(&error);
        match pauses.next() {
            Some(pause) if error.retry() != Retry::Never => sleep(pause).await,
            _ => return Err(error),
        }
    }
}
