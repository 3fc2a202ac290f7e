//! Users whose limits end their periods: billed at once, and only when a limit is reached.

use serde_json::{Value, json};
use shared::domain::money::Currency;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::Overrides;
use shared::stores::sms_settings::SmsSettings;

use super::bench::{Bench, USER, limit_of, paying, periods};
use super::deployed::table;
use super::switch::USD;

fn ten_messages() -> Overrides {
    Overrides { frequency: Some(Frequency::Threshold), max_messages: Some(10), ..paying(USD) }
}

async fn limit(bench: &Bench) {
    bench.put(&limit_of(USER));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_open_is_billed_at_once_when_a_limit_is_reached_and_not_before() {
    let bench = Bench::start().await;
    bench.set(USER, ten_messages()).await;
    bench.used(USER, bench.at(-1, 9), 9, "0.05").await;
    limit(&bench).await;
    // Nor by a run.
    bench.run(USER).await;
    assert_eq!((bench.counted(USER), bench.switch_calls().len()), ((9, 0), 0));
    bench.used(USER, bench.at(-1, 10), 3, "0.05").await;
    limit(&bench).await;
    let bill = bench.bill();
    assert_eq!((&bill["amount_minor"], &bill["standing"]["state"]), (&json!(60), &json!("PAID")));
    assert_eq!((bench.counted(USER), bench.taken(USD).await.len()), ((0, 12), 1));
    // The limit was told twice: the second time there is nothing.
    limit(&bench).await;
    assert_eq!((bench.all_bills().len(), bench.taken(USD).await.len()), (1, 1));
    bench.used(USER, bench.at(0, 0), 9, "0.05").await;
    limit(&bench).await;
    assert_eq!(bench.counted(USER), (9, 12));
}

#[tokio::test]
async fn an_amount_is_a_limit_too() {
    let bench = Bench::start().await;
    let max_amount = Some("1".parse().unwrap());
    bench.set(USER, Overrides { max_amount, max_messages: None, ..ten_messages() }).await;
    bench.used(USER, bench.at(-1, 9), 19, "0.05").await;
    limit(&bench).await;
    assert_eq!(bench.counted(USER), (19, 0));
    bench.used(USER, bench.at(-1, 10), 1, "0.05").await;
    limit(&bench).await;
    assert_eq!((bench.counted(USER), bench.bill()["amount_minor"].clone()), ((0, 20), json!(100)));
}

#[tokio::test]
async fn bills_of_limits_and_of_days_tile_time() {
    let bench = Bench::start().await;
    // A day that is billed as one, a day that a limit cuts, and a day again.
    bench.used(USER, bench.at(-3, 9), 1, "0.05").await;
    bench.put(&periods(USER, bench.at(-2, 2)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.used(USER, bench.at(-2, 3), 2, "0.05").await;
    bench.set_at(USER, ten_messages(), bench.at(-2, 4)).await;
    bench.used(USER, bench.at(-2, 5), 20, "0.05").await;
    limit(&bench).await;
    bench.set(USER, paying(USD)).await;
    bench.used(USER, bench.at(0, 0), 40, "0.05").await;
    bench.run(USER).await;
    let bills = bench.bills_of(USER);
    assert_eq!(bench.counted(USER), (40, 23), "{bills:?}");
    let ends = bills.iter().map(|bill| bill["period_end"].as_str().unwrap());
    let starts = bills.iter().map(|bill| bill["period_start"].as_str().unwrap());
    for (end, next) in ends.zip(starts.skip(1)) {
        assert!(end <= next, "{bills:?}");
    }
    let open: Value = bench.account(USER)["periods"][0]["start"].clone();
    assert!(bills.last().unwrap()["period_end"].as_str().unwrap() <= open.as_str().unwrap(), "{bills:?}");
    assert_eq!(bench.taken(USD).await.len(), bills.len());
}

#[tokio::test]
async fn two_messages_about_one_limit_at_once_make_one_bill() {
    let bench = Bench::start().await;
    bench.set(USER, ten_messages()).await;
    bench.used(USER, bench.at(-1, 9), 12, "0.05").await;
    let other = bench.another().await;
    bench.put(&limit_of(USER));
    bench.put(&limit_of(USER));
    futures::future::join(bench.deliver_one_to(&bench.app), bench.deliver_one_to(&other)).await;
    bench.settle().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_limit_of_somebody_whom_no_limit_bills_does_nothing() {
    let bench = Bench::start().await;
    bench.set(USER, Overrides { frequency: Some(Frequency::Daily), ..ten_messages() }).await;
    bench.used(USER, bench.at(0, 0), 50, "0.05").await;
    limit(&bench).await;
    assert_eq!((bench.counted(USER), bench.switch_calls().len()), ((50, 0), 0));
}

#[tokio::test]
async fn a_sum_in_the_currency_before_is_held_against_no_limit_in_the_one_for_everybody_now() {
    let bench = Bench::start().await;
    let by_limit = Overrides { max_messages: None, ..ten_messages() };
    bench.set(USER, by_limit).await;
    bench.used(USER, bench.at(-1, 9), 400, "0.05").await;
    let max_amount = Some("10".parse().unwrap());
    let euros = Overrides { currency: Some(Currency::Eur), max_amount, ..Overrides::default() };
    SmsSettings::new(table(&bench.aws.url())).set_global(&euros).await.unwrap();
    limit(&bench).await;
    assert_eq!((bench.counted(USER), bench.switch_calls().len()), ((400, 0), 0), "20 dollars, not euros");
    // Their period ends with the change, and the next daily run bills it.
    assert!(bench.account(USER)["periods"][0]["end"].is_string());
    bench.put(&periods(USER, bench.at(1, 0)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let bill = bench.bill();
    assert_eq!((&bill["amount_minor"], &bill["currency"]), (&json!(2_000), &json!("USD")));
    assert_eq!((bench.counted(USER), bench.taken(USD).await.len()), ((0, 400), 1));
}
