//! Addresses and chats that do not work: what is kept of them.

use sandbox::testbed::dynamodb::{NOTIFICATIONS, condition_failed};
use serde_json::json;
use shared::stores::contacts::{Contact, ContactStanding};
use shared::stores::table::StoreError;

use crate::setup::{minute, stores};

fn dead(minutes: i64, reason: &str) -> ContactStanding {
    ContactStanding::Dead { since: minute(minutes), reason: reason.to_owned() }
}

#[tokio::test]
async fn what_nobody_complained_of_works() {
    let stores = stores().await;
    for contact in [Contact::Email("user-1@example.com"), Contact::TelegramChat(700_000_001)] {
        assert_eq!(stores.contacts.standing(contact).await.unwrap(), ContactStanding::Works);
    }
}

#[tokio::test]
async fn an_address_is_kept_as_its_hash_and_known_again_however_it_is_written() {
    let stores = stores().await;
    let reason = dead(1, "bounced: Permanent General");
    stores.contacts.learn(Contact::Email("User-1@Example.com "), &reason).await.unwrap();
    for address in ["user-1@example.com", " USER-1@EXAMPLE.COM"] {
        assert_eq!(stores.contacts.standing(Contact::Email(address)).await.unwrap(), reason, "{address}");
    }
    assert_eq!(
        stores.contacts.standing(Contact::Email("user-2@example.com")).await.unwrap(),
        ContactStanding::Works
    );
    let items = stores.dynamodb.items(NOTIFICATIONS);
    let wanted = json!([{
        // printf user-1@example.com | sha256sum
        "pk": { "S": "CONTACT#EMAIL#128071f98df93f8810d5d9eb6ee624280b86301024fa56f120912719b42122f4" },
        "sk": { "S": "CONTACT" },
        "version": { "N": "1" },
        "standing": { "S": "DEAD" },
        "since": { "S": "2026-11-21T08:01:00Z" },
        "reason": { "S": "bounced: Permanent General" },
    }]);
    assert_eq!(json!(items), wanted);
    assert!(!json!(items).to_string().to_lowercase().contains("example.com"));
}

#[tokio::test]
async fn a_chat_that_moved_is_kept_with_its_other_id() {
    let stores = stores().await;
    let (chat, moved) =
        (Contact::TelegramChat(-42), ContactStanding::Moved { since: minute(1), to: -1_001_234_567_890 });
    stores.contacts.learn(chat, &moved).await.unwrap();
    assert_eq!(stores.contacts.standing(chat).await.unwrap(), moved);
    let item = stores.dynamodb.item(NOTIFICATIONS, "CONTACT#TELEGRAM#-42", "CONTACT").unwrap();
    assert_eq!(
        (&item["standing"], &item["to"]),
        (&json!({ "S": "MOVED" }), &json!({ "N": "-1001234567890" }))
    );
}

#[tokio::test]
async fn what_is_known_already_is_not_written_again_and_what_is_new_is() {
    let stores = stores().await;
    let chat = Contact::TelegramChat(7);
    let moved = |minutes, to| ContactStanding::Moved { since: minute(minutes), to };
    for (learnt, known, writes) in [
        (dead(1, "blocked"), dead(1, "blocked"), 1),
        (dead(2, "deactivated"), dead(1, "blocked"), 0),
        (ContactStanding::Works, ContactStanding::Works, 1),
        (ContactStanding::Works, ContactStanding::Works, 0),
        (moved(3, 8), moved(3, 8), 1),
        (moved(4, 8), moved(3, 8), 0),
        (moved(5, 9), moved(5, 9), 1),
        (dead(6, "gone"), dead(6, "gone"), 1),
    ] {
        stores.wire.reset();
        stores.contacts.learn(chat, &learnt).await.unwrap();
        assert_eq!(stores.wire.count("PutItem"), writes, "{learnt:?}");
        assert_eq!(stores.contacts.standing(chat).await.unwrap(), known, "{learnt:?}");
    }
    let item = stores.dynamodb.item(NOTIFICATIONS, "CONTACT#TELEGRAM#7", "CONTACT").unwrap();
    assert_eq!((&item["version"], item.get("to")), (&json!({ "N": "5" }), None));
}

#[tokio::test]
async fn two_that_learn_at_once_are_both_content() {
    let stores = stores().await;
    let chat = Contact::TelegramChat(7);
    let (one, other) = (dead(1, "blocked"), dead(2, "blocked"));
    let (first, second) =
        tokio::join!(stores.contacts.learn(chat, &one), stores.contacts.learn(chat, &other));
    first.unwrap();
    second.unwrap();
    let item = stores.dynamodb.item(NOTIFICATIONS, "CONTACT#TELEGRAM#7", "CONTACT").unwrap();
    assert_eq!(item["version"], json!({ "N": "1" }), "the second adds nothing");
}

#[tokio::test]
async fn whoever_always_comes_second_is_told() {
    let stores = stores().await;
    stores.wire.answer_next("PutItem", 9, condition_failed());
    let result = stores.contacts.learn(Contact::TelegramChat(7), &dead(1, "blocked")).await;
    assert!(matches!(result, Err(StoreError::Conflict)), "{result:?}");
}
