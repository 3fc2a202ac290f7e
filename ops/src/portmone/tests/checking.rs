//! Portmone is asked whether it lets us in.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sandbox::options::{Options, TlsVersions};
use sandbox::server::Sandbox;
use sandbox::testbed::mutual_tls::{Authority, TlsServer};
use serde_json::{Value, json};

use super::super::certificate::Certificate;
use super::super::check;
use super::secret;
use crate::dlq::tests::bench::Bench;
use crate::doctor::finding::{Finding, Level};
use crate::doctor::functions::Functions;

/// What is told of Portmone, and the companies that are set.
type Told = (Vec<Finding>, Vec<String>);

/// The settings of `bonus-consumer`.
fn functions(settings: &[(&str, &str)]) -> Functions {
    let environment =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Functions::of(BTreeMap::from([("bonus-consumer", environment)]))
}

async fn bench(portmone: &Value) -> Bench {
    let bench = Bench::start().await;
    bench.testbed.secrets.set("test/portmone", portmone);
    bench.testbed.secrets.set("test/receipts", &json!({ "encryptionSecret": "a-secret" }));
    bench.testbed.secrets.set("test/telecom", &json!({ "apiKey": "" }));
    bench
}

async fn told(portmone: &Value, settings: &[(&str, &str)], now: Timestamp) -> Told {
    let bench = bench(portmone).await;
    check(&bench.deployment, &functions(settings), now).await
}

/// What is said about one thing.
fn of<'a>((findings, _): &'a Told, check: &str) -> &'a Finding {
    findings
        .iter()
        .find(|finding| finding.check == check)
        .unwrap_or_else(|| panic!("no {check}: {findings:?}"))
}

fn with_certificate(certificate: &str, key: &str) -> Value {
    let mut secret = secret();
    (secret["certificatePem"], secret["privateKeyPem"]) = (certificate.into(), key.into());
    secret
}

#[tokio::test]
async fn behind_tls_our_certificate_lets_us_in_and_every_other_is_told() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let (portmone, stranger) = (Authority::new("Portmone"), Authority::new("stranger"));
    for versions in [TlsVersions::Only12, TlsVersions::Both] {
        let server = TlsServer::in_front_of(&sandbox, &portmone, &portmone, versions).await;
        let base = format!("{}/portmone/api/directcash/", server.url());
        let root = portmone.certificate_pem();
        let settings = [
            ("PORTMONE_API_BASE", base.as_str()),
            ("PORTMONE_CA_PEM", &root),
            ("PORTMONE_PAYEES", "67=2065,96=2065,50=77"),
        ];
        let now = Timestamp::now();
        for wrong in [secret(), {
            let foreign = stranger.client("paydesk");
            with_certificate(&foreign.certificate_pem, &foreign.key_pem)
        }] {
            let told = told(&wrong, &settings, now).await;
            let finding = of(&told, "portmone");
            assert_eq!(finding.level, Level::Failed, "{finding:?}");
            assert!(finding.fix.as_ref().unwrap().contains("ops portmone import-cert"), "{finding:?}");
        }
        assert_eq!(server.requests(), 0, "nobody without a good certificate came as far as to ask");

        let ours = portmone.client("paydesk");
        let told = told(&with_certificate(&ours.certificate_pem, &ours.key_pem), &settings, now).await;
        assert!(
            of(&told, "portmone").found.starts_with("lets us in, with our certificate, shows "),
            "{told:?}"
        );
        assert!(told.0.iter().all(|finding| finding.level == Level::Ok), "{told:?}");
        assert_eq!(server.requests(), 1);
        let [kyivstar, unknown] = told.1.as_slice() else { panic!("{told:?}") };
        assert!(kyivstar.starts_with("payee 2065  ") && !kyivstar.contains("not among"), "{kyivstar}");
        assert!(unknown.starts_with("payee 77  not among the "), "{unknown}");
    }
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_told_before_it_does() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let base = format!("{}/portmone/api/directcash/", sandbox.url());
    let settings = [("PORTMONE_API_BASE", base.as_str())];
    let (root, check) = (Authority::new("Portmone"), "portmone certificate");
    let ours = root.client("paydesk");
    let end = Certificate::of_pem(&ours.certificate_pem).unwrap().not_after;
    let secret = with_certificate(&ours.both_pem(), "");
    for (hours, level) in [(31 * 24, Level::Ok), (30 * 24 - 1, Level::Warning), (0, Level::Failed)] {
        let told = told(&secret, &settings, end - SignedDuration::from_hours(hours)).await;
        assert_eq!(of(&told, check).level, level, "{told:?}");
    }
    let old = root.expired_client("paydesk");
    let told = told(&with_certificate(&old.certificate_pem, &old.key_pem), &settings, Timestamp::now()).await;
    let finding = of(&told, check);
    assert_eq!(finding.found, "the certificate was good until 2019-12-31");
    assert!(finding.fix.as_ref().unwrap().contains("import-cert"));
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why_without_the_password() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let base = format!("{}/portmone/api/directcash/", sandbox.url());
    let settings = [("PORTMONE_API_BASE", base.as_str())];
    let mut wrong = secret();
    wrong["password"] = "another-password".into();
    let told = told(&wrong, &settings, Timestamp::now()).await;
    let finding = of(&told, "portmone");
    assert!(finding.level == Level::Failed && finding.found.contains("does not let us in"), "{finding:?}");
    assert!(!format!("{told:?}").contains("another-password"), "{told:?}");
}

