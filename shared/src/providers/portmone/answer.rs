//! What an answer of PortmoneDirect means, by its status and its document together.

use http::StatusCode;

use super::masking::{beginning, masked};
use super::outcome::{Fault, PortmoneError};
use super::wire::{self, Response};
use super::xml::Element;
use crate::providers::call::{Answer, CallError};
use crate::providers::xml::Wrong;
use crate::retry::{Failure, Kind};

/// Longest answer that is kept for people, in bytes.
const MAX_EVIDENCE: usize = 4 << 10;

pub(super) fn understood<T>(
    answer: &Answer,
    kind: Kind,
    version: u32,
    read: impl Fn(&Element) -> Result<T, Wrong>,
) -> Result<T, PortmoneError> {
    let unreadable = |what: &str| PortmoneError::from(answer.error(Failure::Unreadable, what));
    match wire::response(&answer.body) {
        Ok(Response::Ok(root)) if answer.status.is_success() => read(&root).map_err(unreadable),
        Ok(Response::Fail(root)) if !answer.status.is_redirection() => {
            let fault = wire::fault(&root, version);
            // What moves money is not asked for again because of how a refusal is worded.
            Err(if fault.seems_about_access && kind != Kind::Once {
                PortmoneError::CredentialsRefused(fault)
            } else {
                PortmoneError::Refused(fault)
            })
        }
        Ok(_) => Err(unreadable("a status that no answer has")),
        Err(what) if answer.status.is_client_error() => Err(refused_by_status(answer, what)),
        Err(what) => Err(unreadable(what)),
    }
}

/// What a 4xx means that is no answer of Portmone's own.
fn refused_by_status(answer: &Answer, what: Wrong) -> PortmoneError {
    // Of somebody in between who had no patience: Portmone may have the request.
    if answer.status == StatusCode::REQUEST_TIMEOUT {
        return answer.error(Failure::NoAnswer, "somebody in between gave up").into();
    }
    // A web server that wants a client certificate may finish the handshake without it, and then say 400 and why.
    let is_about_certificate =
        String::from_utf8_lossy(&answer.body).to_lowercase().contains("ssl certificate");
    if is_about_certificate || matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return PortmoneError::CredentialsRefused(Fault {
            code: format!("http-{}", answer.status.as_u16()),
            text: "the web server in front of Portmone does not let us in".to_owned(),
            description: None,
            fell_back: false,
            seems_about_access: true,
        });
    }
    answer.error(Failure::Refused, what).into()
}

/// What is kept of an answer.
pub(super) fn evidence(text: &str) -> String {
    beginning(masked(text), MAX_EVIDENCE)
}

/// What is kept of a call without an answer.
pub(super) fn words_of(error: &CallError) -> String {
    let words = format!("{error}: {}", error.excerpt);
    evidence(words.trim_end_matches([':', ' ']))
}
