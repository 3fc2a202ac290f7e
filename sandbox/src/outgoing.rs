//! What a party sends of its own accord (reports, updates, notices): one request, written down in the log.

use std::time::{Duration, Instant};

use http::{Request, Response};
use hyper::body::Bytes;

use crate::fresh_request;
use crate::party::Party;
use crate::request_log::{Entry, loggable};
use crate::world::World;

/// Sends a party's request, and writes down what was sent and what came back.
///
/// # Errors
/// Why there is no answer, in words.
pub(crate) async fn send(
    world: &World,
    (party, operation): (Party, &str),
    request: Request<Bytes>,
    timeout: Duration,
) -> Result<Response<Bytes>, String> {
    let began = Instant::now();
    let number = world.log.open(Entry {
        number: 0,
        at: world.clock.now_text(),
        party: party.name(),
        operation: operation.to_owned(),
        direction: "sent",
        method: request.method().to_string(),
        path: request.uri().to_string(),
        headers: loggable(request.headers()),
        request_body: String::from_utf8_lossy(request.body()).into_owned(),
        fault: None,
        status: None,
        response_body: None,
        duration_ms: None,
    });
    let answer = fresh_request::send(request, timeout).await.map_err(|error| error.to_string());
    let status = answer.as_ref().ok().map(|response| response.status().as_u16());
    let body = match &answer {
        Ok(response) => String::from_utf8_lossy(response.body()).into_owned(),
        Err(reason) => reason.clone(),
    };
    world.log.close(number, status, Some(body), began.elapsed().as_millis());
    answer
}
