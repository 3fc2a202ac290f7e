//! Every file in `events/sms-charge-worker/` is answered as this says.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::event_files::{self, event};
use serde_json::{Value, json};
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, TIME, handle_by, paying, periods};
use super::switch::USD;

/// The bill that one of them names.
const NUMBER: &str = "SMS-20261122-7K3M9QZX";

/// What one file leads to.
struct Outcome {
    name: &'static str,
    /// How many bills are paid then, each by a debit.
    paid: usize,
    /// How the reasons begin with which messages are buried.
    buried: &'static [&'static str],
}

const FILES: [Outcome; 9] = [
    Outcome { name: "periods", paid: 1, buried: &[] },
    Outcome { name: "several-users", paid: 2, buried: &[] },
    Outcome { name: "limit", paid: 1, buried: &[] },
    Outcome { name: "bill", paid: 1, buried: &[] },
    Outcome { name: "unknown-version", paid: 0, buried: &["version 2 is unknown"] },
    Outcome { name: "unusable-id", paid: 0, buried: &["periods.userId is not an id"] },
    Outcome { name: "unusable-bill", paid: 0, buried: &["bill is not the number of a bill"] },
    Outcome { name: "malformed", paid: 0, buried: &["malformed message: "] },
    Outcome { name: "malformed-among-others", paid: 1, buried: &["malformed message: "] },
];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|file| file.name));
}

/// Users who used something on the day before the files' runs; where a file names a bill, it is made and waits.
async fn before(name: &str) -> Bench {
    let bench = Bench::start().await;
    let noon: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    for user in ["user-1", "user-2"] {
        let frequency = (name == "limit").then_some(Frequency::Threshold);
        bench.set_at(user, Overrides { frequency, max_messages: Some(100), ..paying(USD) }, noon).await;
        bench.used(user, noon, 100, "0.05").await;
    }
    if name == "bill" {
        bench.fault(json!({ "operation": "accountDebit", "fault": "limit" })).await;
        bench.put(&periods("user-1", bench.at(0, 0)));
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        let number = bench.bill()["number"].as_str().unwrap().to_owned();
        let made = bench.aws.dynamodb.item(SMS_BILLING, &format!("SMS_BILL#{number}"), "SMS_BILL").unwrap();
        bench
            .aws
            .dynamodb
            .put(SMS_BILLING, &serde_json::from_str(&made.to_string().replace(&number, NUMBER)).unwrap());
        bench.pass(jiff::SignedDuration::from_mins(5));
    }
    bench
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for Outcome { name, paid, buried } in FILES {
        let bench = before(name).await;
        let answer = handle_by(&bench.app, &event(name), TIME).await;
        assert_eq!(answer["batchItemFailures"], json!([]), "{name}");
        let is_paid = |bill: &&Value| bill["standing"]["state"] == "PAID";
        assert_eq!(bench.all_bills().iter().filter(is_paid).count(), paid, "{name}");
        let taken = bench.taken(USD).await;
        assert_eq!(taken.len(), paid, "{name}");
        assert!(name != "bill" || taken[0].1 == NUMBER, "{taken:?}");
        let reasons: Vec<String> = bench.buried().into_iter().map(|(_, reason)| reason).collect();
        event_files::hold_reasons(name, &reasons, buried);
    }
}
