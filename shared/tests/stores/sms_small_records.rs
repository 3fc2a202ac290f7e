//! Rate decks and what is set for everybody; and items of all kinds that break our own rules.

use serde_json::{Value, json};
use shared::domain::sms::rate_deck::{DeckId, Per, Rate, RateDeck};
use shared::domain::sms::rhythm::{DayOfMonth, DayOfWeek, Frequency};
use shared::domain::sms::settings::Overrides;
use shared::stores::sms_accounts::RecordingError;
use shared::stores::sms_bills::listing::Filter;
use shared::stores::table::StoreError;

use crate::sms_setup::{NOON, RUN, SmsStores, cause, events, id, instant, sms_stores, terms};

fn deck(name: &str, prices: &[(&str, &str)]) -> RateDeck {
    let rate = |(prefix, price): &(&str, &str)| Rate {
        prefix: prefix.parse().unwrap(),
        country: "Uzbekistan".parse().unwrap(),
        price: price.parse().unwrap(),
        per: if prefix.len() > 3 { Per::Message } else { Per::Segment },
    };
    let rates = prices.iter().map(rate).collect();
    RateDeck::new(name.parse().unwrap(), "USD".parse().unwrap(), rates).unwrap()
}

fn deck_id(name: &str) -> DeckId {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_deck_is_kept_in_place_of_what_it_was_and_all_are_listed_by_id() {
    let stores = sms_stores().await;
    assert_eq!(stores.decks.get(&deck_id("standard")).await.unwrap(), None);
    assert_eq!(stores.decks.list().await.unwrap(), []);
    let first = deck("standard", &[("998", "0.0375"), ("99890", "0.04")]);
    stores.decks.put(&first, instant(NOON)).await.unwrap();
    assert_eq!(stores.decks.get(&deck_id("standard")).await.unwrap(), Some(first));
    let second = deck("standard", &[("998", "0.05")]);
    stores.decks.put(&second, instant(RUN)).await.unwrap();
    let other = deck("partners", &[]);
    stores.decks.put(&other, instant(RUN)).await.unwrap();
    assert_eq!(stores.decks.list().await.unwrap(), [other, second]);
    let item = stores.item("SMS_DECK#standard");
    assert_eq!(item["version"], json!({ "N": "2" }));
    let rate = json!({ "M": { "prefix": { "S": "998" }, "country": { "S": "Uzbekistan" }, "price": { "N": "50000" }, "per": { "S": "segment" } } });
    assert_eq!(item["rates"], json!({ "L": [rate] }));
}

#[tokio::test]
async fn two_who_write_a_deck_at_once_leave_one_of_them_whole() {
    let stores = sms_stores().await;
    let (one, other) = (deck("standard", &[("998", "1")]), deck("standard", &[("380", "2"), ("381", "3")]));
    let (first, second) =
        tokio::join!(stores.decks.put(&one, instant(NOON)), stores.decks.put(&other, instant(NOON)));
    first.unwrap();
    second.unwrap();
    let kept = stores.decks.get(&deck_id("standard")).await.unwrap().unwrap();
    assert!(kept == one || kept == other, "{kept:?}");
}

#[tokio::test]
async fn what_is_set_for_everybody_reads_back_whole() {
    let stores = sms_stores().await;
    assert_eq!(stores.settings.global().await.unwrap(), None);
    let all = Overrides {
        frequency: Some(Frequency::Weekly),
        max_amount: Some("250.5".parse().unwrap()),
        max_messages: Some(5_000),
        day_of_week: DayOfWeek::new(0),
        day_of_month: DayOfMonth::new(28),
        auto_processing: Some(false),
        notification_enabled: Some(true),
        notification_threshold: Some("200".parse().unwrap()),
        currency: Some("EUR".parse().unwrap()),
        switch_account: Some("3".parse().unwrap()),
        deck: Some(deck_id("standard")),
        active: Some(true),
    };
    stores.settings.set_global(&all).await.unwrap();
    assert_eq!(stores.settings.global().await.unwrap(), Some(all));
    stores.settings.set_global(&Overrides::default()).await.unwrap();
    assert_eq!(stores.settings.global().await.unwrap(), Some(Overrides::default()));
    let item = stores.item("SMS_SETTINGS");
    assert_eq!((&item["version"], &item["overrides"]), (&json!({ "N": "2" }), &json!({ "M": {} })));
}

/// That an error is about this item, and does not say what is in it beyond the reason.
fn corrupt<T: std::fmt::Debug>(result: Result<T, StoreError>, key: &str, reason: &str) {
    let error = result.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { key: said, .. } if said == key), "{key}: {error}");
    assert!(error.to_string().contains(reason), "{error}");
}

