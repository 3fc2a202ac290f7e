//! What an API's document says of its operations, tried out.

use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::answer::Answer;
use super::trigger::Trigger;
use crate::testbed::openapi::documented;

/// What a request is told that reaches no handler.
const TURNED_AWAY: [&str; 4] = ["no_such_route", "method_not_allowed", "unauthenticated", "forbidden"];

/// The paths of an API that want one proof of who asks.
#[derive(Debug, Clone)]
pub struct Part {
    /// How they begin.
    pub prefix: &'static str,
    /// The proof, as the document calls it; none where anybody may ask, who is then answered 200.
    pub proof: Option<&'static str>,
    /// An event that brings it.
    pub sample: Trigger,
}

/// Sends every documented operation, without a proof and with one: it is protected as its part of the document says,
/// and it reaches its handler. What stands in the braces of a path is replaced by what `samples` has for it.
pub async fn try_out(
    document: &OpenApi,
    parts: &[Part],
    samples: &[(&str, &str)],
    send: impl AsyncFn(&Trigger) -> Answer,
) {
    let described = serde_json::to_value(document).expect("a document is JSON");
    for (path, method) in documented(document) {
        let operation = format!("{method} {path}");
        let part = parts.iter().find(|part| path.starts_with(part.prefix));
        let part = part.unwrap_or_else(|| panic!("{operation} belongs to no part"));
        let at = samples.iter().fold(path.clone(), |at, (name, sample)| at.replace(name, sample));
        let trigger = part.sample.clone().at(&at).method(&method.to_uppercase()).query("");
        check_protection(part, &described["paths"][&path][&method]["security"], &operation);
        let bare = trigger.clone().without_header("authorization").without_header("x-internal-api-key");
        let refused = send(&bare).await;
        match part.proof {
            Some(_) => drop(refused.problem(401, "unauthenticated")),
            None => assert_eq!(refused.status, 200, "{operation}: {}", refused.body),
        }
        let answer = send(&trigger).await;
        let code = answer.body["code"].as_str().unwrap_or_default();
        assert!(!TURNED_AWAY.contains(&code), "{operation}: {code}");
    }
}

fn check_protection(part: &Part, security: &Value, operation: &str) {
    match part.proof {
        Some(proof) => assert!(security[0][proof].is_array(), "{operation}: {security}"),
        None => assert!(security.is_null(), "{operation}: {security}"),
    }
}
