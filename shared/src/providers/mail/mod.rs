//! Email: through Amazon SES, or through an SMTP relay.
//!
//! Neither has an idempotency key: an email whose answer was lost may be on its way.

pub mod delivery_tag;
pub mod feedback;
pub mod ses;
pub mod smtp;

use std::str::FromStr;
use std::time::Duration;

use lettre::message::header::{From as FromHeader, Headers};
use lettre::message::{Mailbox, Mailboxes};

use self::ses::Ses;
use self::smtp::Smtp;
use super::call::Operation;
use crate::retry::{Failure, Kind, Retry, Verdict, verdict};

/// An email.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    /// The addresses it goes to.
    pub to: &'a [String],
    /// The subject.
    pub subject: &'a str,
    /// The text as HTML.
    pub html: &'a str,
    /// The same text without markup.
    pub text: &'a str,
    /// Which delivery it is: comes back with word of a bounce.
    pub delivery: &'a str,
}

/// Sends emails.
#[derive(Debug, Clone)]
pub struct Mailer {
    backend: Backend,
    sender: Sender,
}

#[derive(Debug, Clone)]
enum Backend {
    Ses(Ses),
    Smtp(Smtp),
}

/// Who emails are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// Why a text is not a sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a sender reads like `Shop <billing@example.com>`")]
pub struct SenderError;

/// Why it is not known that an email was taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}: {detail}", .operation.provider, .operation.name)]
pub struct MailError {
    operation: Operation,
    /// How it failed.
    pub failure: Failure,
    /// The cause, in words for operators. Names no address.
    pub detail: String,
}

impl Verdict for MailError {
    fn retry(&self) -> Retry {
        verdict(Kind::Once, self.failure)
    }
}

impl FromStr for Sender {
    type Err = SenderError;

    fn from_str(text: &str) -> Result<Self, SenderError> {
        text.parse().map(Self).map_err(|_| SenderError)
    }
}

impl Sender {
    /// The sender as it stands in a header: plain ASCII.
    fn header(&self) -> String {
        let mut headers = Headers::new();
        headers.set(FromHeader::from(Mailboxes::from(self.0.clone())));
        let line = headers.to_string();
        let value = line.split_once(": ").map_or(line.as_str(), |(_, value)| value);
        value.split("\r\n").map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
    }
}

impl Mailer {
    /// Sends through Amazon SES.
    pub fn through_ses(ses: Ses, sender: Sender) -> Self {
        Self { backend: Backend::Ses(ses), sender }
    }

    /// Sends through an SMTP relay.
    pub fn through_smtp(smtp: Smtp, sender: Sender) -> Self {
        Self { backend: Backend::Smtp(smtp), sender }
    }

    /// Hands over an email, once, waiting so long; its id at the provider.
    ///
    /// # Errors
    /// When it was refused, or it is not known whether it was taken.
    pub async fn send(&self, mail: &Mail<'_>, within: Duration) -> Result<String, MailError> {
        match &self.backend {
            Backend::Ses(ses) => ses.send(&self.sender, mail, within).await,
            Backend::Smtp(smtp) => smtp.send(&self.sender, mail, within).await,
        }
    }
}

/// Words of a provider without the addresses that they may name.
fn without_addresses(words: &str) -> String {
    let hidden = words.split(' ').map(|word| if word.contains('@') { "<address>" } else { word });
    hidden.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_in_any_script_is_plain_ascii_in_its_header() {
        let plain: Sender = "Shop <billing@example.com>".parse().unwrap();
        assert_eq!(plain.header(), "Shop <billing@example.com>");
        let named: Sender = "Дарниця <billing@example.com>".parse().unwrap();
        assert_eq!(named.header(), "=?utf-8?b?0JTQsNGA0L3QuNGG0Y8=?= <billing@example.com>");
        let bare: Sender = "billing@example.com".parse().unwrap();
        assert_eq!(bare.header(), "billing@example.com");
    }

    #[test]
    fn what_is_no_address_is_no_sender() {
        for text in
            ["", "Shop", "Shop <billing>", "a@b@c <x@example.com", "x@example.com\r\nBcc: y@example.com"]
        {
            assert_eq!(text.parse::<Sender>(), Err(SenderError), "{text:?}");
        }
    }
}
