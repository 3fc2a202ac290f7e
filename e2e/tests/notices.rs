//! People are told what happened on the deployed stack: once, in their language, by the channels they chose.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use e2e::answer::Answer;
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::people::Person;
use e2e::stack::{Stack, root};
use e2e::wait;
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// The operators' group.
const OPERATORS: i64 = -1_001_234_567_890;
/// Ways to be told.
const BOTH: [&str; 2] = ["email", "telegram"];

/// An order of a person's with an invoice and a code to pay it; answers the invoice and Tripay's reference.
async fn open_payment(stack: &Stack, person: &Person) -> (String, String) {
    let order = stack.new_order(&person.id).await.unwrap();
    let post = async |path: String, body: Value| {
        stack.post(&path, &person.token, &body).await.unwrap().ok().unwrap()
    };
    let invoice = post("/api/v1/billing/invoices".to_owned(), json!({ "orderId": order })).await;
    let invoice = invoice["id"].as_str().unwrap().to_owned();
    let paid = post(format!("/api/v1/billing/invoices/{invoice}/pay"), json!({ "channel": "BCA_VA" })).await;
    (invoice, paid["payment"]["reference"].as_str().unwrap().to_owned())
}

/// Waits until the log of the person has both deliveries of `event` about `invoice`, sent; answers them.
async fn both_sent(stack: &Stack, person: &Person, invoice: &str, event: &str) -> Vec<Value> {
    wait::until(&format!("{event} of {invoice}"), ARRIVAL_TIMEOUT, async || {
        let log = stack.log_of(&person.id).await?;
        let ours = log.into_iter().filter(|entry| {
            entry["event"] == event && entry["id"].as_str().is_some_and(|id| id.starts_with(invoice))
        });
        let sent: Vec<Value> = ours.filter(|entry| entry["status"] == "SENT").collect();
        Ok((sent.len() == 2).then_some(sent))
    })
    .await
    .unwrap()
}

/// A text as a person reads it: the spaces inside amounts are of special kinds.
fn read(text: &Value) -> String {
    text.as_str().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
}

fn confirmed(order: &str) -> Value {
    json!({ "invoice": "INV-20261121-7K3M9QZX", "orderId": order, "amount": 150_000, "currency": "IDR",
        "paidAt": "2026-11-21T08:00:00Z" })
}

fn new_mark() -> String {
    format!("order-{}", Uuid::now_v7().simple())
}

#[tokio::test]
async fn a_paid_invoice_is_one_email_and_one_telegram_message_in_the_customers_language() {
    let stack = Stack::open().unwrap();
    for (locale, subject, amount) in [
        ("uk", "Оплату отримано: 150 000 IDR", "Сплачено: 150 000 IDR"),
        ("id-ID", "Pembayaran diterima: Rp150.000", "Jumlah dibayar: Rp150.000"),
    ] {
        let person = stack.new_person(locale).await.unwrap();
        let (invoice, reference) = open_payment(&stack, &person).await;
        stack.tripay(&reference, "pay", &json!({})).await.unwrap();
        let log = both_sent(&stack, &person, &invoice, "payment.confirmed").await;
        stack.told_everything(&person, &BOTH).await.unwrap();

        let mails = stack.mails(&person.email, &invoice).await.unwrap();
        assert_eq!(mails.len(), 1, "{locale}: {mails:?}");
        assert_eq!(
            (read(&mails[0]["subject"]), &mails[0]["to"]),
            (subject.to_owned(), &json!([person.email]))
        );
        assert!(read(&mails[0]["text"]).contains(amount), "{}", mails[0]["text"]);
        assert!(
            read(&mails[0]["html"]).contains(&format!("lang=\"{}\"", &locale[..2])),
            "{}",
            mails[0]["html"]
        );
        let messages = stack.chat(person.chat, &invoice).await.unwrap();
        assert_eq!(messages.len(), 1, "{locale}: {messages:?}");
        assert!(read(&messages[0]["text"]).contains(amount), "{}", messages[0]["text"]);

        for entry in log {
            assert_eq!((&entry["attempts"], &entry["round"]), (&json!(1), &json!(0)), "{entry}");
            assert_eq!((&entry["error"], entry["messageId"].is_string()), (&Value::Null, true), "{entry}");
        }
    }
}

