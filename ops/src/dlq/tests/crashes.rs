//! The command is interrupted, or loses an answer, at each of its calls. Nothing is lost.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::bench::{Bench, all};

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    AnswerLost,
    RequestLost,
    /// It is acted on, and then the command is gone.
    Death,
}

/// The kind of queue.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Standard,
    Fifo,
}

impl Kind {
    fn queues(self) -> (&'static str, &'static str) {
        match self {
            Self::Standard => ("email-queue", "email-queue-dlq"),
            Self::Fifo => ("telegram-queue.fifo", "telegram-queue-dlq.fifo"),
        }
    }
}

/// Three dead letters.
async fn three(kind: Kind) -> (Bench, BTreeSet<String>) {
    let bench = Bench::start().await;
    let bodies = ["one", "two", "three"].map(str::to_owned);
    for body in &bodies {
        let queue = format!("test-{}", kind.queues().1);
        match kind {
            Kind::Standard => bench.testbed.sqs.put(&queue, body),
            Kind::Fifo => bench.testbed.sqs.put_in_group(&queue, "chat-1", body),
        };
    }
    (bench, bodies.into())
}

async fn check(kind: Kind, number: usize, trouble: Trouble) {
    let (bench, bodies) = three(kind).await;
    let (queue, dead_letters) = kind.queues();
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => bench.wire.crash_at(number),
    }
    bench.retry(queue, &all()).await;
    let mut known = bench.different_bodies(queue);
    known.extend(bench.different_bodies(dead_letters));
    assert_eq!(known, bodies, "{kind:?} {number} {trouble:?}: every letter is somewhere at any time");
    bench.wire.revive();

    // Somebody runs it again, when what was hidden has come back.
    bench.show_again(dead_letters);
    let again = bench.retry(queue, &all()).await;
    assert!(again.is_whole(), "{again:?}");
    assert_eq!(bench.different_bodies(queue), bodies, "{kind:?} {number} {trouble:?}");
    assert_eq!(bench.bodies(dead_letters), Vec::<String>::new(), "{kind:?} {number} {trouble:?}");
    let sent = bench.bodies(queue).len();
    assert!(sent <= 6, "{kind:?} {number} {trouble:?}: {sent} sent, some more than twice");
}

#[tokio::test]
async fn interrupted_at_any_call_a_retry_loses_nothing() {
    for kind in [Kind::Standard, Kind::Fifo] {
        let (bench, _) = three(kind).await;
        bench.retry(kind.queues().0, &all()).await;
        let calls = bench.wire.calls().len();
        assert_eq!(calls, 8, "received, three sent and deleted, and the end was seen");
        let each = (1..=calls).flat_map(|number| {
            [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death]
                .map(|trouble| check(kind, number, trouble))
        });
        join_all(each).await;
    }
}
