//! Usage that is counted: each event once, whoever says it how often and whatever answer is lost.

use shared::domain::money::Currency;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::Overrides;
use shared::domain::sms::usage::{Sent, UsageEvent, UsageId};
use shared::stores::sms_accounts::{Recorded, RecordingError};

use crate::sms_setup::{NOON, cause, event, events, id, instant, sent, sms_stores, terms};

fn ids(names: &[&str]) -> Vec<UsageId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn recorded(counted: &[&str], repeated: &[&str], conflicting: &[&str]) -> Recorded {
    Recorded { counted: ids(counted), repeated: ids(repeated), conflicting: ids(conflicting) }
}

#[tokio::test]
async fn usage_counts_in_the_period_of_its_time_with_a_marker_for_each_event() {
    let stores = sms_stores().await;
    assert_eq!(stores.record("user-1", &events(&["a", "b"])).await, recorded(&["a", "b"], &[], &[]));
    assert_eq!(stores.wire.calls().len(), 2, "one read and one transaction");
    let account = stores.account("user-1").await;
    assert_eq!(account.periods.len(), 1);
    let period = &account.periods[0];
    assert_eq!(
        (period.start, period.end),
        (instant("2026-11-21T00:00:00Z"), Some(instant("2026-11-22T00:00:00Z")))
    );
    let open = account.open(Currency::Usd).unwrap();
    assert_eq!((open.messages, open.cost.to_decimal(0).as_str()), (2, "0.225"));
    assert_eq!(stores.count("SMS_USAGE"), 2);
}

#[tokio::test]
async fn an_event_that_counted_does_not_count_again() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a", "b"])).await;
    let again = stores.record("user-1", &events(&["b", "c", "a"])).await;
    assert_eq!(again, recorded(&["c"], &["b", "a"], &[]));
    assert_eq!(stores.account("user-1").await.open(Currency::Usd).unwrap().messages, 3);
    let before = stores.held("user-1").await.version;
    assert_eq!(stores.record("user-1", &events(&["a"])).await, recorded(&[], &["a"], &[]));
    assert_eq!(stores.held("user-1").await.version, before, "nothing was written");
}

#[tokio::test]
async fn an_id_is_its_users_own() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    assert_eq!(stores.record("user-2", &events(&["a"])).await, recorded(&["a"], &[], &[]));
}

#[tokio::test]
async fn other_content_under_an_id_does_not_count_and_is_told() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    let failed = UsageEvent { sent: Sent::Failed(1), ..event("a") };
    for other in [sent("a", NOON, 2), failed] {
        assert_eq!(stores.record("user-1", &[other]).await, recorded(&[], &[], &["a"]));
    }
    assert_eq!(stores.account("user-1").await.open(Currency::Usd).unwrap().messages, 1);
}

#[tokio::test]
async fn an_event_that_comes_twice_in_one_batch_counts_once() {
    let stores = sms_stores().await;
    let batch = [event("a"), event("b"), event("a"), sent("b", NOON, 7)];
    assert_eq!(stores.record("user-1", &batch).await, recorded(&["a", "b"], &["a"], &["b"]));
    assert_eq!(stores.account("user-1").await.open(Currency::Usd).unwrap().messages, 2);
}

#[tokio::test]
async fn five_hundred_events_at_once_count_in_six_transactions() {
    let stores = sms_stores().await;
    let names: Vec<String> = (0..500).map(|number| format!("event-{number}")).collect();
    let batch: Vec<UsageEvent> = names.iter().map(|name| event(name)).collect();
    assert_eq!(stores.record("user-1", &batch).await.counted.len(), 500);
    assert_eq!(stores.wire.count("TransactWriteItems"), 6);
    assert_eq!(
        (stores.account("user-1").await.open(Currency::Usd).unwrap().messages, stores.count("SMS_USAGE")),
        (500, 500)
    );
    let again = stores.record("user-1", &batch).await;
    assert_eq!((again.counted.len(), again.repeated.len()), (0, 500));
}

#[tokio::test]
async fn two_who_count_at_once_lose_nothing_and_count_nothing_twice() {
    let stores = sms_stores().await;
    let (one, other) = (events(&["a", "b"]), events(&["b", "c"]));
    let (one, other) = tokio::join!(stores.record("user-1", &one), stores.record("user-1", &other));
    let mut counted = [one.counted, other.counted].concat();
    counted.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    assert_eq!(counted, ids(&["a", "b", "c"]));
    assert_eq!([one.repeated, other.repeated].concat(), ids(&["b"]));
    assert_eq!(stores.account("user-1").await.open(Currency::Usd).unwrap().messages, 3);
}

