//! Messages that can never be jobs: buried at first sight with the field that is wrong, shown where their job can
//! be told, and in nobody's way.

use std::collections::BTreeSet;
use std::path::PathBuf;

use futures::future::join_all;
use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS, PAYMENTS, TIME, handle_by};
use super::jobs::{NO_ORDER, RICE, THREE, add_item, draft_of, job, known_client, pay, place, postponed};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../events/billz-consumer"].iter().collect()
}

/// An event file, about an order and a client that are there.
fn event(case: &str, order: &str, client: &str) -> Value {
    let path = folder().join(case).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = text.replace(NO_ORDER, order).replace("622c8993-9f82-45ae-a69d-63103d8506d5", client);
    serde_json::from_str(&text).unwrap()
}

/// What one file leads to, when there is the order that it names.
struct Outcome {
    name: &'static str,
    /// Whether the order is postponed before.
    is_postponed: bool,
    /// The jobs that are done then.
    done: &'static [&'static str],
    /// How the reasons begin with which messages are buried.
    buried: &'static [&'static str],
}

const fn one(name: &'static str, is_postponed: bool, done: &'static [&'static str]) -> Outcome {
    Outcome { name, is_postponed, done, buried: &[] }
}

const fn bad(name: &'static str, done: &'static [&'static str], buried: &'static [&'static str]) -> Outcome {
    Outcome { name, is_postponed: false, done, buried }
}

const FILES: [Outcome; 17] = [
    one("create-client", false, &["sample-create-client"]),
    one("create-order", false, &["sample-create-order"]),
    one("add-item", false, &["sample-add-item"]),
    one("add-client", false, &["sample-add-client"]),
    one("postpone-order", false, &["sample-postpone-order"]),
    one("cancel-postpone", true, &["sample-cancel-postpone"]),
    one("create-discount", false, &["sample-create-discount"]),
    one("make-payment", true, &["sample-make-payment"]),
    one("delete-order", true, &["sample-delete-order"]),
    one("get-order", true, &["sample-get-order"]),
    one("place-order", false, &["sample-place-order"]),
    bad("unknown-type", &[], &["type: names no job"]),
    bad("negative-quantity", &[], &["payload.qty: "]),
    bad("unknown-reply-queue", &[], &["replyQueue: "]),
    bad("resume", &[], &["there is no such job"]),
    bad("malformed", &[], &["malformed message: "]),
    bad("malformed-among-others", &["sample-create-client", "sample-create-order"], &["malformed message: "]),
];

#[test]
fn every_file_is_in_the_table() {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let names: BTreeSet<String> =
        names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, FILES.iter().map(|file| file.name.to_owned()).collect());
}

async fn check_file(outcome: &Outcome) {
    let Outcome { name, is_postponed, done, buried } = outcome;
    let bench = Bench::start().await;
    let client = known_client(&bench).await;
    // The sample pays 65,000 soum: 70,000 with 5,000 off.
    let order = if *is_postponed { postponed(&bench).await } else { draft_of(&bench, 2).await };
    let off = job(
        "CREATE_DISCOUNT",
        "before-discount",
        json!({ "orderId": order, "amount": 5000, "totalPrice": 70000 }),
    );
    if *name == "make-payment" {
        let cancel = super::jobs::of_order("CANCEL_POSTPONE", "before-cancel", &order);
        assert_eq!(bench.run(OPERATIONS, &cancel).await, "SUCCEEDED");
        assert_eq!(bench.run(OPERATIONS, &off).await, "SUCCEEDED");
    }
    bench.begin();
    let answer = handle_by(&bench.app, &event(name, &order, &client), TIME).await;
    assert_eq!(answer["batchItemFailures"], json!([]), "{name}");
    for id in *done {
        assert_eq!(bench.state(id), "SUCCEEDED", "{name}: {}", bench.job(id));
    }
    let mut graves = bench.buried(OPERATIONS);
    graves.extend(bench.buried(PAYMENTS));
    assert_eq!(graves.len(), buried.len(), "{name}: {graves:?}");
    for ((_, reason), expected) in graves.iter().zip(*buried) {
        assert!(reason.starts_with(expected), "{name}: {reason}");
    }
    if done.is_empty() {
        assert_eq!(bench.calls(), Vec::<String>::new(), "{name}");
    }
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    join_all(FILES.iter().map(check_file)).await;
}

#[tokio::test]
async fn a_poison_job_at_any_place_of_five_is_buried_and_the_four_are_done() {
    let poisons = ["{\"type\":", "{\"type\":\"ADD_ITEM\"}", "[]", "{\"resume\":7}"];
    let cases = (0..5).flat_map(|place| poisons.map(|poison| (place, poison)));
    join_all(cases.map(async |(place, poison)| {
        let bench = Bench::start().await;
        for number in 0..5 {
            if number == place {
                bench.aws.sqs.put(OPERATIONS, poison);
            } else {
                bench.put(OPERATIONS, &job("CREATE_ORDER", &format!("job-{number}"), json!({})));
            }
        }
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new(), "{place} {poison}");
        assert_eq!(bench.orders().await.len(), 4, "{place} {poison}");
        let done =
            (0..5).filter(|number| *number != place).map(|number| bench.state(&format!("job-{number}")));
        assert!(done.into_iter().all(|state| state == "SUCCEEDED"), "{place} {poison}");
        let buried = bench.buried(OPERATIONS);
        assert_eq!((buried.len(), buried[0].0.as_str()), (1, poison));
    }))
    .await;
}

fn with(place: &str, value: Value, mut message: Value) -> Value {
    let (parent, name) = place.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
    message
}

fn without(place: &str, mut message: Value) -> Value {
    let (parent, name) = place.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    message
}

#[tokio::test]
async fn a_job_with_a_wrong_field_is_buried_with_its_name_and_shown_as_dead() {
    let add = || add_item("job-1", NO_ORDER, RICE, 1);
    let order = || place("job-1", "12345", &THREE, 0);
    let paid = || pay("job-1", NO_ORDER, 70_000);
    let cases = [
        (without("/payload/orderId", add()), "payload.orderId: is missing"),
        (with("/payload/qty", json!(-2), add()), "payload.qty: "),
        (with("/payload/qty", json!(0), add()), "payload.qty: "),
        (with("/payload/qty", json!(1.0005), add()), "payload.qty: "),
        (with("/payload/more", json!(1), add()), "payload.more: "),
        (with("/payload/totalPrice", json!(-1), paid()), "payload.totalPrice: "),
        (with("/payload/totalPrice", json!(0.001), paid()), "payload.totalPrice: "),
        (with("/payload/cardId", json!("4111111111111111"), paid()), "payload.cardId: "),
        (without("/payload/products", order()), "payload.products: is missing"),
        (with("/payload/products", json!([]), order()), "payload.products: "),
        (without("/payload/products/1/qty", order()), "payload.products[1].qty: is missing"),
        (with("/payload/discountAmount", json!(477_050), order()), "payload.discountAmount: "),
        (with("/payload/clientInfo/phone", json!("nobody"), order()), "payload.clientInfo.phone: "),
        (with("/timestamp", json!("now"), add()), "timestamp: "),
        (with("/replyQueue", json!("somebody-elses"), add()), "replyQueue: "),
        (without("/payload", add()), "payload: is missing"),
    ];
    join_all(cases.map(async |(message, expected)| {
        let bench = Bench::start().await;
        bench.put(OPERATIONS, &message);
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new(), "{message}");
        let buried = bench.buried(OPERATIONS);
        assert!(buried.len() == 1 && buried[0].1.starts_with(expected), "{message}: {buried:?}");
        assert_eq!(serde_json::from_str::<Value>(&buried[0].0).unwrap(), message);
        let standing = bench.job("job-1")["standing"].clone();
        assert_eq!((&standing["state"], &standing["reason"]), (&json!("DEAD"), &json!(buried[0].1)));
        assert_eq!(bench.told(), [("billz_job.ended".to_owned(), "DEAD".to_owned())]);
        assert_eq!(bench.calls(), Vec::<String>::new(), "{message}");
    }))
    .await;
}

