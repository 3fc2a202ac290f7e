//! A certificate of ours for Portmone: who has a good one is served, and whoever has none was never reached.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::options::{Options, TlsVersions};
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::mutual_tls::{Authority, Identity, TlsServer};
use serde_json::Value;
use shared::http_client::{HttpClientError, HttpClients};
use shared::providers::call::Caller;
use shared::providers::portmone::outcome::PortmoneError;
use shared::providers::portmone::{Portmone, PortmoneCredentials, PortmoneSettings};
use shared::retry::{Failure, Verdict};

use crate::portmone_setup::{Asking, SAFE};

static PUBLIC: LazyLock<HttpClients> = LazyLock::new(|| HttpClients::new(None).unwrap());

/// Portmone behind TLS that wants a certificate of `ours`.
struct Behind {
    ours: Authority,
    sandbox: Running,
    server: TlsServer,
}

impl Behind {
    async fn started(versions: TlsVersions) -> Self {
        let ours = Authority::new("Paydesk test root");
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let server = TlsServer::in_front_of(&sandbox, &ours, &ours, versions).await;
        Self { ours, sandbox, server }
    }

    fn client(&self, clients: HttpClients) -> Portmone {
        let base = format!("{}/portmone/api/directcash/", self.server.url());
        let settings = PortmoneSettings { base, version: 2, lang: None };
        let credentials = PortmoneCredentials {
            login: sandbox::portmone::LOGIN.into(),
            password: sandbox::portmone::PASSWORD.into(),
        };
        Portmone::new(Caller::new(clients), &settings, credentials).unwrap()
    }

    fn presenting(&self, identity: &Identity) -> HttpClients {
        let root = self.ours.certificate_pem();
        PUBLIC.presenting(&identity.certificate_pem, &identity.key_pem, Some(&root), None).unwrap()
    }

    /// How many bills were made.
    async fn made(&self) -> Value {
        self.sandbox.control("GET", "/_control/portmone/counts", &Value::Null).await.unwrap().1["created"]
            .clone()
    }

    async fn assert_served(&self, clients: HttpClients) {
        let before = self.server.requests();
        let told = Asking::Create.of(&self.client(clients)).await;
        assert!(told.outcome.is_ok(), "{told:?}");
        assert_eq!(self.server.requests(), before + 1);
    }

    /// Nothing is seen of what was asked, and it is known.
    async fn assert_not_reached(&self, clients: HttpClients, who: &str) {
        for asking in Asking::ALL {
            let told = asking.of(&self.client(clients.clone())).await;
            let error = told.outcome.unwrap_err();
            assert_eq!(error.retry(), SAFE, "{who} {asking:?}: {error}");
            let PortmoneError::Call(call) = &error else { panic!("{who} {asking:?}: {error:?}") };
            assert_eq!(call.failure, Failure::NotReached, "{who} {asking:?}: {call}");
        }
        assert_eq!(self.server.requests(), 0, "{who} was heard");
        assert_eq!(self.made().await, 0, "{who} made a bill");
    }
}

#[tokio::test]
async fn only_who_has_a_good_certificate_is_heard_in_every_version_of_tls() {
    for versions in [TlsVersions::Both, TlsVersions::Only12, TlsVersions::Only13] {
        let behind = Behind::started(versions).await;
        let foreign = Authority::new("Somebody else").client("paydesk");
        let expired = behind.ours.expired_client("paydesk");
        let nobody = PUBLIC.believing(&behind.ours.certificate_pem(), None).unwrap();
        for (who, clients) in [
            ("an expired one", behind.presenting(&expired)),
            ("a foreign one", behind.presenting(&foreign)),
            ("nobody", nobody),
        ] {
            let refused = behind.server.refused();
            behind.assert_not_reached(clients, who).await;
            assert_eq!(behind.server.refused(), refused + Asking::ALL.len(), "{who} with {versions:?}");
        }
        behind.assert_served(behind.presenting(&behind.ours.client("paydesk"))).await;
        assert_eq!(behind.made().await, 1);
    }
}

#[tokio::test]
async fn a_certificate_of_ours_does_not_make_us_believe_others() {
    let behind = Behind::started(TlsVersions::Both).await;
    let ours = behind.ours.client("paydesk");
    let elsewhere = Authority::new("Somebody else").certificate_pem();
    for root in [None, Some(elsewhere.as_str())] {
        let clients = PUBLIC.presenting(&ours.certificate_pem, &ours.key_pem, root, None).unwrap();
        behind.assert_not_reached(clients, "who does not believe the server").await;
    }
}

/// The key in the form that older programs write for elliptic curves: it stands in PKCS #8 as it is.
fn as_sec1(key_pem: &str) -> String {
    let base64: String = key_pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(base64).unwrap();
    let begin =
        der.windows(7).position(|window| window[0] == 0x30 && window[2..] == [2, 1, 1, 4, 32]).unwrap();
    let key = &der[begin..begin + 2 + usize::from(der[begin + 1])];
    format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", STANDARD.encode(key))
}

#[tokio::test]
async fn a_key_is_found_in_either_pem_and_in_every_form() {
    let behind = Behind::started(TlsVersions::Both).await;
    let root = behind.ours.certificate_pem();
    let ours = behind.ours.client("paydesk");
    let sec1 = as_sec1(&ours.key_pem);
    let with_chain = format!("{}{root}", ours.certificate_pem);
    let key_first = format!("{}{}", ours.key_pem, ours.certificate_pem);
    for (certificate, key) in [
        (ours.certificate_pem.as_str(), ours.key_pem.as_str()),
        (ours.certificate_pem.as_str(), sec1.as_str()),
        (with_chain.as_str(), ours.key_pem.as_str()),
        (ours.both_pem().as_str(), ""),
        (ours.both_pem().as_str(), " \n"),
        (key_first.as_str(), ""),
        (ours.both_pem().as_str(), ours.both_pem().as_str()),
    ] {
        let clients = PUBLIC.presenting(certificate, key, Some(&root), None).unwrap();
        behind.assert_served(clients).await;
    }
    let body = include_str!("../fixtures/portmone/rsa_key_pkcs1.base64");
    let pkcs1 = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n");
    let certificate = include_str!("../fixtures/portmone/rsa_certificate.pem");
    assert!(PUBLIC.presenting(certificate, &pkcs1, None, None).is_ok());
}

#[test]
fn what_is_no_certificate_with_its_key_makes_no_client() {
    let authority = Authority::new("Paydesk test root");
    let (ours, other) = (authority.client("paydesk"), authority.client("paydesk"));
    let torn = "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n";
    let sealed = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let not_a_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let made = |certificate: &str, key: &str| PUBLIC.presenting(certificate, key, None, None).unwrap_err();
    for certificate in ["", "S33d", torn, ours.key_pem.as_str()] {
        let error = made(certificate, &ours.key_pem);
        assert!(matches!(error, HttpClientError::NoClientCertificate), "{certificate}: {error}");
    }
    for key in ["", "S33d", sealed, ours.certificate_pem.as_str()] {
        let error = made(&ours.certificate_pem, key);
        assert!(matches!(error, HttpClientError::NoClientKey), "{key}: {error}");
    }
    for key in [not_a_key, other.key_pem.as_str()] {
        let error = made(&ours.certificate_pem, key);
        assert!(matches!(error, HttpClientError::Tls(_)), "{error}");
        assert!(!error.to_string().contains("AAAA"), "a secret in the log: {error}");
    }
    let root = PUBLIC.presenting(&ours.certificate_pem, &ours.key_pem, Some(""), None).unwrap_err();
    assert!(matches!(root, HttpClientError::NoCertificate), "{root}");
}
