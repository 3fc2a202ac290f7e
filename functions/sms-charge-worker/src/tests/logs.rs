//! What the function logs in all tests of this run.

use sandbox::sippy::PASSWORD;
use sandbox::testbed::log_lines::kept;
use serde_json::{Value, json};

use super::bench::{Bench, USER};

/// The lines about a bill that say this.
fn lines(bill: &str, message: &str) -> Vec<Value> {
    let lines = kept();
    let read = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    read.filter(|line| line["bill"] == bill && line["message"] == message).collect()
}

#[tokio::test]
async fn lines_tell_what_became_of_a_bill_and_no_secret() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-2, 9), 100, "0.05").await;
    bench.used(USER, bench.at(-1, 9), 10, "0.05").await;
    let refuse =
        json!({ "operation": "accountDebit", "fault": "refuse", "message": "Mr. Miller owes too much" });
    bench.fault(refuse).await;
    bench.run(USER).await;
    let bills = bench.bills_of(USER);
    assert_eq!(bills[0]["standing"]["reason"], "Mr. Miller owes too much");
    let numbers: Vec<&str> = bills.iter().map(|bill| bill["number"].as_str().unwrap()).collect();
    let made = &lines(numbers[0], "SMS bill made")[0];
    let fields = ["correlationId", "user", "messages", "amount", "state"].map(|name| made[name].clone());
    assert_eq!(fields, [json!("run-1"), json!(USER), json!(100), json!("USD 5.00"), json!("CHARGING")]);
    assert_eq!(lines(numbers[0], "Failed to process SMS billing")[0]["state"], "FAILED");
    assert_eq!(lines(numbers[1], "SMS bill")[0]["state"], "PAID");
    let all = kept();
    // The switch's own words may name people: they are with the bill.
    for secret in [PASSWORD, "Digest ", "cnonce", "methodCall", "Miller"] {
        assert!(!all.contains(secret), "{secret} in the log");
    }
}
