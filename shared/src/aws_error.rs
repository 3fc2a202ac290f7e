//! What AWS said when it refused or failed, in one line for the log.
//!
//! The SDK's own way of telling prints everything it holds, requests and answers included.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Deserialize;

/// What a service that speaks JSON says when it refuses or fails. Both may be empty.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's name, such as `ThrottlingException`.
    pub code: String,
    /// Its message.
    pub message: String,
}

/// Services write the message small or large, and some write both.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RefusalBody {
    #[serde(rename = "__type")]
    kind: String,
    message: Option<String>,
    #[serde(rename = "Message")]
    large_message: Option<String>,
}

impl Refusal {
    /// Reads it from the body, and from the header `x-amzn-errortype` where there is one.
    pub fn read(header: Option<&str>, body: &[u8]) -> Self {
        let body: RefusalBody = serde_json::from_slice(body).unwrap_or_default();
        // `Kind:http://internal.amazon.com/…` in the header, `com.amazonaws…#Kind` in the body.
        let code = header.unwrap_or(&body.kind).split(':').next().unwrap_or_default();
        let code = code.rsplit('#').next().unwrap_or_default().to_owned();
        Self { code, message: body.message.or(body.large_message).unwrap_or_default() }
    }
}

/// The error's code and message, or what kept the request from an answer.
pub fn describe<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(refused) => {
            let refused = refused.err();
            let code = refused.code().unwrap_or("unknown error");
            format!("{code}: {}", refused.message().unwrap_or_default())
        }
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) => format!("not sent: {}", causes(error)),
            None => "not sent".to_owned(),
        },
        SdkError::ResponseError(_) => "unreadable answer".to_owned(),
        _ => "the request could not be made".to_owned(),
    }
}

/// An error with its causes, in one line.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_however_its_service_writes_it() {
        let wanted = |message: &str| Refusal { code: "Kind".to_owned(), message: message.to_owned() };
        for (header, body, message) in [
            (None, r#"{"__type":"Kind","message":"no"}"#, "no"),
            (None, r#"{"__type":"com.amazonaws.ses#Kind","Message":"no"}"#, "no"),
            (None, r#"{"Message":"no","__type":"Kind","message":"no"}"#, "no"),
            (None, r#"{"__type":"Kind","message":null}"#, ""),
            (Some("Kind:http://internal.amazon.com/x/"), r#"{"message":"no"}"#, "no"),
            (Some("Kind"), "<html>", ""),
        ] {
            assert_eq!(Refusal::read(header, body.as_bytes()), wanted(message), "{header:?} {body}");
        }
    }
}
