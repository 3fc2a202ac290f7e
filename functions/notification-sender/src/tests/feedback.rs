//! What SES tells afterwards: emails that came back, and readers who complained.

use serde_json::{Value, json};

use super::bench::{Bench, EMAILS, FEEDBACK};
use super::wishes::{CHAT, EMAIL, USER, USER_WITHOUT_CHAT, active, bounce, confirmed, notification, request};

/// An email that SES took, of a notification that went by email only.
async fn mailed(user: &str, notice: &Value) -> Bench {
    let bench = Bench::start().await;
    bench.put(EMAILS, &request("EMAIL", 0, &notification("n-1", Some(user), notice)));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.state("n-1.email").as_str()), (1, "SENT"));
    bench
}

fn complaint() -> Value {
    let mut told = bounce("Permanent", Some("n-1.email"), EMAIL);
    told["eventType"] = "Complaint".into();
    told.as_object_mut().unwrap().remove("bounce");
    told["complaint"] = json!({
        "complaintFeedbackType": "abuse",
        "complainedRecipients": [{ "emailAddress": EMAIL }],
    });
    told
}

fn rejection() -> Value {
    let mut told = bounce("Permanent", Some("n-1.email"), EMAIL);
    told["eventType"] = "Reject".into();
    told.as_object_mut().unwrap().remove("bounce");
    told["reject"] = json!({ "reason": "Bad content" });
    told
}

async fn mail_again(bench: &Bench) -> String {
    bench.put(EMAILS, &request("EMAIL", 0, &notification("n-2", Some(USER), &confirmed())));
    bench.run().await;
    bench.state("n-2.email")
}

#[tokio::test]
async fn an_address_that_does_not_exist_gets_nothing_more_and_the_person_is_told_by_telegram() {
    let bench = mailed(USER, &confirmed()).await;
    // SES may tell it again and again.
    for _ in 0..3 {
        bench.put(FEEDBACK, &bounce("Permanent", Some("n-1.email"), EMAIL));
        bench.run().await;
    }
    let record = bench.record("n-1.email");
    assert_eq!(record["standing"]["state"], "BOUNCED");
    assert_eq!(record["standing"]["reason"], "bounced: Permanent General");
    let messages = bench.chat(CHAT).await;
    assert_eq!((messages.len(), bench.state("n-1.telegram").as_str()), (1, "SENT"));
    assert!(messages[0]["text"].as_str().unwrap().contains("1\u{a0}250,00\u{a0}₴"), "the same notice");
    assert_eq!(mail_again(&bench).await, "SUPPRESSED");
    assert_eq!(bench.mails().len(), 1);
}

#[tokio::test]
async fn an_email_that_came_back_this_time_says_nothing_about_the_address() {
    for told in [bounce("Transient", Some("n-1.email"), EMAIL), rejection()] {
        let bench = mailed(USER, &confirmed()).await;
        bench.put(FEEDBACK, &told);
        bench.run().await;
        assert_eq!(
            (bench.state("n-1.email").as_str(), bench.chat(CHAT).await.len()),
            ("BOUNCED", 1),
            "{told}"
        );
        assert_eq!(mail_again(&bench).await, "SENT", "{told}");
    }
}

#[tokio::test]
async fn whoever_complains_has_read_it_and_gets_no_more_emails() {
    let bench = mailed(USER, &confirmed()).await;
    bench.put(FEEDBACK, &complaint());
    bench.run().await;
    assert_eq!((bench.state("n-1.email").as_str(), bench.message_count().await), ("BOUNCED", 0));
    assert_eq!(bench.record("n-1.email")["standing"]["reason"], "complaint: abuse");
    assert_eq!(mail_again(&bench).await, "SUPPRESSED");
}

#[tokio::test]
async fn word_that_comes_before_our_own_result_is_kept() {
    let bench = Bench::start().await;
    bench.put(EMAILS, &request("EMAIL", 0, &notification("n-1", Some(USER), &confirmed())));
    // User, preferences, chat, contact, claim, send: the answer to the send is late.
    let held = bench.wire.hold_answer_of(6);
    let sending = bench.deliver(EMAILS);
    let telling = async {
        held.reached().await;
        bench.put(FEEDBACK, &bounce("Permanent", Some("n-1.email"), EMAIL));
        bench.deliver(FEEDBACK).await;
        held.release();
    };
    tokio::join!(sending, telling);
    bench.run().await;
    assert_eq!((bench.state("n-1.email").as_str(), bench.chat(CHAT).await.len()), ("BOUNCED", 1));
}

#[tokio::test]
async fn word_of_an_email_that_is_not_ours_still_tells_of_the_address() {
    for delivery in [None, Some("n-9.email")] {
        let bench = Bench::start().await;
        bench.put(FEEDBACK, &bounce("Permanent", delivery, EMAIL));
        bench.run().await;
        assert_eq!(mail_again(&bench).await, "SUPPRESSED", "{delivery:?}");
        assert_eq!((bench.state("n-9.email").as_str(), bench.chat(CHAT).await.len()), ("none", 1));
        assert!(bench.buried(FEEDBACK).is_empty());
    }
}

#[tokio::test]
async fn what_held_a_secret_is_not_kept_and_not_told_again() {
    let bench = mailed(USER, &active()).await;
    assert_eq!(bench.record("n-1.email").get("content"), None);
    bench.put(FEEDBACK, &bounce("Permanent", Some("n-1.email"), EMAIL));
    bench.run().await;
    assert_eq!((bench.state("n-1.email").as_str(), bench.message_count().await), ("BOUNCED", 0));
}

#[tokio::test]
async fn whoever_has_no_chat_is_not_told_again() {
    let bench = mailed(USER_WITHOUT_CHAT, &confirmed()).await;
    bench.put(FEEDBACK, &bounce("Permanent", Some("n-1.email"), "taras@example.com"));
    bench.run().await;
    assert_eq!((bench.state("n-1.email").as_str(), bench.message_count().await), ("BOUNCED", 0));
    assert_eq!(bench.state("n-1.telegram"), "none");
}

#[tokio::test]
async fn what_arrived_and_what_was_opened_changes_nothing() {
    let bench = mailed(USER, &confirmed()).await;
    bench.wire.reset();
    let mut told = bounce("Permanent", Some("n-1.email"), EMAIL);
    told["eventType"] = "Delivery".into();
    told.as_object_mut().unwrap().remove("bounce");
    bench.put(FEEDBACK, &told);
    bench.run().await;
    assert_eq!((bench.state("n-1.email").as_str(), bench.operations().len()), ("SENT", 0));
}
