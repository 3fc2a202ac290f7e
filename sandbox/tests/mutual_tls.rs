//! TLS that wants a certificate of its callers: who has a good one is answered, and nobody else is heard.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use reqwest::{Certificate, Client, Identity as ClientIdentity};
use sandbox::options::{Options, TlsVersions};
use sandbox::server::Sandbox;
use sandbox::testbed::mutual_tls::{Authority, Identity, TlsServer, options};
use serde_json::Value;
use support::{control, start};

fn client(trusted: &Authority, identity: Option<&Identity>) -> Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    let root = Certificate::from_pem(trusted.certificate_pem().as_bytes()).unwrap();
    let mut builder = Client::builder().tls_certs_only([root]).timeout(Duration::from_secs(20));
    if let Some(identity) = identity {
        builder = builder.identity(ClientIdentity::from_pem(identity.both_pem().as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

#[tokio::test]
async fn only_a_good_certificate_of_the_right_authority_is_let_in() {
    let (ours, foreign) = (Authority::new("Paydesk test root"), Authority::new("Paydesk test root"));
    for versions in [TlsVersions::Both, TlsVersions::Only12, TlsVersions::Only13] {
        let router = Router::new().route("/hello", get(|| async { "hello" }));
        let server = TlsServer::start(&ours, &ours, versions, router).await;
        let hello = format!("{}/hello", server.url());
        for (what, identity) in [
            ("none", None),
            ("expired", Some(ours.expired_client("paydesk"))),
            ("foreign", Some(foreign.client("paydesk"))),
            ("a server's", Some(ours.server())),
        ] {
            let (requests, refused) = (server.requests(), server.refused());
            let error = client(&ours, identity.as_ref()).get(&hello).send().await.unwrap_err();
            assert!(!error.is_timeout(), "{versions:?} {what}: {error:?}");
            let words = format!("{error:?}");
            assert!(words.contains("AlertReceived"), "{versions:?} {what}: the caller is told why: {words}");
            assert_eq!((server.requests(), server.refused()), (requests, refused + 1), "{versions:?} {what}");
        }
        let good = client(&ours, Some(&ours.client("paydesk")));
        assert_eq!(good.get(&hello).send().await.unwrap().text().await.unwrap(), "hello");
        assert_eq!(server.requests(), 1, "{versions:?}");
        let wary = client(&foreign, Some(&ours.client("paydesk")));
        assert!(wary.get(&hello).send().await.is_err(), "a server of another root is not believed");
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_sandbox_listens_behind_tls_besides_where_the_options_say_so() {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let mutual_tls = Some(options(&servers, &clients, TlsVersions::Only12));
    let running = Sandbox::start(Options { mutual_tls, ..Options::default() }).await.unwrap();
    let url = format!("{}/portmone/api/directcash/", running.mutual_tls_url().unwrap());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let stranger = client(&servers, None).post(&url).form(&[("method", "bills.create")]);
    stranger.send().await.unwrap_err();
    let known = client(&servers, Some(&clients.client("paydesk"))).post(&url);
    let answer = known.form(&[("method", "bills.create")]).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("<error code=\"p002\">"));
    let log = control(&running, "GET", "/_control/log?party=portmone", Value::Null).await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 1, "one world behind both addresses");
}

#[tokio::test]
async fn a_running_sandbox_can_be_put_behind_tls() {
    let running = start().await;
    assert_eq!(running.mutual_tls_url(), None);
    let ours = Authority::new("Paydesk test root");
    let server = TlsServer::in_front_of(&running, &ours, &ours, TlsVersions::Both).await;
    let good = client(&ours, Some(&ours.client("paydesk")));
    let answer = good.get(format!("{}/health", server.url())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), server.requests(), server.refused()), (200, 1, 0));
}

#[tokio::test]
async fn certificates_that_cannot_be_used_stop_the_start() {
    let ours = Authority::new("Paydesk test root");
    let words = async |change: fn(&mut sandbox::options::MutualTls)| {
        let mut wanted = options(&ours, &ours, TlsVersions::Both);
        change(&mut wanted);
        let options = Options { mutual_tls: Some(wanted), ..Options::default() };
        let error = Sandbox::start(options).await.unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    };
    assert_eq!(words(|wanted| wanted.key_pem.clear()).await, "the key: no readable PEM");
    assert_eq!(words(|wanted| wanted.certificate_pem.clear()).await, "the certificate: no readable PEM");
    assert_eq!(words(|wanted| wanted.client_roots_pem.clear()).await, "the clients' roots: no readable PEM");
    let other =
        |wanted: &mut sandbox::options::MutualTls| wanted.key_pem = Authority::new("x").server().key_pem;
    assert_eq!(words(other).await, "the server's certificate cannot be used");
}
