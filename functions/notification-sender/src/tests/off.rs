//! Channels that are not configured: messages stay where they are until they are.

use super::bench::{Bench, EMAILS, PLANS, Setup, TELEGRAMS, pass, set_secrets};
use super::wishes::{
    CHAT, USER, USER_WITHOUT_CHAT, USER_WITHOUT_EMAIL, confirmed, needs_review, notification, request,
};
use crate::handler::OFF;
use crate::parties::MailRoute;
use crate::recipient::Operators;
use sandbox::telegram::TOKEN;

fn off_seconds() -> i64 {
    i64::try_from(OFF.as_secs()).unwrap()
}

async fn without_email() -> Bench {
    Bench::with(Setup { mail: Some(MailRoute::Off), ..Setup::default() }).await
}

async fn without_telegram() -> Bench {
    Bench::with(Setup { token: "", ..Setup::default() }).await
}

#[tokio::test]
async fn without_a_token_messages_stay_and_five_minutes_after_there_is_one_they_are_sent() {
    let bench = without_telegram().await;
    let id = bench.put(TELEGRAMS, &request("TELEGRAM", 0, &notification("n-1", Some(USER), &confirmed())));
    // However often: an absent setting is nobody's fault.
    for _ in 0..15 {
        assert_eq!(bench.deliver(TELEGRAMS).await, [id.as_str()]);
    }
    assert_eq!(bench.waiting(TELEGRAMS)[0].visibility_timeouts, [off_seconds(); 15]);
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.wire.count("PutItem")), ("none", 0));

    set_secrets(&bench.aws, TOKEN);
    pass(240).await;
    assert_eq!(bench.deliver(TELEGRAMS).await.len(), 1, "the secret is not read yet");
    pass(61).await;
    bench.run().await;
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.chat(CHAT).await.len()), ("SENT", 1));
    assert!(bench.buried(TELEGRAMS).is_empty());
}

#[tokio::test]
async fn without_a_sender_emails_stay() {
    let bench = without_email().await;
    let id = bench.put(EMAILS, &request("EMAIL", 0, &notification("n-1", Some(USER), &confirmed())));
    assert_eq!(bench.deliver(EMAILS).await, [id.as_str()]);
    assert_eq!(bench.waiting(EMAILS)[0].visibility_timeouts, [off_seconds()]);
    assert_eq!(bench.state("n-1.email"), "none");
}

#[tokio::test]
async fn what_is_planned_while_a_channel_is_off_goes_by_the_other() {
    let bench = without_email().await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.run().await;
    assert_eq!((bench.chat(CHAT).await.len(), bench.state("n-1.email").as_str()), (1, "none"));
    let bench = without_telegram().await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.state("n-1.telegram").as_str()), (1, "none"));
}

#[tokio::test]
async fn whoever_is_reached_only_by_a_channel_that_is_off_is_told_once_it_is_on() {
    let bench = without_email().await;
    let id = bench.put(PLANS, &notification("n-1", Some(USER_WITHOUT_CHAT), &confirmed()));
    assert_eq!(bench.deliver(PLANS).await, [id]);
    let bench = without_telegram().await;
    let id = bench.put(PLANS, &notification("n-1", Some(USER_WITHOUT_EMAIL), &confirmed()));
    assert_eq!(bench.deliver(PLANS).await, [id.as_str()]);
    assert_eq!(bench.waiting(PLANS)[0].visibility_timeouts, [off_seconds()]);
    set_secrets(&bench.aws, TOKEN);
    pass(301).await;
    bench.run().await;
    assert_eq!(bench.state("n-1.telegram"), "SENT");
}

#[tokio::test]
async fn whoever_cannot_be_reached_at_all_is_named_to_the_operators_of_the_queue() {
    let bench = Bench::start().await;
    bench.know("user-30", serde_json::json!({ "email": "" })).await;
    bench.put(PLANS, &notification("n-1", Some("user-30"), &confirmed()));
    bench.run().await;
    assert_eq!(bench.buried(PLANS)[0].1, "its reader has no address");
}

#[tokio::test]
async fn without_operators_nothing_is_told_to_them_and_nothing_is_wrong() {
    let operators = Operators { chat: None, emails: Vec::new(), locale: None };
    let bench = Bench::with(Setup { operators, ..Setup::default() }).await;
    bench.put(PLANS, &notification("n-1", None, &needs_review()));
    assert_eq!(bench.deliver(PLANS).await, Vec::<String>::new());
    assert!(bench.buried(PLANS).is_empty() && bench.waiting(EMAILS).is_empty());
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_again_keeps_the_one_that_is_held() {
    let bench = Bench::start().await;
    bench.aws.secrets.set("test/telegram", &serde_json::json!({ "bot": "token" }));
    pass(301).await;
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &notification("n-1", Some(USER), &confirmed())));
    bench.run().await;
    assert_eq!(bench.state("n-1.telegram"), "SENT");
}
