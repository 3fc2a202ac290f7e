//! A mail as it arrived by SMTP.

use mail_parser::{Message, MessageParser};

/// A mail that the server kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address of `MAIL FROM`.
    pub from: String,
    /// The addresses of `RCPT TO`.
    pub to: Vec<String>,
    /// The whole mail as MIME, dots unstuffed.
    pub raw: String,
    /// Whether the connection was encrypted when the mail came.
    pub is_encrypted: bool,
    /// The user who had logged in.
    pub login: Option<String>,
}

impl Mail {
    fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(self.raw.as_bytes()).expect("a mail in MIME")
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> String {
        self.parsed().subject().unwrap_or_default().to_owned()
    }

    /// The HTML part, decoded; `None` where the mail has none of its own.
    #[must_use]
    pub fn html(&self) -> Option<String> {
        let parsed = self.parsed();
        let part = parsed.html_part(0).filter(|part| part.is_text_html())?;
        part.text_contents().map(str::to_owned)
    }

    /// The text part, decoded; `None` where the mail has none of its own.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let parsed = self.parsed();
        let part = parsed.text_part(0).filter(|part| !part.is_text_html())?;
        part.text_contents().map(str::to_owned)
    }

    /// The value of a header as it was written, without the space around it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.parsed().header_raw(name).map(|value| value.trim().to_owned())
    }
}
