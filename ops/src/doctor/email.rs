//! Email: may it go out, from this sender, and do we hear of what bounced?

use serde_json::Value;

use super::finding::Finding;
use super::functions::{Functions, unreadable};
use crate::deployment::Deployment;

const GUIDE: &str = "infra/README.md says how email is set up";

/// Looks at what carries the emails; at nothing where email is off.
pub async fn check(deployment: &Deployment, functions: &Functions) -> Vec<Finding> {
    let Some(sender) = functions.setting("EMAIL_FROM") else {
        let off = "off: EMAIL_FROM is empty, nobody is told by email";
        return if functions.has("notification-sender") {
            vec![Finding::ok("email", off)]
        } else {
            Vec::new()
        };
    };
    if functions.setting("EMAIL_TRANSPORT") == Some("smtp") {
        return vec![judge_relay(functions)];
    }
    let set = functions.setting("EMAIL_CONFIGURATION_SET");
    let (account, identity, set) = futures::join!(
        deployment.aws.get("ses", "/v2/email/account"),
        find_identity(deployment, sender),
        check_set(deployment, set),
    );
    let account = match account {
        Ok(account) => judge_account(&account.unwrap_or_default()),
        Err(error) => unreadable("ses account", &error, "ses:GetAccount"),
    };
    let identity = match identity {
        Ok(identity) => judge_identity(sender, identity.as_ref()),
        Err(error) => unreadable("ses identity", &error, "ses:GetEmailIdentity"),
    };
    vec![account, identity, set]
}

fn judge_relay(functions: &Functions) -> Finding {
    let check = "smtp relay";
    let missing: Vec<&str> = ["SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY"]
        .into_iter()
        .filter(|name| functions.setting(name).is_none())
        .collect();
    if !missing.is_empty() {
        let found = format!("EMAIL_TRANSPORT is smtp, and not set is {}", missing.join(", "));
        return Finding::failed(
            check,
            found,
            "set SmtpHost, SmtpPort and SmtpSecurity in samconfig.toml and deploy",
        );
    }
    if functions.setting("SMTP_SECURITY") == Some("none") {
        let found = "SMTP_SECURITY is none: the account and every email cross the network in the clear";
        return Finding::warning(
            check,
            found,
            "set SmtpSecurity to starttls or tls, unless the relay is on this network",
        );
    }
    Finding::ok(check, functions.setting("SMTP_HOST").unwrap_or_default())
}

/// The address within `Shop <billing@example.com>`.
fn address(sender: &str) -> &str {
    let inner = sender.rsplit_once('<').map_or(sender, |(_, rest)| rest);
    inner.trim().trim_end_matches('>').trim()
}

/// What SES knows of the sender's domain; else of the address itself.
async fn find_identity(deployment: &Deployment, sender: &str) -> anyhow::Result<Option<Value>> {
    let address = address(sender);
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    let path = |identity: &str| format!("/v2/email/identities/{identity}");
    match deployment.aws.get("ses", &path(domain)).await? {
        Some(identity) => Ok(Some(identity)),
        None => deployment.aws.get("ses", &path(&address.replace('@', "%40"))).await,
    }
}

fn judge_account(account: &Value) -> Finding {
    let check = "ses account";
    if account["SendingEnabled"] != true {
        let fix = "AWS has paused it: SES console, Account dashboard, says why and what to answer";
        return Finding::failed(check, "sending is switched off", fix);
    }
    let status = account["EnforcementStatus"].as_str().unwrap_or("HEALTHY");
    if status != "HEALTHY" {
        let fix =
            "too much bounces or is complained about: SES console, Reputation metrics; look at EmailBounced";
        return Finding::warning(check, format!("AWS watches it: {status}"), fix);
    }
    if account["ProductionAccessEnabled"] != true {
        let fix = format!("ask for production access (SES console, Account dashboard); {GUIDE}");
        return Finding::warning(check, "in SES's sandbox: only verified addresses get email", fix);
    }
    Finding::ok(check, "may send to anybody")
}

fn judge_identity(sender: &str, identity: Option<&Value>) -> Finding {
    let address = address(sender);
    let check = "ses identity";
    match identity {
        Some(identity) if identity["VerifiedForSendingStatus"] == true => {
            Finding::ok(check, format!("verified for {address}"))
        }
        Some(_) => Finding::failed(
            check,
            format!("SES has not verified the domain of {address} yet"),
            format!("put the DKIM records that SES shows into the domain's DNS; {GUIDE}"),
        ),
        None => Finding::failed(
            check,
            format!("SES knows neither {address} nor its domain"),
            format!("set the parameter EmailIdentity to the domain of EmailFrom and deploy; {GUIDE}"),
        ),
    }
}

