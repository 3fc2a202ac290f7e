//! A request under a key is done once, and a repeat gets the first answer.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::IDEMPOTENCY_KEYS;
use shared::stores::idempotency_keys::{Beginning, KeptAnswer, KeyedRequest, Running};
use shared::stores::table::StoreError;

use crate::setup::{Stores, minute, stores};

fn request(fingerprint: &str) -> KeyedRequest {
    KeyedRequest { name: "user-1#POST /pay#key-1".to_owned(), fingerprint: fingerprint.to_owned() }
}

fn answer(body: &str) -> KeptAnswer {
    KeptAnswer { status: 201, content_type: "application/json".to_owned(), body: body.to_owned() }
}

fn second(seconds: i64) -> Timestamp {
    minute(0) + SignedDuration::from_secs(seconds)
}

async fn begin(stores: &Stores, fingerprint: &str, at: Timestamp) -> Beginning {
    stores.keys.begin(&request(fingerprint), at).await.unwrap()
}

async fn started(stores: &Stores, at: Timestamp) -> Running {
    match begin(stores, "content", at).await {
        Beginning::Started(running) => running,
        other => panic!("{other:?}"),
    }
}

async fn kept(stores: &Stores, at: Timestamp) -> KeptAnswer {
    match begin(stores, "content", at).await {
        Beginning::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let stores = stores().await;
    let running = started(&stores, second(0)).await;
    stores.keys.finish(running, answer("first")).await.unwrap();
    assert_eq!(kept(&stores, second(1)).await, answer("first"));
    assert_eq!(kept(&stores, second(3600)).await, answer("first"));
    assert_eq!(stores.dynamodb.items(IDEMPOTENCY_KEYS).len(), 1);
}

#[tokio::test]
async fn a_key_belongs_to_one_content_before_and_after_the_answer() {
    let stores = stores().await;
    let running = started(&stores, second(0)).await;
    assert!(matches!(begin(&stores, "other", second(1)).await, Beginning::OtherContent));
    assert!(matches!(begin(&stores, "other", second(100)).await, Beginning::OtherContent));
    stores.keys.finish(running, answer("first")).await.unwrap();
    assert!(matches!(begin(&stores, "other", second(2)).await, Beginning::OtherContent));
}

#[tokio::test]
async fn while_it_runs_a_repeat_is_told_how_long_to_wait() {
    let stores = stores().await;
    started(&stores, second(0)).await;
    for (at, wait) in [(0, 60), (20, 40), (59, 1)] {
        let Beginning::StillRunning { retry_after_seconds } = begin(&stores, "content", second(at)).await
        else {
            panic!("not running at {at}")
        };
        assert_eq!(retry_after_seconds, wait);
    }
}

#[tokio::test]
async fn who_took_too_long_loses_the_right_to_answer() {
    let stores = stores().await;
    let slow = started(&stores, second(0)).await;
    let quick = started(&stores, second(60)).await;
    let late = stores.keys.finish(slow, answer("late")).await.unwrap_err();
    assert!(matches!(late, StoreError::Conflict), "{late}");
    stores.keys.finish(quick, answer("quick")).await.unwrap();
    assert_eq!(kept(&stores, second(61)).await, answer("quick"));
}

#[tokio::test]
async fn a_request_that_failed_may_be_tried_again_at_once() {
    let stores = stores().await;
    let failed = started(&stores, second(0)).await;
    stores.keys.release(failed).await.unwrap();
    let again = started(&stores, second(1)).await;
    stores.keys.finish(again, answer("second")).await.unwrap();
    assert_eq!(kept(&stores, second(2)).await, answer("second"));
}

#[tokio::test]
async fn of_many_that_begin_at_once_one_runs_also_when_a_lease_ran_out() {
    let stores = stores().await;
    for at in [second(0), second(60)] {
        let request = request("content");
        let all = (0..8).map(|_| stores.keys.begin(&request, at));
        let beginnings = futures::future::join_all(all).await;
        let running = beginnings.iter().filter(|one| matches!(one, Ok(Beginning::Started(_)))).count();
        let waiting =
            beginnings.iter().filter(|one| matches!(one, Ok(Beginning::StillRunning { .. }))).count();
        assert_eq!((running, waiting), (1, 7), "{beginnings:?}");
    }
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_known_again() {
    let stores = stores().await;
    stores.wire.drop_answer_of(1);
    let running = started(&stores, second(0)).await;
    stores.keys.finish(running, answer("first")).await.unwrap();
    assert_eq!(kept(&stores, second(1)).await, answer("first"));
}

#[tokio::test]
async fn a_kept_answer_survives_the_loss_of_the_stores_own() {
    let stores = stores().await;
    let running = started(&stores, second(0)).await;
    stores.wire.reset();
    stores.wire.drop_answer_of(1);
    // The repeat below us meets what the first try stored.
    let lost = stores.keys.finish(running, answer("first")).await.unwrap_err();
    assert!(matches!(lost, StoreError::Conflict), "{lost}");
    assert_eq!(kept(&stores, second(1)).await, answer("first"));
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    let stores = stores().await;
    started(&stores, second(0)).await;
    let item = stores.dynamodb.item(IDEMPOTENCY_KEYS, "REQUEST#user-1#POST /pay#key-1", "REQUEST").unwrap();
    assert_eq!(item["ttl"]["N"], (second(0).as_second() + 86_400).to_string());
}
