//! Runs a function that answers HTTP requests from API Gateway (HTTP API, payload format 2.0).
//!
//! `lambda_http` reads the request. The answer is written here: ours are always UTF-8 text, and
//! `lambda_http`'s own way brings every legacy character set, 156 kB, into the binary.

use std::future::Future;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body as EventBody;
use http::{Request, Response};
use lambda_http::Body;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

/// Answers requests with `handle` until the process ends.
///
/// # Errors
/// When Lambda cannot be reached.
pub async fn serve<F, A>(handle: F) -> Result<(), Error>
where
    F: Fn(Request<Body>) -> A,
    A: Future<Output = Response<String>>,
{
    let handle = &handle;
    run(service_fn(move |event: LambdaEvent<LambdaRequest>| async move {
        Ok::<_, Error>(event_answer(handle(event.payload.into()).await))
    }))
    .await
}

/// The answer as API Gateway takes it.
pub fn event_answer(response: Response<String>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    answer.headers = parts.headers;
    answer.body = Some(EventBody::Text(body));
    answer
}