#[tokio::test]
async fn twenty_equal_callbacks_are_one_email_and_one_telegram_message() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let (invoice, reference) = open_payment(&stack, &person).await;
    stack.tripay(&reference, "pay", &json!({ "times": 20, "concurrent": true })).await.unwrap();
    both_sent(&stack, &person, &invoice, "payment.confirmed").await;
    stack.told_everything(&person, &BOTH).await.unwrap();
    assert_eq!(stack.mails(&person.email, &invoice).await.unwrap().len(), 1);
    assert_eq!(stack.chat(person.chat, &invoice).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_wants_telegram_only_gets_no_email() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let path = "/api/v1/notifications/preferences";
    let wish = json!({ "channels": { "payment.confirmed": ["TELEGRAM"] }, "timeZone": "Europe/Kyiv" });
    let request = stack.request(Method::PUT, path).bearer_auth(&person.token).json(&wish);
    let chosen = Answer::to(request).await.unwrap().ok().unwrap();
    assert_eq!(chosen["channels"]["payment.confirmed"], json!(["TELEGRAM"]));
    assert_eq!(chosen["channels"]["order.created"], json!(["EMAIL", "TELEGRAM"]));
    assert_eq!(stack.get(path, &person.token).await.unwrap().ok().unwrap(), chosen);

    let mark = new_mark();
    let id = stack.notify("payment.confirmed", &person, &confirmed(&mark)).await.unwrap();
    stack.delivery_becomes(&person, &format!("{id}.telegram"), "SENT").await.unwrap();
    stack.told_everything(&person, &["telegram"]).await.unwrap();
    let message = &stack.chat(person.chat, &mark).await.unwrap()[0];
    assert!(read(&message["text"]).contains("10:00"), "his clock hangs in Kyiv: {}", message["text"]);
    assert_eq!(stack.mails(&person.email, "").await.unwrap(), Vec::<Value>::new());
    let channels: Vec<Value> =
        stack.log_of(&person.id).await.unwrap().iter().map(|entry| entry["channel"].clone()).collect();
    assert_eq!(channels, ["TELEGRAM", "TELEGRAM"]);
}

#[tokio::test]
async fn a_blocked_chat_is_made_up_for_by_email_and_not_tried_again() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    stack.set_chat(&person, &json!({ "blocked": true })).await.unwrap();
    let wish = json!({ "channels": { "payment.confirmed": ["TELEGRAM"] } });
    let request = stack.request(Method::PUT, "/api/v1/notifications/preferences").bearer_auth(&person.token);
    Answer::to(request.json(&wish)).await.unwrap().ok().unwrap();
    for status in ["FAILED", "SUPPRESSED"] {
        let mark = new_mark();
        let id = stack.notify("payment.confirmed", &person, &confirmed(&mark)).await.unwrap();
        let telegram = stack.delivery_becomes(&person, &format!("{id}.telegram"), status).await.unwrap();
        assert!(telegram["error"].as_str().unwrap().contains("blocked"), "{telegram}");
        stack.delivery_becomes(&person, &format!("{id}.email"), "SENT").await.unwrap();
        assert_eq!(stack.mails(&person.email, &mark).await.unwrap().len(), 1);
    }
    let calls = "log?party=telegram&operation=sendMessage";
    let calls = stack.control(Method::GET, calls, &Value::Null).await.unwrap();
    let ours = |call: &&Value| {
        call["requestBody"].as_str().is_some_and(|body| body.contains(&person.chat.to_string()))
    };
    assert_eq!(
        calls["entries"].as_array().unwrap().iter().filter(ours).count(),
        1,
        "a dead chat is not called"
    );
}

#[tokio::test]
async fn mail_that_comes_back_is_made_up_for_by_telegram_and_its_address_spared() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person_whose_mail_bounces().await.unwrap();
    let wish = json!({ "channels": { "payment.confirmed": ["EMAIL"] } });
    let request = stack.request(Method::PUT, "/api/v1/notifications/preferences").bearer_auth(&person.token);
    Answer::to(request.json(&wish)).await.unwrap().ok().unwrap();
    for (status, words) in [("BOUNCED", "bounced: Permanent"), ("SUPPRESSED", "no email address that works")]
    {
        let mark = new_mark();
        let id = stack.notify("payment.confirmed", &person, &confirmed(&mark)).await.unwrap();
        let email = stack.delivery_becomes(&person, &format!("{id}.email"), status).await.unwrap();
        assert!(email["error"].as_str().unwrap().contains(words), "{email}");
        stack.delivery_becomes(&person, &format!("{id}.telegram"), "SENT").await.unwrap();
        assert_eq!(stack.chat(person.chat, &mark).await.unwrap().len(), 1);
    }
    assert_eq!(stack.mails(&person.email, "").await.unwrap().len(), 1, "a dead address is not written to");
}