async fn check_set(deployment: &Deployment, set: Option<&str>) -> Finding {
    let check = "ses configuration set";
    let Some(set) = set else {
        let found = "EMAIL_CONFIGURATION_SET is empty: nobody hears of bounces and complaints";
        return Finding::failed(check, found, "deploy again: infra/data.yaml makes it");
    };
    let path = format!("/v2/email/configuration-sets/{set}/event-destinations");
    match deployment.aws.get("ses", &path).await {
        Ok(destinations) => judge_set(set, destinations.as_ref()),
        Err(error) => unreadable(check, &error, "ses:GetConfigurationSetEventDestinations"),
    }
}

fn judge_set(set: &str, destinations: Option<&Value>) -> Finding {
    let check = "ses configuration set";
    let Some(destinations) = destinations else {
        let fix = "deploy again: infra/data.yaml makes it";
        return Finding::failed(check, format!("{set} is not there: SES takes no email"), fix);
    };
    let tells = |destination: &&Value, kind: &str| {
        let kinds = destination["MatchingEventTypes"].as_array().into_iter().flatten();
        destination["Enabled"] == true
            && destination["SnsDestination"].is_object()
            && kinds.filter_map(Value::as_str).any(|known| known.eq_ignore_ascii_case(kind))
    };
    let all: Vec<&Value> = destinations["EventDestinations"].as_array().into_iter().flatten().collect();
    let missing: Vec<&str> = ["BOUNCE", "COMPLAINT"]
        .into_iter()
        .filter(|kind| !all.iter().any(|destination| tells(destination, kind)))
        .collect();
    if !missing.is_empty() {
        let found = format!("{set} does not tell us of {}", missing.join(" and "));
        let fix = "deploy again: infra/data.yaml connects it with the queue email-feedback";
        return Finding::failed(check, found, fix);
    }
    Finding::ok(check, "tells of bounces and complaints")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::finding::Level;
    use super::*;

    #[test]
    fn an_account_that_may_not_send_to_everybody_is_found() {
        let account = |sending: bool, production: bool, status: &str| {
            judge_account(&json!({ "SendingEnabled": sending, "ProductionAccessEnabled": production,
                "EnforcementStatus": status }))
            .level
        };
        assert_eq!(account(true, true, "HEALTHY"), Level::Ok);
        assert_eq!(account(true, false, "HEALTHY"), Level::Warning);
        assert_eq!(account(true, true, "PROBATION"), Level::Warning);
        assert_eq!(account(false, true, "SHUTDOWN"), Level::Failed);
        assert_eq!(judge_account(&Value::Null).level, Level::Failed);
    }

    #[test]
    fn the_sender_has_to_be_verified() {
        for sender in
            ["billing@example.com", "Shop <billing@example.com>", "\"A, B\" < billing@example.com >"]
        {
            assert_eq!(address(sender), "billing@example.com");
        }
        let judge = |identity: Option<Value>| judge_identity("Shop <billing@example.com>", identity.as_ref());
        assert_eq!(judge(Some(json!({ "VerifiedForSendingStatus": true }))).level, Level::Ok);
        assert!(judge(Some(json!({ "VerifiedForSendingStatus": false }))).fix.unwrap().contains("DKIM"));
        assert!(judge(None).fix.unwrap().contains("EmailIdentity"));
    }

    #[test]
    fn a_configuration_set_has_to_tell_of_bounces_and_complaints() {
        let destination = |is_enabled: bool, kinds: &[&str]| {
            json!({ "EventDestinations": [{ "Name": "feedback", "Enabled": is_enabled,
                "MatchingEventTypes": kinds, "SnsDestination": { "TopicArn": "arn" } }] })
        };
        let judge = |destinations: Value| judge_set("set", Some(&destinations));
        assert_eq!(judge(destination(true, &["BOUNCE", "COMPLAINT", "REJECT"])).level, Level::Ok);
        assert_eq!(judge(destination(true, &["bounce", "complaint"])).level, Level::Ok);
        assert!(judge(destination(true, &["BOUNCE"])).found.ends_with("does not tell us of COMPLAINT"));
        assert_eq!(judge(destination(false, &["BOUNCE", "COMPLAINT"])).level, Level::Failed);
        assert_eq!(judge(json!({})).level, Level::Failed);
        assert!(judge_set("set", None).found.contains("is not there"));
    }

    #[test]
    fn a_relay_has_to_be_complete_and_should_be_encrypted() {
        let relay = |host: &str, security: &str| {
            let pairs = [("SMTP_HOST", host), ("SMTP_PORT", "587"), ("SMTP_SECURITY", security)];
            let environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            judge_relay(&Functions::of([("notification-sender", environment)].into())).level
        };
        assert_eq!(relay("mail.example.com", "starttls"), Level::Ok);
        assert_eq!(relay("mail.example.com", "none"), Level::Warning);
        assert_eq!(relay("", "tls"), Level::Failed);
    }
}
