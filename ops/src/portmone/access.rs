//! Portmone, as the functions reach it, and what is said about its errors.

use anyhow::Context;
use secrecy::ExposeSecret;
use shared::http_client::HttpClients;
use shared::providers::call::Caller;
use shared::providers::portmone::outcome::PortmoneError;
use shared::providers::portmone::{Portmone, PortmoneSettings};
use shared::retry::Failure;

use super::secret::PortmoneSecret;
use crate::deployment::Deployment;
use crate::doctor::functions::Functions;

/// The protocol version that is asked for unless told otherwise.
const VERSION: u32 = 2;

/// Portmone: through the proxy of the functions, with our certificate, and believing the certificates that they
/// believe.
///
/// # Errors
/// When a setting or the secret cannot be used.
pub fn reach(
    deployment: &Deployment,
    functions: &Functions,
    base: &str,
    secret: &PortmoneSecret,
) -> anyhow::Result<Portmone> {
    let version = functions.setting("PORTMONE_VERSION").and_then(|text| text.parse().ok()).unwrap_or(VERSION);
    let lang = functions.setting("PORTMONE_LANG").map(str::to_owned);
    let settings = PortmoneSettings { base: base.to_owned(), version, lang };
    let clients = clients(&deployment.http, functions, secret)
        .context("the certificate, PortmoneCaPem or OutboundProxyUrl cannot be used")?;
    let portmone = Portmone::new(Caller::new(clients), &settings, secret.credentials.clone());
    let stack = &deployment.stack;
    portmone.with_context(|| {
        format!("{base} is no address, or the secret {stack}/portmone has no login or password")
    })
}

fn clients(
    http: &HttpClients,
    functions: &Functions,
    secret: &PortmoneSecret,
) -> anyhow::Result<HttpClients> {
    let (root, proxy) = (functions.setting("PORTMONE_CA_PEM"), functions.setting("OUTBOUND_PROXY_URL"));
    Ok(match (secret.certificate_pem.is_empty(), root) {
        (false, root) => {
            http.presenting(&secret.certificate_pem, secret.private_key_pem.expose_secret(), root, proxy)?
        }
        (true, Some(root)) => http.believing(root, proxy)?,
        (true, None) => HttpClients::new(proxy)?,
    })
}

/// What Portmone said, or what became of the call.
pub fn words(error: &PortmoneError) -> String {
    match error {
        PortmoneError::Refused(fault) => format!("Portmone refused: {} ({})", fault.words(), fault.code),
        PortmoneError::CredentialsRefused(fault) => {
            format!("Portmone does not let us in: {} ({})", fault.words(), fault.code)
        }
        PortmoneError::Call(error) => error.to_string(),
    }
}

/// What to do about it.
pub fn advice(error: &PortmoneError) -> &'static str {
    match error {
        PortmoneError::Refused(_) => {
            "read Portmone's words, and ask their manager whether the login may do this"
        }
        PortmoneError::CredentialsRefused(_) => {
            "is that the reseller's login and password, and the certificate that belongs to them? \
             `ops portmone import-cert` takes over a new one"
        }
        PortmoneError::Call(error) => match error.failure {
            Failure::Limited(_) => "too many calls: look again in a minute",
            Failure::NotReached => {
                "is PortmoneApiBase right, may this machine (and the functions) reach it? Portmone lets in known \
                 addresses only (FixedOutgoingAddress), and may ask for a certificate of ours: `ops portmone \
                 import-cert`. With a root certificate of their own: PortmoneCaPem. And the proxy, if you use one"
            }
            Failure::NoAnswer | Failure::ServerError | Failure::Unreadable | Failure::Refused => {
                "is PortmoneApiBase right, with the path /api/directcash/? What answered there does not speak PortmoneDirect"
            }
        },
    }
}
