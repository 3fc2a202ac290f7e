//! Users and usage are taken over once, and a run is foreseen as it comes.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::SMS_BILLING;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::rhythm::{Frequency, Schedule};
use shared::domain::sms::settings::{Defaults, Overrides};
use shared::stores::table::Table;

use super::migration::{Migration, Month, Step};
use super::report::Report;
use super::{Stores, forecast, through, usage_file, user_file};
use crate::dlq::tests::bench::Bench;

const USERS: &str = "userId,sippyAccountId,currency,messages,active,role\n\
    acme,3,,,true,user\numbrella,5,EUR,9000,true,user\nquiet,,,,,\ngone,6,,,false,user\nboss,,,,true,admin\n";
const USAGE: &str = "userId,sentAt,messages,rate,country,prefix,status\n\
    acme,2026-11-02T10:00:00Z,100,0.0375,Ukraine,380,sent\n\
    acme,2026-11-05,20,0.0375,Ukraine,380,delivered\n\
    acme,2026-11-06,7,0.0375,Ukraine,380,failed\n\
    acme,2026-11-20,3,0.0375,Ukraine,380,queued\n\
    umbrella,2026-11-20,,0.05,,,sent\n\
    gone,2026-11-20,5,0.05,,,sent\n";

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn november() -> Month {
    "2026-11".parse().unwrap()
}

fn stores(bench: &Bench) -> Stores {
    let client = aws_sdk_dynamodb::Client::new(&bench.deployment.sdk);
    Stores::of(Table::new(client, SMS_BILLING.to_owned()), Defaults::ORIGINAL)
}

async fn migrated(stores: &Stores, users: &str, usage: &str, step: Step) -> anyhow::Result<Report> {
    let users = user_file::users(users.as_bytes()).unwrap();
    let usage = usage_file::usage(usage.as_bytes(), november(), &users).unwrap();
    Migration { stores, month: november(), now: now() }.run(users, usage, step).await
}

async fn account(stores: &Stores, user: &str) -> SmsAccount {
    stores.accounts.get(&user.parse().unwrap()).await.unwrap().account
}