#[tokio::test]
async fn what_answers_something_else_or_nothing_is_told_with_what_to_look_at() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let elsewhere = format!("{}/portmone/", sandbox.url());
    for (base, advice) in [
        (elsewhere.as_str(), "/api/directcash/"),
        ("http://127.0.0.1:1/", "FixedOutgoingAddress"),
        ("portmone.example", "mend the parameters"),
    ] {
        let told = told(&secret(), &[("PORTMONE_API_BASE", base)], Timestamp::now()).await;
        let finding = of(&told, "portmone");
        assert_eq!(finding.level, Level::Failed, "{base}");
        assert!(finding.fix.as_ref().unwrap().contains(advice), "{base}: {finding:?}");
    }
}

#[tokio::test]
async fn a_portmone_that_is_off_is_a_choice_and_a_secret_that_lacks_something_is_none() {
    let now = Timestamp::now();
    let off = told(&secret(), &[], now).await;
    assert_eq!(of(&off, "portmone"), &Finding::ok("portmone", "off: PortmoneApiBase is empty, bonuses wait"));
    let empty = bench(&secret()).await;
    assert_eq!(check(&empty.deployment, &Functions::default(), now).await, (Vec::new(), Vec::new()));

    let on = [("PORTMONE_API_BASE", "http://127.0.0.1:1/"), ("TELECOM_URL", "http://127.0.0.1:1/")];
    let mut bare = secret();
    (bare["login"], bare["password"], bare["webhookToken"]) = ("".into(), "".into(), "".into());
    let told = told(&bare, &on, now).await;
    assert!(of(&told, "portmone").found.contains("has no login"), "{told:?}");
    let reports = of(&told, "portmone reports");
    assert!(reports.level == Level::Warning && reports.found.contains("every report is refused"), "{told:?}");
    assert!(of(&told, "secret test/telecom").found.contains("apiKey is empty"), "{told:?}");
}

#[tokio::test]
async fn every_half_of_a_secret_is_found_out() {
    let root = Authority::new("Portmone");
    let (ours, other) = (root.client("ours"), root.client("other"));
    let changed = |changes: &[(&str, &str)]| {
        let mut secret = secret();
        changes.iter().for_each(|(name, value)| secret[*name] = (*value).into());
        secret
    };
    for (secret, why) in [
        (changed(&[("password", "")]), "one of login and password is empty"),
        (changed(&[("gatewayLogin", "merchant")]), "are not all there, or all empty"),
        (changed(&[("webhookToken", "short")]), "webhookToken is not 32 letters or more"),
        (changed(&[("privateKeyPem", &ours.key_pem)]), "there is a key, but no certificate"),
        (with_certificate(&ours.certificate_pem, &other.key_pem), "the certificate cannot be presented"),
        (with_certificate(&ours.certificate_pem, ""), "the certificate cannot be presented"),
        (json!({ "login": "", "password": "" }), "the secret portmone is malformed"),
    ] {
        let told = told(&secret, &[], Timestamp::now()).await;
        let finding = of(&told, "secret test/portmone");
        assert_eq!(finding.level, Level::Failed, "{why}");
        assert!(finding.found.contains(why), "{why}: {finding:?}");
        assert!(!format!("{told:?}").contains("PRIVATE KEY-----"), "{told:?}");
    }
}
