//! The outside parties: do they answer, and do they take our credentials?
//!
//! Asked from here, with the deployment's own credentials and proxy. Tripay's production serves only addresses on the
//! merchant's list, and this machine's may not be on it: what the functions see is what `/health` says.

use shared::providers::call::CallError;
use shared::providers::internal_service::InternalService;
use shared::providers::order_service::OrderService;
use shared::providers::tripay::{Mode, Tripay, TripayError};
use shared::providers::user_service::UserService;

use super::finding::Finding;
use super::functions::Functions;
use super::secrets::Held;
use super::{billz, isp, portmone, sippy, telegram};
use crate::deployment::Deployment;

/// Asks every provider for something harmless.
pub async fn check(deployment: &Deployment, functions: &Functions, held: Held) -> Vec<Finding> {
    let caller = match functions.caller(deployment) {
        Ok(caller) => caller,
        Err(error) => {
            return vec![Finding::failed(
                "providers",
                error.to_string(),
                "mend the parameter OutboundProxyUrl",
            )];
        }
    };
    let mut findings = Vec::new();
    if let Some(credentials) = held.tripay {
        let mode = if functions.setting("TRIPAY_MODE") == Some("production") {
            Mode::Production
        } else {
            Mode::Sandbox
        };
        let base_url = functions.setting("TRIPAY_BASE_URL").unwrap_or(mode.base_url());
        findings.push(tripay(Tripay::new(caller.clone(), base_url, credentials).channels().await));
    }
    findings.extend(telegram::check(deployment, functions, caller.clone(), held.telegram).await);
    findings.extend(isp::check(deployment, functions, &caller, (held.panel, held.isp_api)).await);
    findings.extend(billz::check(deployment, functions, held.billz).await);
    findings.extend(sippy::check(deployment, functions, held.sippy).await);
    findings.extend(portmone::check(deployment, functions, held.portmone.as_ref()).await);
    let Some(keys) = held.internal else {
        return findings;
    };
    let service = |setting| InternalService::new(caller.clone(), functions.setting(setting)?, &keys).ok();
    if let Some(orders) = service("ORDER_SERVICE_BASE_URL") {
        let parameter = "OrderServiceBaseUrl";
        findings.push(own_service("order service", parameter, OrderService::new(orders).check().await));
    }
    if let Some(users) = service("USER_SERVICE_BASE_URL") {
        findings.push(own_service(
            "user service",
            "UserServiceBaseUrl",
            UserService::new(users).check().await,
        ));
    }
    findings
}

fn tripay<T>(asked: Result<Vec<T>, TripayError>) -> Finding {
    let check = "tripay";
    match asked {
        Ok(channels) if channels.is_empty() => Finding::warning(
            check,
            "it offers no channel that Paydesk knows",
            "switch channels on: sandbox under Simulator > Merchant > Channel Pembayaran, \
             production under Merchant > Opsi > Atur Channel Pembayaran",
        ),
        Ok(channels) => {
            Finding::ok(check, format!("answers, takes the credentials, offers {} channels", channels.len()))
        }
        Err(TripayError::Refused { status, message }) => {
            let fix = refusal_advice(&message);
            Finding::failed(check, format!("refuses (HTTP {status}): {message}"), fix)
        }
        // A 403 that is no envelope is how a caller's address is refused, too.
        Err(TripayError::Call(error)) => {
            let words = format!("{error} {}", error.excerpt);
            let fix = if words.contains("403") || words.contains("Unauthorized IP") {
                refusal_advice(&words)
            } else {
                "is the network there? TRIPAY_BASE_URL, and the proxy or the NAT gateway, if you use one"
                    .to_owned()
            };
            Finding::failed(check, words.trim().to_owned(), fix)
        }
    }
}

fn refusal_advice(words: &str) -> String {
    if words.contains("Unauthorized IP") {
        return "the address in Tripay's words is the one it saw. Put it on the merchant's list: Merchant > Opsi > Edit > \
                Whitelist IP.\nIf it is this machine's, only this check is refused: see /health for the functions.\n\
                If it is Lambda's it will change: deploy with FixedOutgoingAddress=network (the output OutgoingAddress \
                is what to put on the list) or OutboundProxyUrl"
            .to_owned();
    }
    if words.to_ascii_lowercase().contains("api key") || words.contains("401") {
        return "the API key is wrong, or of the other system: compare TRIPAY_MODE and the secret's apiKey with Tripay's \
                member area"
            .to_owned();
    }
    "read Tripay's words; the merchant may be suspended, or the keys be of the other system".to_owned()
}

fn own_service(check: &str, parameter: &str, asked: Result<(), CallError>) -> Finding {
    let Err(error) = asked else {
        return Finding::ok(check, "answers, takes the key");
    };
    let found = format!("{error} {}", error.excerpt);
    let fix = if ["401", "403"].iter().any(|status| found.contains(status)) {
        "it does not take the first key of the secret `internal`: give both sides the same".to_owned()
    } else {
        format!("is it up, is {parameter} right, may this machine (and the functions) reach it?")
    };
    Finding::failed(check, found.trim().to_owned(), fix)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    fn refused(message: &str) -> Finding {
        tripay::<()>(Err(TripayError::Refused { status: 403, message: message.to_owned() }))
    }

    #[test]
    fn a_refused_address_is_told_word_for_word_with_what_to_do() {
        let finding = refused("Unauthorized IP (203.0.113.7)");
        assert_eq!(finding.level, Level::Failed);
        assert!(finding.found.contains("Unauthorized IP (203.0.113.7)"), "{finding:?}");
        let fix = finding.fix.unwrap();
        assert!(fix.contains("Whitelist IP") && fix.contains("FixedOutgoingAddress"), "{fix}");
    }

    #[test]
    fn a_wrong_key_and_a_merchant_without_channels_have_their_own_advice() {
        assert!(refused("Invalid API Key").fix.unwrap().contains("TRIPAY_MODE"));
        assert_eq!(tripay::<()>(Ok(Vec::new())).level, Level::Warning);
        assert_eq!(tripay(Ok(vec![()])).level, Level::Ok);
    }
}
