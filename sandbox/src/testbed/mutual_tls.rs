//! Servers that want a certificate of their callers, and certificates: good, expired and of another authority.
//!
//! ```text
//! let (ours, foreign) = (Authority::new("Paydesk test root"), Authority::new("Somebody else"));
//! let server = TlsServer::start(&ours, &ours, TlsVersions::Both, router).await;
//! let good = ours.client("paydesk");          // .certificate_pem, .key_pem, .both_pem()
//! let expired = ours.expired_client("paydesk");
//! let stranger = foreign.client("paydesk");
//! // the client trusts ours.certificate_pem() and calls server.url(); then: server.requests(), server.refused()
//! ```

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::ANY_PORT;
use crate::connections::{Listening, Outcome, bind, serve_proven};
use crate::mutual_tls::Handshakes;
use crate::options::{MutualTls, TlsVersions};
use crate::server::{Running, routes};
use crate::traffic;

/// A certificate and its key.
#[derive(Clone)]
pub struct Identity {
    /// The certificate in PEM.
    pub certificate_pem: String,
    /// Its key in PEM, as PKCS #8.
    pub key_pem: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is no one's to read.
        formatter.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    /// Both in one PEM, the certificate first.
    #[must_use]
    pub fn both_pem(&self) -> String {
        format!("{}{}", self.certificate_pem, self.key_pem)
    }
}

/// Somebody who signs certificates. Two of the same name are two.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// One with a key of its own.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = named(name, Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a root") }
    }

    /// Its own certificate in PEM: what the other side must trust.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's certificate, for `localhost` and `127.0.0.1`.
    #[must_use]
    pub fn server(&self) -> Identity {
        let mut params = named("localhost", vec!["localhost".to_owned(), "127.0.0.1".to_owned()]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(params)
    }

    /// A client's certificate, good for many years.
    #[must_use]
    pub fn client(&self, name: &str) -> Identity {
        self.sign(client_params(name))
    }

    /// A client's certificate that was good in 2019.
    #[must_use]
    pub fn expired_client(&self, name: &str) -> Identity {
        let mut params = client_params(name);
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2019, 12, 31);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity { certificate_pem: certificate.pem(), key_pem: key.serialize_pem() }
    }
}

fn named(name: &str, places: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(places).expect("names of places");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn client_params(name: &str) -> CertificateParams {
    let mut params = named(name, Vec::new());
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// The options of a sandbox that listens behind TLS too, on any free port: `of` signed the server's certificate,
/// `clients` those of the callers.
#[must_use]
pub fn options(of: &Authority, clients: &Authority, versions: TlsVersions) -> MutualTls {
    let Identity { certificate_pem, key_pem } = of.server();
    let client_roots_pem = clients.certificate_pem();
    MutualTls { listen: ANY_PORT, certificate_pem, key_pem, client_roots_pem, versions }
}

/// A server that runs until this value is dropped, and answers only those with a certificate.
pub struct TlsServer {
    listening: Listening,
    handshakes: Handshakes,
    requests: Arc<AtomicUsize>,
}

impl fmt::Debug for TlsServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TlsServer").field("listening", &self.listening).finish_non_exhaustive()
    }
}

impl TlsServer {
    /// Serves a router: `of` signs its certificate, and callers prove themselves with one of `clients`.
    pub async fn start(of: &Authority, clients: &Authority, versions: TlsVersions, router: Router) -> Self {
        Self::serving(&options(of, clients, versions), move |request| {
            let router = router.clone();
            async move { Ok(traffic::act(router, request).await) }
        })
        .await
    }

    /// Serves a sandbox, with its faults and its log.
    pub async fn in_front_of(
        running: &Running,
        of: &Authority,
        clients: &Authority,
        versions: TlsVersions,
    ) -> Self {
        let (world, router) = (Arc::clone(&running.world), routes(&running.world));
        Self::serving(&options(of, clients, versions), move |request| {
            traffic::answer(Arc::clone(&world), router.clone(), request)
        })
        .await
    }

    async fn serving<H, F>(wanted: &MutualTls, handler: H) -> Self
    where
        H: Fn(http::Request<hyper::body::Bytes>) -> F + Clone + Send + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handshakes = Handshakes::new(wanted).expect("certificates of our own making");
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        let bound = bind(wanted.listen).await.expect("a free port on 127.0.0.1");
        let listening = serve_proven(bound, handshakes.clone(), move |request| {
            seen.fetch_add(1, Ordering::SeqCst);
            handler(request)
        });
        Self { listening, handshakes, requests }
    }

    /// `https://127.0.0.1:` and the port, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.url()
    }

    /// How many requests were seen.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How many handshakes were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.handshakes.refused()
    }
}
