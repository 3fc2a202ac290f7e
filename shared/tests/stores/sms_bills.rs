//! SMS bills: what is stored, changes with the account beside them, lists, and which are due.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::money::Currency;
use shared::domain::sms::bill::charging::{Charged, Claim, Finding, Patience};
use shared::domain::sms::bill::deciding::{Decided, Decision};
use shared::domain::sms::bill::{BillState, Charging, SmsBill, Standing};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::settings::Overrides;
use shared::domain::sms::switch_account::SwitchAccount;
use shared::stores::place::Place;
use shared::stores::sms_bills::listing::Filter;

use crate::sms_setup::{RUN, SmsStores, cause, event, events, id, instant, sms_stores, terms};

fn acme() -> Option<SwitchAccount> {
    SwitchAccount::new(3)
}

fn patience() -> Patience {
    Patience { retries: vec![SignedDuration::from_hours(1)], settle: SignedDuration::from_mins(15) }
}

async fn with_bill() -> (SmsStores, SmsBill) {
    let stores = sms_stores().await;
    stores.record("user-1", &events(&["a", "b"])).await;
    let bill = stores.bill("user-1", 1).await;
    (stores, bill)
}

/// A bill that a person has to approve.
async fn with_bill_to_approve() -> (SmsStores, SmsBill) {
    let stores = sms_stores().await;
    stores.set("user-1", Overrides { auto_processing: Some(false), ..Overrides::default() }).await;
    stores.record("user-1", &events(&["a"])).await;
    let bill = stores.bill("user-1", 1).await;
    (stores, bill)
}

async fn claimed(stores: &SmsStores, number: &BillNumber) -> Charging {
    let claim = stores.decide(number, RUN, |bill| bill.claim(acme(), instant(RUN))).await;
    let Claim::Charge(debit) = claim else { panic!("{claim:?}") };
    debit
}

