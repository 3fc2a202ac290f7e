//! A provider with a certificate of its own root: believed when it is told, never unverified.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use shared::http_client::{HttpClientError, HttpClients};
use shared::providers::call::Caller;
use shared::providers::sippy::Sippy;
use shared::providers::sippy::outcome::SippyError;
use shared::retry::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::sippy_setup::{Asking, DEBIT_OK, SAFE, credentials};
use shared::retry::Verdict;

/// Answers every request with a challenge or with OK, over TLS; its root's certificate in PEM, and its port.
async fn switch_with_its_own_root() -> (String, u16) {
    let mut ca = CertificateParams::new(Vec::<String>::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut bytes = vec![0; 8192];
                let read = stream.read(&mut bytes).await.unwrap();
                let is_let_in =
                    String::from_utf8_lossy(&bytes[..read]).to_lowercase().contains("authorization: digest");
                let (head, body) = if is_let_in {
                    ("200 OK", DEBIT_OK)
                } else {
                    ("401 No\r\nwww-authenticate: Digest realm=\"Sippy\", nonce=\"n1\", qop=\"auth\"", "")
                };
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            });
        }
    });
    (root.pem(), port)
}

fn client(clients: HttpClients, host: &str, port: u16) -> Sippy {
    let url = format!("https://{host}:{port}/xmlapi/xmlapi");
    Sippy::new(Caller::new(clients), &url, credentials("x")).unwrap()
}

#[tokio::test]
async fn a_provider_is_believed_by_its_own_root_when_it_is_a_setting() {
    let (root, port) = switch_with_its_own_root().await;
    let public = HttpClients::new(None).unwrap();
    let believing = public.believing(&root, None).unwrap();
    Asking::Debit.of(&client(believing.clone(), "localhost", port)).await.unwrap();
    let (other_root, _) = switch_with_its_own_root().await;
    let others = public.believing(&other_root, None).unwrap();
    for (clients, host) in [(public, "localhost"), (others, "localhost"), (believing, "127.0.0.1")] {
        let error = Asking::Debit.of(&client(clients, host, port)).await.unwrap_err();
        assert_eq!(error.retry(), SAFE);
        let SippyError::Call(error) = error else { panic!("{error}") };
        assert_eq!(error.failure, Failure::NotReached, "{error}");
        assert!(error.detail.contains("certificate"), "{error}");
    }
}

#[tokio::test]
async fn one_of_several_roots_is_enough_and_one_that_is_none_is_too_many() {
    let (root, port) = switch_with_its_own_root().await;
    let (other, _) = switch_with_its_own_root().await;
    let public = HttpClients::new(None).unwrap();
    let both = public.believing(&format!("{other}\n{root}"), None).unwrap();
    Asking::Debit.of(&client(both, "localhost", port)).await.unwrap();
    for pem in [
        "",
        "S33d",
        "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        assert!(matches!(public.believing(pem, None), Err(HttpClientError::NoCertificate)), "{pem:?}");
    }
    let not_a_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    assert!(public.believing(not_a_certificate, None).is_err());
    assert!(public.believing(&format!("{root}{not_a_certificate}"), None).is_err());
}
