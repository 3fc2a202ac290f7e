//! What AWS said when it refused or failed, in one line for the log.
//!
//! The SDK's own way of telling prints everything it holds, requests and answers included.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

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
