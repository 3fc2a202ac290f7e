//! The usual way: a notification becomes one email and one message in a chat.

use serde_json::json;

use super::bench::{Bench, EMAILS, PLANS, TELEGRAMS, pass};
use super::wishes::{
    CHAT, EMAIL, GROUP, USER, USER_WITHOUT_CHAT, confirmed, created, expiring, needs_review, notification,
};

#[tokio::test]
async fn a_notification_becomes_one_request_for_each_channel_and_writes_nothing() {
    let bench = Bench::start().await;
    let told = notification("n-1", Some(USER), &confirmed());
    bench.put(PLANS, &told);
    assert_eq!(bench.deliver(PLANS).await, Vec::<String>::new());
    for (queue, channel) in [(EMAILS, "EMAIL"), (TELEGRAMS, "TELEGRAM")] {
        let waiting = bench.waiting(queue);
        assert_eq!(waiting.len(), 1, "{queue}");
        let wanted = json!({ "version": 1, "notification": told, "channel": channel, "round": 0 });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&waiting[0].body).unwrap(), wanted);
    }
    assert_eq!(bench.waiting(TELEGRAMS)[0].group_id.as_deref(), Some(USER), "one person, one instance");
    let mut operations = bench.operations();
    operations.sort();
    let wanted = ["GET /internal/users/user-5", "GetItem", "GetItem", "SendMessage", "SendMessage"];
    assert_eq!(operations, wanted);
}

#[tokio::test]
async fn a_person_gets_an_email_and_a_message_in_their_language_with_the_amount() {
    let bench = Bench::start().await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.run().await;

    let mails = bench.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.from, "\"WeBrana Cloud\" <noreply@example.com>");
    assert_eq!(mail.to, [EMAIL]);
    assert_eq!(mail.configuration_set.as_deref(), Some("paydesk"));
    assert_eq!(mail.tags["delivery"], "n-1_2eemail");
    let (html, text) = (mail.html.as_ref().unwrap(), mail.text.as_ref().unwrap());
    let messages = bench.chat(CHAT).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["picture"], json!(null));
    let message_id = messages[0]["messageId"].to_string();
    let message = messages[0]["text"].as_str().unwrap();
    for told in [html, text, message] {
        assert!(told.contains("1\u{a0}250,00\u{a0}₴"), "the amount as Ukrainians write it in {told}");
        assert!(told.contains("order-1"), "{told}");
    }
    let is_cyrillic = |text: &str| text.chars().any(|letter| ('а'..='я').contains(&letter));
    assert!(is_cyrillic(&mail.subject) && is_cyrillic(message), "{} {message}", mail.subject);

    for (id, message_id) in [("n-1.email", mail.id.as_str()), ("n-1.telegram", message_id.as_str())] {
        let record = bench.record(id);
        assert_eq!(record["standing"]["state"], "SENT", "{record}");
        assert_eq!(record["standing"]["message_id"], message_id);
        assert_eq!((&record["attempts"], &record["round"]), (&json!(1), &json!(0)));
        assert_eq!((&record["event"], &record["user_id"]), (&json!("payment.confirmed"), &json!(USER)));
        assert_eq!(record["correlation_id"], "correlation-n-1");
    }
}

#[tokio::test]
async fn a_delivery_costs_two_writes() {
    let bench = Bench::start().await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.deliver(PLANS).await;
    for (queue, sending) in [
        (EMAILS, "POST /v2/email/outbound-emails".to_owned()),
        (TELEGRAMS, format!("POST /bot{}/sendMessage", sandbox::telegram::TOKEN)),
    ] {
        bench.wire.reset();
        bench.deliver(queue).await;
        let mut operations = bench.operations();
        let reads = operations.iter().filter(|operation| *operation == "GetItem").count();
        assert_eq!(reads, 3, "preferences, chat and contact: {operations:?}");
        operations.retain(|operation| operation != "GetItem");
        assert_eq!(operations, ["PutItem", &sending, "PutItem"], "the user is known by now");
    }
}

#[tokio::test]
async fn a_person_is_asked_about_once_in_five_minutes() {
    let bench = Bench::start().await;
    let ask = "GET /internal/users/user-5";
    for number in 0..3 {
        bench.put(PLANS, &notification(&format!("n-{number}"), Some(USER), &created()));
        bench.deliver(PLANS).await;
    }
    assert_eq!(bench.wire.count(ask), 1);
    bench.know(USER, json!({ "email": "new@example.com", "locale": "en" })).await;
    pass(280).await;
    bench.put(PLANS, &notification("n-3", Some(USER), &created()));
    bench.deliver(PLANS).await;
    assert_eq!(bench.wire.count(ask), 1);
    pass(21).await;
    bench.put(PLANS, &notification("n-4", Some(USER), &created()));
    bench.run().await;
    assert_eq!(bench.wire.count(ask), 2);
    assert!(bench.mails().iter().all(|mail| mail.to == ["new@example.com"]), "{:?}", bench.mails());
}

#[tokio::test]
async fn whoever_has_only_an_address_gets_only_an_email() {
    let bench = Bench::start().await;
    bench.put(PLANS, &notification("n-1", Some(USER_WITHOUT_CHAT), &confirmed()));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.message_count().await), (1, 0));
    assert_eq!((bench.state("n-1.email").as_str(), bench.state("n-1.telegram").as_str()), ("SENT", "none"));
}

#[tokio::test]
async fn operators_are_told_in_their_group_and_at_all_their_addresses() {
    let bench = Bench::start().await;
    bench.put(PLANS, &notification("n-1", None, &needs_review()));
    bench.run().await;
    let mails = bench.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["desk@example.com", "night@example.com"]);
    let messages = bench.chat(GROUP).await;
    assert_eq!(messages.len(), 1);
    let text = messages[0]["text"].as_str().unwrap();
    assert!(text.contains("INV-20261121-7K3M9QZX") && text.contains("Rp150,000"), "{text}");
    assert_eq!(
        bench.wire.calls().iter().filter(|call| call.tap == "users").count(),
        0,
        "nobody is looked up"
    );
    assert_eq!(bench.record("n-1.telegram").get("user_id"), None);
}

#[tokio::test]
async fn a_code_to_scan_is_sent_as_a_picture_with_a_button_to_pay() {
    let bench = Bench::start().await;
    bench.put(PLANS, &notification("n-1", Some(USER), &expiring()));
    bench.run().await;
    let messages = bench.chat(CHAT).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["picture"], "https://tripay.co.id/qr/T1");
    assert!(messages[0]["text"].as_str().unwrap().contains("1\u{a0}250,00\u{a0}₴"), "{}", messages[0]);
    let keyboard = messages[0]["keyboard"].to_string();
    assert!(keyboard.contains("https://tripay.co.id/checkout/T1"), "{keyboard}");
    assert_eq!(bench.state("n-1.telegram"), "SENT");
}
