//! Email through a relay: what a real SMTP server receives, and what its every answer becomes.

use std::time::Duration;

use sandbox::testbed::smtp::{Failure as Trouble, Security as Protection, Setup, SmtpServer};
use shared::providers::mail::smtp::{Relay, Security, Smtp, SmtpCredentials};
use shared::providers::mail::{Mail, MailError, Mailer};
use shared::retry::{Failure, Retry, Verdict};

const SAFE: Retry = Retry::Safe { after: None };
/// Long enough for anything that a server here does.
const PATIENCE: Duration = Duration::from_secs(10);
/// Short enough for what never comes.
const SHORT: Duration = Duration::from_millis(400);
const PASSWORD: &str = "S33d-Smtp-Passw0rd";

fn credentials(username: &str, password: &str) -> SmtpCredentials {
    SmtpCredentials { username: username.to_owned(), password: password.to_owned().into() }
}

fn mailer(port: u16, security: Security, login: &SmtpCredentials, root: Option<&str>) -> Mailer {
    let relay = Relay { host: "localhost".to_owned(), port, security };
    let smtp = Smtp::new(relay, login, root).unwrap();
    Mailer::through_smtp(smtp, "Дарниця <billing@example.com>".parse().unwrap())
}

fn mail(to: &[String]) -> Mail<'_> {
    Mail {
        to,
        subject: "Оплачено: 1 250,00 ₴",
        html: "<p>Оплачено &amp; отримано</p>",
        text: "Оплачено\n.крапка на початку",
        delivery: "INV-20261121-7K3M9QZX.4.0.email",
    }
}

async fn send(mailer: &Mailer, within: Duration) -> Result<String, MailError> {
    mailer.send(&mail(&["user-1@example.com".to_owned()]), within).await
}

async fn plain() -> (SmtpServer, Mailer) {
    let server = SmtpServer::start(Setup { security: Protection::Plain, login: None }).await;
    let mailer = mailer(server.port(), Security::None, &credentials("", ""), None);
    (server, mailer)
}

/// Sends where something goes wrong; how many emails the server has after that.
async fn error_after(trouble: Trouble, within: Duration) -> (MailError, usize) {
    let (server, mailer) = plain().await;
    server.fail_next(trouble);
    let error = send(&mailer, within).await.unwrap_err();
    assert_eq!(server.connections(), 1, "it was repeated");
    (error, server.mails().len())
}

#[tokio::test]
async fn an_email_arrives_with_both_texts_and_an_id_that_is_known_again() {
    let (server, mailer) = plain().await;
    send(&mailer, PATIENCE).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.join(" ")),
        ("billing@example.com", "user-1@example.com".to_owned())
    );
    assert_eq!(mail.subject(), "Оплачено: 1 250,00 ₴");
    assert_eq!(mail.html().unwrap().trim(), "<p>Оплачено &amp; отримано</p>");
    assert_eq!(mail.text().unwrap().trim().replace("\r\n", "\n"), "Оплачено\n.крапка на початку");
    let header = |name: &str| mail.header(name).unwrap();
    assert_eq!(header("Message-ID"), "<INV-20261121-7K3M9QZX.4.0.email@example.com>");
    assert!(header("Content-Type").starts_with("multipart/alternative"), "{}", header("Content-Type"));
    assert!(header("From").contains("<billing@example.com>") && header("From").is_ascii());
    assert!(mail.header("Date").is_some());
}

#[tokio::test]
async fn every_reader_of_an_email_is_named_to_the_server() {
    let (server, mailer) = plain().await;
    let to = ["a@example.com".to_owned(), "b@example.com".to_owned()];
    mailer.send(&mail(&to), PATIENCE).await.unwrap();
    assert_eq!(server.mails()[0].to, to);
}

#[tokio::test]
async fn each_email_has_a_connection_of_its_own() {
    let (server, mailer) = plain().await;
    for _ in 0..3 {
        send(&mailer, PATIENCE).await.unwrap();
    }
    assert_eq!((server.connections(), server.mails().len()), (3, 3));
}

#[tokio::test]
async fn credentials_are_told_over_an_encrypted_connection() {
    for (protection, security) in
        [(Protection::StartTls, Security::StartTls), (Protection::Tls, Security::Tls)]
    {
        let login = Some(("paydesk".to_owned(), PASSWORD.to_owned()));
        let server = SmtpServer::start(Setup { security: protection, login }).await;
        let login = credentials("paydesk", PASSWORD);
        let mailer = mailer(server.port(), security, &login, Some(server.certificate_pem()));
        send(&mailer, PATIENCE).await.unwrap();
        let mail = &server.mails()[0];
        assert_eq!((mail.is_encrypted, mail.login.as_deref()), (true, Some("paydesk")), "{security:?}");
    }
}

