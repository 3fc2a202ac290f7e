//! Whatever SES may say, or not say.

use std::time::Duration;

use futures::future::join_all;
use sandbox::testbed::ses;
use serde_json::json;
use shared::stores::contacts::{Contact, ContactStanding};

use super::bench::{Bench, EMAILS};
use super::wishes::{CHAT, EMAIL, USER, USER_WITHOUT_CHAT, confirmed, notification, request};

const SEND_EMAIL: &str = "POST /v2/email/outbound-emails";
/// The call that sends: user, preferences, chat, contact, claim, send.
const SEND: usize = 6;

fn put(bench: &Bench, id: &str, round: u32) {
    bench.put(EMAILS, &request("EMAIL", round, &notification(id, Some(USER), &confirmed())));
}

#[tokio::test]
async fn a_refused_email_is_tried_once() {
    let bench = Bench::start().await;
    bench.wire.answer_next(ses::OUTBOUND_EMAILS, 1, ses::message_rejected());
    put(&bench, "n-1", 0);
    bench.run().await;
    let record = bench.record("n-1.email");
    assert_eq!(
        (&record["standing"]["state"], &record["standing"]["refused"]),
        (&json!("FAILED"), &json!(true))
    );
    let reason = record["standing"]["reason"].as_str().unwrap();
    assert!(reason.contains("MessageRejected: Email address is not verified."), "{reason}");
    put(&bench, "n-1", 0);
    bench.run().await;
    assert_eq!((bench.wire.count(SEND_EMAIL), bench.mails().len()), (1, 0));
}

#[tokio::test]
async fn what_passes_is_waited_out_and_the_email_is_sent_once() {
    let cases = [ses::too_many_requests(), ses::sending_paused()];
    join_all(cases.map(|answer| async move {
        let bench = Bench::start().await;
        bench.wire.answer_next(ses::OUTBOUND_EMAILS, 2, answer.clone());
        put(&bench, "n-1", 0);
        for delay in [5, 30] {
            assert_eq!(bench.deliver(EMAILS).await.len(), 1, "{answer:?}");
            assert_eq!(bench.state("n-1.email"), "QUEUED", "{answer:?}");
            assert_eq!(bench.waiting(EMAILS)[0].visibility_timeouts.last(), Some(&delay), "{answer:?}");
        }
        bench.run().await;
        assert_eq!((bench.state("n-1.email").as_str(), bench.mails().len()), ("SENT", 1), "{answer:?}");
        assert_eq!(
            (bench.record("n-1.email")["attempts"].clone(), bench.wire.count(SEND_EMAIL)),
            (json!(3), 3)
        );
    }))
    .await;
}

#[tokio::test]
async fn a_limit_that_never_ends_is_given_up_and_an_email_taken_back_is_sent() {
    let bench = Bench::start().await;
    let tries = crate::patience::DELAYS.len() + 1;
    bench.wire.answer_next(ses::OUTBOUND_EMAILS, tries, ses::sending_paused());
    put(&bench, "n-1", 0);
    bench.run().await;
    let record = bench.record("n-1.email");
    assert_eq!(
        (&record["standing"]["state"], &record["standing"]["refused"]),
        (&json!("FAILED"), &json!(false))
    );
    let buried = bench.buried(EMAILS);
    assert_eq!((buried.len(), bench.wire.count(SEND_EMAIL)), (1, tries));
    assert!(buried[0].1.starts_with(&format!("given up after {tries} attempts: ")), "{}", buried[0].1);
    bench.aws.sqs.put(EMAILS, &buried[0].0);
    bench.run().await;
    assert_eq!((bench.state("n-1.email").as_str(), bench.mails().len()), ("SENT", 1));
}

#[tokio::test]
async fn what_may_be_on_its_way_is_never_sent_again_by_itself() {
    let cases = ["request lost", "answer lost", "hangs", "server error", "not json", "no id"];
    join_all(cases.map(|case| async move {
        let bench = Bench::start().await;
        put(&bench, "n-1", 0);
        let held = (case == "hangs").then(|| bench.wire.hold_answer_of(SEND));
        let (status, body) = ses::internal_failure();
        match case {
            "request lost" => bench.wire.drop_request(SEND),
            "answer lost" => bench.wire.drop_answer_of(SEND),
            "server error" => bench.wire.answer(SEND, status, &body),
            "not json" => bench.wire.answer(SEND, 200, "<html>"),
            "no id" => bench.wire.answer(SEND, 200, "{}"),
            _ => {}
        }
        // Time for a call of 6 s.
        assert_eq!(
            bench.deliver_within(EMAILS, Duration::from_secs(13)).await,
            Vec::<String>::new(),
            "{case}"
        );
        drop(held);
        put(&bench, "n-1", 0);
        bench.run().await;
        assert_eq!(
            (bench.state("n-1.email").as_str(), bench.wire.count(SEND_EMAIL)),
            ("UNCERTAIN", 1),
            "{case}"
        );
        assert_eq!((bench.message_count().await, bench.buried(EMAILS).len()), (0, 0), "{case}");
        // An operator has it sent again, and asks for that twice.
        put(&bench, "n-1", 1);
        put(&bench, "n-1", 1);
        bench.run().await;
        assert_eq!((bench.state("n-1.email").as_str(), bench.wire.count(SEND_EMAIL)), ("SENT", 2), "{case}");
    }))
    .await;
}

#[tokio::test]
async fn an_address_that_is_known_to_be_dead_gets_nothing_and_its_person_a_message() {
    let bench = Bench::start().await;
    let dead = ContactStanding::Dead { since: jiff::Timestamp::now(), reason: "bounced".to_owned() };
    bench.app.contacts.learn(Contact::Email(EMAIL), &dead).await.unwrap();
    put(&bench, "n-1", 0);
    bench.run().await;
    assert_eq!((bench.wire.count(SEND_EMAIL), bench.chat(CHAT).await.len()), (0, 1));
    assert_eq!(
        (bench.state("n-1.email"), bench.state("n-1.telegram")),
        ("SUPPRESSED".to_owned(), "SENT".to_owned())
    );
}

#[tokio::test]
async fn of_several_addresses_the_living_get_the_email() {
    let bench = Bench::start().await;
    let dead = ContactStanding::Dead { since: jiff::Timestamp::now(), reason: "bounced".to_owned() };
    bench.app.contacts.learn(Contact::Email("Desk@Example.com"), &dead).await.unwrap();
    bench.put(EMAILS, &request("EMAIL", 0, &notification("n-1", None, &super::wishes::needs_review())));
    bench.run().await;
    assert_eq!(bench.mails()[0].to, ["night@example.com"]);
}

#[tokio::test]
async fn a_user_service_that_is_away_delays_and_a_user_that_is_not_there_is_a_reason() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/internal/users/", 1, (503, "{}".to_owned()));
    bench.put(EMAILS, &request("EMAIL", 0, &notification("n-1", Some(USER_WITHOUT_CHAT), &confirmed())));
    bench.put(EMAILS, &request("EMAIL", 0, &notification("n-2", Some("user-404"), &confirmed())));
    bench.run().await;
    assert_eq!((bench.state("n-1.email"), bench.state("n-2.email")), ("SENT".to_owned(), "none".to_owned()));
    let buried = bench.buried(EMAILS);
    assert_eq!(buried.len(), 1);
    assert_eq!(buried[0].1, "there is no such user");
}
