//! SMS accounts: what is stored, changes, closing, and who is due.

use serde_json::json;
use shared::domain::money::Currency;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::rhythm::{Frequency, Schedule};
use shared::domain::sms::settings::Overrides;
use shared::domain::sms::usage::Totals;
use shared::stores::place::Place;
use shared::stores::table::StoreError;

use crate::sms_setup::{
    NOON, RUN, SmsStores, cause, closed, event, events, id, instant, sent, sms_stores, terms,
};

async fn due(stores: &SmsStores, schedule: Schedule, through: &str) -> Vec<String> {
    let due = stores.accounts.due(schedule, instant(through), None, 100).await.unwrap();
    assert!(due.next.is_none());
    due.items.iter().map(ToString::to_string).collect()
}

fn every(frequency: Frequency) -> Overrides {
    Overrides { frequency: Some(frequency), ..Overrides::default() }
}

#[tokio::test]
async fn an_account_as_it_is_stored() {
    let stores = sms_stores().await;
    let overrides = Overrides {
        frequency: Some(Frequency::Weekly),
        switch_account: Some("3".parse().unwrap()),
        deck: Some("standard".parse().unwrap()),
        notification_threshold: Some("0.2".parse().unwrap()),
        ..Overrides::default()
    };
    stores.set("user-1", overrides).await;
    stores.record("user-1", &events(&["a", "b"])).await;
    insta::assert_json_snapshot!(stores.item("SMS_ACCOUNT#user-1"));
}

#[tokio::test]
async fn an_account_reads_back_as_it_was_written() {
    let stores = sms_stores().await;
    stores.set("user-1", every(Frequency::Monthly)).await;
    stores.record("user-1", &[event("a"), sent("b", NOON, 4)]).await;
    let account = stores.account("user-1").await;
    let changed = |account: &mut SmsAccount| account.awaiting_approval = 2;
    let (_, after) = stores.accounts.change(&id("user-1"), &terms(), &cause(NOON), changed).await.unwrap();
    assert_eq!(stores.account("user-1").await, after);
    assert_eq!(SmsAccount { awaiting_approval: 0, ..after }, account);
}

#[tokio::test]
async fn an_account_that_was_written_with_the_currency_of_what_is_open_beside_it_is_read() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    let account = stores.account("user-1").await;
    stores.spoil("SMS_ACCOUNT#user-1", |item| item["currency"] = json!({ "S": "USD" }));
    assert_eq!(stores.account("user-1").await, account);
}

#[tokio::test]
async fn an_account_that_was_never_written_is_that_of_somebody_who_used_nothing() {
    let stores = sms_stores().await;
    let held = stores.held("user-1").await;
    assert_eq!((held.account, held.version), (SmsAccount::new(id("user-1")), 0));
}

#[tokio::test]
async fn a_change_that_changes_nothing_writes_nothing() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    stores.wire.reset();
    let look = |account: &mut SmsAccount| account.periods.len();
    let (periods, _) = stores.accounts.change(&id("user-1"), &terms(), &cause(NOON), look).await.unwrap();
    assert_eq!(periods, 1);
    let calls: Vec<String> = stores.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(calls, ["GetItem"]);
}

#[tokio::test]
async fn a_change_is_decided_anew_when_another_came_first() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    let more = |account: &mut SmsAccount| account.awaiting_approval += 1;
    let (user, terms, cause) = (id("user-1"), terms(), cause(NOON));
    let change = || stores.accounts.change(&user, &terms, &cause, more);
    let usage = events(&["b"]);
    let (one, other, _) = tokio::join!(change(), change(), stores.record("user-1", &usage));
    one.unwrap();
    other.unwrap();
    let account = stores.account("user-1").await;
    assert_eq!((account.awaiting_approval, account.open(Currency::Usd).unwrap().messages), (2, 2));
}

