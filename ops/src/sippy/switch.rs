//! The switch, as the functions reach it, and what is said about its errors.

use anyhow::Context;
use shared::providers::call::Caller;
use shared::providers::sippy::outcome::SippyError;
use shared::providers::sippy::{Sippy, SippyCredentials};
use shared::retry::Failure;

use crate::deployment::Deployment;
use crate::doctor::functions::Functions;

/// The switch: through the proxy of the functions, and believing the certificates that they believe.
///
/// # Errors
/// When a setting cannot be used.
pub fn reach(
    deployment: &Deployment,
    functions: &Functions,
    url: &str,
    credentials: SippyCredentials,
) -> anyhow::Result<Sippy> {
    let caller = match functions.setting("SIPPY_CA_PEM") {
        None => functions.caller(deployment)?,
        Some(pem) => {
            let clients = deployment.http.believing(pem, functions.setting("OUTBOUND_PROXY_URL"));
            Caller::new(clients.context("SippyCaPem or OutboundProxyUrl cannot be used")?)
        }
    };
    let stack = &deployment.stack;
    Sippy::new(caller, url, credentials).with_context(|| {
        format!("{url} is no address, or the secret {stack}/sippy has no username or password")
    })
}

/// What the switch said, or what became of the call.
pub fn words(error: &SippyError) -> String {
    match error {
        SippyError::Refused(fault) => format!("the switch refused: {} (fault {})", fault.text, fault.code),
        SippyError::CredentialsRefused | SippyError::NoChallenge => error.to_string(),
        SippyError::Call(error) => format!("{error} {}", error.excerpt).trim().to_owned(),
    }
}

/// What to do about it.
pub fn advice(error: &SippyError) -> &'static str {
    match error {
        SippyError::Refused(_) => {
            "is there such an account, and does the login of the secret `sippy` own it? Its API permission is granted \
             by its parent"
        }
        SippyError::CredentialsRefused => {
            "username is the web login, password the API password beside it (not the one people log in with); is \
             `Allow API Calls` on in its preferences?"
        }
        SippyError::NoChallenge => "is that the switch's address? It ends in /xmlapi/xmlapi",
        SippyError::Call(error) => match error.failure {
            Failure::Limited(_) => "too many calls: look again in a minute; lower SmsSwitchConcurrency",
            Failure::NotReached
            | Failure::NoAnswer
            | Failure::ServerError
            | Failure::Unreadable
            | Failure::Refused => {
                "is the switch up, is SippyUrl right, may this machine (and the functions) reach it? With a \
                 certificate of your own: SippyCaPem. And the proxy, if you use one"
            }
        },
    }
}