/// What was used of the only open period, and the days it goes over.
fn open(account: &SmsAccount) -> (String, u64, u64, String) {
    let [period] = account.periods.as_slice() else { panic!("{:?}", account.periods) };
    let totals = period.usage.totals().unwrap();
    let days = format!("{} {}", period.start, period.end.unwrap());
    (totals.cost.to_decimal(2), totals.messages, totals.failed, days)
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_says_what_would_be_done() {
    let bench = Bench::start().await;
    let report = migrated(&stores(&bench), USERS, USAGE, Step::Look).await.unwrap();
    assert!(report.is_whole());
    assert_eq!(bench.testbed.dynamodb.items(SMS_BILLING), Vec::<serde_json::Value>::new());
    let wanted = "settings for everybody: to be made\n\
        users: 3 (2 inactive or admins left out)\n\
        settings of their own, for more than 5,000 messages a month: 1 to be set\n\
        users without an account at the switch, whose bills will wait: 1\n\
        usage of 2026-11:\n  \
        0.05 EUR for 1 messages; 0 failed ones are free\n  \
        4.50 USD for 120 messages; 7 failed ones are free\n  \
        not sent yet, and left out: 3 messages\n  \
        rows of who is left out: 1\n\
        DRY RUN: nothing was written. With --apply 4 rows are counted; 0 were before";
    assert_eq!(report.words(), wanted);
}

#[tokio::test]
async fn usage_of_the_month_becomes_the_first_bill_from_the_first_day_on() {
    let bench = Bench::start().await;
    let stores = stores(&bench);
    let report = migrated(&stores, USERS, USAGE, Step::Write).await.unwrap();
    assert!(report.words().ends_with("rows: 4 counted, 0 counted before, 0 not counted"));
    let acme = account(&stores, "acme").await;
    let whole = "2026-11-01T00:00:00Z 2026-11-22T00:00:00Z".to_owned();
    assert_eq!(open(&acme), ("4.50".to_owned(), 120, 7, whole));
    let own = Overrides { switch_account: Some("3".parse().unwrap()), ..Overrides::default() };
    assert_eq!(acme.overrides, own);
    let umbrella = account(&stores, "umbrella").await;
    assert_eq!(open(&umbrella).3, "2026-11-01T00:00:00Z 2026-11-23T00:00:00Z", "a Monday");
    assert_eq!(umbrella.overrides.frequency, Some(Frequency::Weekly));
    assert_eq!(
        (umbrella.overrides.max_messages, Some(umbrella.periods[0].currency)),
        (Some(5_000), umbrella.overrides.currency)
    );
    assert_eq!(account(&stores, "gone").await, SmsAccount::new("gone".parse().unwrap()));
    let global = stores.settings.global().await.unwrap().unwrap();
    assert_eq!((global.frequency, global.max_messages), (Some(Frequency::Daily), Some(1_000)));
    // Nobody is told of limits that are long past.
    let told =
        bench.testbed.dynamodb.items(SMS_BILLING).iter().filter(|item| item.get("outbox").is_some()).count();
    assert_eq!(told, 0);
}

#[tokio::test]
async fn a_second_time_counts_nothing_again_and_other_content_is_told() {
    let bench = Bench::start().await;
    let stores = stores(&bench);
    migrated(&stores, USERS, USAGE, Step::Write).await.unwrap();
    let before = (account(&stores, "acme").await, account(&stores, "umbrella").await);
    let report = migrated(&stores, USERS, USAGE, Step::Write).await.unwrap();
    assert!(report.words().starts_with("settings for everybody: there already\n"));
    assert!(report.words().contains("a month: 0 set"));
    assert!(report.words().ends_with("rows: 0 counted, 4 counted before, 0 not counted"));
    assert_eq!((account(&stores, "acme").await, account(&stores, "umbrella").await), before);

    let looked = migrated(&stores, USERS, USAGE, Step::Look).await.unwrap();
    assert!(looked.words().ends_with("With --apply 0 rows are counted; 4 were before"));

    let other = USAGE.replace("05,20,", "05,21,");
    let report = migrated(&stores, USERS, &other, Step::Write).await.unwrap();
    assert!(!report.is_whole());
    assert!(report.words().contains("acme migrated-2026-11-2 was counted with other content before"));
    assert_eq!(account(&stores, "acme").await, before.0);
}

#[tokio::test]
async fn settings_that_somebody_made_stay() {
    let bench = Bench::start().await;
    let stores = stores(&bench);
    let global = Overrides { frequency: Some(Frequency::Threshold), ..Overrides::default() };
    stores.settings.set_global(&global).await.unwrap();
    let terms = stores.terms().await.unwrap();
    let own = Overrides { frequency: Some(Frequency::Monthly), ..Overrides::default() };
    let cause = shared::stores::invoices::Cause { correlation_id: "admin".to_owned(), now: now() };
    let set = |account: &mut SmsAccount| account.overrides = own.clone();
    stores.accounts.change(&"umbrella".parse().unwrap(), &terms, &cause, set).await.unwrap();
    migrated(&stores, USERS, USAGE, Step::Write).await.unwrap();
    assert_eq!(stores.settings.global().await.unwrap(), Some(global));
    let there = account(&stores, "umbrella").await.overrides;
    assert_eq!((there.frequency, there.max_messages), (Some(Frequency::Monthly), None));
    assert_eq!(there.switch_account, Some("5".parse().unwrap()));
}

#[tokio::test]
async fn a_migration_that_was_cut_off_anywhere_is_finished_by_the_next() {
    let mut step = 1;
    loop {
        let bench = Bench::start().await;
        let stores = stores(&bench);
        bench.wire.reset();
        bench.wire.crash_at(step);
        let first = migrated(&stores, USERS, USAGE, Step::Write).await;
        let is_cut_off = !first.is_ok_and(|report| report.is_whole());
        assert_eq!(bench.wire.revive(), is_cut_off, "step {step}");
        let report = migrated(&stores, USERS, USAGE, Step::Write).await.unwrap();
        assert!(report.is_whole(), "step {step}: {}", report.words());
        let acme = account(&stores, "acme").await;
        assert_eq!((open(&acme).0.as_str(), open(&acme).1), ("4.50", 120), "step {step}");
        assert_eq!(open(&acme).3, "2026-11-01T00:00:00Z 2026-11-22T00:00:00Z", "step {step}");
        let umbrella = account(&stores, "umbrella").await;
        assert_eq!((umbrella.overrides.frequency, open(&umbrella).1), (Some(Frequency::Weekly), 1));
        if !is_cut_off {
            break;
        }
        step += 1;
    }
    assert!(step > 5, "{step} steps");
}

#[tokio::test]
async fn a_run_is_foreseen_with_every_bill_and_nothing_written() {
    let bench = Bench::start().await;
    let stores = stores(&bench);
    let users = USERS.replace("quiet,,", "quiet,,UAH");
    migrated(&stores, &users, &format!("{USAGE}quiet,2026-11-21,2,1.255,,,sent\n"), Step::Write)
        .await
        .unwrap();
    let items = bench.testbed.dynamodb.items(SMS_BILLING);
    let foreseen = async |schedule, date: &str| {
        let later = "2026-11-25T00:00:00Z".parse().unwrap();
        let through = through(Some(date.parse().unwrap()), later).unwrap();
        let mut told = Vec::new();
        forecast::tell(&stores, schedule, through, later, &mut |line| told.push(line)).await.unwrap();
        told.join("\n")
    };
    let days = "2026-11-01T00:00:00Z to 2026-11-22T00:00:00Z";
    let wanted = format!(
        "daily run, of what ended by 2026-11-22T00:00:00Z; nothing is written\n  \
         acme  {days}  120 messages  4.50 USD  charged to account 3\n  \
         quiet  {days}  2 messages  2.51 UAH  waits: no account at the switch\n\
         2 users are due: 1 bills of together 2.51 UAH, 1 bills of together 4.50 USD"
    );
    assert_eq!(foreseen(Schedule::Daily, "2026-11-21").await, wanted);
    assert!(foreseen(Schedule::Daily, "2026-11-20").await.ends_with("0 users are due: no bills"));
    assert!(
        foreseen(Schedule::Weekly, "2026-11-22").await.contains("1 messages  0.05 EUR  charged to account 5")
    );
    assert_eq!(bench.testbed.dynamodb.items(SMS_BILLING), items);
}

#[test]
fn a_day_that_has_not_ended_is_not_foreseen() {
    assert_eq!(through(None, now()).unwrap().to_string(), "2026-11-21T00:00:00Z");
    let date = |text: &str| through(Some(text.parse().unwrap()), now());
    assert_eq!(date("2026-11-20").unwrap().to_string(), "2026-11-21T00:00:00Z");
    assert!(date("2026-11-21").unwrap_err().to_string().contains("has not ended"));
}

#[test]
fn every_mistake_of_a_file_is_told_by_its_line_and_field() {
    let users =
        "userId,sippyAccountId,currency,active\na b,3,,\nacme,0,XYZ,\numbrella,,,yes\nquiet,,,\nquiet,,,\n";
    let told = user_file::users(users.as_bytes()).unwrap_err().to_string();
    for part in
        ["5 mistakes", "line 2, userId", "line 3, sippyAccountId", "line 3, currency", "line 4, active"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(told.contains("line 6, userId: quiet is on line 5, too"), "{told}");
    let users = user_file::users(USERS.as_bytes()).unwrap();
    let usage = "userId,sentAt,rate,status,messages,prefix\nacme,2026-10-31,1,sent,1,\nacme,2026-11-01,1e3,sent,1,\n\
        nobody,2026-11-01,1,sent,1,\nacme,2026-11-01,1,,1,\nacme,2026-11-01,1,sent,0,\nacme,2026-11-01,1,sent,1,+380\n";
    let told = usage_file::usage(usage.as_bytes(), november(), &users).unwrap_err().to_string();
    for part in [
        "6 mistakes",
        "line 2, sentAt: it is an instant like 2026-11-21T10:00:00Z",
        "line 3, rate",
        "line 4, userId: nobody is not in the file of users",
        "line 5, status",
        "line 6, messages",
        "line 7, prefix",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = usage_file::usage(b"userId,sentAt,rate\n", november(), &users).unwrap_err().to_string();
    assert!(told.contains("there is no heading `status`"), "{told}");
}
