//! Amazon SES, API version 2. <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use aws_types::SdkConfig;

use super::{Mail, MailError, Sender, delivery_tag};
use crate::aws_error::describe;
use crate::providers::call::Operation;
use crate::retry::{Failure, Kind};

pub(super) const SEND: Operation = Operation { provider: "ses", name: "SendEmail", kind: Kind::Once };

/// The client.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
    configuration_set: Option<String>,
}

impl Ses {
    /// A client that never repeats a request by itself. `aws` should call over connections that are never
    /// idle: a request that was written to a dead one may have been sent.
    pub fn new(aws: &SdkConfig, configuration_set: Option<String>) -> Self {
        let config = aws_sdk_sesv2::config::Builder::from(aws).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(config), configuration_set }
    }

    pub(super) async fn send(
        &self,
        sender: &Sender,
        mail: &Mail<'_>,
        within: Duration,
    ) -> Result<String, MailError> {
        let defect = |error: BuildError| failed(Failure::Refused, error.to_string());
        let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let body = Body::builder()
            .html(utf8(mail.html).map_err(defect)?)
            .text(utf8(mail.text).map_err(defect)?)
            .build();
        let message = Message::builder().subject(utf8(mail.subject).map_err(defect)?).body(body).build();
        let tag = MessageTag::builder()
            .name(delivery_tag::NAME)
            .value(delivery_tag::write(mail.delivery))
            .build()
            .map_err(defect)?;
        let patience = TimeoutConfig::builder().operation_attempt_timeout(within).build();
        let request = self
            .client
            .send_email()
            .from_email_address(sender.header())
            .destination(Destination::builder().set_to_addresses(Some(mail.to.to_vec())).build())
            .content(EmailContent::builder().simple(message).build())
            .set_configuration_set_name(self.configuration_set.clone())
            .email_tags(tag)
            .customize()
            .config_override(aws_sdk_sesv2::config::Builder::new().timeout_config(patience));
        let sent = request.send().await.map_err(|error| failed(failure(&error), told(&error)))?;
        sent.message_id
            .ok_or_else(|| failed(Failure::Unreadable, "an answer without a message id".to_owned()))
    }
}

fn failed(failure: Failure, detail: String) -> MailError {
    MailError { operation: SEND, failure, detail }
}

fn failure<R>(error: &SdkError<SendEmailError, R>) -> Failure {
    match error {
        SdkError::ServiceError(refused) => match refused.err().code() {
            Some(
                "TooManyRequestsException" | "LimitExceededException" | "ThrottlingException" | "Throttling",
            ) => Failure::Limited(None),
            Some("MessageRejected" | "BadRequestException") => Failure::Refused,
            // Of our account, not of this email: it may be sent once somebody has mended that.
            Some(
                "AccountSuspendedException"
                | "SendingPausedException"
                | "MailFromDomainNotVerifiedException"
                | "NotFoundException"
                | "AccessDeniedException"
                | "ExpiredTokenException"
                | "UnrecognizedClientException"
                | "InvalidClientTokenId"
                | "SignatureDoesNotMatch",
            ) => Failure::NotReached,
            Some(_) | None => Failure::ServerError,
        },
        SdkError::DispatchFailure(failure) if failure.is_user() => Failure::NotReached,
        SdkError::ConstructionFailure(_) => Failure::Refused,
        SdkError::ResponseError(_) => Failure::Unreadable,
        // Whether a connection was made at all is not told apart here.
        _ => Failure::NoAnswer,
    }
}

/// SES's words without the addresses that they may name.
fn told<R>(error: &SdkError<SendEmailError, R>) -> String {
    let told = describe(error);
    told.split(' ')
        .map(|word| if word.contains('@') { "<address>" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}
