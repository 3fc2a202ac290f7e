//! The function dies, or loses an answer, at each of its outside calls; then the queue delivers again.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::Value;

use super::bench::{Bench, EVENT_ID, update};

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Its answer is lost.
    AnswerLost,
    /// It never arrives.
    RequestLost,
    /// It is acted on, and then nothing works any more.
    Death,
}

/// A batch in which everything happens: two updates arrive, one of them late, one is refused, one is no update.
async fn batch() -> Bench {
    let bench = Bench::start().await;
    bench.wire.answer_next("/internal/orders/order-3/", 1, (500, "{}".to_owned()));
    bench.put(&update());
    bench.put(&paid("order-3", "late.4.0"));
    bench.put(&paid("order-404", "refused.4.0"));
    bench.put_text("not JSON");
    bench
}

/// The message that an order is paid.
fn paid(order: &str, event_id: &str) -> Value {
    let mut update = update();
    update["orderId"] = order.into();
    update["eventId"] = event_id.into();
    update
}

async fn check(number: usize, trouble: Trouble) {
    let bench = batch().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => {
            bench.wire.crash_at(number);
            while !bench.deliver_to_a_mortal(number).await {}
            assert!(bench.wire.revive(), "{number}");
        }
    }
    bench.deliver_all().await;

    assert_eq!(bench.keys("order-1").await, [EVENT_ID], "{trouble:?} {number}");
    assert_eq!(bench.keys("order-3").await, ["late.4.0"], "{trouble:?} {number}");
    let buried: BTreeSet<String> = bench.buried().into_iter().map(|grave| grave.body).collect();
    let refused = paid("order-404", "refused.4.0").to_string();
    assert_eq!(buried, BTreeSet::from([refused, "not JSON".to_owned()]), "{trouble:?} {number}");
}

#[tokio::test]
async fn whatever_call_goes_wrong_every_update_takes_effect_once() {
    let bench = batch().await;
    bench.deliver_all().await;
    let calls = bench.wire.calls().len();
    assert_eq!(calls, 7, "three updates told, one delayed and told again, two burials");
    let each = (1..=calls).flat_map(|number| {
        [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death].map(|trouble| check(number, trouble))
    });
    join_all(each).await;
}
