//! A real SMTP server inside the test process: it keeps the mail it accepts, and fails where it is told to.
//!
//! It can speak plainly, offer STARTTLS, or speak TLS from the first byte; it can want a login (PLAIN or
//! LOGIN). It knows 8BITMIME and neither PIPELINING, SIZE nor SMTPUTF8.

mod conversation;
pub mod mail;
mod session;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::ANY_PORT;
use mail::Mail;

/// What protects a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Nothing, and STARTTLS is not offered.
    Plain,
    /// STARTTLS is offered; a login is taken only after it.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// How a server is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// What protects its connections.
    pub security: Security,
    /// The user name and password that it wants; `None`: it takes mail from anyone.
    pub login: Option<(String, String)>,
}

/// Something that goes wrong, at the next time its step is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The greeting is a refusal, like 421.
    RefuseConnection(u16, String),
    /// `MAIL FROM` is refused.
    RefuseSender(u16, String),
    /// `RCPT TO` is refused: 450 for now, 550 for good.
    RefuseRecipient(u16, String),
    /// The whole mail was read, and is refused.
    RefuseMail(u16, String),
    /// The connection is dropped at `DATA`: no mail was handed over.
    CutBeforeMail,
    /// The whole mail is kept, and the connection dropped with no answer.
    CutAfterMail,
    /// The whole mail is kept, and nothing is answered.
    HangAfterMail,
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    failures: VecDeque<Failure>,
    connections: usize,
    refused_logins: usize,
}

#[derive(Clone, Debug, Default)]
struct Mailbox(Arc<Mutex<State>>);

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest failure that is for this step.
    fn take_failure(&self, is_for_step: impl Fn(&Failure) -> bool) -> Option<Failure> {
        let failures = &mut self.lock().failures;
        let place = failures.iter().position(is_for_step)?;
        failures.remove(place)
    }
}

/// An SMTP server that runs until this value is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    mailbox: Mailbox,
    certificate_pem: String,
    certificate_der: Vec<u8>,
    accepting: JoinHandle<()>,
}

impl SmtpServer {
    /// Starts one on a port of its own, with no mail.
    pub async fn start(setup: Setup) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the versions of this provider")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a certificate and its key");
        let listener = TcpListener::bind(ANY_PORT).await.expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("the address of a bound listener");
        let mailbox = Mailbox::default();
        let accepting =
            tokio::spawn(accept(listener, setup, mailbox.clone(), TlsAcceptor::from(Arc::new(tls))));
        Self {
            address,
            mailbox,
            certificate_pem: cert.pem(),
            certificate_der: cert.der().to_vec(),
            accepting,
        }
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate, made for `localhost` and `127.0.0.1` and signed by itself: a client must be told to
    /// trust it.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The certificate in DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// Every mail that was kept, in order.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.mailbox.lock().mails.clone()
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.mailbox.lock().connections
    }

    /// How many logins were refused.
    #[must_use]
    pub fn refused_logins(&self) -> usize {
        self.mailbox.lock().refused_logins
    }

    /// Lets something go wrong once. Several wait in line, each for its own step.
    pub fn fail_next(&self, failure: Failure) {
        self.mailbox.lock().failures.push_back(failure);
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // The accepting task owns every connection: they end with it.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, setup: Setup, mailbox: Mailbox, tls: TlsAcceptor) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    mailbox.lock().connections += 1;
                    connections.spawn(conversation::hold(stream, setup.clone(), mailbox.clone(), tls.clone()));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}
