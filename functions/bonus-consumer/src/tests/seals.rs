//! Numbers come sealed: with the secret, with the one before it, with a newer one, or with somebody else's.

use std::time::Duration;

use serde_json::json;

use super::bench::{Bench, RECEIPT, clock_moves};
use super::deployed::SECRET;
use super::outside::{PHONE, accepted, accepted_with, sealed_with, sealer};
use crate::app::DELAYS;

const NEWER: &str = "a newer secret of the receipt system";

#[tokio::test]
async fn a_number_that_was_not_sealed_for_us_is_buried_when_no_secret_came_that_opens_it() {
    let bench = Bench::start().await;
    for token in [sealed_with("somebody else's", PHONE), "AAAA".to_owned()] {
        bench.put(&accepted_with(RECEIPT, &json!({ "msisdn": token })));
    }
    for delay in DELAYS {
        assert_eq!((bench.deliver().await.len(), bench.buried().len()), (2, 0), "{delay:?}");
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let reasons: Vec<String> = bench.buried().into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, ["given up after 6 tries: the number was not sealed with the secret receipts"; 2]);
    assert_eq!((bench.items("BONUS").len(), bench.calls().len()), (0, 0));
}

#[tokio::test]
async fn a_number_under_a_newer_secret_makes_the_secret_be_read_again_and_is_paid_at_once() {
    let bench = Bench::start().await;
    bench.aws.secrets.set("test/receipts", &json!({ "encryptionSecret": NEWER }));
    clock_moves(Duration::from_secs(61)).await;
    bench.accept(&accepted_with(RECEIPT, &json!({ "msisdn": sealed_with(NEWER, PHONE) }))).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    // What was sealed before the rotation is opened as well.
    bench.accept(&accepted("receipt-2")).await;
    assert_eq!((bench.state("receipt-2").as_str(), bench.payments().await), ("DONE", vec![1, 1]));
}

#[tokio::test]
async fn a_number_under_a_secret_that_came_a_moment_ago_waits_for_it_and_is_paid() {
    let bench = Bench::start().await;
    bench.aws.secrets.set("test/receipts", &json!({ "encryptionSecret": NEWER }));
    // The secrets were read just now: they are not read again for everybody who knocks.
    for number in 0..5 {
        let rotated = json!({ "msisdn": sealed_with(NEWER, PHONE) });
        bench.put(&accepted_with(&format!("receipt-{number}"), &rotated));
    }
    assert_eq!((bench.deliver().await.len(), bench.buried().len()), (5, 0));
    assert!(bench.waiting().iter().all(|message| message.visibility_timeouts == [5]));
    clock_moves(Duration::from_secs(61)).await;
    assert_eq!((bench.deliver().await.len(), bench.buried().len()), (0, 0));
    assert_eq!((bench.items("BONUS").len(), bench.payments().await), (5, vec![1; 5]));
}

#[tokio::test]
async fn a_number_is_opened_whatever_the_clock_of_who_sealed_it_says() {
    let bench = Bench::start().await;
    for (receipt, time) in [("receipt-1", 0), ("receipt-2", 4_000_000_000)] {
        let token = sealer(SECRET).encrypt_at_time(PHONE.as_bytes(), time);
        bench.accept(&accepted_with(receipt, &json!({ "msisdn": token }))).await;
        assert_eq!(bench.state(receipt), "DONE", "{time}");
    }
}

#[tokio::test]
async fn foreign_numbers_make_the_secret_be_read_at_most_once_a_minute() {
    let bench = Bench::start().await;
    clock_moves(Duration::from_secs(61)).await;
    for number in 0..5 {
        let foreign = json!({ "msisdn": sealed_with("somebody else's", PHONE) });
        bench.put(&accepted_with(&format!("receipt-{number}"), &foreign));
        assert_eq!(bench.deliver().await.len(), number + 1);
    }
    assert_eq!((bench.buried().len(), bench.wire.count("BatchGetSecretValue")), (0, 1));
}

#[tokio::test]
async fn a_bonus_that_is_there_needs_no_key_to_be_known_again() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    for secret in [NEWER, "a third one"] {
        bench.aws.secrets.set("test/receipts", &json!({ "encryptionSecret": secret }));
    }
    bench.renew().await;
    bench.accept(&accepted_with(RECEIPT, &json!({ "msisdn": sealed_with(SECRET, PHONE) }))).await;
    assert_eq!((bench.buried().len(), bench.payments().await), (0, vec![1]));
}

#[tokio::test]
async fn without_a_secret_receipts_wait_until_there_is_one() {
    let bench = Bench::start().await;
    // Twice, so that the one before it is empty, too.
    for _ in 0..2 {
        bench.aws.secrets.set("test/receipts", &json!({ "encryptionSecret": "" }));
    }
    bench.renew().await;
    bench.put(&accepted_with(RECEIPT, &json!({ "msisdn": sealed_with("", PHONE) })));
    assert_eq!(bench.deliver().await.len(), 1, "anybody can seal with nothing");
    bench.put(&accepted("receipt-2"));
    assert_eq!((bench.deliver().await.len(), bench.items("BONUS").len()), (2, 0));
    bench.aws.secrets.set("test/receipts", &json!({ "encryptionSecret": SECRET }));
    bench.renew().await;
    assert_eq!(bench.deliver().await.len(), 1, "what is sealed with nothing is opened by no secret");
    assert_eq!((bench.state("receipt-2").as_str(), bench.items("BONUS").len()), ("DONE", 1));
}
