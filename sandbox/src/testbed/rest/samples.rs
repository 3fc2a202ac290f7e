//! What an API answers to its sample events.

use super::answer::Answer;
use crate::testbed::event_files;

/// Sees that `expected` names every sample event with its status, and that each is answered so, under its own correlation
/// id, and with `no-store` where `cached` does not name it with another `Cache-Control`.
pub async fn hold(expected: &[(&str, u16)], cached: &[(&str, &str)], ask: impl AsyncFn(&str) -> Answer) {
    event_files::hold(expected.iter().map(|(case, _)| *case));
    for (case, status) in expected {
        let answer = ask(case).await;
        assert_eq!(answer.status, *status, "{case}: {}", answer.body);
        assert_eq!(answer.header("x-correlation-id"), format!("sample-{case}"), "{case}");
        let other = cached.iter().find(|(name, _)| name == case);
        let held = other.map_or("no-store", |(_, held)| *held);
        assert_eq!(answer.header("cache-control"), held, "{case}");
    }
}
