//! One call's way through the wire: it is counted, met by the script, forwarded, and its end is written down.

use std::sync::Mutex;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use hyper::body::Bytes;
use serde_json::Value;

use super::super::target;
use super::{Call, Fate, Hold, Rule, State, Step, lock, wait_for};
use crate::connections::{Cut, Outcome};
use crate::fresh_request;

const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(60);

/// Where a call's result is to be written.
struct Place {
    round: u64,
    number: usize,
}

fn admit(state: &Mutex<State>, name: &str, request: &Request<Bytes>) -> (Place, Option<Step>) {
    let mut state = lock(state);
    let number = state.calls.len() + 1;
    let call = Call {
        number,
        tap: name.to_owned(),
        method: request.method().to_string(),
        path: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
        target: target(request).map(str::to_owned),
        headers: request.headers().clone(),
        request_body: request.body().clone(),
        status: None,
        response_body: Bytes::new(),
        fate: Fate::Open,
    };
    let step = if state.dead_after.is_some_and(|last| number > last) {
        Some(Step::DropRequest)
    } else {
        state.steps.get(&number).cloned().or_else(|| scripted_answer(&mut state.rules, &call))
    };
    state.calls.push(call);
    (Place { round: state.round, number }, step)
}

fn scripted_answer(rules: &mut [Rule], call: &Call) -> Option<Step> {
    let matches = |rule: &Rule| match &call.target {
        Some(_) => call.operation() == rule.matching,
        None => call.path.contains(&rule.matching),
    };
    let rule = rules.iter_mut().find(|rule| rule.times > 0 && matches(rule))?;
    rule.times -= 1;
    Some(Step::Answer(rule.status, rule.body.clone()))
}

fn settle(state: &Mutex<State>, place: &Place, fate: Fate, response: Option<&Response<Bytes>>) {
    let mut state = lock(state);
    if state.round != place.round {
        return;
    }
    if let Some(call) = state.calls.get_mut(place.number - 1) {
        call.fate = fate;
        call.status = response.map(|response| response.status().as_u16());
        call.response_body = response.map_or_else(Bytes::new, |response| response.body().clone());
    }
}

pub(super) async fn pass(
    state: &Mutex<State>,
    name: &str,
    upstream: &str,
    request: Request<Bytes>,
) -> Outcome {
    let (place, step) = admit(state, name, &request);
    match step {
        Some(Step::DropRequest) => {
            settle(state, &place, Fate::RequestDropped, None);
            return Err(Cut);
        }
        Some(Step::Answer(status, body)) => {
            let response = scripted(&request, status, body);
            settle(state, &place, Fate::Scripted, Some(&response));
            return Ok(response);
        }
        Some(Step::DropAnswer | Step::Hold(_)) | None => {}
    }
    let Ok(response) = forward(upstream, request).await else {
        settle(state, &place, Fate::NoUpstream, None);
        return Err(Cut);
    };
    match step {
        Some(Step::DropAnswer) => {
            settle(state, &place, Fate::AnswerDropped, Some(&response));
            Err(Cut)
        }
        Some(Step::Hold(hold)) => {
            hold.send_if_modified(|reached| {
                let first = *reached == Hold::Waiting;
                *reached = (*reached).max(Hold::Reached);
                first
            });
            wait_for(&hold, Hold::Released).await;
            settle(state, &place, Fate::Answered, Some(&response));
            Ok(response)
        }
        Some(Step::DropRequest | Step::Answer(..)) | None => {
            settle(state, &place, Fate::Answered, Some(&response));
            Ok(response)
        }
    }
}

/// The script's answer. An AWS service that is spoken to by paths also names its errors in a header.
fn scripted(request: &Request<Bytes>, status: StatusCode, body: String) -> Response<Bytes> {
    let kind = serde_json::from_str::<Value>(&body).unwrap_or_default()["__type"]
        .as_str()
        .map(HeaderValue::from_str);
    let content_type = match target(request) {
        Some(_) => "application/x-amz-json-1.0",
        None => "application/json",
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let (None, Some(Ok(kind))) = (target(request), kind) {
        response.headers_mut().insert("x-amzn-errortype", kind);
    }
    response
}

async fn forward(
    upstream: &str,
    mut request: Request<Bytes>,
) -> Result<Response<Bytes>, fresh_request::NoAnswer> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let address = format!("{upstream}{path}");
    *request.uri_mut() =
        address.parse::<Uri>().map_err(|_malformed| fresh_request::NoAnswer::BadAddress(address))?;
    let mut response = fresh_request::send(request, UPSTREAM_TIMEOUT).await?;
    // The answer goes out whole on the caller's own connection: how it arrived here says nothing about that.
    for name in ["connection", "transfer-encoding", "keep-alive"] {
        response.headers_mut().remove(name);
    }
    Ok(response)
}
