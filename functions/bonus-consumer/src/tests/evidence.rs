//! What is kept of calls and reports, and what is not: passwords and numbers of phones, neither there nor in the log.

use jiff::{SignedDuration, Timestamp};
use sandbox::portmone::{GATEWAY_PASSWORD, LOGIN, PASSWORD};
use sandbox::telecom::API_KEY;
use sandbox::testbed::dynamodb::BONUSES;
use sandbox::testbed::log_lines::kept;
use serde_json::{Value, json};
use shared::domain::bonus::report::ReportSource;

use super::bench::{Bench, RECEIPT};
use super::deployed::SECRET;
use super::outside::{PHONE, accepted, paid, report_of};

/// How a number may be written.
const WRITTEN: [&str; 4] = [PHONE, "0671234567", "671234567", "67 123 45 67"];
/// What opens something.
const SECRETS: [&str; 5] = [PASSWORD, LOGIN, GATEWAY_PASSWORD, API_KEY, SECRET];

/// Of exchanges: their numbers, and what they were about.
fn about(exchanges: &[Value]) -> Vec<(u64, String)> {
    let one = |kept: &Value| (kept["number"].as_u64().unwrap(), kept["method"].as_str().unwrap().to_owned());
    exchanges.iter().map(one).collect()
}

#[tokio::test]
async fn each_call_is_kept_with_its_answer_for_a_hundred_days() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let bill = bench.bill_there().await;
    let exchanges = bench.exchanges(RECEIPT);
    let methods = ["bills.create", "bills.pay", "top-up"].map(str::to_owned);
    assert_eq!(about(&exchanges), (1..).zip(methods).collect::<Vec<_>>());
    for (place, (asked, answered)) in
        [("amount=1.00", "<bill id="), ("billId=", "<status>paid</status>"), (RECEIPT, "\"status\":\"done\"")]
            .iter()
            .enumerate()
    {
        let kept = &exchanges[place];
        let (request, answer) = (kept["request"].as_str().unwrap(), kept["answer"].as_str().unwrap());
        assert!(request.contains(asked) && answer.contains(answered), "{request} {answer}");
        assert_eq!((&kept["bill"], &kept["chat"]), (&json!(bill), &json!(700_000_001)), "{place}");
        let times =
            ["at", "answered_at"].map(|name| kept[name].as_str().unwrap().parse::<Timestamp>().unwrap());
        assert!(times[0] <= times[1]);
        let end = times[0].checked_add(SignedDuration::from_hours(2_400)).unwrap().as_second();
        assert_eq!(kept["ttl"], end);
    }
    let asked = exchanges[0]["request"].as_str().unwrap();
    assert!(asked.contains("password=***") && asked.contains("contractNumber=**********67"), "{asked}");
}

#[tokio::test]
async fn a_call_without_an_answer_is_kept_with_the_reason() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "bills.create", "fault": "server_error" })).await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.fault(json!({ "operation": "bills.pay", "fault": "cut_after" })).await;
    bench.pass_and_watch(SignedDuration::from_mins(1)).await;
    let exchanges = bench.exchanges(RECEIPT);
    let methods = ["bills.create", "bills.create", "bills.pay"].map(str::to_owned);
    assert_eq!(about(&exchanges), (1..).zip(methods).collect::<Vec<_>>());
    let words: Vec<&str> = exchanges.iter().map(|kept| kept["answer"].as_str().unwrap()).collect();
    assert!(words[0].contains("HTTP 500") && words[2].starts_with("portmone bills.pay: "), "{words:?}");
}

#[tokio::test]
async fn neither_a_password_nor_a_number_is_stored_or_logged_whatever_portmone_says() {
    let bench = Bench::start().await;
    let words =
        json!({ "code": "x1", "description": format!("{PHONE} is blocked, +38 (067) 123-45-67 too") });
    let refuse =
        json!({ "operation": "bills.pay", "fault": "refuse", "message": "0671234567?", "parameters": words });
    bench.fault(refuse).await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.retry(RECEIPT).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench
        .report_and_deliver(&bench.bill_there().await, &report_of(paid(), None, ReportSource::Gateway))
        .await;
    bench.accept(&accepted("receipt-2")).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.state("receipt-2").as_str()), ("DONE", "DONE"));
    let stored = Value::from(bench.aws.dynamodb.items(BONUSES)).to_string();
    let told = Value::from(bench.events()).to_string();
    let logged = kept();
    assert!(stored.contains("password=***") && logged.contains(RECEIPT));
    for secret in WRITTEN.iter().chain(&SECRETS) {
        assert!(!stored.contains(secret), "{secret} is stored");
        assert!(!told.contains(secret), "{secret} is told");
        assert!(!logged.contains(secret), "{secret} is logged");
    }
}

#[tokio::test]
async fn a_number_without_its_nought_and_one_that_an_excerpt_would_cut_are_not_kept_either() {
    let direct = "/portmone/api/directcash/";
    let bench = Bench::start().await;
    let page = format!("{}+38 (067) 123-45-67 is not known", "x".repeat(184));
    bench.wire.answer_next(direct, 1, (502, page));
    bench.accept(&accepted(RECEIPT)).await;
    bench.pass(SignedDuration::from_mins(1));
    let bill = "<bill id=\"523\"><contractNumber>671234567</contractNumber><ref>067.123.45.67</ref></bill>";
    bench.wire.answer_next(direct, 1, (200, format!("<rsp status=\"ok\">{bill}</rsp>")));
    assert_eq!(bench.watch().await, 1);
    let exchanges = bench.exchanges(RECEIPT);
    let kept: Vec<&str> = exchanges.iter().map(|kept| kept["answer"].as_str().unwrap()).collect();
    assert!(kept[0].ends_with('x') && kept[0].contains("HTTP 502"), "{kept:?}");
    assert!(kept[1].contains("<contractNumber>*******67</contractNumber>"), "{kept:?}");
    let stored = Value::from(bench.aws.dynamodb.items(BONUSES)).to_string();
    for number in WRITTEN.iter().chain(&["(067)", "123-45", "123.45"]) {
        assert!(!stored.contains(number), "{number} is stored");
    }
}

#[tokio::test]
async fn the_log_tells_what_became_of_a_bonus_and_not_what_others_said() {
    let bench = Bench::start().await;
    let receipt = "receipt-of-the-log";
    let subscriber = format!("telecom/subscribers/{PHONE}");
    bench
        .control("PUT", &subscriber, &json!({ "refused": true, "detail": "Mr. Miller owes too much" }))
        .await;
    bench.accept(&accepted(receipt)).await;
    assert!(bench.standing(receipt)["reason"].as_str().unwrap().contains("Miller"));
    let lines = kept();
    let read = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let about: Vec<Value> = read.filter(|line| line["receipt"] == receipt).collect();
    let states: Vec<&str> = about
        .iter()
        .filter(|line| line["message"] == "bonus")
        .map(|line| line["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["MAKING_BILL", "PAYING", "TOPPING_UP", "NEEDS_REVIEW"]);
    let ids: Vec<&Value> = about.iter().map(|line| &line["correlationId"]).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && id.is_string()), "{ids:?}");
    for words in ["Miller", "gAAAAA", "<rsp", "contractNumber"] {
        assert!(!lines.contains(words), "{words} is logged");
    }
}
