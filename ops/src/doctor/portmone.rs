//! Portmone: does it let us in, until when is our certificate good, and would its reports be believed?

use jiff::Timestamp;
use shared::providers::portmone::Payee;

use super::finding::Finding;
use super::functions::Functions;
use crate::deployment::Deployment;
use crate::portmone::access::{advice, reach, words};
use crate::portmone::certificate::day;
use crate::portmone::secret::PortmoneSecret;

const CHECK: &str = "portmone";
const CERTIFICATE: &str = "portmone certificate";
const REPORTS: &str = "portmone reports";
/// Days before its end from which somebody should see to the next certificate.
const SOON: i64 = 30;
const IMPORT: &str = "have Portmone issue the next, and take it over: ops portmone import-cert <file> --password-file <file> --apply";

/// Asks, and says how it is. At nothing where no function pays bonuses.
pub async fn check(
    deployment: &Deployment,
    functions: &Functions,
    secret: Option<&PortmoneSecret>,
) -> Vec<Finding> {
    look(deployment, functions, secret, Timestamp::now()).await.0
}

/// The same, with the companies that Portmone pays.
pub async fn look(
    deployment: &Deployment,
    functions: &Functions,
    secret: Option<&PortmoneSecret>,
    now: Timestamp,
) -> (Vec<Finding>, Vec<Payee>) {
    if !functions.has("bonus-consumer") {
        return (Vec::new(), Vec::new());
    }
    let Some(base) = functions.setting("PORTMONE_API_BASE") else {
        return (vec![Finding::ok(CHECK, "off: PortmoneApiBase is empty, bonuses wait")], Vec::new());
    };
    let Some(secret) = secret else { return (Vec::new(), Vec::new()) };
    let mut findings: Vec<Finding> = certificate(secret, now).into_iter().collect();
    findings.push(reports(functions, secret));
    let (finding, payees) = ask(deployment, functions, base, secret).await;
    findings.push(finding);
    (findings, payees)
}

async fn ask(
    deployment: &Deployment,
    functions: &Functions,
    base: &str,
    secret: &PortmoneSecret,
) -> (Finding, Vec<Payee>) {
    if !secret.credentials.are_complete() {
        let fix = "put the reseller's login and password into the secret";
        let found = "Portmone has an address, but the secret `portmone` has no login: bonuses wait";
        return (Finding::failed(CHECK, found, fix), Vec::new());
    }
    let portmone = match reach(deployment, functions, base, secret) {
        Ok(portmone) => portmone,
        Err(error) => {
            let fix = "mend the parameters Portmone…, or the secret";
            return (Finding::failed(CHECK, format!("{error:#}"), fix), Vec::new());
        }
    };
    match portmone.payees().await.outcome {
        Ok(payees) => {
            let with = if secret.certificate_pem.is_empty() { "" } else { ", with our certificate" };
            (Finding::ok(CHECK, format!("lets us in{with}, shows {} companies", payees.len())), payees)
        }
        Err(error) => (Finding::failed(CHECK, words(&error), advice(&error)), Vec::new()),
    }
}

fn certificate(secret: &PortmoneSecret, now: Timestamp) -> Option<Finding> {
    let certificate = secret.certificate()?;
    if let Some(trouble) = certificate.trouble(now) {
        return Some(Finding::failed(CERTIFICATE, trouble, IMPORT));
    }
    let (left, end) = (certificate.days_left(now), day(certificate.not_after));
    let found = format!("good to {end}, {left} days are left");
    Some(if left < SOON {
        Finding::warning(CERTIFICATE, found, IMPORT)
    } else {
        Finding::ok(CERTIFICATE, found)
    })
}

/// Whether anything proves that a report is Portmone's.
fn reports(functions: &Functions, secret: &PortmoneSecret) -> Finding {
    let by_certificate = functions.setting("PORTMONE_CALLBACK_CERTIFICATES").is_some();
    match (secret.has_webhook_token(), by_certificate) {
        (true, true) => Finding::ok(REPORTS, "proved by a token and by a certificate"),
        (true, false) => Finding::ok(REPORTS, "proved by a token"),
        (false, true) => Finding::ok(REPORTS, "proved by a certificate"),
        (false, false) => Finding::warning(
            REPORTS,
            "every report is refused: nothing proves that it is Portmone's",
            "draw a webhookToken (openssl rand -hex 32) into the secret, and have Portmone send it as x-portmone-token; \
             or set PortmoneCallbackCertificates",
        ),
    }
}