async fn due(stores: &SmsStores, at: &str) -> Vec<String> {
    let due = stores.bills.due(instant(at), None, 100).await.unwrap();
    due.items.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_bill_as_it_is_stored() {
    let (stores, bill) = with_bill().await;
    let debit = claimed(&stores, &bill.number).await;
    let at = instant("2026-11-22T02:00:01Z");
    let refused = |bill: &mut SmsBill| {
        bill.charged(&debit, Charged::Refused("Insufficient balance".to_owned()), &patience(), at);
    };
    stores.decide(&bill.number, "2026-11-22T02:00:01Z", refused).await;
    insta::assert_json_snapshot!(stores.item(&format!("SMS_BILL#{}", bill.number)));
}

#[tokio::test]
async fn the_accounts_that_were_tried_are_kept_and_a_bill_that_was_written_without_them_is_read() {
    let (stores, bill) = with_bill().await;
    let debit = claimed(&stores, &bill.number).await;
    let refused = |bill: &mut SmsBill| {
        bill.charged(&debit, Charged::Refused("no".to_owned()), &patience(), instant(RUN));
    };
    stores.decide(&bill.number, RUN, refused).await;
    let stored = stores.read(&bill.number).await;
    assert_eq!(stored.tried_accounts, [acme().unwrap()]);
    stores.spoil(&format!("SMS_BILL#{}", bill.number), |item| {
        item.as_object_mut().unwrap().remove("tried_accounts").unwrap();
    });
    assert_eq!(stores.read(&bill.number).await, SmsBill { tried_accounts: Vec::new(), ..stored });
}

#[tokio::test]
async fn every_standing_reads_back_as_it_was_written() {
    let (stores, bill) = with_bill().await;
    let number = bill.number.clone();
    let read = async || stores.read(&number).await.standing;
    assert_eq!(read().await, Standing::Ready { not_before: instant(RUN), reason: None });
    let debit = claimed(&stores, &number).await;
    assert_eq!(read().await, Standing::Charging(debit.clone()));
    let differs = || Finding::Differs("a payment of 3.00".to_owned());
    stores.decide(&number, RUN, |bill| bill.found(&debit, differs(), &patience(), instant(RUN))).await;
    let review = Standing::NeedsReview {
        since: instant(RUN),
        charging: debit,
        evidence: "a payment of 3.00".to_owned(),
    };
    assert_eq!(read().await, review);
    let item = stores.item(&format!("SMS_BILL#{number}"));
    assert_eq!(item["outbox"]["L"][0]["M"]["event"], json!({ "S": "sms_bill.review_opened" }));
    let resolved = |bill: &mut SmsBill| bill.resolve(1, Decision::NotPaid, "admin-1", instant(RUN));
    assert_eq!(stores.decide(&number, RUN, resolved).await, Decided::Done);
    let debit = claimed(&stores, &number).await;
    let refuse = |bill: &mut SmsBill| {
        bill.charged(&debit, Charged::Refused("no".to_owned()), &patience(), instant(RUN));
    };
    stores.decide(&number, RUN, refuse).await;
    let retry_at = instant("2026-11-22T03:00:00Z");
    assert_eq!(read().await, Standing::Failed { at: instant(RUN), reason: "no".to_owned(), retry_at });
    let later = "2026-11-22T03:00:00Z";
    let Claim::Charge(debit) = stores.decide(&number, later, |bill| bill.claim(acme(), instant(later))).await
    else {
        panic!()
    };
    let refuse = |bill: &mut SmsBill| {
        bill.charged(&debit, Charged::Refused("never".to_owned()), &patience(), instant(later));
    };
    stores.decide(&number, later, refuse).await;
    assert_eq!(read().await, Standing::GivenUp { at: instant(later), reason: "never".to_owned() });
    assert_eq!(
        stores.decide(&number, later, |bill| bill.cancel("a gift", instant(later))).await,
        Decided::Done
    );
    assert_eq!(read().await, Standing::Cancelled { at: instant(later), reason: "a gift".to_owned() });
}

#[tokio::test]
async fn a_bill_goes_twelve_months_after_it_was_paid_or_cancelled_and_not_before() {
    let (stores, bill) = with_bill().await;
    let pk = format!("SMS_BILL#{}", bill.number);
    assert!(stores.item(&pk).get("ttl").is_none());
    let debit = claimed(&stores, &bill.number).await;
    assert!(stores.item(&pk).get("ttl").is_none());
    stores
        .decide(&bill.number, RUN, |bill| bill.charged(&debit, Charged::Done, &patience(), instant(RUN)))
        .await;
    let year = instant(RUN).as_second() + 365 * 24 * 60 * 60;
    assert_eq!(stores.item(&pk)["ttl"]["N"], year.to_string());
    assert_eq!(stores.item(&pk)["outbox"]["L"][0]["M"]["event"], json!({ "S": "sms_bill.paid" }));
}

#[tokio::test]
async fn of_two_who_want_to_charge_a_bill_one_may() {
    let (stores, bill) = with_bill().await;
    let claim = || stores.decide(&bill.number, RUN, |bill| bill.claim(acme(), instant(RUN)));
    let (one, other, third) = tokio::join!(claim(), claim(), claim());
    let claims = [one, other, third];
    let charging = claims.iter().filter(|claim| matches!(claim, Claim::Charge(_))).count();
    assert_eq!(charging, 1, "{claims:?}");
    assert_eq!(stores.read(&bill.number).await.attempts, 1);
}

#[tokio::test]
async fn who_loses_the_answer_to_a_claim_may_not_charge() {
    let (stores, bill) = with_bill().await;
    stores.wire.reset();
    // The first call reads, the second writes; the SDK writes again, and that is refused.
    stores.wire.drop_answer_of(2);
    let claim = stores.decide(&bill.number, RUN, |bill| bill.claim(acme(), instant(RUN))).await;
    assert_eq!(claim, Claim::Settled, "whoever looks next after the lease asks the switch");
    assert!(matches!(stores.read(&bill.number).await.standing, Standing::Charging(_)));
}

#[tokio::test]
async fn there_is_no_bill_of_another_number() {
    let (stores, _) = with_bill().await;
    let other: BillNumber = "SMS-20261122-ZZZZZZZZ".parse().unwrap();
    assert!(stores.bills.get(&other).await.unwrap().is_none());
    let changed = stores.bills.change(&other, &terms(), &cause(RUN), |bill| bill.attempts = 9).await.unwrap();
    assert!(changed.is_none());
}

#[tokio::test]
async fn an_approval_is_counted_off_in_the_same_transaction() {
    for is_cancelled in [false, true] {
        let (stores, bill) = with_bill_to_approve().await;
        assert_eq!(bill.standing, Standing::AwaitingApproval);
        assert_eq!(stores.account("user-1").await.awaiting_approval, 1);
        stores.wire.reset();
        let decide = |bill: &mut SmsBill| {
            if is_cancelled { bill.cancel("no", instant(RUN)) } else { bill.process("admin-1", instant(RUN)) }
        };
        assert_eq!(stores.decide(&bill.number, RUN, decide).await, Decided::Done);
        assert_eq!(stores.account("user-1").await.awaiting_approval, 0);
        assert_eq!((stores.wire.count("TransactWriteItems"), stores.wire.count("PutItem")), (1, 0));
        let standing = stores.read(&bill.number).await.state();
        assert_eq!(standing, if is_cancelled { BillState::Cancelled } else { BillState::Pending });
    }
}

#[tokio::test]
async fn two_who_approve_at_once_while_usage_comes_count_one_bill_off() {
    let (stores, bill) = with_bill_to_approve().await;
    let process = |bill: &mut SmsBill| bill.process("admin-1", instant(RUN));
    let (usage, terms, cause) = ([event("late")], terms(), cause(RUN));
    let (one, other, _) = tokio::join!(
        stores.bills.change(&bill.number, &terms, &cause, process),
        stores.bills.change(&bill.number, &terms, &cause, process),
        stores.record("user-1", &usage),
    );
    assert!(one.unwrap().is_some() && other.unwrap().is_some());
    let account = stores.account("user-1").await;
    assert_eq!((account.awaiting_approval, account.open(Currency::Usd).unwrap().messages), (0, 1));
}

#[tokio::test]
async fn a_lost_answer_to_an_approval_counts_it_off_once() {
    let (stores, bill) = with_bill_to_approve().await;
    // Another bill waits besides: the count must not reach nothing.
    let more = |account: &mut shared::domain::sms::account::SmsAccount| account.awaiting_approval = 2;
    stores.accounts.change(&id("user-1"), &terms(), &cause(RUN), more).await.unwrap();
    stores.wire.reset();
    // Reads of both, then the transaction.
    stores.wire.drop_answer_of(3);
    stores.decide(&bill.number, RUN, |bill| bill.process("admin-1", instant(RUN))).await;
    assert_eq!(stores.account("user-1").await.awaiting_approval, 1);
}

#[tokio::test]
async fn bills_are_due_when_their_time_has_come_the_longest_due_first() {
    let stores = sms_stores().await;
    let mut numbers = Vec::new();
    for (user, number) in [("user-1", 1), ("user-2", 2), ("user-3", 3)] {
        stores.record(user, &events(&["a"])).await;
        numbers.push(stores.bill(user, number).await.number);
    }
    let text = |place: usize| numbers[place].to_string();
    assert_eq!(due(&stores, "2026-11-22T01:59:59Z").await, Vec::<String>::new());
    assert_eq!(due(&stores, RUN).await, [text(0), text(1), text(2)]);
    let debit = claimed(&stores, &numbers[0]).await;
    assert_eq!(due(&stores, RUN).await, [text(1), text(2)], "somebody is at it");
    assert_eq!(due(&stores, "2026-11-22T02:02:30Z").await, [text(1), text(2), text(0)]);
    stores
        .decide(&numbers[0], RUN, |bill| bill.charged(&debit, Charged::Done, &patience(), instant(RUN)))
        .await;
    stores.decide(&numbers[1], RUN, |bill| bill.cancel("no", instant(RUN))).await;
    assert_eq!(due(&stores, "2027-01-01T00:00:00Z").await, [text(2)]);
    let (mut seen, mut after): (Vec<BillNumber>, Option<Place>) = (Vec::new(), None);
    loop {
        let page = stores.bills.due(instant(RUN), after.as_ref(), 1).await.unwrap();
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [numbers[2].clone()]);
}

/// Bills made in October and November for two users; the newest comes last. Some are cancelled.
async fn with_many() -> SmsStores {
    let stores = sms_stores().await;
    for (place, (user, made)) in [
        ("user-1", "2026-10-30T02:00:00Z"),
        ("user-2", "2026-10-31T02:00:00Z"),
        ("user-1", "2026-11-01T02:00:00Z"),
        ("user-1", "2026-11-02T02:00:00Z"),
        ("user-2", "2026-11-02T02:00:00Z"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u64::try_from(place).unwrap() + 1;
        let used_at = instant(made).checked_sub(SignedDuration::from_hours(10)).unwrap();
        let usage = [crate::sms_setup::sent(&format!("e{number}"), &used_at.to_string(), number)];
        let when = cause(&used_at.to_string());
        stores.accounts.record(&id(user), &usage, &terms(), &when).await.unwrap();
        let mut held = stores.held(user).await;
        let mut bill = crate::sms_setup::closed(&mut held, number);
        bill.created_at = instant(made);
        stores.close(&mut held, &bill).await.unwrap();
        if number % 2 == 0 {
            stores.decide(&bill.number, RUN, |bill| bill.cancel("no", instant(RUN))).await;
        }
    }
    stores
}

/// How many messages the bills of a list have: each has its own number.
async fn listed(stores: &SmsStores, filter: &Filter) -> Vec<u64> {
    let mut lists = BTreeSet::new();
    for limit in 1..=6 {
        let (mut seen, mut after): (Vec<u64>, Option<Place>) = (Vec::new(), None);
        loop {
            let (bills, next) = stores.bills.list(filter, after.as_ref(), limit, instant(RUN)).await.unwrap();
            seen.extend(bills.iter().map(|bill| bill.totals.messages));
            after = next;
            if after.is_none() {
                break;
            }
        }
        lists.insert(seen);
    }
    assert_eq!(lists.len(), 1, "whatever is asked for at once: {lists:?}");
    lists.into_iter().next().unwrap()
}

#[tokio::test]
async fn bills_are_listed_newest_first_by_user_state_and_period() {
    let stores = with_many().await;
    assert_eq!(listed(&stores, &Filter::default()).await, [5, 4, 3, 2, 1], "over two months");
    let of_user = Filter { user: Some(id("user-1")), ..Filter::default() };
    assert_eq!(listed(&stores, &of_user).await, [4, 3, 1]);
    let cancelled = Filter { states: vec![BillState::Cancelled], ..Filter::default() };
    assert_eq!(listed(&stores, &cancelled).await, [4, 2]);
    let open_of_user = Filter { states: vec![BillState::Pending], ..of_user };
    assert_eq!(listed(&stores, &open_of_user).await, [3, 1]);
    let two_states = Filter { states: vec![BillState::Pending, BillState::Cancelled], ..Filter::default() };
    assert_eq!(listed(&stores, &two_states).await, [5, 4, 3, 2, 1]);
    let from = Some(instant("2026-10-30T00:00:00Z"));
    let to = Some(instant("2026-11-01T00:00:00Z"));
    assert_eq!(listed(&stores, &Filter { from, to, ..Filter::default() }).await, [3, 2]);
    assert_eq!(
        listed(&stores, &Filter { user: Some(id("nobody")), ..Filter::default() }).await,
        Vec::<u64>::new()
    );
}
