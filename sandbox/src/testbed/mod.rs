//! AWS inside the test process, and a wire that counts and cuts.
//!
//! A story test starts [`aws::Aws`], puts a [`wire::Wire`] in front of it and in front of the sandbox, points
//! the function at the taps, and then reads what was called, stored and sent:
//! ```text
//! let aws = Aws::start().await;
//! let sandbox = Sandbox::start(Options::default()).await?;
//! let wire = Wire::new();
//! let endpoint_url = wire.tap("aws", &aws.url()).await;        // DynamoDB, SQS, Secrets Manager and SES
//! let tripay_url = wire.tap("tripay", &format!("{}/tripay/api-sandbox", sandbox.url())).await;
//! wire.crash_at(3);                                            // the process dies at its third outside call
//! ```
//! Everything listens on 127.0.0.1 on ports of its own and ends when its value is dropped. A testbed that
//! breaks panics, with the reason: it has no caller that could do anything else.
#![allow(clippy::expect_used)]

pub mod aws;
pub mod chat;
pub mod dynamodb;
pub mod event_files;
pub mod log_lines;
pub mod mutual_tls;
pub mod openapi;
pub mod rest;
pub mod secrets;
pub mod ses;
pub mod smtp;
pub mod sqs;
pub mod wire;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};

use http::{Request, Response, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::connections::{Listening, Outcome, bind, serve};

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn listen_anywhere<H, F>(handler: H) -> Listening
where
    H: Fn(Request<Bytes>) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    serve(bind(ANY_PORT).await.expect("a free port on 127.0.0.1"), handler)
}

/// The whole `X-Amz-Target` of a request, like `AmazonSQS.SendMessage`.
fn target<B>(request: &Request<B>) -> Option<&str> {
    request.headers().get("x-amz-target")?.to_str().ok()
}

/// What an AWS JSON service of the testbed answers: a status and a document.
type Reply = (StatusCode, Value);

fn aws_error(kind: &str, message: &str) -> Reply {
    (StatusCode::BAD_REQUEST, json!({ "__type": kind, "message": message, "Message": message }))
}

fn aws_json(version: &'static str, (status, body): Reply) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(version));
    response
}
