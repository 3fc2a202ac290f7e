//! Letters are deleted only when that was said twice.

use super::bench::{Bench, all, only};

#[tokio::test]
async fn nothing_is_dropped_without_a_yes() {
    let bench = Bench::start().await;
    bench.put("reconciler-dlq", "{}");
    let error = bench.drop("reconciler-dlq", &all(), false).await.unwrap_err().to_string();
    assert!(error.contains("--yes") && error.contains("reconciler-dlq"), "{error}");
    assert_eq!(bench.bodies("reconciler-dlq").len(), 1);
    assert!(bench.wire.calls().is_empty());
}

#[tokio::test]
async fn one_letter_or_all_are_dropped_and_sent_nowhere() {
    let bench = Bench::start().await;
    let ids: Vec<String> = (0..14).map(|index| bench.put("email-queue-dlq", &format!("{index}"))).collect();
    let tally = bench.drop("email-queue", &only(&ids[12]), true).await.unwrap();
    assert_eq!((tally.done, tally.is_whole()), (1, true));
    let left = bench.bodies("email-queue-dlq");
    assert_eq!((left.len(), left.contains(&"12".to_owned())), (13, false));
    assert!(bench.is_all_visible("email-queue-dlq"));

    assert_eq!(bench.drop("email-queue", &all(), true).await.unwrap().done, 13);
    assert_eq!(bench.bodies("email-queue-dlq").len() + bench.bodies("email-queue").len(), 0);
}
