//! The SMTP server of the testbed, driven by a real client.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use lettre::message::MultiPart;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sandbox::testbed::smtp::{Failure, Security, Setup, SmtpServer};

const OPEN: Setup = Setup { security: Security::Plain, login: None };

fn with_login(security: Security) -> Setup {
    Setup { security, login: Some(("paydesk".to_owned(), "s3cret".to_owned())) }
}

fn mail() -> Message {
    Message::builder()
        .from("WeBrana Cloud <noreply@example.com>".parse().unwrap())
        .to("user-1@example.com".parse().unwrap())
        .subject("Оплату отримано — дякуємо")
        .multipart(MultiPart::alternative_plain_html(
            ".Сплачено 1 250,00 ₴\n".to_owned(),
            "<p>Сплачено <b>1 250,00 ₴</b></p>".to_owned(),
        ))
        .unwrap()
}

struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Sender {
    fn to(server: &SmtpServer, security: Security) -> Self {
        Self::with(server, security, None)
    }

    fn with(server: &SmtpServer, security: Security, login: Option<(&str, Mechanism)>) -> Self {
        let trusted = Certificate::from_pem(server.certificate_pem().as_bytes()).unwrap();
        let parameters =
            || TlsParameters::builder("localhost".to_owned()).add_root_certificate(trusted).build().unwrap();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(server.port())
            .timeout(Some(Duration::from_millis(500)))
            .tls(match security {
                Security::Plain => Tls::None,
                Security::StartTls => Tls::Required(parameters()),
                Security::Tls => Tls::Wrapper(parameters()),
            });
        if let Some((password, mechanism)) = login {
            builder = builder
                .credentials(Credentials::new("paydesk".to_owned(), password.to_owned()))
                .authentication(vec![mechanism]);
        }
        Self { transport: builder.build() }
    }

    async fn send(&self) -> Result<(), Error> {
        self.transport.send(mail()).await.map(|_accepted| ())
    }
}

#[tokio::test]
async fn a_mail_is_kept_as_it_was_sent() {
    let server = SmtpServer::start(OPEN).await;
    let sender = Sender::to(&server, Security::Plain);
    sender.send().await.unwrap();
    let mails = server.mails();
    assert_eq!((mails.len(), mails[0].is_encrypted, mails[0].login.as_deref()), (1, false, None));
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("noreply@example.com", ["user-1@example.com".to_owned()].as_slice())
    );
    assert_eq!(mails[0].subject(), "Оплату отримано — дякуємо");
    // Lines end in CRLF on the wire.
    assert_eq!(mails[0].text().as_deref(), Some(".Сплачено 1 250,00 ₴\r\n"));
    assert_eq!(mails[0].html().as_deref(), Some("<p>Сплачено <b>1 250,00 ₴</b></p>"));
    assert!(mails[0].header("From").unwrap().contains("<noreply@example.com>"));
}

#[tokio::test]
async fn a_login_is_taken_only_with_the_right_password_and_after_tls() {
    for security in [Security::Plain, Security::StartTls, Security::Tls] {
        for mechanism in [Mechanism::Plain, Mechanism::Login] {
            let server = SmtpServer::start(with_login(security)).await;
            Sender::with(&server, security, Some(("s3cret", mechanism))).send().await.unwrap();
            let kept = &server.mails()[0];
            assert_eq!(
                (kept.login.as_deref(), kept.is_encrypted),
                (Some("paydesk"), security != Security::Plain)
            );
            let refused =
                Sender::with(&server, security, Some(("wrong", mechanism))).send().await.unwrap_err();
            assert!(refused.is_permanent(), "{refused}");
            assert_eq!((server.mails().len(), server.refused_logins()), (1, 1));
        }
    }
    let server = SmtpServer::start(with_login(Security::StartTls)).await;
    Sender::with(&server, Security::Plain, Some(("s3cret", Mechanism::Plain))).send().await.unwrap_err();
    Sender::to(&server, Security::StartTls).send().await.unwrap_err();
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_ends_the_conversation() {
    let (server, other) = (SmtpServer::start(OPEN).await, SmtpServer::start(OPEN).await);
    assert_ne!(server.certificate_der(), other.certificate_der());
    let server = SmtpServer::start(Setup { security: Security::StartTls, login: None }).await;
    let trusted = Certificate::from_der(other.certificate_der().to_vec()).unwrap();
    let parameters = TlsParameters::builder("localhost".to_owned()).add_root_certificate(trusted).build();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(server.port())
        .tls(Tls::Required(parameters.unwrap()))
        .build();
    transport.send(mail()).await.unwrap_err();
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn refusals_come_where_they_were_asked_for() {
    let words = || "not now".to_owned();
    let failures = [
        (Failure::RefuseConnection(421, words()), true),
        (Failure::RefuseSender(550, words()), false),
        (Failure::RefuseRecipient(450, words()), true),
        (Failure::RefuseRecipient(550, words()), false),
        (Failure::RefuseMail(451, words()), true),
        (Failure::RefuseMail(554, words()), false),
    ];
    for (failure, is_transient) in failures {
        let server = SmtpServer::start(OPEN).await;
        let sender = Sender::to(&server, Security::Plain);
        server.fail_next(failure.clone());
        let error = sender.send().await.unwrap_err();
        assert_eq!(
            (error.is_transient(), error.is_permanent()),
            (is_transient, !is_transient),
            "{failure:?}: {error}"
        );
        assert!(server.mails().is_empty());
        sender.send().await.unwrap();
        assert_eq!((server.mails().len(), server.connections()), (1, 2));
    }
}

#[tokio::test]
async fn a_lost_answer_does_not_say_whether_the_mail_is_there() {
    for (failure, kept) in [(Failure::CutBeforeMail, 0), (Failure::CutAfterMail, 1)] {
        let server = SmtpServer::start(OPEN).await;
        server.fail_next(failure.clone());
        let error = Sender::to(&server, Security::Plain).send().await.unwrap_err();
        assert!(!error.is_transient() && !error.is_permanent(), "{failure:?}: {error}");
        assert_eq!(server.mails().len(), kept, "{failure:?}");
    }
}

#[tokio::test]
async fn a_server_can_keep_a_mail_and_say_nothing() {
    let server = SmtpServer::start(OPEN).await;
    server.fail_next(Failure::HangAfterMail);
    // The client has a timeout for connecting alone: it waits until it is given up.
    let sender = Sender::to(&server, Security::Plain);
    let waited = tokio::time::timeout(Duration::from_millis(500), sender.send()).await;
    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(server.mails().len(), 1);
}
