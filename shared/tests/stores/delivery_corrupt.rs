//! A stored delivery, contact or choice that breaks a rule is an error that names its key: it is neither
//! believed nor taken for absent, so nothing is sent twice because of it.

use sandbox::testbed::dynamodb::NOTIFICATIONS;
use serde_json::{Value, json};
use shared::retry::{Retry, Verdict};
use shared::stores::contacts::Contact;
use shared::stores::deliveries::listing::Filter;
use shared::stores::table::StoreError;

use crate::deliveries::{ID, new_delivery, second, stored};
use crate::setup::{Stores, stores};

/// Puts the item back with one of its places replaced, or taken away.
fn break_at(stores: &Stores, item: &Value, place: &str, value: Option<Value>) {
    let mut broken = item.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = broken.pointer_mut(parent).expect(place).as_object_mut().unwrap();
    let before = match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    assert!(before.is_some(), "{place} is not there");
    stores.dynamodb.put(NOTIFICATIONS, &broken);
}

fn assert_names(error: &StoreError, key: &str, place: &str) {
    assert_eq!(error.retry(), Retry::Never, "{place}");
    assert!(matches!(error, StoreError::Corrupt { key: named, .. } if named == key), "{place}: {error}");
}

#[tokio::test]
async fn a_corrupt_delivery_is_named_by_everything_that_reads_it() {
    let stores = stores().await;
    let new = new_delivery(ID);
    stores.deliveries.queue(&new, second(0)).await.unwrap();
    let item = stored(&stores, ID);
    let (text, number) =
        (|text: &str| Some(json!({ "S": text })), |number: &str| Some(json!({ "N": number })));
    for (place, value) in [
        ("/id", text("INV-20261121-7K3M9QZX.4.0")),
        ("/id", text("INV-20261121-7K3M9QZX.4.0.email")),
        ("/user_id", text("user 1")),
        ("/standing/M/state", text("LOST")),
        ("/version", text("one")),
        ("/version", number("-1")),
        ("/attempts", number("-1")),
        ("/round", text("first")),
        ("/created_at", text("yesterday")),
        ("/id", None),
        ("/event", None),
        ("/standing", None),
        ("/version", None),
        ("/commit", None),
        ("/correlation_id", None),
    ] {
        break_at(&stores, &item, place, value);
        let key = format!("DELIVERY#{ID}");
        assert_names(&stores.deliveries.get(&new.id).await.expect_err(place), &key, place);
        assert_names(&stores.deliveries.claim(&new, 0, second(1)).await.expect_err(place), &key, place);
        assert_names(
            &stores.deliveries.bounce(&new.id, "gone", second(1)).await.expect_err(place),
            &key,
            place,
        );
        let listed = stores.deliveries.list(&Filter::default(), None, 10, second(1)).await;
        assert_names(&listed.expect_err(place), &key, place);
    }
    stores.dynamodb.put(NOTIFICATIONS, &item);
    assert!(stores.deliveries.get(&new.id).await.unwrap().is_some(), "the item itself is sound");
}

#[tokio::test]
async fn a_corrupt_contact_is_named() {
    let stores = stores().await;
    for standing in [
        json!({ "standing": { "S": "TIRED" } }),
        json!({ "standing": { "S": "DEAD" } }),
        json!({ "standing": { "S": "MOVED" }, "since": { "S": "2026-11-21T08:00:00Z" } }),
        json!({}),
    ] {
        let mut item =
            json!({ "pk": { "S": "CONTACT#TELEGRAM#7" }, "sk": { "S": "CONTACT" }, "version": { "N": "1" } });
        item.as_object_mut().unwrap().extend(standing.as_object().unwrap().clone());
        stores.dynamodb.put(NOTIFICATIONS, &item);
        let error = stores.contacts.standing(Contact::TelegramChat(7)).await.expect_err("a corrupt item");
        assert_names(&error, "CONTACT#TELEGRAM#7", &standing.to_string());
    }
}

#[tokio::test]
async fn corrupt_preferences_are_named() {
    let stores = stores().await;
    let sound = json!({
        "pk": { "S": "PREFERENCES#user-1" },
        "sk": { "S": "PREFERENCES" },
        "version": { "N": "1" },
        "channels": { "M": { "order.created": { "L": [{ "S": "EMAIL" }] } } },
        "quiet_hours": { "M": { "from": { "S": "22:00:00" }, "until": { "S": "07:00:00" } } },
        "time_zone": { "S": "Europe/Kyiv" },
    });
    stores.dynamodb.put(NOTIFICATIONS, &sound);
    let user = "user-1".parse().unwrap();
    assert!(stores.preferences.get(&user).await.unwrap().is_some());
    let text = |text: &str| Some(json!({ "S": text }));
    for (place, value) in [
        ("/channels/M/order.created", Some(json!({ "L": [{ "S": "PIGEON" }] }))),
        ("/quiet_hours/M/from", text("25:00")),
        ("/quiet_hours/M/until", text("22:00:00")),
        ("/quiet_hours/M/until", None),
        ("/time_zone", text("Mars/Olympus")),
        ("/time_zone", None),
        ("/channels", None),
        ("/version", None),
    ] {
        break_at(&stores, &sound, place, value);
        let error = stores.preferences.get(&user).await.expect_err(place);
        assert_names(&error, "PREFERENCES#user-1", place);
    }
}
