//! Deliveries: claimed once, finished once, whoever else is at it and whatever answer is lost.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::{NOTIFICATIONS, condition_failed, throttled};
use serde_json::{Value, json};
use shared::domain::notification::delivery::{DeliveryState, LEASE, Outcome, Standing};
use shared::stores::deliveries::{Claiming, Kept, NewDelivery};
use shared::stores::table::StoreError;

use crate::setup::{Stores, minute, stores};

const CONTENT: &str = r#"{"event":"payment.expired","data":{}}"#;

pub fn new_delivery(id: &str) -> NewDelivery {
    NewDelivery {
        id: id.parse().unwrap(),
        event: "payment.expired".to_owned(),
        user: Some("user-1".parse().unwrap()),
        correlation_id: "correlation-1".to_owned(),
        content: Some(CONTENT.to_owned()),
    }
}

/// The one that most tests are about.
pub const ID: &str = "INV-20261121-7K3M9QZX.4.0.telegram";

fn new() -> NewDelivery {
    new_delivery(ID)
}

pub fn second(seconds: i64) -> Timestamp {
    minute(0) + SignedDuration::from_secs(seconds)
}

pub fn stored(stores: &Stores, id: &str) -> Value {
    stores.dynamodb.item(NOTIFICATIONS, &format!("DELIVERY#{id}"), "DELIVERY").unwrap()
}

async fn claim(stores: &Stores, at: Timestamp) -> Kept {
    match stores.deliveries.claim(&new(), 0, at).await.unwrap() {
        Claiming::Send(kept) => *kept,
        other => panic!("{other:?}"),
    }
}

fn sent() -> Outcome {
    Outcome::Sent("42".to_owned())
}

