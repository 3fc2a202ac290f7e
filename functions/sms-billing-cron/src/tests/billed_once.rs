//! However often, late or at once a run is fired: each period of a user becomes one bill.

use std::collections::BTreeMap;

use jiff::civil::date;
use serde_json::Value;
use shared::domain::sms::account::Through;
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::settings::Overrides;
use shared::stores::invoices::Cause;
use shared::stores::sms_bills::listing::Filter;
use shared::stores::table::StoreError;

use super::bench::{Bench, HARDLY_ANY, id, instant, scheduled, terms};

/// Closes what each message on the queue says, as the charging function does.
async fn bill(bench: &Bench) {
    let stores = &bench.past_the_wire;
    for (place, charge) in bench.planned().iter().enumerate() {
        let user = id(charge["periods"]["userId"].as_str().unwrap());
        let through = Through::Due(instant(charge["periods"]["through"].as_str().unwrap()));
        let now = instant("2025-10-30T02:00:10Z");
        let cause = Cause::new("billing".to_owned(), now);
        loop {
            let mut held = stores.accounts.get(&user).await.unwrap();
            let settings = terms().of(&held.account.overrides);
            let Some(period) = held.account.close(through, &settings) else { break };
            let random = u64::try_from(place).unwrap() * 1_000 + held.version;
            let number = BillNumber::new(date(2025, 10, 30), random);
            let bill = SmsBill::new(number, user.clone(), period, &settings, now).unwrap();
            match stores.accounts.close(&mut held, &bill, &terms(), &cause).await {
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
    bench.clear_charges();
}

/// The periods that were billed, by user, in the order of time.
async fn billed(bench: &Bench, users: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut periods = BTreeMap::new();
    for user in users {
        let filter = Filter { user: Some(id(user)), ..Filter::default() };
        let now = instant("2025-10-31T00:00:00Z");
        let (bills, _) = bench.past_the_wire.bills.list(&filter, None, 100, now).await.unwrap();
        let mut of_user: Vec<String> =
            bills.iter().map(|bill| format!("{:.0}/{:.0}", bill.start, bill.end)).collect();
        of_user.sort();
        periods.insert((*user).to_owned(), of_user);
    }
    periods
}

#[tokio::test]
async fn a_run_fired_twice_and_at_once_bills_each_period_once() {
    let bench = Bench::start().await;
    for user in ["one", "two", "three"] {
        bench.used(user, Overrides::default(), "2025-10-15T12:00:00Z").await;
    }
    let run = scheduled("daily", "2025-10-16T02:00:00Z");
    let (one, other) = tokio::join!(bench.hand(&run, HARDLY_ANY), bench.hand(&run, HARDLY_ANY));
    assert_eq!([one.unwrap()["planned"].as_u64(), other.unwrap()["planned"].as_u64()], [Some(3), Some(3)]);
    assert_eq!(bench.planned().len(), 6, "planned twice does no harm");
    bill(&bench).await;
    bench.fire("daily", "2025-10-16T02:00:00Z").await;
    assert_eq!(bench.planned(), Vec::<Value>::new(), "who was billed is not due");
    for (user, periods) in billed(&bench, &["one", "two", "three"]).await {
        assert_eq!(periods, ["2025-10-15T00:00:00Z/2025-10-16T00:00:00Z"], "{user}");
    }
}

#[tokio::test]
async fn after_runs_that_were_skipped_for_three_days_each_day_is_one_bill() {
    let bench = Bench::start().await;
    for day in 15..=18 {
        bench.used("busy", Overrides::default(), &format!("2025-10-{day}T12:00:00Z")).await;
    }
    bench.used("once", Overrides::default(), "2025-10-16T12:00:00Z").await;
    bench.fire("daily", "2025-10-18T02:00:00Z").await;
    assert_eq!(bench.users(), ["busy", "once"]);
    assert_eq!(bench.planned().len(), 2, "one message for each user, however many days");
    bill(&bench).await;
    // The runs that were skipped come after all, in any order.
    for day in [17, 16, 18] {
        bench.fire("daily", &format!("2025-10-{day}T02:00:00Z")).await;
        bill(&bench).await;
    }
    let billed = billed(&bench, &["busy", "once"]).await;
    let days = [15, 16, 17].map(|day| format!("2025-10-{day}T00:00:00Z/2025-10-{}T00:00:00Z", day + 1));
    assert_eq!(billed["busy"], days, "the day of the run itself is still open");
    assert_eq!(billed["once"], days[1..2]);
}

#[tokio::test]
async fn the_period_is_that_of_the_schedule_however_late_the_run_is_done() {
    let bench = Bench::start().await;
    for day in [15, 16, 17] {
        bench.used("user-1", Overrides::default(), &format!("2025-10-{day}T12:00:00Z")).await;
    }
    bench.fire("daily", "2025-10-16T02:00:00Z").await;
    bill(&bench).await;
    assert_eq!(
        billed(&bench, &["user-1"]).await["user-1"],
        ["2025-10-15T00:00:00Z/2025-10-16T00:00:00Z"],
        "it is years later, and the days after are for their own runs"
    );
}
