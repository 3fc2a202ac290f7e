//! How many bonuses count on a day: never more than a limit, whoever comes at the same time.

use futures::future::join_all;
use shared::domain::bonus::limits::{Limits, day_of};
use shared::domain::bonus::{Bonus, BonusState, Standing};
use shared::stores::bonuses::counts::PayoutCounts;
use shared::stores::table::StoreError;

use crate::bonus_setup::{BonusStores, NOON, bonus, bonus_stores, cause, id, instant, limits};

const DAY: &str = "PAYOUTS#2026-11-21";

async fn counts(stores: &BonusStores, user: &str) -> PayoutCounts {
    stores.bonuses.counts(day_of(instant(NOON)), &user.parse().unwrap()).await.unwrap()
}

async fn count_with(
    stores: &BonusStores,
    receipt: &str,
    counts: &PayoutCounts,
    limits: &Limits,
) -> Result<(), StoreError> {
    let count = |bonus: &mut Bonus| bonus.count(limits, &counts.counted, instant(NOON));
    stores.bonuses.change(&id(receipt), Some(counts), &cause(NOON), count).await.map(|_| ())
}

/// Counts a bonus, with the counts read again as often as others came first.
async fn count(stores: &BonusStores, receipt: &str, user: &str, limits: &Limits) -> Bonus {
    for _ in 0..20 {
        match count_with(stores, receipt, &counts(stores, user).await, limits).await {
            Ok(()) => return stores.read(receipt).await,
            Err(StoreError::Conflict) => {}
            Err(other) => panic!("{receipt}: {other}"),
        }
    }
    panic!("{receipt}: others always came first")
}

async fn with(receipts: &[(&str, &str)]) -> BonusStores {
    let stores = bonus_stores().await;
    for (receipt, user) in receipts {
        stores.hold(bonus(receipt, user, NOON)).await;
    }
    stores.wire.reset();
    stores
}

#[tokio::test]
async fn a_day_begins_with_nothing_and_counts_each_bonus_once() {
    let stores = with(&[("a", "user-1"), ("b", "user-1"), ("c", "user-2")]).await;
    let limits = limits(Some(100), None);
    let counted = counts(&stores, "user-1").await.counted;
    assert_eq!((counted.of_all, counted.of_user), (0, 0));
    for (receipt, user) in [("a", "user-1"), ("b", "user-1"), ("c", "user-2"), ("a", "user-1")] {
        let counted = count(&stores, receipt, user, &limits).await;
        assert_eq!(counted.counted_on, Some(day_of(instant(NOON))), "{receipt}");
    }
    let counted = counts(&stores, "user-1").await.counted;
    assert_eq!((counted.of_all, counted.of_user), (3, 2));
    assert_eq!(counts(&stores, "user-2").await.counted.of_user, 1);
    let tomorrow = instant("2026-11-22T00:00:00Z");
    let next = stores.bonuses.counts(day_of(tomorrow), &"user-1".parse().unwrap()).await.unwrap();
    assert_eq!((next.counted.of_all, next.counted.of_user), (0, 0));
}

#[tokio::test]
async fn counting_is_written_with_the_bonus_and_its_counts_end_after_a_hundred_days() {
    let stores = with(&[("a", "user-1")]).await;
    count(&stores, "a", "user-1", &limits(None, Some(1))).await;
    let calls = stores.operations();
    assert_eq!(calls[..4], ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]);
    assert_eq!(stores.wire.count("PutItem"), 0);
    let end = instant("2027-03-01T00:00:00Z").as_second().to_string();
    for pk in [DAY.to_owned(), format!("{DAY}#user-1")] {
        let item = stores.item(&pk);
        assert_eq!((&item["payouts"]["N"], &item["ttl"]["N"]), (&"1".into(), &end.as_str().into()));
    }
    assert_eq!(stores.item("BONUS#a").get("ttl"), None);
}

#[tokio::test]
async fn however_many_come_at_once_a_day_pays_out_no_more_than_it_may() {
    let receipts: Vec<(String, String)> =
        (0..6).map(|number| (format!("receipt-{number}"), format!("user-{number}"))).collect();
    let borrowed: Vec<(&str, &str)> =
        receipts.iter().map(|(receipt, user)| (receipt.as_str(), user.as_str())).collect();
    let stores = with(&borrowed).await;
    let limits = limits(Some(2), None);
    let counted =
        join_all(borrowed.iter().map(|(receipt, user)| count(&stores, receipt, user, &limits))).await;
    let (paid_out, waiting): (Vec<&Bonus>, Vec<&Bonus>) =
        counted.iter().partition(|bonus| bonus.counted_on.is_some());
    assert_eq!((paid_out.len(), waiting.len()), (2, 4));
    assert_eq!(stores.item(DAY)["payouts"]["N"], "2");
    for bonus in waiting {
        let Standing::Created(wait) = &bonus.standing else { panic!("{:?}", bonus.standing) };
        assert_eq!(wait.not_before, instant("2026-11-22T00:00:00Z"));
        assert!(wait.reason.is_some());
    }
}

