//! Credentials and personal data: told to the one person they are for, and to nobody and nothing else.

use sandbox::testbed::dynamodb::NOTIFICATIONS;
use sandbox::testbed::log_lines::kept;
use serde_json::json;

use super::bench::{Bench, EMAILS, FEEDBACK, PLANS, TELEGRAMS};
use super::wishes::{CHAT, EMAIL, PASSWORD, USER, active, blocked, bounce, confirmed, notification, refusal};
use sandbox::telegram::TOKEN;

/// What no log may hold: of the people and credentials of these tests.
const FORBIDDEN: [&str; 9] = [
    PASSWORD,
    "SANDBOX-telegram-bot-token",
    "S33d-Smtp-Passw0rd",
    "local-internal-key",
    "81234567890",
    "@example.com",
    "Шевченко",
    // Of what is told.
    "250,00",
    "203.0.113.7",
];

fn assert_nothing_leaked(id: &str) {
    let lines = kept();
    let of_this_story = lines.lines().filter(|line| line.contains(&format!("correlation-{id}"))).count();
    assert!(of_this_story > 0, "nothing was logged of {id}");
    for line in lines.lines() {
        for forbidden in FORBIDDEN {
            assert!(!line.contains(forbidden), "{forbidden} in {line}");
        }
    }
}

fn stored(bench: &Bench) -> String {
    json!(bench.aws.dynamodb.items(NOTIFICATIONS)).to_string()
}

#[tokio::test]
async fn a_password_is_in_the_email_and_in_the_message_and_nowhere_else() {
    let bench = Bench::start().await;
    bench.put(PLANS, &notification("secret-1", Some(USER), &active()));
    bench.run().await;
    let mail = &bench.mails()[0];
    assert!(mail.html.as_ref().unwrap().contains(PASSWORD) && mail.text.as_ref().unwrap().contains(PASSWORD));
    assert!(!mail.subject.contains(PASSWORD));
    let messages = bench.chat(CHAT).await;
    assert!(messages[0]["text"].as_str().unwrap().contains(PASSWORD));
    assert_eq!((bench.mails().len(), messages.len()), (1, 1));
    for id in ["secret-1.email", "secret-1.telegram"] {
        assert_eq!((bench.state(id).as_str(), bench.record(id).get("content")), ("SENT", None));
    }
    assert!(!stored(&bench).contains(PASSWORD), "{}", stored(&bench));
    assert_nothing_leaked("secret-1");
}

#[tokio::test]
async fn what_goes_wrong_with_a_password_on_its_way_does_not_leak_it() {
    let bench = Bench::start().await;
    // It comes back from the provider, is limited, refused, and buried.
    let words = format!("Bad Request: can't parse entities in {PASSWORD} of {EMAIL}");
    bench.wire.answer_next("/sendMessage", 1, refusal(400, &words, None));
    let told = json!({ "__type": "MessageRejected", "message": format!("{EMAIL} is not verified") });
    bench.wire.answer_next("/v2/email/outbound-emails", 1, (400, told.to_string()));
    bench.put(PLANS, &notification("secret-2", Some(USER), &active()));
    let mut spoiled = notification("secret-3", Some(USER), &active());
    spoiled["notice"]["data"]["hostname"] = json!([PASSWORD]);
    bench.put(PLANS, &spoiled);
    bench.run().await;
    let buried = bench.buried(PLANS);
    assert_eq!(buried.len(), 1);
    assert!(!buried[0].1.contains(PASSWORD), "the reason: {}", buried[0].1);
    assert_eq!(bench.state("secret-2.email"), "FAILED");
    assert!(!bench.record("secret-2.email").to_string().contains('@'), "{}", bench.record("secret-2.email"));
    assert_nothing_leaked("secret-2");
}

#[tokio::test]
async fn a_dead_chat_and_a_dead_address_are_told_of_without_naming_them() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/sendMessage", 1, blocked());
    bench.put(PLANS, &notification("secret-4", Some(USER), &confirmed()));
    bench.run().await;
    bench.put(FEEDBACK, &bounce("Permanent", Some("secret-4.email"), EMAIL));
    bench.run().await;
    assert_eq!(bench.state("secret-4.email"), "BOUNCED");
    assert!(!stored(&bench).contains('@'), "{}", stored(&bench));
    assert_nothing_leaked("secret-4");
}

#[tokio::test]
async fn lost_answers_and_limits_do_not_leak_the_token_in_the_address() {
    let bench = Bench::start().await;
    for (queue, channel) in [(EMAILS, "EMAIL"), (TELEGRAMS, "TELEGRAM")] {
        for number in 0..2 {
            let told = notification(&format!("secret-5-{number}"), Some(USER), &confirmed());
            bench.put(queue, &super::wishes::request(channel, 0, &told));
        }
        // The user is asked for in the first batch only.
        for number in bench.next_call()..bench.next_call() + 14 {
            bench.wire.drop_answer_of(number);
        }
        bench.deliver(queue).await;
        bench.let_claims_lapse();
        bench.run().await;
    }
    assert!(bench.wire.calls().iter().any(|call| call.path.contains(TOKEN)));
    assert_nothing_leaked("secret-5-0");
}
