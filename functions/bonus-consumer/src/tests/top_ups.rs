//! The telecom's top-up, after the payment: keyed by the receipt, so that it may be asked for again.

use std::time::Duration;

use futures::future::join;
use jiff::SignedDuration;
use sandbox::telecom::API_KEY;
use serde_json::json;
use shared::domain::bonus::deciding::Decision;

use super::bench::{Bench, RECEIPT, clock_moves};
use super::deployed::RETRIES;
use super::outside::{PHONE, accepted};

#[tokio::test]
async fn a_top_up_whose_answer_is_lost_is_asked_for_again_and_made_once() {
    for (fault, replays) in
        [("cut_before", 0), ("cut_after", 1), ("server_error", 0), ("garbage", 1), ("limit", 0)]
    {
        let bench = Bench::start().await;
        bench.telecom_fault(fault).await;
        bench.accept(&accepted(RECEIPT)).await;
        assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("PAID", 1), "{fault}");
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1, "{fault}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{fault}");
        let counts = bench.control("GET", "telecom/counts", &json!(null)).await;
        assert_eq!((&counts["topUps"], &counts["replays"]), (&json!(1), &json!(replays)), "{fault}");
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"], "{fault}");
    }
}

#[tokio::test]
async fn a_telecom_that_hangs_is_given_up_in_time_and_asked_again() {
    let bench = Bench::start().await;
    bench.telecom_fault("hang").await;
    bench.put(&accepted(RECEIPT));
    let time_passes = async {
        while bench.calls().last().is_none_or(|call| call != "top-up") {
            tokio::task::yield_now().await;
        }
        clock_moves(Duration::from_secs(16)).await;
    };
    let (stay, ()) = join(bench.deliver(), time_passes).await;
    assert_eq!((stay.len(), bench.state(RECEIPT).as_str()), (0, "PAID"));
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("DONE", 1));
}

#[tokio::test]
async fn a_telecom_that_says_no_is_a_person_s_because_the_bill_is_paid() {
    let bench = Bench::start().await;
    let subscriber = format!("telecom/subscribers/{PHONE}");
    bench.control("PUT", &subscriber, &json!({ "refused": true, "detail": "380671234567 is blocked" })).await;
    bench.accept(&accepted(RECEIPT)).await;
    let standing = bench.standing(RECEIPT);
    assert_eq!((&standing["state"], &standing["question"]), (&json!("NEEDS_REVIEW"), &json!("TOP_UP")));
    let reason = standing["reason"].as_str().unwrap();
    assert!(reason.starts_with("the telecom refused the top-up: ") && !reason.contains(PHONE), "{reason}");
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.review_opened"]);
    // It is tried again when a person wants it, and no bill is paid again.
    bench.control("PUT", &subscriber, &json!({ "refused": false })).await;
    bench.decide(RECEIPT, Decision::ItDidNotHappen).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up", "top-up"]);
}

#[tokio::test]
async fn a_person_may_say_that_a_phone_was_topped_up_by_hand() {
    let bench = Bench::start().await;
    bench.fault_of("telecom", json!({ "operation": "top-up", "fault": "refuse", "status": 422 })).await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.decide(RECEIPT, Decision::ItHappened).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("DONE", 0));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.review_opened", "bonus.succeeded"]);
}

#[tokio::test]
async fn a_key_that_is_refused_is_nobodys_refusal_and_a_new_one_tops_up() {
    let bench = Bench::start().await;
    bench.aws.secrets.set("test/telecom", &json!({ "apiKey": "a key of yesterday" }));
    bench.renew().await;
    bench.accept(&accepted(RECEIPT)).await;
    let standing = bench.standing(RECEIPT);
    assert_eq!((&standing["state"], bench.told().len()), (&json!("PAID"), 1));
    assert!(standing["reason"].as_str().unwrap().contains("does not accept our key"), "{standing}");
    bench.aws.secrets.set("test/telecom", &json!({ "apiKey": API_KEY }));
    clock_moves(Duration::from_secs(301)).await;
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("DONE", 1));
}

#[tokio::test]
async fn a_telecom_that_is_set_up_by_halves_is_waited_for_and_nobody_hears_that_they_were_topped_up() {
    for (key, url) in [("", None), (" ", None), ("a\u{7f}key", None), (API_KEY, Some("ftp://telecom"))] {
        let mut bench = Bench::start().await;
        let usable = bench.app.source.telecom_url.clone();
        bench.app.source.telecom_url = url.map(str::to_owned).or(usable.clone());
        bench.aws.secrets.set("test/telecom", &json!({ "apiKey": key }));
        bench.renew().await;
        bench.accept(&accepted(RECEIPT)).await;
        for _ in 0..8 {
            let standing = bench.standing(RECEIPT);
            let why = (&standing["state"], &standing["reason"]);
            assert_eq!(why, (&json!("PAID"), &json!("the telecom is not configured")), "{key:?} {url:?}");
            assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(59)).await, 0, "{key:?} {url:?}");
            assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1, "{key:?} {url:?}");
        }
        assert_eq!((bench.told(), bench.top_ups().await.len()), (vec!["bonus.initiated".to_owned()], 0));
        bench.aws.secrets.set("test/telecom", &json!({ "apiKey": API_KEY }));
        bench.app.source.telecom_url = usable;
        bench.renew().await;
        assert_eq!(bench.pass_and_watch(SignedDuration::from_hours(1)).await, 1, "{key:?} {url:?}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("DONE", 1));
        assert_eq!((bench.payments().await, bench.told().len()), (vec![1], 2), "{key:?} {url:?}");
    }
}

#[tokio::test]
async fn a_telecom_that_never_does_it_is_a_person_s_in_the_end() {
    let bench = Bench::start().await;
    for _ in 0..6 {
        bench.telecom_fault("server_error").await;
    }
    bench.accept(&accepted(RECEIPT)).await;
    for minutes in RETRIES {
        assert_eq!(bench.state(RECEIPT), "PAID");
        assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(60 * minutes - 5)).await, 0);
        assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(5)).await, 1);
    }
    let standing = bench.standing(RECEIPT);
    assert_eq!((&standing["state"], &standing["question"]), (&json!("NEEDS_REVIEW"), &json!("TOP_UP")));
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 0));
}

#[tokio::test]
async fn whoever_dies_while_topping_up_is_followed_by_somebody_with_the_same_key() {
    let bench = Bench::start().await;
    bench.accept(&accepted("receipt-0")).await;
    let asked = bench.wire.calls().iter().find(|call| call.tap == "telecom").unwrap().number;
    bench.wire.reset();
    bench.put(&accepted(RECEIPT));
    assert!(bench.go_on_until_death(asked).await);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("TOPPING_UP", 2));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(180)).await, 1);
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("DONE", 2));
    assert_eq!(bench.payments().await, [1, 1]);
}
