//! Billz is off, does not take the secret token, or gets another one; and what the log says of it all.

use std::time::Duration;

use sandbox::billz::SECRET_TOKEN;
use sandbox::testbed::log_lines::kept;
use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS, PAYMENTS};
use super::deployed::{Setup, USUAL};
use super::jobs::{PHONE, THREE, job, pay, place};
use crate::app::DELAYS;

#[tokio::test]
async fn while_billz_is_off_jobs_stay_in_their_queues_however_long() {
    for setup in [Setup { has_address: false, ..USUAL }, Setup { token: "", ..USUAL }] {
        let bench = Bench::with(setup).await;
        let id = bench.put(OPERATIONS, &job("CREATE_ORDER", "job-1", json!({})));
        for _ in 0..DELAYS.len() + 3 {
            assert_eq!(bench.deliver(OPERATIONS).await, std::slice::from_ref(&id));
        }
        assert!(bench.waiting(OPERATIONS)[0].visibility_timeouts.iter().all(|wait| *wait == 900));
        assert_eq!((bench.calls(), bench.buried(OPERATIONS)), (vec![], vec![]));
        assert_eq!(bench.item("JOB#job-1", "JOB"), None);
        // Then it is on.
        bench.rotate(SECRET_TOKEN);
        let on = bench.another().await;
        assert!(bench.deliver_to(&on, OPERATIONS, 5).await);
        assert_eq!(bench.state("job-1"), "SUCCEEDED");
    }
}

/// A minute passes, in which the secret may be read again.
async fn a_minute_passes() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_secret_token_that_is_not_taken_makes_jobs_wait_and_is_tried_once() {
    let bench = Bench::with(Setup { token: "wrong-secret-token", ..USUAL }).await;
    for number in 0..4 {
        bench.put(OPERATIONS, &job("CREATE_ORDER", &format!("job-{number}"), json!({})));
    }
    for _ in 0..DELAYS.len() + 3 {
        assert_eq!(bench.deliver(OPERATIONS).await.len(), 4);
    }
    assert_eq!((bench.logins().await, bench.buried(OPERATIONS)), ((0, 1), vec![]));
    assert!(bench.waiting(OPERATIONS)[0].visibility_timeouts.iter().all(|wait| *wait == 300));
    assert_eq!((bench.state("job-0").as_str(), bench.orders().await.len()), ("OPEN", 0));
    // An operator brings another one.
    bench.rotate(SECRET_TOKEN);
    a_minute_passes().await;
    assert_eq!(bench.deliver(OPERATIONS).await.len(), 4, "those find the token that is not taken");
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.orders().await.len(), bench.logins().await), (4, (1, 1)));
}

#[tokio::test]
async fn a_token_is_used_until_its_end_although_the_secret_token_was_rotated() {
    let bench = Bench::start().await;
    bench.run(OPERATIONS, &job("CREATE_ORDER", "job-1", json!({}))).await;
    bench.rotate("rotated-but-not-yet-at-billz");
    assert_eq!(bench.run(OPERATIONS, &job("CREATE_ORDER", "job-2", json!({}))).await, "SUCCEEDED");
    assert_eq!(bench.logins().await, (1, 0));
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once_and_nothing_is_done_twice() {
    let bench = Bench::start().await;
    bench.run(OPERATIONS, &place("job-1", "12345", &THREE, 0)).await;
    let order = bench.orders().await[0]["id"].as_str().unwrap().to_owned();
    bench.end_tokens().await;
    bench.begin();
    assert_eq!(bench.run(PAYMENTS, &pay("job-2", &order, 477_050)).await, "SUCCEEDED");
    let calls = ["GET /v2/order", "POST /v1/auth/login", "GET /v2/order", "POST /v2/order-payment"];
    assert_eq!((bench.calls(), bench.logins().await), (calls.map(str::to_owned).to_vec(), (2, 0)));
}

#[tokio::test]
async fn a_token_that_ends_before_a_payment_is_renewed_and_the_payment_made_once() {
    let bench = Bench::start().await;
    bench.run(OPERATIONS, &place("job-1", "12345", &THREE, 0)).await;
    let order = bench.orders().await[0]["id"].as_str().unwrap().to_owned();
    bench.begin();
    let refused = json!({ "code": 401, "message": "token error", "error": "Token is expired", "data": null });
    bench.wire.answer_next("/v2/order-payment", 1, (401, refused.to_string()));
    assert_eq!(bench.run(PAYMENTS, &pay("job-2", &order, 477_050)).await, "SUCCEEDED");
    let payments = bench.orders().await[0]["payments"].as_array().unwrap().len();
    assert_eq!((payments, bench.logins().await), (1, (2, 0)));
}

#[tokio::test]
async fn a_line_tells_what_became_of_a_job_and_nothing_of_who_buys() {
    let bench = Bench::start().await;
    let mut order = place("logged-1", "12345", &THREE, 7050);
    order["payload"]["deliveryInstructions"] = json!({ "specialInstructions": "Chuqur hovli" });
    assert_eq!(bench.run(OPERATIONS, &order).await, "SUCCEEDED");
    let mut wrong = place("logged-2", "12346", &THREE, 0);
    wrong["payload"]["clientInfo"]["phone"] = json!("+99890111223x");
    bench.put(OPERATIONS, &wrong);
    bench.fault(json!({ "operation": "create_client", "fault": "refuse", "message": "Malika +998901112233 is bad" })).await;
    let mut refused = place("logged-3", "12347", &THREE, 0);
    refused["payload"]["clientInfo"]["phone"] = json!("+998907778899");
    bench.put(OPERATIONS, &refused);
    bench.deliver_all().await;
    assert_eq!(bench.state("logged-3"), "REFUSED");
    let lines = kept();
    let read = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_job = read.filter(|line| line["correlationId"] == "logged-1" && line["message"] == "billz job");
    let outcomes: Vec<Value> =
        of_job.map(|line| json!([line["kind"], line["state"], line["outcome"]])).collect();
    assert_eq!(outcomes, [json!(["PLACE_ORDER", "SUCCEEDED", "ended"])]);
    let token = bench.wire.calls().iter().find_map(|call| {
        let token = call.headers.get("authorization").filter(|_| call.tap == "billz")?;
        Some(token.to_str().unwrap().trim_start_matches("Bearer ").to_owned())
    });
    let digits = &PHONE[4..];
    let never = [
        digits,
        "Malika",
        "Karimova",
        "Navoi",
        "Chuqur",
        "90111223x",
        "907778899",
        SECRET_TOKEN,
        token.as_deref().unwrap(),
    ];
    for secret in never {
        assert!(!lines.contains(secret), "{secret} in the log");
    }
}
