//! Every file in `events/bonus-consumer/` is answered as this says.

use sandbox::testbed::event_files::{self, event};
use serde_json::{Value, json};
use shared::domain::bonus::report::ReportSource;
use shared::lambda::deadline::Deadline;

use super::bench::{Bench, TIME};
use super::outside::{accepted, paid, report_of};
use crate::handler::handle;

/// The receipt that one of them names, and the bill.
const RECEIPT: &str = "3f0c2a9e-7d1b-4a55-9f0e-2b8c6d1e4a01";
const BILL: &str = "523";

/// What one file leads to.
struct Outcome {
    name: &'static str,
    /// Where the bonuses stand then, that were there before included.
    states: &'static [&'static str],
    /// How the reasons begin with which messages are buried.
    buried: &'static [&'static str],
    /// How many messages stay in their queue.
    stay: usize,
}

const fn paid_by(name: &'static str) -> Outcome {
    Outcome { name, states: &["DONE"], buried: &[], stay: 0 }
}

const fn nothing(name: &'static str) -> Outcome {
    Outcome { name, states: &[], buried: &[], stay: 0 }
}

const fn stays(name: &'static str) -> Outcome {
    Outcome { name, states: &[], buried: &[], stay: 1 }
}

const fn refused(name: &'static str) -> Outcome {
    Outcome { name, states: &["REFUSED"], buried: &[], stay: 0 }
}

const fn buried(name: &'static str, buried: &'static [&'static str]) -> Outcome {
    Outcome { name, states: &[], buried, stay: 0 }
}

/// All but those that are no event of ours, which fail.
const FILES: [Outcome; 19] = [
    paid_by("accepted"),
    paid_by("accepted-bare"),
    paid_by("accepted-twice"),
    paid_by("accepted-with-more"),
    paid_by("bill"),
    paid_by("bonus"),
    paid_by("watch"),
    refused("no-payee"),
    refused("not-a-phone"),
    nothing("rejected"),
    nothing("rejected-daily-limit"),
    nothing("not-eligible"),
    buried("malformed", &["malformed decision: msisdn is missing"]),
    buried("malformed-among-others", &["malformed decision: amount is not above zero"]),
    buried("not-json", &["malformed message: "]),
    stays("foreign-seal"),
    buried("unknown-bonus", &["there is no such bonus"]),
    buried("unknown-version", &["version 2 is unknown"]),
    buried("unusable-bill", &["bill is not an id"]),
];
const FAILING: [&str; 1] = ["unknown-run"];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|file| file.name).chain(FAILING));
}

/// What the files speak of: a bonus that waits, or one whose payment is in doubt and was reported.
async fn before(name: &str) -> Bench {
    let bench = Bench::start().await;
    match name {
        "bonus" | "watch" => {
            bench.fault(json!({ "operation": "bills.create", "fault": "server_error" })).await;
            bench.accept(&accepted(RECEIPT)).await;
            assert_eq!(bench.state(RECEIPT), "CREATED");
            bench.pass(jiff::SignedDuration::from_mins(1));
        }
        "bill" => {
            let answer = format!("<rsp status=\"ok\"><bill id=\"{BILL}\"/></rsp>");
            bench.wire.answer_next("/portmone/api/directcash/", 1, (200, answer));
            // The sandbox knows of no such bill, but of one that it is told of.
            let known = json!({ "payeeId": "2065", "contractNumber": super::outside::PHONE });
            bench.control("PUT", &format!("portmone/bills/{BILL}"), &known).await;
            bench.fault(json!({ "operation": "bills.pay", "fault": "cut_after" })).await;
            bench.accept(&accepted(RECEIPT)).await;
            assert_eq!(bench.state(RECEIPT), "PAYING");
            bench
                .bills
                .keep(
                    &BILL.parse().unwrap(),
                    &report_of(paid(), None, ReportSource::Direct),
                    &super::bench::cause(),
                )
                .await
                .unwrap();
        }
        _ => {}
    }
    bench
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for Outcome { name, states, buried, stay } in FILES {
        let bench = before(name).await;
        let answer = handle(&bench.app, event(name), Deadline::after(TIME)).await.unwrap();
        match name {
            "watch" => assert_eq!(answer, json!({ "looked": 1, "complete": true })),
            _ => assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), stay, "{name}"),
        }
        let stored: Vec<Value> =
            bench.items("BONUS").iter().map(|bonus| bonus["standing"]["state"].clone()).collect();
        assert_eq!(stored, states.iter().map(|state| json!(state)).collect::<Vec<_>>(), "{name}");
        let paid = states.iter().filter(|state| **state == "DONE").count();
        assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1; paid], paid), "{name}");
        let reasons: Vec<String> = bench.buried().into_iter().map(|(_, reason)| reason).collect();
        event_files::hold_reasons(name, &reasons, buried);
    }
}

#[tokio::test]
async fn what_is_no_event_of_ours_fails() {
    let bench = Bench::start().await;
    for name in FAILING {
        let error = handle(&bench.app, event(name), Deadline::after(TIME)).await.unwrap_err();
        assert!(error.to_string().starts_with("malformed event: "), "{name}: {error}");
    }
}