#[tokio::test]
async fn credentials_that_are_not_taken_say_nothing_about_the_email() {
    let login = Some(("paydesk".to_owned(), PASSWORD.to_owned()));
    let server = SmtpServer::start(Setup { security: Protection::Tls, login }).await;
    let login = credentials("paydesk", "S33d-Smtp-Passw0rd-of-yesterday");
    let mailer = mailer(server.port(), Security::Tls, &login, Some(server.certificate_pem()));
    let error = send(&mailer, PATIENCE).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NotReached, SAFE), "{error}");
    assert_eq!((server.refused_logins() > 0, server.mails().len()), (true, 0));
    assert!(!format!("{error:?} {mailer:?}").contains("Passw0rd"), "{error:?}");
}

#[tokio::test]
async fn nothing_is_said_to_a_server_whose_certificate_is_not_believed() {
    for (protection, security) in
        [(Protection::StartTls, Security::StartTls), (Protection::Tls, Security::Tls)]
    {
        let login = Some(("paydesk".to_owned(), PASSWORD.to_owned()));
        let server = SmtpServer::start(Setup { security: protection, login }).await;
        let mailer = mailer(server.port(), security, &credentials("paydesk", PASSWORD), None);
        let error = send(&mailer, PATIENCE).await.unwrap_err();
        assert_eq!(error.retry(), SAFE, "{error}");
        assert_eq!((server.mails().len(), server.refused_logins()), (0, 0));
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_does_not_offer_encryption() {
    let server = SmtpServer::start(Setup { security: Protection::Plain, login: None }).await;
    let root = server.certificate_pem().to_owned();
    let mailer = mailer(server.port(), Security::StartTls, &credentials("", ""), Some(&root));
    let error = send(&mailer, PATIENCE).await.unwrap_err();
    assert_eq!((error.retry(), server.mails().len()), (SAFE, 0), "{error}");
}

#[tokio::test]
async fn a_refusal_for_now_may_be_waited_out_and_one_for_good_may_not() {
    let words = "no, user-1@example.com".to_owned();
    for (code, failure, retry) in [(451, Failure::Limited(None), SAFE), (550, Failure::Refused, Retry::Never)]
    {
        for trouble in [
            Trouble::RefuseSender(code, words.clone()),
            Trouble::RefuseRecipient(code, words.clone()),
            Trouble::RefuseMail(code, words.clone()),
        ] {
            let (error, kept) = error_after(trouble.clone(), PATIENCE).await;
            assert_eq!((error.failure, error.retry(), kept), (failure, retry, 0), "{trouble:?}: {error}");
            assert!(!error.to_string().contains('@'), "an address in {error}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_let_us_in_says_nothing_about_the_email() {
    for code in [421, 554] {
        let (error, kept) = error_after(Trouble::RefuseConnection(code, "go".to_owned()), PATIENCE).await;
        assert_eq!((error.retry(), kept), (SAFE, 0), "{error}");
    }
}

#[tokio::test]
async fn after_a_cut_or_silence_at_the_mail_it_may_be_on_its_way() {
    for (trouble, kept) in
        [(Trouble::CutBeforeMail, 0), (Trouble::CutAfterMail, 1), (Trouble::HangAfterMail, 1)]
    {
        let within = if trouble == Trouble::HangAfterMail { SHORT } else { PATIENCE };
        let (error, arrived) = error_after(trouble.clone(), within).await;
        assert_eq!((error.failure, error.retry()), (Failure::NoAnswer, Retry::AskFirst), "{trouble:?}");
        assert_eq!(arrived, kept, "{trouble:?}");
    }
}

#[tokio::test]
async fn who_was_never_reached_may_be_asked_again() {
    let port = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        server.local_addr().unwrap().port()
    };
    let error = send(&mailer(port, Security::None, &credentials("", ""), None), PATIENCE).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NotReached, SAFE));
}

#[tokio::test]
async fn a_server_that_never_greets_was_never_handed_anything() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    let error = send(&mailer(port, Security::None, &credentials("", ""), None), SHORT).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NotReached, SAFE));
}

#[tokio::test]
async fn what_is_no_address_is_refused_before_anybody_is_called() {
    let (server, mailer) = plain().await;
    for address in ["", "user-1", "user-1@example.com\r\nBcc: x@example.com", "a b@example.com"] {
        let error = mailer.send(&mail(&[address.to_owned()]), PATIENCE).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (Failure::Refused, Retry::Never), "{address:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_certificate_that_is_none_is_refused_at_the_start() {
    let relay = Relay { host: "localhost".to_owned(), port: 25, security: Security::Tls };
    let smtp = Smtp::new(
        relay,
        &credentials("", ""),
        Some("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"),
    );
    assert!(smtp.is_err(), "{smtp:?}");
}

#[test]
fn a_root_that_is_no_certificate_is_no_relay() {
    let credentials = SmtpCredentials { username: String::new(), password: String::new().into() };
    for root in ["", "S33d", "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----"] {
        let relay = Relay { host: "localhost".to_owned(), port: 465, security: Security::Tls };
        assert!(Smtp::new(relay, &credentials, Some(root)).is_err(), "{root:?}");
    }
}
