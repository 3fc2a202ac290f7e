//! An SMTP relay. <https://www.rfc-editor.org/rfc/rfc5321>

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use lettre::Message;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::timeout;

use super::{Mail, MailError, Sender, without_addresses};
use crate::aws_error::causes;
use crate::providers::call::Operation;
use crate::retry::{Failure, Kind, Verdict};

const SEND: Operation = Operation { provider: "smtp", name: "send", kind: Kind::Once };

/// How a certificate in PEM begins.
const PEM_BEGINNING: &str = "-----BEGIN CERTIFICATE-----";
/// Time to say goodbye in.
const FAREWELL: Duration = Duration::from_secs(1);

/// The secret `smtp`. Both empty: the relay asks for none.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmtpCredentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// How the connection is secured: `SMTP_SECURITY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Plain at first, encrypted before anything is said; port 587 as a rule.
    StartTls,
    /// Encrypted from the beginning; port 465 as a rule.
    Tls,
    /// Not at all: for a relay on the same machine only.
    None,
}

/// Why a text is not a way to secure a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is one of starttls, tls and none")]
pub struct SecurityError;

impl FromStr for Security {
    type Err = SecurityError;

    fn from_str(text: &str) -> Result<Self, SecurityError> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err(SecurityError),
        }
    }
}

/// Where the relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Its name, which its certificate must be for.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection to it is secured.
    pub security: Security,
}

/// The client. Each email goes over a connection of its own.
#[derive(Clone)]
pub struct Smtp {
    relay: Relay,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("relay", &self.relay).finish_non_exhaustive()
    }
}

/// Why a relay cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The certificate or the rest of the TLS set-up is unusable.
    #[error("TLS to the SMTP relay cannot be set up: {0}")]
    Tls(#[source] SmtpError),
    /// What should be a certificate is none.
    #[error("the relay's own root certificate is not in PEM")]
    NoCertificate,
}

impl Smtp {
    /// A client of `relay`. Certificates in PEM beside the public ones are believed too.
    ///
    /// # Errors
    /// When a certificate is unusable.
    pub fn new(
        relay: Relay,
        credentials: &SmtpCredentials,
        own_root: Option<&str>,
    ) -> Result<Self, SmtpSetupError> {
        let tls = match relay.security {
            Security::None => None,
            Security::StartTls | Security::Tls => {
                let mut tls = TlsParameters::builder(relay.host.clone());
                if let Some(pem) = own_root {
                    if !pem.contains(PEM_BEGINNING) {
                        return Err(SmtpSetupError::NoCertificate);
                    }
                    tls = tls.add_root_certificate(
                        Certificate::from_pem(pem.as_bytes()).map_err(SmtpSetupError::Tls)?,
                    );
                }
                Some(tls.build_rustls().map_err(SmtpSetupError::Tls)?)
            }
        };
        let password = credentials.password.expose_secret();
        let credentials = (!credentials.username.is_empty())
            .then(|| Credentials::new(credentials.username.clone(), password.to_owned()));
        Ok(Self { relay, credentials, tls })
    }

    pub(super) async fn send(
        &self,
        sender: &Sender,
        mail: &Mail<'_>,
        within: Duration,
    ) -> Result<String, MailError> {
        let began = Instant::now();
        let sent = self.hand_over(&compose(sender, mail)?, within).await;
        let (outcome, detail) = match &sent {
            Ok(_) => ("taken".to_owned(), ""),
            Err(error) => (format!("{:?}", error.failure), error.detail.as_str()),
        };
        SEND.log(began, &outcome, detail, sent.as_ref().err().map(Verdict::retry));
        sent
    }

    async fn hand_over(&self, message: &Message, within: Duration) -> Result<String, MailError> {
        let half = within.checked_div(2).unwrap_or(within);
        // Before the email is handed over nothing can have been sent.
        let connection = timeout(half, self.connect()).await;
        let mut connection = connection
            .map_err(|_| failed(Failure::NotReached, "the relay did not answer in time".to_owned()))?
            .map_err(|error| failed(Failure::NotReached, told(&error)))?;
        let sent = timeout(half, connection.send(message.envelope(), &message.formatted())).await;
        let answer = sent
            .map_err(|_| failed(Failure::NoAnswer, "timed out".to_owned()))?
            .map_err(|error| failed(after_handing_over(&error), told(&error)))?;
        // It is taken. Whether the farewell arrives does not matter.
        if !matches!(timeout(FAREWELL, connection.quit()).await, Ok(Ok(_))) {
            tracing::debug!("the relay did not say goodbye");
        }
        Ok(answer.first_word().unwrap_or("taken").to_owned())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let (host, hello) = ((self.relay.host.as_str(), self.relay.port), ClientId::default());
        let at_once = self.tls.clone().filter(|_| self.relay.security == Security::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(host, None, &hello, at_once, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.relay.security == Security::StartTls) {
            connection.starttls(tls, &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn compose(sender: &Sender, mail: &Mail<'_>) -> Result<Message, MailError> {
    let unusable = |what: &str| failed(Failure::Refused, format!("{what} cannot stand in an email"));
    let mut message = Message::builder().from(sender.0.clone()).subject(mail.subject);
    for address in mail.to {
        let address: Mailbox = address.parse().map_err(|_| unusable("the reader's address"))?;
        message = message.to(address);
    }
    let parts = MultiPart::alternative_plain_html(mail.text.to_owned(), mail.html.to_owned());
    // Known again by this in the relay's log.
    let id = Some(format!("<{}@{}>", mail.delivery, sender.0.email.domain()));
    message.message_id(id).multipart(parts).map_err(|_| unusable("its text"))
}

/// A word of the relay is its word about this email. Anything else leaves it open.
fn after_handing_over(error: &SmtpError) -> Failure {
    if error.is_transient() {
        Failure::Limited(None)
    } else if error.is_permanent() || error.is_client() {
        Failure::Refused
    } else {
        Failure::NoAnswer
    }
}

fn failed(failure: Failure, detail: String) -> MailError {
    MailError { operation: SEND, failure, detail }
}

/// What happened, without addresses that the relay may name.
fn told(error: &SmtpError) -> String {
    without_addresses(&causes(error))
}