async fn with_account() -> SmsStores {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    stores
}

#[tokio::test]
async fn a_corrupt_account_is_an_error_that_names_it() {
    let key = "SMS_ACCOUNT#user-1";
    let first = |item: &Value| item["periods"]["L"][0].clone();
    type Spoil = fn(&mut Value);
    let spoiled: [(Spoil, &str); 6] = [
        (|item| item["version"] = json!({ "S": "two" }), ""),
        (|item| item["user"] = json!({ "S": "user/1" }), "user"),
        (|item| item["periods"]["L"][0]["M"]["currency"] = json!({ "S": "GOLD" }), "currency"),
        (|item| item["overrides"]["M"]["frequency"] = json!({ "S": "hourly" }), "frequency"),
        (|item| item["overrides"]["M"]["day_of_month"] = json!({ "N": "31" }), "31 is no day of the month"),
        (
            |item| {
                item["periods"]["L"][0]["M"]["usage"]["M"]["lines"]["L"][0]["M"]["cost"] =
                    json!({ "N": "-1" })
            },
            "-1 is no price",
        ),
    ];
    for (spoil, reason) in spoiled {
        let stores = with_account().await;
        stores.spoil(key, spoil);
        corrupt(stores.accounts.get(&id("user-1")).await, key, reason);
        let counted = stores.accounts.record(&id("user-1"), &events(&["b"]), &terms(), &cause(NOON)).await;
        assert!(matches!(counted, Err(RecordingError::Store(StoreError::Corrupt { .. }))), "{counted:?}");
        assert_eq!(stores.count("SMS_USAGE"), 1, "nothing was written");
    }
    let stores = with_account().await;
    stores.spoil(key, |item| item["periods"]["L"] = json!([first(item), first(item)]));
    corrupt(stores.accounts.get(&id("user-1")).await, key, "its periods overlap");
}

#[tokio::test]
async fn a_corrupt_bill_is_an_error_that_names_it_and_is_never_charged() {
    type Spoil = fn(&mut Value);
    let spoiled: [(Spoil, &str); 5] = [
        (|item| item["amount_minor"] = json!({ "N": "1" }), "its amount is not the sum of its lines"),
        (|item| item["number"] = json!({ "S": "SMS-1" }), "number"),
        (|item| item["standing"]["M"]["state"] = json!({ "S": "MAYBE" }), "there is no standing \"MAYBE\""),
        (
            |item| item["standing"]["M"] = json!({ "state": { "S": "CHARGING" } }),
            "a standing without its debit",
        ),
        (|item| item["standing"]["M"] = json!({ "state": { "S": "FAILED" } }), "a standing without its time"),
    ];
    for (spoil, reason) in spoiled {
        let stores = with_account().await;
        let bill = stores.bill("user-1", 1).await;
        let key = format!("SMS_BILL#{}", bill.number);
        stores.spoil(&key, spoil);
        corrupt(stores.bills.get(&bill.number).await, &key, reason);
        let changed =
            stores.bills.change(&bill.number, &terms(), &cause(RUN), |bill| bill.attempts = 9).await;
        corrupt(changed, &key, reason);
        let listed = stores.bills.list(&Filter::default(), None, 10, instant(RUN)).await;
        corrupt(listed, &key, reason);
    }
}

#[tokio::test]
async fn corrupt_settings_and_decks_are_errors_that_name_them() {
    let stores = sms_stores().await;
    stores.settings.set_global(&Overrides::default()).await.unwrap();
    stores.spoil("SMS_SETTINGS", |item| item["overrides"]["M"]["switch_account"] = json!({ "N": "0" }));
    corrupt(stores.settings.global().await, "SMS_SETTINGS", "0 is no account");
    stores.decks.put(&deck("standard", &[("998", "1"), ("380", "1")]), instant(NOON)).await.unwrap();
    stores.spoil("SMS_DECK#standard", |item| {
        item["rates"]["L"][1]["M"]["prefix"] = json!({ "S": "380" });
    });
    corrupt(
        stores.decks.get(&deck_id("standard")).await,
        "SMS_DECK#standard",
        "the prefix 380 has two rates",
    );
    corrupt(stores.decks.list().await, "SMS_DECK#standard", "the prefix 380 has two rates");
}
