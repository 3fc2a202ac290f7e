//! Emails through a relay: the same stories against a real SMTP server.

use std::time::Duration;

use futures::future::join_all;
use sandbox::testbed::smtp::{Failure, Security as Protection, Setup as ServerSetup, SmtpServer};
use serde_json::json;
use shared::providers::mail::smtp::{Relay, Security};

use super::bench::{Bench, EMAILS, PLANS, Setup};
use super::wishes::{CHAT, EMAIL, USER, confirmed, notification, request};
use crate::parties::MailRoute;

async fn start(protection: Protection, security: Security) -> (SmtpServer, Bench) {
    // Credentials are taken by the testbed over TLS, and by us told to anybody who asks.
    let login = Some(("paydesk".to_owned(), "S33d-Smtp-Passw0rd".to_owned()));
    let server = SmtpServer::start(ServerSetup { security: protection, login }).await;
    let relay = Relay { host: "localhost".to_owned(), port: server.port(), security };
    let own_root = Some(server.certificate_pem().to_owned());
    let sender = "WeBrana Cloud <noreply@example.com>".parse().unwrap();
    let mail = Some(MailRoute::Smtp { relay, own_root, sender });
    (server, Bench::with(Setup { mail, ..Setup::default() }).await)
}

async fn encrypted() -> (SmtpServer, Bench) {
    start(Protection::StartTls, Security::StartTls).await
}

fn put(bench: &Bench, round: u32) {
    bench.put(EMAILS, &request("EMAIL", round, &notification("n-1", Some(USER), &confirmed())));
}

#[tokio::test]
async fn a_person_gets_an_email_through_the_relay_and_a_message() {
    for (protection, security) in
        [(Protection::StartTls, Security::StartTls), (Protection::Tls, Security::Tls)]
    {
        let (server, bench) = start(protection, security).await;
        bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
        bench.run().await;
        let mails = server.mails();
        assert_eq!(mails.len(), 1);
        let mail = &mails[0];
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("noreply@example.com", [EMAIL.to_owned()].as_slice())
        );
        assert_eq!((mail.is_encrypted, mail.login.as_deref()), (true, Some("paydesk")));
        assert_eq!(mail.header("Message-ID").unwrap(), "<n-1.email@example.com>");
        for told in [mail.html().unwrap(), mail.text().unwrap()] {
            assert!(told.contains("1\u{a0}250,00\u{a0}₴"), "{told}");
        }
        assert_eq!((bench.chat(CHAT).await.len(), bench.mails().len()), (1, 0));
        assert_eq!(
            (bench.state("n-1.email"), bench.state("n-1.telegram")),
            ("SENT".to_owned(), "SENT".to_owned())
        );
        assert_eq!(bench.record("n-1.email")["attempts"], 1);
    }
}

#[tokio::test]
async fn what_the_relay_refuses_for_now_is_sent_later_and_once() {
    let words = || "try later".to_owned();
    let cases = [
        Failure::RefuseConnection(421, words()),
        Failure::RefuseSender(451, words()),
        Failure::RefuseRecipient(450, words()),
        Failure::RefuseMail(452, words()),
    ];
    join_all(cases.map(|failure| async move {
        let (server, bench) = encrypted().await;
        server.fail_next(failure.clone());
        put(&bench, 0);
        assert_eq!(bench.deliver(EMAILS).await.len(), 1, "{failure:?}");
        assert_eq!(bench.state("n-1.email"), "QUEUED", "{failure:?}");
        bench.run().await;
        assert_eq!((bench.state("n-1.email").as_str(), server.mails().len()), ("SENT", 1), "{failure:?}");
    }))
    .await;
}

#[tokio::test]
async fn what_the_relay_refuses_for_good_is_tried_once() {
    let words = || format!("no mailbox {EMAIL} here");
    let cases = [Failure::RefuseRecipient(550, words()), Failure::RefuseMail(554, words())];
    join_all(cases.map(|failure| async move {
        let (server, bench) = encrypted().await;
        server.fail_next(failure.clone());
        put(&bench, 0);
        put(&bench, 0);
        bench.run().await;
        let record = bench.record("n-1.email");
        assert_eq!(
            (&record["standing"]["state"], &record["standing"]["refused"]),
            (&json!("FAILED"), &json!(true))
        );
        assert!(!record.to_string().contains('@'), "an address is kept: {record}");
        assert_eq!((server.connections(), server.mails().len()), (1, 0), "{failure:?}");
    }))
    .await;
}

#[tokio::test]
async fn what_may_have_been_taken_is_never_sent_again_by_itself() {
    let cases = [(Failure::CutBeforeMail, 0), (Failure::CutAfterMail, 1), (Failure::HangAfterMail, 1)];
    join_all(cases.map(|(failure, arrived)| async move {
        let (server, bench) = encrypted().await;
        server.fail_next(failure.clone());
        put(&bench, 0);
        // Time for a call of 4 s, half of it for the email itself.
        bench.deliver_within(EMAILS, Duration::from_secs(13)).await;
        assert_eq!(
            (bench.state("n-1.email").as_str(), server.mails().len()),
            ("UNCERTAIN", arrived),
            "{failure:?}"
        );
        put(&bench, 0);
        bench.run().await;
        assert_eq!((server.connections(), bench.waiting(EMAILS).len()), (1, 0), "{failure:?}");
        put(&bench, 1);
        bench.run().await;
        assert_eq!(
            (bench.state("n-1.email").as_str(), server.mails().len()),
            ("SENT", arrived + 1),
            "{failure:?}"
        );
    }))
    .await;
}

#[tokio::test]
async fn credentials_that_are_not_taken_only_delay() {
    let (server, bench) = encrypted().await;
    bench.aws.secrets.set("test/smtp", &json!({ "username": "paydesk", "password": "of yesterday" }));
    bench.app.parties.renew(bench.app.source.read().await);
    put(&bench, 0);
    assert_eq!(bench.deliver(EMAILS).await.len(), 1);
    assert_eq!((bench.state("n-1.email").as_str(), server.mails().len()), ("QUEUED", 0));
    assert!(server.refused_logins() > 0);
    super::bench::set_secrets(&bench.aws, sandbox::telegram::TOKEN);
    super::bench::pass(301).await;
    bench.run().await;
    assert_eq!(
        (bench.state("n-1.email").as_str(), server.mails().len()),
        ("SENT", 1),
        "the mended secret is read"
    );
}