#[tokio::test]
async fn a_period_leaves_the_account_together_with_its_bill() {
    let stores = sms_stores().await;
    stores.record("user-1", &[event("a"), event("b")]).await;
    let bill = stores.bill("user-1", 1).await;
    let account = stores.account("user-1").await;
    assert_eq!(account.open(Currency::Usd).unwrap(), Totals::default());
    assert_eq!(account.billed_through, Some(instant("2026-11-22T00:00:00Z")));
    let stored = stores.read(&bill.number).await;
    assert_eq!(stored, bill);
    assert_eq!((stored.totals.messages, stored.amount.minor()), (2, 22), "0.225 is rounded half to even");
    assert_eq!(stores.wire.count("TransactWriteItems"), 2, "the usage, and the close");
}

#[tokio::test]
async fn a_bill_whose_number_is_taken_leaves_the_account_as_it_was() {
    let stores = sms_stores().await;
    for user in ["user-1", "user-2"] {
        stores.record(user, &events(&["a"])).await;
    }
    let first = stores.bill("user-1", 1).await;
    let mut held = stores.held("user-2").await;
    let second = closed(&mut held, 1);
    assert!(matches!(stores.close(&mut held, &second).await, Err(StoreError::Conflict)));
    assert_eq!(stores.account("user-2").await.open(Currency::Usd).unwrap().messages, 1);
    assert_eq!(stores.read(&first.number).await.user, id("user-1"));
    stores.bill("user-2", 2).await;
    assert_eq!(stores.account("user-2").await.open(Currency::Usd).unwrap().messages, 0);
}

#[tokio::test]
async fn a_lost_answer_or_request_while_closing_leaves_both_or_none() {
    for is_answer in [true, false] {
        let stores = sms_stores().await;
        stores.record("user-1", &events(&["a"])).await;
        let mut held = stores.held("user-1").await;
        let bill = closed(&mut held, 1);
        stores.wire.reset();
        if is_answer {
            stores.wire.crash_at(1)
        } else {
            stores.wire.drop_request(1)
        }
        let is_told = stores.close(&mut held, &bill).await.is_ok();
        stores.wire.revive();
        assert_eq!(is_told, !is_answer, "who hears nothing does not know");
        assert_eq!(stores.read(&bill.number).await, bill);
        assert_eq!(stores.account("user-1").await.open(Currency::Usd).unwrap(), Totals::default());
    }
}

#[tokio::test]
async fn who_closes_what_another_closed_makes_no_bill() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    let mut late = stores.held("user-1").await;
    stores.bill("user-1", 1).await;
    let other = closed(&mut late, 2);
    assert!(matches!(stores.close(&mut late, &other).await, Err(StoreError::Conflict)));
    assert_eq!(stores.count("SMS_BILL"), 1);
}

#[tokio::test]
async fn usage_that_comes_between_reading_and_closing_is_in_the_next_look_and_not_lost() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    let mut held = stores.held("user-1").await;
    let bill = closed(&mut held, 1);
    stores.record("user-1", &events(&["b"])).await;
    assert!(matches!(stores.close(&mut held, &bill).await, Err(StoreError::Conflict)));
    assert_eq!(stores.bill("user-1", 1).await.totals.messages, 2);
}

#[tokio::test]
async fn two_periods_in_a_row_are_closed_without_reading_again() {
    let stores = sms_stores().await;
    let at = "2026-11-20T12:00:00Z";
    stores.accounts.record(&id("user-1"), &[sent("a", at, 1)], &terms(), &cause(at)).await.unwrap();
    stores.record("user-1", &events(&["b"])).await;
    let mut held = stores.held("user-1").await;
    for number in [1, 2] {
        let bill = closed(&mut held, number);
        stores.close(&mut held, &bill).await.unwrap();
    }
    assert_eq!(stores.held("user-1").await.version, held.version);
    assert_eq!(stores.count("SMS_BILL"), 2);
}

