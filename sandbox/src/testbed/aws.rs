//! DynamoDB, SQS, Secrets Manager and SES behind one endpoint URL, as `AWS_ENDPOINT_URL` names one.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Uri};
use hyper::body::Bytes;

use super::dynamodb::DynamoDb;
use super::secrets::Secrets;
use super::ses::Ses;
use super::sqs::Sqs;
use super::{aws_error, aws_json, listen_anywhere, target};
use crate::connections::{Cut, Listening, Outcome};
use crate::fresh_request;

const DYNAMODB_TIMEOUT: Duration = Duration::from_secs(30);

/// The AWS of one test.
#[derive(Debug)]
pub struct Aws {
    /// The tables, to be looked into.
    pub dynamodb: DynamoDb,
    /// The queues, to be looked into.
    pub sqs: Sqs,
    /// The secrets, to be set.
    pub secrets: Secrets,
    /// The mails, to be looked into.
    pub ses: Ses,
    listening: Listening,
}

impl Aws {
    /// Starts all of them and the door in front of them.
    pub async fn start() -> Self {
        let (dynamodb, sqs) = (DynamoDb::start().await, Sqs::start().await);
        let (secrets, ses) = (Secrets::start().await, Ses::start().await);
        let dynamodb_url: Arc<str> = Arc::from(dynamodb.url());
        let (queues, store, outbox) = (sqs.queues().clone(), secrets.store().clone(), ses.outbox().clone());
        let listening = listen_anywhere(move |request: Request<Bytes>| {
            let (dynamodb_url, queues) = (Arc::clone(&dynamodb_url), queues.clone());
            let (store, outbox) = (store.clone(), outbox.clone());
            async move {
                match target(&request).unwrap_or_default().split(['.', '_']).next() {
                    Some("DynamoDB" | "DynamoDBStreams") => to_dynamodb(&dynamodb_url, request).await,
                    Some("AmazonSQS") => Ok(queues.answer(&request)),
                    Some("secretsmanager") => Ok(store.answer(&request)),
                    // The one service that is spoken to by paths.
                    None | Some("") if request.uri().path().starts_with("/v2/email/") => {
                        Ok(outbox.answer(&request))
                    }
                    _ => {
                        let refusal =
                            aws_error("UnknownOperationException", "no such service in the testbed");
                        Ok(aws_json("application/x-amz-json-1.0", refusal))
                    }
                }
            }
        })
        .await;
        Self { dynamodb, sqs, secrets, ses, listening }
    }

    /// The endpoint URL of them all.
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.url()
    }
}

async fn to_dynamodb(url: &str, mut request: Request<Bytes>) -> Outcome {
    *request.uri_mut() = format!("{url}/").parse::<Uri>().expect("the address of the in-process DynamoDB");
    fresh_request::send(request, DYNAMODB_TIMEOUT).await.map_err(|_ended| Cut)
}
