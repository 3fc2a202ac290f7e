//! Reads what the emulated SES was given, at its inspection endpoint.

use std::time::Duration;

use http::{Request, StatusCode};
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::clock::instant_text;
use crate::fresh_request;
use crate::problem::Problem;

const MESSAGES: &str = "/_ministack/ses/messages";
const TIMEOUT: Duration = Duration::from_secs(3);

/// A mail, as SES was given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mail {
    pub(crate) id: String,
    /// RFC 3339 in UTC.
    pub(crate) sent_at: String,
    pub(crate) from: String,
    /// Copies included.
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) html: Option<String>,
    pub(crate) text: Option<String>,
}

/// Every mail, oldest first.
///
/// # Errors
/// When no AWS is set, it does not answer, or its answer is not what it is known to be: in words for people.
pub(crate) async fn mails(aws_endpoint: Option<&str>) -> Result<Vec<Mail>, Problem> {
    let failed = |status: StatusCode, code: &'static str, words: String| Problem::new(status, code, words);
    let Some(endpoint) = aws_endpoint else {
        let words = "there is no AWS to read mail from: start the sandbox with --aws-endpoint";
        return Err(failed(StatusCode::SERVICE_UNAVAILABLE, "no_aws_endpoint", words.to_owned()));
    };
    let bad_gateway = |words: String| {
        failed(
            StatusCode::BAD_GATEWAY,
            "aws_unreadable",
            format!("cannot read mail from {endpoint}: {words}"),
        )
    };
    let request = Request::get(format!("{}{MESSAGES}", endpoint.trim_end_matches('/')))
        .body(Bytes::new())
        .map_err(|error| bad_gateway(error.to_string()))?;
    let response =
        fresh_request::send(request, TIMEOUT).await.map_err(|error| bad_gateway(error.to_string()))?;
    if response.status() != StatusCode::OK {
        return Err(bad_gateway(format!("it answered {}", response.status())));
    }
    let document: Value =
        serde_json::from_slice(response.body()).map_err(|error| bad_gateway(error.to_string()))?;
    let accounts =
        document["messages"].as_object().ok_or_else(|| bad_gateway("no messages in it".to_owned()))?;
    let mut read: Vec<(i64, Mail)> =
        accounts.values().flat_map(|list| list.as_array().into_iter().flatten()).map(mail).collect();
    read.sort_by_key(|(at_ms, _)| *at_ms);
    Ok(read.into_iter().map(|(_, mail)| mail).collect())
}

/// A mail of the list, and when it was sent in unix milliseconds.
fn mail(message: &Value) -> (i64, Mail) {
    let text = |name: &str| message[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let at_ms = milliseconds(&message["Timestamp"].to_string());
    let to = ["To", "CC", "BCC"]
        .iter()
        .flat_map(|kind| message[*kind].as_array().into_iter().flatten())
        .filter_map(|address| address.as_str().map(str::to_owned))
        .collect();
    let mail = Mail {
        id: text("MessageId").unwrap_or_default(),
        sent_at: instant_text(at_ms / 1_000),
        from: text("Source").unwrap_or_default(),
        to,
        subject: text("Subject").unwrap_or_default(),
        html: text("BodyHtml"),
        text: text("BodyText"),
    };
    (at_ms, mail)
}

/// Seconds with decimals, as text: milliseconds, without a float in between.
fn milliseconds(seconds: &str) -> i64 {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    format!("{whole}{thousandths}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn seconds_with_decimals_are_read_without_a_float() {
        assert_eq!(milliseconds("1763712345.6789"), 1_763_712_345_678);
        assert_eq!(milliseconds("1763712345.5"), 1_763_712_345_500);
        assert_eq!(milliseconds("1763712345"), 1_763_712_345_000);
        assert_eq!(milliseconds("null"), 0);
    }
}