#[tokio::test]
async fn a_lost_answer_or_request_changes_no_count() {
    for number in 1..=2 {
        for is_answer in [true, false] {
            let stores = sms_stores().await;
            if is_answer {
                stores.wire.drop_answer_of(number)
            } else {
                stores.wire.drop_request(number)
            }
            let told = stores.record("user-1", &events(&["a", "b"])).await;
            assert_eq!(told.counted.len() + told.repeated.len(), 2, "{number} {is_answer} {told:?}");
            assert_eq!(told.conflicting, ids(&[]));
            assert_eq!(
                stores.account("user-1").await.open(Currency::Usd).unwrap().messages,
                2,
                "{number} {is_answer}"
            );
        }
    }
}

#[tokio::test]
async fn a_death_while_counting_is_made_good_by_counting_again() {
    for number in 1..=2 {
        let stores = sms_stores().await;
        stores.wire.crash_at(number);
        let died = stores.accounts.record(&id("user-1"), &events(&["a", "b"]), &terms(), &cause(NOON)).await;
        assert!(matches!(died, Err(RecordingError::Store(_))), "{died:?}");
        assert!(stores.wire.revive());
        let told = stores.record("user-1", &events(&["a", "b"])).await;
        let expected = if number == 1 { 2 } else { 0 };
        assert_eq!((told.counted.len(), told.repeated.len()), (expected, 2 - expected));
        assert_eq!(stores.account("user-1").await.open(Currency::Usd).unwrap().messages, 2);
    }
}

#[tokio::test]
async fn what_is_refused_counts_nothing_and_marks_nothing() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    let mut endless = event("c");
    if let Sent::Messages(line) = &mut endless.sent {
        line.cost = Micros::new(i64::MAX).unwrap();
    }
    let batch = [event("b"), endless];
    let refused = stores.accounts.record(&id("user-1"), &batch, &terms(), &cause(NOON)).await;
    let error = refused.unwrap_err();
    assert!(matches!(error, RecordingError::Refused(_)), "{error}");
    assert_eq!(error.to_string(), "too much was used in one period");
    assert_eq!(
        (stores.account("user-1").await.open(Currency::Usd).unwrap().messages, stores.count("SMS_USAGE")),
        (1, 1)
    );
}

#[tokio::test]
async fn what_is_used_after_a_change_of_currency_counts_in_a_period_of_its_own() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    stores.set("user-1", Overrides { currency: Some("EUR".parse().unwrap()), ..Overrides::default() }).await;
    stores.record("user-1", &events(&["b", "c"])).await;
    let account = stores.account("user-1").await;
    let periods: Vec<_> = account
        .periods
        .iter()
        .map(|period| (period.currency.code(), period.usage.totals().unwrap().messages))
        .collect();
    assert_eq!(periods, [("USD", 1), ("EUR", 2)]);
    assert_eq!(account.periods[0].end, Some(account.periods[1].start), "without a gap");
}

#[tokio::test]
async fn a_limit_that_is_reached_is_told_with_the_usage_that_reached_it() {
    let stores = sms_stores().await;
    let by_limit =
        Overrides { frequency: Some(Frequency::Threshold), max_messages: Some(2), ..Overrides::default() };
    stores.set("user-1", by_limit).await;
    stores.record("user-1", &events(&["a"])).await;
    assert!(stores.item("SMS_ACCOUNT#user-1").get("outbox").is_none());
    stores.record("user-1", &events(&["b"])).await;
    let item = stores.item("SMS_ACCOUNT#user-1");
    assert_eq!(item["outbox_size"]["N"], "1");
    let told = &item["outbox"]["L"][0]["M"];
    assert_eq!(
        (&told["event"]["S"], &told["user_id"]["S"]),
        (&"sms_usage.limit_reached".into(), &"user-1".into())
    );
    assert_eq!(told["id"]["S"], "sms-user-1.3.0");
    stores.record("user-1", &events(&["c"])).await;
    assert!(stores.item("SMS_ACCOUNT#user-1").get("outbox").is_none(), "an event is told once");
}

#[tokio::test]
async fn a_marker_says_what_was_counted_and_ends_after_thirteen_months() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    insta::assert_json_snapshot!(stores.item("SMS_USAGE#user-1#a"));
}
