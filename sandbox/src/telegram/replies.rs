//! What the bot says in the HTTP response to an update: a call of the Bot API whose result it never learns.

use serde::Serialize;
use serde_json::Value;

use super::answers::Refusal;
use super::chats::Telegram;
use super::parameters::Parameters;
use super::{act, method_named};

/// Methods that Telegram passes over in a response, besides those that begin with `get`.
const PASSED_OVER: [&str; 4] = ["setWebhook", "deleteWebhook", "close", "logOut"];

/// A call that stood in a response, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reply {
    /// As the bot wrote it; empty where none could be read.
    pub(crate) method: String,
    pub(crate) ok: bool,
    pub(crate) result: Option<Value>,
    pub(crate) error_code: Option<u16>,
    pub(crate) description: Option<String>,
}

/// A call in a response that Telegram could not follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedReply {
    pub(crate) update_id: i64,
    #[serde(flatten)]
    pub(crate) reply: Reply,
    /// The whole response.
    pub(crate) body: String,
}

/// Follows a 2xx response to an update about `chat`; `None` where it asks for nothing. What fails is kept with the
/// chat.
pub(crate) fn follow(
    telegram: &mut Telegram,
    (chat, update_id): (Option<i64>, i64),
    content_type: &str,
    body: &[u8],
    now_ms: i64,
) -> Option<Reply> {
    let reply = read_and_act(telegram, content_type, body, now_ms)?;
    if let Some(chat) = chat.and_then(|chat| telegram.chats.get_mut(&chat))
        && !reply.ok
    {
        let body = String::from_utf8_lossy(body).into_owned();
        chat.failed_replies.push(FailedReply { update_id, reply: reply.clone(), body });
    }
    Some(reply)
}

fn read_and_act(telegram: &mut Telegram, content_type: &str, body: &[u8], now_ms: i64) -> Option<Reply> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let parameters = match Parameters::read("", content_type, body) {
        Ok(parameters) => parameters,
        Err(refusal) => return Some(failed("", refusal)),
    };
    let method = parameters.text("method")?;
    let called = method_named(&method);
    let is_passed_over = method.to_ascii_lowercase().starts_with("get")
        || PASSED_OVER.iter().any(|name| name.eq_ignore_ascii_case(&method));
    let outcome = match called {
        _ if is_passed_over => Err(Refusal::bad_request("the method is passed over in a response")),
        None => Err(Refusal::unknown_method()),
        Some(called) => act(telegram, called, &parameters, now_ms),
    };
    Some(match outcome {
        Ok(success) => {
            Reply { method, ok: true, result: Some(success.result), error_code: None, description: None }
        }
        Err(refusal) => failed(&method, refusal),
    })
}

fn failed(method: &str, refusal: Refusal) -> Reply {
    Reply {
        method: method.to_owned(),
        ok: false,
        result: None,
        error_code: Some(refusal.code),
        description: Some(refusal.description),
    }
}
