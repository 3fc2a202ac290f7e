//! Every outside call of a delivery fails once, in three ways; delivered again, each event counts once.

use serde_json::json;

use super::bench::{Bench, sent};

/// What happens at a call.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// The other side acts, and its answer is lost.
    Answer,
    /// The other side sees nothing.
    Request,
    /// The other side acts, and the function dies.
    Crash,
}

/// Two users, one of them with an event that cannot count.
async fn prepare() -> Bench {
    let bench = Bench::start().await;
    let mut unpriced = sent("e-3", "user-1");
    unpriced.as_object_mut().unwrap().remove("cost");
    bench.put(&json!({ "events": [sent("e-1", "user-1"), sent("e-2", "user-2"), unpriced] }));
    bench
}

async fn check(bench: &Bench, case: &str) {
    for user in ["user-1", "user-2"] {
        assert_eq!(bench.open(user).await, (1, "0.04".to_owned()), "{case}: {user}");
    }
    let reasons = bench.reasons();
    // Who dies after it was buried and before the queue knows buries it again.
    assert!((1..=2).contains(&reasons.len()), "{case}: {reasons:?}");
    assert!(reasons.iter().all(|reason| reason == "1 of 3 events do not count: e-3 no_rate"), "{reasons:?}");
}

#[tokio::test]
async fn every_event_counts_once_whatever_call_fails() {
    let bench = prepare().await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let calls = bench.wire.calls().len();
    check(&bench, "clean").await;
    assert!(calls >= 6, "{calls}");
    for place in 1..=calls {
        for cut in [Cut::Answer, Cut::Request, Cut::Crash] {
            let mut bench = prepare().await;
            match cut {
                Cut::Answer => bench.wire.drop_answer_of(place),
                Cut::Request => bench.wire.drop_request(place),
                Cut::Crash => {
                    bench.wire.crash_at(place);
                    bench.deliver_to_a_mortal().await;
                }
            }
            bench.deliver_all().await;
            check(&bench, &format!("{cut:?} of call {place}")).await;
        }
    }
}
