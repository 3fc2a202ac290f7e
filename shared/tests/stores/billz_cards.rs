//! Payment methods: put twice, changed at once, listed in parts, and never a bank card.

use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use serde_json::json;
use shared::domain::billz::card::Card;
use shared::stores::billz_cards::CardChange;
use shared::stores::table::StoreError;

use crate::setup::{minute, stores};

fn card(id: &str, name: &str, minutes: i64) -> Card {
    Card {
        id: id.parse().unwrap(),
        name: name.parse().unwrap(),
        payment_type: "c6e84d9b-0ef0-4d5a-886d-147c74a9b051".parse().unwrap(),
        is_active: true,
        changed_at: minute(minutes),
    }
}

#[tokio::test]
async fn a_payment_method_is_made_changed_and_left_as_it_is() {
    let stores = stores().await;
    let cash = card("cash", "Cash", 0);
    assert_eq!(stores.billz_cards.get(&cash.id).await.unwrap(), None);
    let created = stores.billz_cards.put(&cash).await.unwrap();
    assert_eq!(created, (cash.clone(), CardChange::Created));
    let again = stores.billz_cards.put(&card("cash", "Cash", 9)).await.unwrap();
    assert_eq!(again, (cash.clone(), CardChange::Unchanged), "as it was, with its own time");
    let off = Card { is_active: false, changed_at: minute(10), ..cash };
    assert_eq!(stores.billz_cards.put(&off).await.unwrap(), (off.clone(), CardChange::Changed));
    assert_eq!(stores.billz_cards.get(&off.id).await.unwrap(), Some(off));
    let item = stores.dynamodb.item(BILLZ_ORDERS, "CARD#cash", "CARD").unwrap();
    assert_eq!(item["version"], json!({ "N": "2" }));
    assert_eq!(item["external_id"], json!({ "S": "c6e84d9b-0ef0-4d5a-886d-147c74a9b051" }));
}

#[tokio::test]
async fn of_many_who_make_one_payment_method_at_once_each_is_written_over_another_version() {
    let stores = stores().await;
    let cards = [card("cash", "Cash", 1), card("cash", "Naqd", 2), card("cash", "Money", 3)];
    let put = |place: usize| stores.billz_cards.put(&cards[place]);
    let (one, two, three) = tokio::join!(put(0), put(1), put(2));
    let written = [one, two, three].into_iter().filter(Result::is_ok).count();
    let item = stores.dynamodb.item(BILLZ_ORDERS, "CARD#cash", "CARD").unwrap();
    assert_eq!(item["version"], json!({ "N": written.to_string() }));
}

#[tokio::test]
async fn payment_methods_are_listed_by_id_in_parts() {
    let stores = stores().await;
    for id in ["c", "a", "e", "b", "d"] {
        stores.billz_cards.put(&card(id, "Card", 0)).await.unwrap();
    }
    let (mut listed, mut place) = (Vec::new(), None);
    loop {
        let (cards, next) = stores.billz_cards.list(place.as_ref(), 2).await.unwrap();
        assert!(cards.len() <= 2);
        listed.extend(cards.into_iter().map(|card| card.id.to_string()));
        place = next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(listed, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn a_payment_method_that_holds_a_bank_card_is_corrupt() {
    let stores = stores().await;
    let cash = card("cash", "Cash", 0);
    stores.billz_cards.put(&cash).await.unwrap();
    let mut item = stores.dynamodb.item(BILLZ_ORDERS, "CARD#cash", "CARD").unwrap();
    item["name"] = json!({ "S": "4111 1111 1111 1111" });
    stores.dynamodb.put(BILLZ_ORDERS, &item);
    let error = stores.billz_cards.get(&cash.id).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { key, .. } if key == "CARD#cash"), "{error}");
    assert!(!error.to_string().contains("4111"), "{error}");
}
