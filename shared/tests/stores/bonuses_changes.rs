//! Changes of bonuses: decided anew when others came first, known again when their answer was lost, and never half.

use futures::future::join_all;
use sandbox::testbed::dynamodb::{BONUSES, transaction_cancelled};
use shared::domain::bonus::{Bonus, BonusEvent, BonusState, Call};
use shared::stores::bonuses::ChangedBonus;
use shared::stores::table::StoreError;

use crate::bonus_setup::{BonusStores, NOON, bill_id, bonus, bonus_stores, cause, id, making, paid, paying};

/// What the store says that may not be asked.
const DENIED: &str = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}"#;

type Changed = Result<Option<ChangedBonus<Option<Call>>>, StoreError>;

async fn change(stores: &BonusStores, decide: impl Fn(&mut Bonus) -> Option<Call>) -> Changed {
    stores.bonuses.change(&id("receipt-1"), None, &cause(NOON), decide).await
}

fn call_of(changed: Changed) -> Option<Call> {
    changed.unwrap().unwrap().outcome
}

/// A bonus whose bill is being made.
async fn being_made() -> (BonusStores, Call) {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    stores.wire.reset();
    stores.new_events();
    (stores, making)
}

#[tokio::test]
async fn of_many_who_want_to_make_a_bill_one_may() {
    let stores = BonusStores::with("receipt-1").await;
    let claims = join_all((0..5).map(|_| change(&stores, making))).await;
    // Three conflicts in a row are told as one: whoever hears that has claimed nothing.
    let claimed = claims.into_iter().filter_map(Result::ok).filter_map(|changed| changed.unwrap().outcome);
    assert_eq!(claimed.count(), 1);
    let stored = stores.read("receipt-1").await;
    assert_eq!((stored.state(), stored.exchanges), (BonusState::MakingBill, 1));
    assert_eq!(stores.count("EXCHANGE"), 1);
}

#[tokio::test]
async fn of_many_who_want_to_pay_a_bill_one_may() {
    let (stores, making) = being_made().await;
    let claims = join_all((0..5).map(|_| change(&stores, |bonus| paying(bonus, &making, "523")))).await;
    let claimed = claims.into_iter().filter_map(Result::ok).filter_map(|changed| changed.unwrap().outcome);
    assert_eq!(claimed.count(), 1);
    let stored = stores.read("receipt-1").await;
    assert_eq!((stored.payments, stored.bill), (1, Some(bill_id("523"))));
    assert_eq!(stores.new_events(), ["receipt-1.3.0 bonus.initiated"]);
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let (stores, making) = being_made().await;
    let rest = change(&stores, |_| None).await.unwrap().unwrap();
    assert_eq!((rest.outcome, rest.events), (None, Vec::new()));
    assert_eq!(stores.operations(), ["GetItem"]);
    assert_eq!(stores.read("receipt-1").await.exchanges, making.number);
}