#[tokio::test]
async fn a_bill_that_waits_for_approval_is_counted_in_its_account() {
    let stores = sms_stores().await;
    stores.set("user-1", Overrides { auto_processing: Some(false), ..Overrides::default() }).await;
    stores.record("user-1", &events(&["a"])).await;
    stores.bill("user-1", 1).await;
    assert_eq!(stores.account("user-1").await.awaiting_approval, 1);
}

#[tokio::test]
async fn users_are_due_in_the_list_of_their_schedule_once_a_period_ended() {
    let stores = sms_stores().await;
    for (user, frequency) in [
        ("daily", Frequency::Daily),
        ("weekly", Frequency::Weekly),
        ("monthly", Frequency::Monthly),
        ("by-limit", Frequency::Threshold),
    ] {
        stores.set(user, every(frequency)).await;
        stores.record(user, &events(&["a"])).await;
    }
    stores.set("idle", Overrides { active: Some(false), ..Overrides::default() }).await;
    stores.record("idle", &events(&["a"])).await;
    let midnight = "2026-11-22T00:00:00Z";
    assert_eq!(due(&stores, Schedule::Daily, "2026-11-21T23:59:59.999Z").await, Vec::<String>::new());
    let looked_at = due(&stores, Schedule::Daily, midnight).await;
    assert_eq!(looked_at, ["by-limit", "daily", "idle"], "also whom no calendar ends, and who is not billed");
    assert_eq!(due(&stores, Schedule::Weekly, "2026-11-23T03:00:00Z").await, ["weekly"]);
    assert_eq!(due(&stores, Schedule::Monthly, "2026-11-30T04:00:00Z").await, Vec::<String>::new());
    assert_eq!(due(&stores, Schedule::Monthly, "2026-12-01T04:00:00Z").await, ["monthly"]);
    stores.bill("daily", 1).await;
    assert_eq!(due(&stores, Schedule::Daily, RUN).await, ["by-limit", "idle"], "who was billed is not due");
}

#[tokio::test]
async fn who_changes_to_another_frequency_changes_lists() {
    let stores = sms_stores().await;
    stores.set("user-1", every(Frequency::Monthly)).await;
    stores.record("user-1", &events(&["a"])).await;
    let to_daily = |account: &mut SmsAccount| {
        account.overrides = every(Frequency::Daily);
        let settings = terms().of(&account.overrides);
        account.align(&settings, instant(NOON));
    };
    stores.accounts.change(&id("user-1"), &terms(), &cause(NOON), to_daily).await.unwrap();
    assert_eq!(due(&stores, Schedule::Daily, RUN).await, ["user-1"]);
    assert_eq!(due(&stores, Schedule::Monthly, "2026-12-01T04:00:00Z").await, Vec::<String>::new());
}

#[tokio::test]
async fn the_longest_due_come_first_and_pages_hold_each_once() {
    let stores = sms_stores().await;
    let old = "2026-11-19T12:00:00Z";
    for user in ["zoe", "yan"] {
        stores.accounts.record(&id(user), &[sent("a", old, 1)], &terms(), &cause(old)).await.unwrap();
    }
    for user in ["a", "b", "a.b", "c"] {
        stores.record(user, &events(&["a"])).await;
    }
    for limit in 1..=7 {
        let (mut seen, mut after): (Vec<String>, Option<Place>) = (Vec::new(), None);
        loop {
            let page =
                stores.accounts.due(Schedule::Daily, instant(RUN), after.as_ref(), limit).await.unwrap();
            assert!(page.items.len() <= usize::from(limit));
            seen.extend(page.items.iter().map(ToString::to_string));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["yan", "zoe", "a", "a.b", "b", "c"], "{limit} at a time");
    }
}

#[tokio::test]
async fn the_list_of_who_is_due_holds_keys_and_nothing_of_what_was_used() {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a"])).await;
    stores.wire.reset();
    due(&stores, Schedule::Daily, RUN).await;
    let calls = stores.wire.calls();
    let item = calls[0].response_json()["Items"][0].clone();
    let mut names: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["gsi3pk", "gsi3sk", "pk", "sk"]);
}