#[tokio::test]
async fn however_many_a_user_has_at_once_no_more_than_a_users_are_paid_out() {
    let stores = with(&[("a", "user-1"), ("b", "user-1"), ("c", "user-1"), ("d", "user-2")]).await;
    let limits = limits(None, Some(1));
    let all = [("a", "user-1"), ("b", "user-1"), ("c", "user-1"), ("d", "user-2")];
    let counted = join_all(all.map(|(receipt, user)| count(&stores, receipt, user, &limits))).await;
    let refused: Vec<&Bonus> = counted.iter().filter(|bonus| bonus.state() == BonusState::Refused).collect();
    assert_eq!(refused.len(), 2);
    for bonus in refused {
        let Standing::Refused { refusal, .. } = &bonus.standing else { panic!() };
        assert_eq!((refusal.code.as_str(), bonus.counted_on), ("user_limit", None));
    }
    assert_eq!(counted[3].state(), BonusState::Created, "another user's is paid out");
    let user = stores.item(&format!("{DAY}#user-1"));
    assert_eq!((&user["payouts"]["N"], &stores.item(DAY)["payouts"]["N"]), (&"1".into(), &"2".into()));
}

#[tokio::test]
async fn counts_that_others_changed_since_count_nothing() {
    let stores = with(&[("a", "user-1"), ("b", "user-2")]).await;
    let limits = limits(Some(1), None);
    let old = counts(&stores, "user-2").await;
    count(&stores, "a", "user-1", &limits).await;
    let late = count_with(&stores, "b", &old, &limits).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    assert_eq!(stores.read("b").await, bonus("b", "user-2", NOON));
    assert_eq!(stores.item(DAY)["payouts"]["N"], "1");
    assert_eq!(count(&stores, "b", "user-2", &limits).await.counted_on, None);
}

#[tokio::test]
async fn a_bonus_that_counts_without_counts_is_refused() {
    let stores = with(&[("a", "user-1")]).await;
    let day = day_of(instant(NOON));
    let uncounted = |bonus: &mut Bonus| bonus.counted_on = Some(day);
    let changed = stores.bonuses.change(&id("a"), None, &cause(NOON), uncounted).await;
    assert!(matches!(changed, Err(StoreError::Refused(_))), "{changed:?}");
    assert_eq!(stores.read("a").await.counted_on, None);
}

#[tokio::test]
async fn whatever_is_lost_while_counting_it_counts_one() {
    // The counts, the bonus, and the transaction.
    for number in 1..=4 {
        for is_answer in [true, false] {
            let stores = with(&[("a", "user-1")]).await;
            if is_answer {
                stores.wire.drop_answer_of(number);
            } else {
                stores.wire.drop_request(number);
            }
            let counted = count(&stores, "a", "user-1", &limits(Some(5), Some(5))).await;
            assert!(counted.counted_on.is_some());
            let counted = counts(&stores, "user-1").await.counted;
            assert_eq!((counted.of_all, counted.of_user), (1, 1), "{number} {is_answer}");
        }
    }
}

#[tokio::test]
async fn who_dies_while_counting_counts_it_once_with_who_comes_next() {
    for number in 1..=4 {
        let stores = with(&[("a", "user-1")]).await;
        let limits = limits(Some(1), None);
        stores.wire.crash_at(number);
        let user = "user-1".parse().unwrap();
        let died = match stores.bonuses.counts(day_of(instant(NOON)), &user).await {
            Ok(counts) => count_with(&stores, "a", &counts, &limits).await,
            Err(error) => Err(error),
        };
        assert!(matches!(died, Err(StoreError::Unavailable(_))), "{number}: {died:?}");
        stores.wire.revive();
        let counted = count(&stores, "a", "user-1", &limits).await;
        assert!(counted.counted_on.is_some(), "{number}: it is one of the day's, and does not wait");
        assert_eq!(stores.item(DAY)["payouts"]["N"], "1", "{number}");
    }
}