#[tokio::test]
async fn a_job_that_is_put_right_is_taken_under_the_same_id() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    let wrong = with("/payload/qty", json!(-2), add_item("job-1", &draft, RICE, 1));
    bench.put(OPERATIONS, &wrong);
    // Twice: the second finds the first.
    bench.put(OPERATIONS, &wrong);
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.state("job-1").as_str(), bench.buried(OPERATIONS).len()), ("DEAD", 2));
    assert_eq!(bench.run(OPERATIONS, &add_item("job-1", &draft, RICE, 2)).await, "SUCCEEDED");
    assert_eq!(bench.orders().await[0]["totalQuantity"], json!(3));
}

#[tokio::test]
async fn a_malformed_message_with_the_id_of_a_job_that_was_done_does_not_touch_it() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    let message = add_item("job-1", &draft, RICE, 1);
    assert_eq!(bench.run(OPERATIONS, &message).await, "SUCCEEDED");
    let stored = bench.job("job-1");
    bench.put(OPERATIONS, &with("/payload/qty", json!(-2), message));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.buried(OPERATIONS).len(), bench.job("job-1")), (1, stored));
}

#[tokio::test]
async fn a_batch_of_a_queue_that_is_not_ours_stays_where_it_is() {
    let bench = Bench::start().await;
    let ids =
        [bench.put("paydesk-order-updates", &json!({})), bench.put("paydesk-order-updates", &json!({}))];
    assert_eq!(bench.deliver("paydesk-order-updates").await, ids);
    assert!(bench.wire.calls().is_empty());
}
