//! Chats and persons: one to one, by tokens that work once.

use sandbox::testbed::dynamodb::CHATS;
use shared::domain::dialogue::ChatId;
use shared::domain::identifier::UserId;
use shared::domain::locale::Locale;
use shared::stores::chats::Chat;
use shared::stores::chats::links::{Redeemed, UserChat};
use shared::stores::table::StoreError;

use crate::setup::{Stores, minute, stores};

fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

async fn chat(stores: &Stores, id: i64) -> Chat {
    stores.chats.load(ChatId(id)).await.unwrap()
}

/// Ties a chat to a person by a token of their own.
async fn tie(stores: &Stores, id: i64, person: &str) {
    let token = format!("token of {person} for {id}");
    stores.chats.issue_token(&token, &user(person), minute(15)).await.unwrap();
    let redeemed = stores.chats.redeem(&chat(stores, id).await, &token, minute(1)).await.unwrap();
    assert_eq!(redeemed, Redeemed::Linked(user(person)));
}

async fn person_of(stores: &Stores, id: i64) -> Option<UserId> {
    chat(stores, id).await.person.link.map(|link| link.user)
}

async fn chat_of(stores: &Stores, person: &str) -> Option<ChatId> {
    stores.chats.of_user(&user(person)).await.unwrap().and_then(|told| told.chat)
}

#[tokio::test]
async fn a_token_ties_one_chat_once() {
    let stores = stores().await;
    tie(&stores, 10, "user-1").await;
    assert_eq!(person_of(&stores, 10).await, Some(user("user-1")));
    assert_eq!(chat_of(&stores, "user-1").await, Some(ChatId(10)));
    let token = "token of user-1 for 10";
    let again = stores.chats.redeem(&chat(&stores, 10).await, token, minute(2)).await.unwrap();
    assert_eq!(again, Redeemed::AlreadyLinked(user("user-1")));
    let elsewhere = stores.chats.redeem(&chat(&stores, 11).await, token, minute(2)).await.unwrap();
    assert_eq!((elsewhere, person_of(&stores, 11).await), (Redeemed::Invalid, None));
}

#[tokio::test]
async fn an_old_and_an_unknown_token_tie_nothing() {
    let stores = stores().await;
    stores.chats.issue_token("old", &user("user-1"), minute(15)).await.unwrap();
    for (token, at) in [("old", minute(15)), ("unknown", minute(1)), ("", minute(1))] {
        let redeemed = stores.chats.redeem(&chat(&stores, 10).await, token, at).await.unwrap();
        assert_eq!(redeemed, Redeemed::Invalid, "{token}");
    }
    assert_eq!((person_of(&stores, 10).await, chat_of(&stores, "user-1").await), (None, None));
}

#[tokio::test]
async fn what_is_stored_of_a_token_cannot_be_used() {
    let stores = stores().await;
    stores.chats.issue_token("a-token-to-look-for", &user("user-1"), minute(15)).await.unwrap();
    let stored: Vec<String> = stores.dynamodb.items(CHATS).iter().map(ToString::to_string).collect();
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].contains("a-token-to-look-for"), "{stored:?}");
}

#[tokio::test]
async fn of_two_chats_with_one_token_one_is_tied() {
    let stores = stores().await;
    stores.chats.issue_token("token", &user("user-1"), minute(15)).await.unwrap();
    let (one, other) = (chat(&stores, 10).await, chat(&stores, 11).await);
    let (first, second) = tokio::join!(
        stores.chats.redeem(&one, "token", minute(1)),
        stores.chats.redeem(&other, "token", minute(1))
    );
    let tied = [&first, &second].iter().filter(|tied| matches!(tied, Ok(Redeemed::Linked(_)))).count();
    assert_eq!(tied, 1, "{first:?} {second:?}");
    let linked = [person_of(&stores, 10).await, person_of(&stores, 11).await];
    assert_eq!(linked.iter().flatten().count(), 1);
}

#[tokio::test]
async fn a_second_chat_of_a_person_unties_the_first() {
    let stores = stores().await;
    tie(&stores, 10, "user-1").await;
    tie(&stores, 11, "user-1").await;
    assert_eq!((person_of(&stores, 10).await, person_of(&stores, 11).await), (None, Some(user("user-1"))));
    assert_eq!(chat_of(&stores, "user-1").await, Some(ChatId(11)));
}

#[tokio::test]
async fn a_second_person_of_a_chat_unties_the_first() {
    let stores = stores().await;
    tie(&stores, 10, "user-1").await;
    tie(&stores, 10, "user-2").await;
    assert_eq!(person_of(&stores, 10).await, Some(user("user-2")));
    assert_eq!(
        (chat_of(&stores, "user-1").await, chat_of(&stores, "user-2").await),
        (None, Some(ChatId(10)))
    );
    let untied = stores.chats.of_user(&user("user-1")).await.unwrap();
    assert_eq!(untied, Some(UserChat { chat: None, locale: None }), "known to have untied it");
}

#[tokio::test]
async fn untying_leaves_no_way_to_the_chat() {
    let stores = stores().await;
    tie(&stores, 10, "user-1").await;
    assert!(stores.chats.unlink(&chat(&stores, 10).await).await.unwrap());
    assert!(!stores.chats.unlink(&chat(&stores, 10).await).await.unwrap());
    assert_eq!((person_of(&stores, 10).await, chat_of(&stores, "user-1").await), (None, None));
    assert!(stores.chats.linked(None, 10).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn a_chosen_language_stays_and_goes_with_the_person() {
    let stores = stores().await;
    stores.chats.choose_locale(&chat(&stores, 10).await, Locale::Uz).await.unwrap();
    tie(&stores, 10, "user-1").await;
    let told = stores.chats.of_user(&user("user-1")).await.unwrap().unwrap();
    assert_eq!(told, UserChat { chat: Some(ChatId(10)), locale: Some(Locale::Uz) });
    stores.chats.choose_locale(&chat(&stores, 10).await, Locale::Ru).await.unwrap();
    let told = stores.chats.of_user(&user("user-1")).await.unwrap().unwrap();
    assert_eq!(told.locale, Some(Locale::Ru));
    assert_eq!(chat(&stores, 10).await.person.locale, Some(Locale::Ru));
}

#[tokio::test]
async fn a_change_of_what_was_changed_meanwhile_is_not_made() {
    let stores = stores().await;
    let read = chat(&stores, 10).await;
    tie(&stores, 10, "user-1").await;
    let lost = stores.chats.choose_locale(&read, Locale::Id).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    assert_eq!(person_of(&stores, 10).await, Some(user("user-1")));
}

#[tokio::test]
async fn every_linked_chat_is_listed_once() {
    let stores = stores().await;
    for number in 0..7 {
        tie(&stores, 10 + number, &format!("user-{number}")).await;
    }
    let (mut listed, mut place) = (Vec::new(), None);
    loop {
        let (people, next) = stores.chats.linked(place.as_ref(), 3).await.unwrap();
        listed.extend(people.into_iter().map(|(chat, _)| chat.0));
        place = next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(listed, (10..17).collect::<Vec<_>>());
}
