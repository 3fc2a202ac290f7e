//! Waiting for what happens behind a queue: asks again until a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often is asked.
const INTERVAL: Duration = Duration::from_millis(100);

/// Asks until there is an answer.
///
/// # Errors
/// When there is none within the time, or asking fails.
pub async fn until<T>(
    what: &str,
    longest: Duration,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + longest;
    loop {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            anyhow::bail!("{what}: not within {longest:?}");
        }
        sleep(INTERVAL).await;
    }
}
