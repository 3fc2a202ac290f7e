//! What was said about a bonus: asked, then answered, findable three ways, and gone after 100 days.

use jiff::SignedDuration;
use sandbox::testbed::dynamodb::BONUSES;
use serde_json::json;
use shared::domain::bonus::hearing::Confirmation;
use shared::domain::dialogue::ChatId;
use shared::stores::place::Place;
use shared::stores::portmone_exchanges::{KeptExchange, Whose};
use shared::stores::table::StoreError;

use crate::bonus_setup::{
    BonusStores, NOON, PHONE, SEALED, asked, bill_id, bonus, bonus_stores, id, instant, paid,
};

async fn all(stores: &BonusStores, whose: Whose) -> Vec<KeptExchange> {
    let (exchanges, next) = stores.exchanges.list(&whose, None, 100).await.unwrap();
    assert_eq!(next, None);
    exchanges
}

fn of(receipt: &str) -> Whose {
    Whose::Receipt(id(receipt))
}

#[tokio::test]
async fn what_is_asked_is_kept_before_it_is_answered() {
    let stores = BonusStores::with("receipt-1").await;
    stores.claim_making("receipt-1").await;
    let [question]: [KeptExchange; 1] = all(&stores, of("receipt-1")).await.try_into().unwrap();
    let expected = KeptExchange {
        receipt: "receipt-1".to_owned(),
        number: 1,
        bill: None,
        chat: 4711,
        method: "bills.create".to_owned(),
        at: instant(NOON),
        request: asked("bills.create"),
        answer: None,
        answered_at: None,
    };
    assert_eq!(question, expected);
}

#[tokio::test]
async fn the_answer_takes_the_place_of_the_open_question() {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    let paying = stores.claim_paying("receipt-1", &making, "523").await;
    stores.pay("receipt-1", &paying).await;
    let kept: Vec<_> = all(&stores, of("receipt-1"))
        .await
        .into_iter()
        .map(|kept| (kept.number, kept.method, kept.bill, kept.answer))
        .collect();
    let bill = || Some("523".to_owned());
    let created = Some("<rsp status=\"ok\"><bill id=\"523\"/></rsp>".to_owned());
    let payed = Some("<rsp status=\"ok\"/>".to_owned());
    assert_eq!(
        kept,
        [(2, "bills.pay".to_owned(), bill(), payed), (1, "bills.create".to_owned(), bill(), created)]
    );
    assert_eq!(stores.count("EXCHANGE"), 2);
}

#[tokio::test]
async fn exchanges_are_found_by_receipt_bill_and_chat() {
    let stores = bonus_stores().await;
    for (receipt, bill) in [("receipt-1", "523"), ("receipt-2", "524")] {
        stores.hold(bonus(receipt, "user-1", NOON)).await;
        let making = stores.claim_making(receipt).await;
        let paying = stores.claim_paying(receipt, &making, bill).await;
        stores.pay(receipt, &paying).await;
    }
    let numbers = |kept: Vec<KeptExchange>| -> Vec<String> {
        kept.into_iter().map(|kept| format!("{} {}", kept.receipt, kept.number)).collect()
    };
    assert_eq!(numbers(all(&stores, of("receipt-2")).await), ["receipt-2 2", "receipt-2 1"]);
    assert_eq!(
        numbers(all(&stores, Whose::Bill(bill_id("523"))).await),
        ["receipt-1 2", "receipt-1 1"],
        "the making of the bill is the bill's, too"
    );
    assert_eq!(
        numbers(all(&stores, Whose::Chat(ChatId(4711))).await),
        ["receipt-2 2", "receipt-2 1", "receipt-1 2", "receipt-1 1"]
    );
    for nobody in [of("receipt-3"), Whose::Bill(bill_id("525")), Whose::Chat(ChatId(4712))] {
        assert_eq!(all(&stores, nobody).await, []);
    }
}

#[tokio::test]
async fn pages_of_exchanges_hold_each_once_whatever_their_length() {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    let paying = stores.claim_paying("receipt-1", &making, "523").await;
    stores.pay("receipt-1", &paying).await;
    for minor in 0..10 {
        let hear = |bonus: &mut _| {
            shared::domain::bonus::Bonus::hear(bonus, &paid(minor), Confirmation::NotAsked, instant(NOON));
        };
        stores.decide("receipt-1", hear).await;
    }
    for limit in 1..=13 {
        let (mut seen, mut after): (Vec<u32>, Option<Place>) = (Vec::new(), None);
        loop {
            let (kept, next) = stores.exchanges.list(&of("receipt-1"), after.as_ref(), limit).await.unwrap();
            assert!(kept.len() <= usize::from(limit));
            seen.extend(kept.iter().map(|kept| kept.number));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (1..=12).rev().collect::<Vec<u32>>(), "{limit} at a time");
    }
}

#[tokio::test]
async fn a_report_that_was_heard_is_kept_in_its_own_words() {
    let stores = BonusStores::with("receipt-1").await;
    let hear = |bonus: &mut _| {
        shared::domain::bonus::Bonus::hear(bonus, &paid(100), Confirmation::NotAsked, instant(NOON));
    };
    stores.decide("receipt-1", hear).await;
    let [heard]: [KeptExchange; 1] = all(&stores, of("receipt-1")).await.try_into().unwrap();
    assert_eq!((heard.method.as_str(), heard.request.as_str()), ("report", paid(100).words.as_str()));
    assert_eq!((heard.answer, heard.answered_at, heard.at), (None, None, paid(100).received_at));
}

#[tokio::test]
async fn exchanges_end_after_a_hundred_days_and_hold_no_number() {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    let paying = stores.claim_paying("receipt-1", &making, "523").await;
    stores.pay("receipt-1", &paying).await;
    let end = instant(NOON) + SignedDuration::from_hours(24 * 100);
    for number in [1, 2] {
        let item = stores.item(&format!("EXCHANGE#receipt-1#{number}"));
        assert_eq!(item["ttl"]["N"], end.as_second().to_string());
        let text = item.to_string();
        assert!(!text.contains(PHONE) && !text.contains(SEALED), "{text}");
    }
    insta::assert_json_snapshot!(stores.item("EXCHANGE#receipt-1#2"));
}

#[tokio::test]
async fn an_exchange_is_written_with_its_bonus_or_not_at_all() {
    let stores = BonusStores::with("receipt-1").await;
    let before = stores.dynamodb.items(BONUSES);
    stores.wire.crash_at(1);
    let id = id("receipt-1");
    let cause = crate::bonus_setup::cause(NOON);
    let changed = stores.bonuses.change(&id, None, &cause, crate::bonus_setup::making).await;
    assert!(matches!(changed, Err(StoreError::Unavailable(_))), "{changed:?}");
    stores.wire.revive();
    assert_eq!(stores.dynamodb.items(BONUSES), before);
}

#[tokio::test]
async fn a_corrupt_exchange_fails_its_list_instead_of_being_left_out() {
    let stores = BonusStores::with("receipt-1").await;
    stores.claim_making("receipt-1").await;
    stores.spoil("EXCHANGE#receipt-1#1", |item| item["at"] = json!({ "S": "yesterday" }));
    let error = stores.exchanges.list(&of("receipt-1"), None, 10).await.unwrap_err();
    let StoreError::Corrupt { key, .. } = error else { panic!("{error}") };
    assert_eq!(key, "EXCHANGE#receipt-1#1");
}
