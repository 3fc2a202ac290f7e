//! The function dies, or loses an answer, at each of its outside calls; then the stream delivers again.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};

use super::bench::{Bench, event, event_id, paid_invoices, sequence_number, spoil};

/// The event of the bonus in `bonus-succeeded.json`.
const BONUS_PAID: &str = "receipt-1.2.0";

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Its answer is lost; the SDK may repeat it.
    AnswerLost,
    /// It never arrives; the SDK may repeat it.
    RequestLost,
    /// It is acted on, and then nothing works any more.
    Death,
}

/// Two requests' worth of changes for each queue of payments, two of them unreadable; a task; and jobs at Billz to
/// be answered and gone on with; a bonus that is paid, and a report on another's bill.
fn changes() -> Value {
    let mut changes = paid_invoices(14);
    spoil(&mut changes, 3);
    spoil(&mut changes, 11);
    let others = [
        "task-submitted",
        "billz-job-repeated",
        "billz-payment-resumed",
        "billz-job-resumed",
        "portmone-bill-reported",
        "bonus-succeeded",
    ];
    for (index, name) in (14..).zip(others) {
        let mut record = event(name)["Records"][0].clone();
        record["dynamodb"]["SequenceNumber"] = sequence_number(index).into();
        changes["Records"].as_array_mut().unwrap().push(record);
    }
    changes
}

/// Delivers as Lambda does: from the first failed change on, or all when the function died.
async fn deliver_until_done(bench: &Bench) {
    let mut changes = changes();
    for _ in 0..5 {
        let failed = bench.deliver(&changes).await;
        if bench.wire.revive() {
            continue;
        }
        let Some(first) = failed.into_iter().min() else { return };
        let records = changes["Records"].as_array().unwrap().iter();
        let rest: Vec<&Value> =
            records.skip_while(|record| record["dynamodb"]["SequenceNumber"] != first.as_str()).collect();
        changes = json!({ "Records": rest });
    }
    panic!("still not done: {changes}");
}

async fn check(number: usize, trouble: Trouble) {
    let bench = Bench::start().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => bench.wire.crash_at(number),
    }
    deliver_until_done(&bench).await;

    let expected: BTreeSet<String> = (0..14).filter(|index| ![3, 11].contains(index)).map(event_id).collect();
    let told = [&expected, &BTreeSet::from([BONUS_PAID.to_owned()])].into_iter().flatten().cloned().collect();
    for (ids, messages, expected) in [
        (bench.event_ids(), bench.updates(), &expected),
        (bench.notified_ids(), bench.notifications(), &told),
    ] {
        assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), *expected, "{trouble:?} {number}");
        let bodies: BTreeSet<String> = messages.iter().map(Value::to_string).collect();
        assert_eq!(
            bodies.len(),
            expected.len(),
            "{trouble:?} {number}: one event has one body in each queue, however often it comes"
        );
    }
    let requested: BTreeSet<String> = bench.task_requests().iter().map(Value::to_string).collect();
    assert_eq!(
        requested.len(),
        1,
        "{trouble:?} {number}: the task is requested, in the same words each time"
    );
    let replies: BTreeSet<String> = bench.replies().iter().map(Value::to_string).collect();
    assert_eq!(replies.len(), 1, "{trouble:?} {number}: an answer is in the same words each time");
    let (payments, others) = bench.resumed();
    let ids = |ids: Vec<String>| ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    assert_eq!(ids(payments), ["sample-make-payment"], "{trouble:?} {number}");
    assert_eq!(ids(others), ["sample-place-order"], "{trouble:?} {number}");
    for messages in [bench.bonus_work(), bench.analytics()] {
        let bodies: BTreeSet<String> = messages.iter().map(Value::to_string).collect();
        assert_eq!(bodies.len(), 1, "{trouble:?} {number}: {bodies:?}");
    }
    let buried: BTreeSet<String> = bench.buried().into_iter().map(|grave| grave.body).collect();
    assert_eq!(buried.len(), 2, "{trouble:?} {number}");
}

#[tokio::test]
async fn whatever_call_goes_wrong_every_event_arrives_under_its_id() {
    let bench = Bench::start().await;
    deliver_until_done(&bench).await;
    let calls = bench.wire.calls().len();
    assert_eq!(calls, 12, "two requests to each queue of payments, one to each other queue, two burials");
    let each = (1..=calls).flat_map(|number| {
        [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death].map(|trouble| check(number, trouble))
    });
    join_all(each).await;
}
