//! JSON as PHP's `json_encode` writes it by default: `\/` for a slash, `\uXXXX` for what is not ASCII.
//!
//! Tripay signs and sends these very bytes, so whoever parses and writes them again gets another signature.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes text between the quotes of a string the way PHP does; everything else is compact JSON.
struct PhpFormatter;

impl Formatter for PhpFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            match character {
                '/' => writer.write_all(br"\/")?,
                ascii if ascii.is_ascii() => write!(writer, "{ascii}")?,
                other => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The document as PHP writes it.
pub(crate) fn encode(document: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let written = document.serialize(&mut Serializer::with_formatter(&mut bytes, PhpFormatter));
    // Only maps with keys that are not text fail, and no document here has one.
    debug_assert!(written.is_ok(), "{written:?}");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What Tripay wraps every answer in.
#[derive(Debug, Serialize)]
pub(crate) struct Envelope<'a, T> {
    success: bool,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
}

/// A successful answer.
pub(crate) fn success<T: Serialize>(message: &str, data: T) -> String {
    encode(&Envelope { success: true, message, data: Some(data) })
}

/// A successful answer of nothing but words.
pub(crate) fn success_in_words(message: &str) -> String {
    encode(&Envelope::<()> { success: true, message, data: None })
}

/// A refusal.
pub(crate) fn refusal(message: &str) -> String {
    encode(&Envelope::<()> { success: false, message, data: None })
}

#[cfg(test)]
mod tests {
    use super::{encode, refusal, success};

    #[test]
    fn slashes_and_letters_beyond_ascii_are_escaped_as_php_does() {
        let text = "uji coba / café \"q\" \\ \n\t\u{1} € 🎉";
        let expected = r#""uji coba \/ caf\u00e9 \"q\" \\ \n\t\u0001 \u20ac \ud83c\udf89""#;
        assert_eq!(encode(&text), expected);
    }

    #[test]
    fn a_refusal_has_no_data() {
        assert_eq!(refusal("Invalid API Key"), r#"{"success":false,"message":"Invalid API Key"}"#);
        assert_eq!(success("", [1]), r#"{"success":true,"message":"","data":[1]}"#);
    }
}