#[tokio::test]
async fn sending_twice_under_one_key_tells_once() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let mark = new_mark();
    let wish = json!({ "event": "payment.confirmed", "userId": person.id, "data": confirmed(&mark) });
    let send = async || {
        let request = stack.service_request(Method::POST, "/internal/notifications/send");
        Answer::to(request.header("idempotency-key", &mark).json(&wish)).await.unwrap()
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), &first.body), (202, &second.body));
    assert_eq!(second.headers.get("idempotent-replay").unwrap(), "true");
    let id = first.body["id"].as_str().unwrap();
    for channel in BOTH {
        stack.delivery_becomes(&person, &format!("{id}.{channel}"), "SENT").await.unwrap();
    }
    stack.told_everything(&person, &BOTH).await.unwrap();
    assert_eq!(stack.mails(&person.email, &mark).await.unwrap().len(), 1);
    assert_eq!(stack.chat(person.chat, &mark).await.unwrap().len(), 1);
}

/// Every item of a table, as it is stored.
async fn everything_in(stack: &Stack, table: &str) -> String {
    let mut pages = String::new();
    let mut wish = json!({ "TableName": stack.file.tables[table] });
    loop {
        let page = stack.aws("dynamodb", "DynamoDB_20120810.Scan", &wish).await.unwrap();
        pages.push_str(&page["Items"].to_string());
        match page.get("LastEvaluatedKey") {
            Some(key) => wish["ExclusiveStartKey"] = key.clone(),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn credentials_arrive_and_are_neither_kept_nor_logged() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    // The beginning is what the whole test run is searched for.
    let password = format!("S33d-Vps-Passw0rd-{}", Uuid::new_v4().simple());
    let fields = json!({ "orderId": new_mark(), "hostname": "vps-1.example.com", "ipAddress": "203.0.113.7",
        "username": "root", "password": password });
    let id = stack.notify("vps.active", &person, &fields).await.unwrap();
    for channel in BOTH {
        let sent = stack.delivery_becomes(&person, &format!("{id}.{channel}"), "SENT").await.unwrap();
        assert_eq!(sent["resendable"], false, "what was not kept cannot be sent again");
        let refused = stack.resend(&format!("{id}.{channel}")).await.unwrap();
        assert_eq!((refused.status.as_u16(), refused.code()), (409, "not_resendable"));
    }
    assert_eq!(stack.mails(&person.email, &password).await.unwrap().len(), 1);
    assert_eq!(stack.chat(person.chat, &password).await.unwrap().len(), 1);

    let kept = everything_in(&stack, "Notifications").await;
    assert!(kept.contains(&id), "the deliveries themselves are kept");
    assert!(!kept.contains(&password), "the password is in the table");
    for file in fs::read_dir(root().join(".local/log")).unwrap() {
        let path = file.unwrap().path();
        let log = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!log.contains(&password), "the password is in {}", path.display());
    }
}

#[tokio::test]
async fn an_invoice_that_needs_a_person_is_told_to_the_operators() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let (invoice, reference) = open_payment(&stack, &person).await;
    stack.tripay(&reference, "pay", &json!({ "amount": 15_000 })).await.unwrap();
    let message = wait::until("the operators' message", ARRIVAL_TIMEOUT, async || {
        Ok(stack.chat(OPERATORS, &invoice).await?.into_iter().next())
    })
    .await
    .unwrap();
    assert!(read(&message["text"]).contains(&person.id), "{}", message["text"]);
    let mail = wait::until("the operators' email", ARRIVAL_TIMEOUT, async || {
        Ok(stack.mails("operators@example.com", &invoice).await?.into_iter().next())
    })
    .await
    .unwrap();
    assert_eq!(mail["to"], json!(["operators@example.com"]));
    assert_eq!(
        stack.chat(person.chat, "").await.unwrap(),
        Vec::<Value>::new(),
        "it is not the customer's business"
    );
}
