//! How persons want to be told: what is kept of it.

use std::collections::BTreeMap;

use jiff::civil::time;
use sandbox::testbed::dynamodb::{NOTIFICATIONS, condition_failed};
use serde_json::json;
use shared::domain::notification::Channel;
use shared::domain::notification::preferences::Preferences;
use shared::domain::notification::quiet_hours::QuietHours;
use shared::stores::table::StoreError;

use crate::setup::stores;

fn chosen() -> Preferences {
    Preferences {
        channels: BTreeMap::from([
            ("order.created".to_owned(), vec![Channel::Telegram]),
            ("sms.billed".to_owned(), vec![]),
        ]),
        quiet_hours: Some(QuietHours::new(time(22, 30, 0, 0), time(7, 0, 0, 0)).unwrap()),
        time_zone: "Europe/Kyiv".parse().unwrap(),
    }
}

#[tokio::test]
async fn preferences_are_read_as_they_were_chosen() {
    let stores = stores().await;
    let user = "user-1".parse().unwrap();
    assert_eq!(stores.preferences.get(&user).await.unwrap(), None);
    stores.preferences.put(&user, &chosen()).await.unwrap();
    assert_eq!(stores.preferences.get(&user).await.unwrap(), Some(chosen()));
    assert_eq!(stores.preferences.get(&"user-2".parse().unwrap()).await.unwrap(), None);
    let stored = json!([{
        "pk": { "S": "PREFERENCES#user-1" },
        "sk": { "S": "PREFERENCES" },
        "version": { "N": "1" },
        "channels": { "M": { "order.created": { "L": [{ "S": "TELEGRAM" }] }, "sms.billed": { "L": [] } } },
        "quiet_hours": { "M": { "from": { "S": "22:30:00" }, "until": { "S": "07:00:00" } } },
        "time_zone": { "S": "Europe/Kyiv" },
    }]);
    assert_eq!(json!(stores.dynamodb.items(NOTIFICATIONS)), stored);
}

#[tokio::test]
async fn a_later_choice_takes_the_place_of_an_earlier_one() {
    let stores = stores().await;
    let user = "user-1".parse().unwrap();
    stores.preferences.put(&user, &chosen()).await.unwrap();
    let untouched = Preferences::untouched("Asia/Jakarta".parse().unwrap());
    stores.preferences.put(&user, &untouched).await.unwrap();
    assert_eq!(stores.preferences.get(&user).await.unwrap(), Some(untouched));
    let item = stores.dynamodb.item(NOTIFICATIONS, "PREFERENCES#user-1", "PREFERENCES").unwrap();
    assert_eq!((&item["version"], item.get("quiet_hours")), (&json!({ "N": "2" }), None));
}

#[tokio::test]
async fn of_two_choices_at_once_both_are_taken_and_one_is_the_last() {
    let stores = stores().await;
    let user = "user-1".parse().unwrap();
    let other = Preferences::untouched("Etc/UTC".parse().unwrap());
    let (one, two) = (chosen(), other.clone());
    let (first, second) =
        tokio::join!(stores.preferences.put(&user, &one), stores.preferences.put(&user, &two));
    first.unwrap();
    second.unwrap();
    let kept = stores.preferences.get(&user).await.unwrap().unwrap();
    assert!(kept == chosen() || kept == other, "{kept:?}");
    let item = stores.dynamodb.item(NOTIFICATIONS, "PREFERENCES#user-1", "PREFERENCES").unwrap();
    assert_eq!(item["version"], json!({ "N": "2" }));
}

#[tokio::test]
async fn whoever_always_comes_second_is_told() {
    let stores = stores().await;
    let user = "user-1".parse().unwrap();
    stores.wire.answer_next("PutItem", 9, condition_failed());
    let result = stores.preferences.put(&user, &chosen()).await;
    assert!(matches!(result, Err(StoreError::Conflict)), "{result:?}");
    assert!(stores.dynamodb.items(NOTIFICATIONS).is_empty());
}