#[tokio::test]
async fn a_change_tells_what_happened_by_it_and_its_bonus_brings_nothing_to_be_told_again() {
    let (stores, making) = being_made().await;
    let changed = change(&stores, |bonus| paying(bonus, &making, "523")).await.unwrap().unwrap();
    assert_eq!(changed.events, [BonusEvent::Initiated]);
    assert_eq!(changed.bonus, stores.read("receipt-1").await);
    assert_eq!((changed.bonus.outbox, changed.bonus.evidence), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn the_bill_its_owner_the_evidence_and_the_payment_are_one_transaction() {
    let (stores, making) = being_made().await;
    change(&stores, |bonus| paying(bonus, &making, "523")).await.unwrap();
    assert_eq!(stores.operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    let written = stores.wire.calls()[2].request_json();
    let keys: Vec<&str> = written["TransactItems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["Put"]["Item"]["pk"]["S"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        ["BONUS#receipt-1", "PORTMONE_BILL#523", "EXCHANGE#receipt-1#1", "EXCHANGE#receipt-1#2"]
    );
    assert_eq!(stores.bills.get(&bill_id("523")).await.unwrap().bonus, Some(id("receipt-1")));
}

#[tokio::test]
async fn a_commit_whose_every_answer_was_lost_is_known_by_its_mark() {
    let (stores, making) = being_made().await;
    // Two reads, and the SDK's three tries of the transaction.
    for number in [3, 4, 5] {
        stores.wire.drop_answer_of(number);
    }
    let changed = change(&stores, |bonus| paying(bonus, &making, "523")).await.unwrap().unwrap();
    let [first, second] = ["GetItem", "TransactWriteItems"];
    assert_eq!(stores.operations(), [first, first, second, second, second, first]);
    assert_eq!(changed.outcome.unwrap().number, 2, "who committed it makes the call");
    assert_eq!(changed.events, [BonusEvent::Initiated]);
    assert_eq!(changed.bonus, stores.read("receipt-1").await);
    assert_eq!(stores.read("receipt-1").await.payments, 1);
    assert_eq!(stores.new_events(), ["receipt-1.3.0 bonus.initiated"]);
}

#[tokio::test]
async fn a_commit_is_known_by_its_mark_even_when_the_store_is_gone_for_a_moment_after_it() {
    for gone in 1..=2 {
        let (stores, making) = being_made().await;
        for number in [3, 4, 5] {
            stores.wire.drop_answer_of(number);
        }
        for number in 6..6 + gone {
            stores.wire.answer(number, 400, DENIED);
        }
        let changed = change(&stores, |bonus| paying(bonus, &making, "523")).await;
        assert_eq!(call_of(changed).unwrap().number, 2, "{gone}: who committed it makes the call");
        assert_eq!(stores.wire.count("TransactWriteItems"), 3, "{gone}: committed once, by the SDK's tries");
        check_paid_once(&stores, &gone.to_string()).await;
    }
}

#[tokio::test]
async fn a_commit_of_the_last_try_is_known_by_its_mark() {
    let (stores, making) = being_made().await;
    let others_first = transaction_cancelled(&["TransactionConflict", "None", "None", "None"]);
    stores.wire.answer_next("TransactWriteItems", 2, others_first);
    // Three times two reads, two refusals, and the SDK's three tries of the last transaction.
    for number in [9, 10, 11] {
        stores.wire.drop_answer_of(number);
    }
    let changed = change(&stores, |bonus| paying(bonus, &making, "523")).await;
    assert_eq!(call_of(changed).unwrap().number, 2);
    check_paid_once(&stores, "the last try").await;
}

#[tokio::test]
async fn without_the_store_nothing_is_looked_at_twice_before_anything_was_committed() {
    let (stores, making) = being_made().await;
    stores.wire.answer_next("GetItem", 9, (400, DENIED.to_owned()));
    let changed = change(&stores, |bonus| paying(bonus, &making, "523")).await;
    assert!(matches!(changed, Err(StoreError::Unavailable(_))), "{changed:?}");
    assert_eq!(stores.operations(), ["GetItem"]);
}

#[tokio::test]
async fn whichever_single_call_is_lost_the_payment_is_claimed_once_by_who_asked() {
    let calls = {
        let (stores, making) = being_made().await;
        change(&stores, |bonus| paying(bonus, &making, "523")).await.unwrap();
        stores.operations().len()
    };
    assert!(calls >= 3);
    for number in 1..=calls {
        for is_answer in [true, false] {
            let (stores, making) = being_made().await;
            if is_answer {
                stores.wire.drop_answer_of(number);
            } else {
                stores.wire.drop_request(number);
            }
            let call = call_of(change(&stores, |bonus| paying(bonus, &making, "523")).await);
            assert_eq!(call.unwrap().number, 2, "{number} {is_answer}");
            check_paid_once(&stores, &format!("{number} {is_answer}")).await;
        }
    }
}

#[tokio::test]
async fn wherever_who_claims_a_payment_dies_nobody_claims_it_twice() {
    for number in 1..=3 {
        let (stores, making) = being_made().await;
        stores.wire.crash_at(number);
        let died = change(&stores, |bonus| paying(bonus, &making, "523")).await;
        assert!(matches!(died, Err(StoreError::Unavailable(_))), "{number}: {died:?}");
        assert!(stores.wire.revive());
        // After the transaction the payment may be under way: whoever repeats it is told that others came first.
        match change(&stores, |bonus| paying(bonus, &making, "523")).await {
            Err(StoreError::Conflict) => assert_eq!(number, 3),
            again => assert!(call_of(again).is_some() && number < 3, "{number}"),
        }
        check_paid_once(&stores, &number.to_string()).await;
    }
}

async fn check_paid_once(stores: &BonusStores, what: &str) {
    let stored = stores.read("receipt-1").await;
    assert_eq!((stored.state(), stored.payments, stored.exchanges), (BonusState::Paying, 1, 2), "{what}");
    assert_eq!(stores.bills.get(&bill_id("523")).await.unwrap().bonus, Some(id("receipt-1")), "{what}");
    assert_eq!((stores.count("EXCHANGE"), stores.count("PORTMONE_BILL")), (2, 1), "{what}");
    assert_eq!(stores.new_events(), ["receipt-1.3.0 bonus.initiated"], "{what}");
}

#[tokio::test]
async fn what_another_change_did_is_seen_by_the_new_decision() {
    let stores = BonusStores::with("receipt-1").await;
    let held = stores.wire.hold_answer_of(1);
    let between = async {
        held.reached().await;
        let first = call_of(change(&stores, making).await);
        held.release();
        first
    };
    let (second, first) = tokio::join!(change(&stores, making), between);
    assert!(first.is_some());
    assert_eq!(call_of(second), None, "it is being made already");
    assert_eq!(stores.read("receipt-1").await.exchanges, 1);
}

#[tokio::test]
async fn conflicts_without_end_are_told_and_change_nothing() {
    let stores = BonusStores::with("receipt-1").await;
    let before = stores.dynamodb.items(BONUSES);
    let conflict = transaction_cancelled(&["TransactionConflict", "None"]);
    stores.wire.answer_next("TransactWriteItems", 3, conflict);
    let changed = change(&stores, making).await;
    assert!(matches!(changed, Err(StoreError::Conflict)), "{changed:?}");
    assert_eq!(stores.wire.count("TransactWriteItems"), 3);
    assert_eq!(stores.dynamodb.items(BONUSES), before);
}

#[tokio::test]
async fn a_bill_of_another_bonus_is_a_conflict_and_nothing_is_written() {
    let stores = bonus_stores().await;
    for receipt in ["receipt-1", "receipt-2"] {
        stores.hold(bonus(receipt, "user-1", NOON)).await;
    }
    let theirs = stores.claim_making("receipt-2").await;
    stores.claim_paying("receipt-2", &theirs, "523").await;
    let ours = stores.claim_making("receipt-1").await;
    let before = stores.dynamodb.items(BONUSES);
    stores.new_events();
    let changed = change(&stores, |bonus| paying(bonus, &ours, "523")).await;
    assert!(matches!(changed, Err(StoreError::Conflict)), "{changed:?}");
    assert_eq!(stores.dynamodb.items(BONUSES), before);
    assert_eq!(stores.new_events(), Vec::<String>::new());
    assert_eq!(stores.bills.get(&bill_id("523")).await.unwrap().bonus, Some(id("receipt-2")));
    let own = call_of(change(&stores, |bonus| paying(bonus, &ours, "524")).await);
    assert_eq!(own.unwrap().number, 2, "another bill is taken");
}

#[tokio::test]
async fn of_two_bonuses_that_are_told_the_same_bill_at_once_one_gets_it() {
    let stores = bonus_stores().await;
    for receipt in ["receipt-1", "receipt-2"] {
        stores.hold(bonus(receipt, "user-1", NOON)).await;
    }
    let (one, other) = (stores.claim_making("receipt-1").await, stores.claim_making("receipt-2").await);
    let (first, second) = (id("receipt-1"), id("receipt-2"));
    let cause = cause(NOON);
    let (one, other) = tokio::join!(
        stores.bonuses.change(&first, None, &cause, |bonus| paying(bonus, &one, "523")),
        stores.bonuses.change(&second, None, &cause, |bonus| paying(bonus, &other, "523")),
    );
    let results = [one, other];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().any(|result| matches!(result, Err(StoreError::Conflict))));
    let owner = stores.bills.get(&bill_id("523")).await.unwrap().bonus.unwrap();
    let states = ["receipt-1", "receipt-2"].map(async |receipt| stores.read(receipt).await);
    for stored in join_all(states).await {
        let expected = if stored.receipt == owner { BonusState::Paying } else { BonusState::MakingBill };
        assert_eq!(stored.state(), expected);
    }
}

#[tokio::test]
async fn a_bill_that_was_claimed_is_claimed_once_and_later_changes_leave_it_alone() {
    let (stores, making) = being_made().await;
    let call = call_of(change(&stores, |bonus| paying(bonus, &making, "523")).await).unwrap();
    stores.bills.keep(&bill_id("523"), &paid(100), &cause(NOON)).await.unwrap();
    let bill = stores.item("PORTMONE_BILL#523");
    stores.wire.reset();
    stores.pay("receipt-1", &call).await;
    assert_eq!(stores.operations(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(stores.item("PORTMONE_BILL#523"), bill);
    assert_eq!(stores.read("receipt-1").await.state(), BonusState::Paid);
}