async fn read(stores: &Stores) -> Kept {
    stores.deliveries.get(&new().id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_delivery_costs_two_writes_and_no_read() {
    let stores = stores().await;
    let claimed = claim(&stores, second(0)).await;
    stores.deliveries.finish(claimed, &sent(), second(1)).await.unwrap();
    let operations: Vec<String> = stores.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(operations, ["PutItem", "PutItem"]);
}

#[tokio::test]
async fn a_sent_delivery_as_it_is_stored() {
    let stores = stores().await;
    let claimed = claim(&stores, second(0)).await;
    let mut item = stored(&stores, ID);
    assert_eq!(
        item["standing"]["M"],
        json!({ "state": { "S": "SUBMITTING" }, "since": { "S": "2026-11-21T08:00:00Z" } })
    );
    stores.deliveries.finish(claimed, &sent(), second(1)).await.unwrap();
    item = stored(&stores, ID);
    assert_eq!(item["commit"]["S"].as_str().map(str::len), Some(32));
    item["commit"] = json!("drawn anew for each commit");
    insta::assert_json_snapshot!(item);
    assert_eq!(read(&stores).await.content.as_deref(), Some(CONTENT));
}

#[tokio::test]
async fn a_delivery_to_the_operators_is_in_nobodys_list_and_keeps_no_secrets() {
    let stores = stores().await;
    let new = NewDelivery { user: None, content: None, ..new() };
    stores.deliveries.queue(&new, second(0)).await.unwrap();
    let item = stored(&stores, ID);
    for name in ["gsi1pk", "gsi1sk", "user_id", "content"] {
        assert_eq!(item.get(name), None, "{name}");
    }
    assert_eq!(item["gsi2pk"], json!({ "S": "MONTH#2026-11" }));
}

#[tokio::test]
async fn every_standing_is_read_as_it_was_written() {
    let text = |text: &str| text.to_owned();
    let (at, reason) = (second(1), text("why"));
    for (outcome, standing) in [
        (Outcome::Sent(text("42")), Standing::Sent { at, message_id: text("42") }),
        (Outcome::Refused(text("why")), Standing::Failed { at, reason: reason.clone(), refused: true }),
        (Outcome::GivenUp(text("why")), Standing::Failed { at, reason: reason.clone(), refused: false }),
        (Outcome::Postponed(text("why")), Standing::Queued { last_error: Some(reason.clone()) }),
        (Outcome::Unclear(text("why")), Standing::Uncertain { at, reason: reason.clone() }),
        (Outcome::Suppressed(text("why")), Standing::Suppressed { at, reason: reason.clone() }),
    ] {
        let stores = stores().await;
        let claimed = claim(&stores, second(0)).await;
        stores.deliveries.finish(claimed, &outcome, at).await.unwrap();
        let kept = read(&stores).await;
        assert_eq!(kept.delivery.standing, standing);
        assert_eq!((kept.delivery.attempts, kept.delivery.created_at), (1, second(0)));
    }
}

#[tokio::test]
async fn of_two_claims_one_sends_and_the_other_waits() {
    let stores = stores().await;
    let claims = futures::future::join_all(
        (0..6).map(|_| async { stores.deliveries.claim(&new(), 0, second(0)).await.unwrap() }),
    )
    .await;
    let sending = claims.iter().filter(|claim| matches!(claim, Claiming::Send(_))).count();
    let waiting = claims.iter().filter(|claim| matches!(claim, Claiming::Busy { .. })).count();
    assert_eq!((sending, waiting), (1, 5), "{claims:?}");
}

#[tokio::test]
async fn a_claim_is_busy_then_lost_and_what_is_settled_stays() {
    let stores = stores().await;
    let claimed = claim(&stores, second(0)).await;
    let busy = stores.deliveries.claim(&new(), 0, second(30)).await.unwrap();
    assert!(matches!(busy, Claiming::Busy { wait_seconds: 90 }), "{busy:?}");
    let lost = stores.deliveries.claim(&new(), 0, second(0) + LEASE).await.unwrap();
    assert!(matches!(lost, Claiming::Lost), "{lost:?}");
    assert_eq!(read(&stores).await.delivery.state(), DeliveryState::Uncertain);
    let settled = stores.deliveries.claim(&new(), 0, second(500)).await.unwrap();
    assert!(matches!(settled, Claiming::Settled), "{settled:?}");
    // The first is slow, and still knows.
    stores.deliveries.finish(claimed, &sent(), second(501)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.state(), DeliveryState::Sent);
    let settled = stores.deliveries.claim(&new(), 0, second(502)).await.unwrap();
    assert!(matches!(settled, Claiming::Settled), "{settled:?}");
}

#[tokio::test]
async fn a_later_round_is_claimed_once_and_an_earlier_one_cannot_end_it() {
    let stores = stores().await;
    let first = claim(&stores, second(0)).await;
    let lost = stores.deliveries.claim(&new(), 0, second(200)).await.unwrap();
    assert!(matches!(lost, Claiming::Lost), "{lost:?}");
    let Claiming::Send(second_round) = stores.deliveries.claim(&new(), 1, second(201)).await.unwrap() else {
        panic!("the second round is not claimed")
    };
    assert_eq!((second_round.delivery.round, second_round.delivery.attempts), (1, 1));
    stores.deliveries.finish(first, &Outcome::Postponed("429".to_owned()), second(202)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.standing, Standing::Submitting { since: second(201) });
    let old = stores.deliveries.claim(&new(), 0, second(900)).await.unwrap();
    assert!(matches!(old, Claiming::Settled), "{old:?}");
    stores.deliveries.finish(*second_round, &sent(), second(203)).await.unwrap();
    assert_eq!(
        read(&stores).await.delivery.standing,
        Standing::Sent { at: second(203), message_id: "42".to_owned() }
    );
}

#[tokio::test]
async fn whoever_loses_the_answer_to_a_claim_still_has_it() {
    let stores = stores().await;
    stores.wire.drop_answer_of(1);
    let claimed = claim(&stores, second(0)).await;
    assert_eq!(stores.wire.count("PutItem"), 2, "the SDK repeats it, and the condition fails");
    stores.deliveries.finish(claimed, &sent(), second(1)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.state(), DeliveryState::Sent);
}

#[tokio::test]
async fn whoever_loses_the_answer_to_a_result_has_kept_it_once() {
    let stores = stores().await;
    let claimed = claim(&stores, second(0)).await;
    stores.wire.reset();
    stores.wire.drop_answer_of(1);
    stores.deliveries.finish(claimed, &sent(), second(1)).await.unwrap();
    assert_eq!(stored(&stores, ID)["version"], json!({ "N": "2" }), "one commit, however often it was sent");
}

#[tokio::test]
async fn whoever_loses_the_answer_to_a_second_claim_still_has_it() {
    let stores = stores().await;
    let claimed = claim(&stores, second(0)).await;
    stores.deliveries.finish(claimed, &Outcome::Postponed("429".to_owned()), second(1)).await.unwrap();
    stores.wire.reset();
    // Insert refused, read, commit: the answer to the commit is lost.
    stores.wire.drop_answer_of(3);
    let claimed = claim(&stores, second(2)).await;
    assert_eq!(claimed.delivery.attempts, 2);
    stores.deliveries.finish(claimed, &sent(), second(3)).await.unwrap();
    assert_eq!(
        read(&stores).await.delivery.standing,
        Standing::Sent { at: second(3), message_id: "42".to_owned() }
    );
}

#[tokio::test]
async fn whoever_loses_the_answer_to_finding_it_lost_does_not_send_it() {
    let stores = stores().await;
    // Claimed by somebody who died; perhaps it was sent.
    claim(&stores, second(0)).await;
    stores.wire.reset();
    // Insert refused, read, commit: the answer to the commit is lost.
    stores.wire.drop_answer_of(3);
    let claiming = stores.deliveries.claim(&new(), 0, second(200)).await.unwrap();
    assert!(matches!(claiming, Claiming::Lost), "{claiming:?}");
    assert_eq!(read(&stores).await.delivery.state(), DeliveryState::Uncertain);
}

#[tokio::test]
async fn what_waits_can_be_closed_and_nothing_else() {
    let stores = stores().await;
    let why = Outcome::Suppressed("not wanted any more".to_owned());
    stores.deliveries.close(&new().id, &why, second(0)).await.unwrap();
    assert_eq!(stores.deliveries.get(&new().id).await.unwrap(), None, "there is nothing to close");
    stores.deliveries.queue(&new(), second(1)).await.unwrap();
    stores.deliveries.close(&new().id, &why, second(2)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.state(), DeliveryState::Suppressed);
    let claiming = stores.deliveries.claim(&new(), 0, second(3)).await.unwrap();
    assert!(matches!(claiming, Claiming::Settled), "{claiming:?}");
}

#[tokio::test]
async fn a_bounce_that_comes_before_the_senders_own_word_stays() {
    let stores = stores().await;
    let claimed = claim(&stores, second(0)).await;
    stores.deliveries.bounce(&new().id, "no such user", second(1)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.state(), DeliveryState::Bounced);
    stores.deliveries.finish(claimed, &sent(), second(2)).await.unwrap();
    let standing = Standing::Bounced { at: second(1), reason: "no such user".to_owned() };
    assert_eq!(read(&stores).await.delivery.standing, standing);
    stores.deliveries.bounce(&new().id, "again", second(3)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.standing, standing, "the second word changes nothing");
}

#[tokio::test]
async fn what_is_not_there_does_not_come_back() {
    let stores = stores().await;
    stores.deliveries.bounce(&new().id, "no such user", second(1)).await.unwrap();
    assert_eq!(stores.deliveries.get(&new().id).await.unwrap(), None);
    assert!(stores.dynamodb.items(NOTIFICATIONS).is_empty());
}

#[tokio::test]
async fn what_waits_for_all_to_see_changes_nothing_that_is_there() {
    let stores = stores().await;
    stores.deliveries.queue(&new(), second(0)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.standing, Standing::Queued { last_error: None });
    let claimed = claim(&stores, second(9)).await;
    assert_eq!((claimed.delivery.created_at, claimed.delivery.attempts), (second(0), 1));
    stores.deliveries.queue(&new(), second(10)).await.unwrap();
    assert_eq!(read(&stores).await.delivery.standing, Standing::Submitting { since: second(9) });
}

#[tokio::test]
async fn whoever_always_comes_second_gives_up_for_a_later_try() {
    let stores = stores().await;
    claim(&stores, second(0)).await;
    stores.wire.answer_next("PutItem", 20, condition_failed());
    let result = stores.deliveries.claim(&new(), 0, second(200)).await;
    assert!(matches!(result, Err(StoreError::Conflict)), "{result:?}");
    let result = stores.deliveries.bounce(&new().id, "gone", second(200)).await;
    assert!(matches!(result, Err(StoreError::Conflict)), "{result:?}");
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error_and_not_a_claim() {
    let stores = stores().await;
    stores.wire.answer_next("PutItem", 9, throttled());
    let result = stores.deliveries.claim(&new(), 0, second(0)).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    let result = stores.deliveries.queue(&new(), second(0)).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    assert!(stores.dynamodb.items(NOTIFICATIONS).is_empty());
}
