//! The HTTP clients of a function. AWS and the providers are called through the same ones.
//!
//! Trust roots are compiled in and `ring` does the cryptography: the smallest of what was tried
//! (`docs/ARCHITECTURE.md` has the figures).

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// Time to open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a whole call.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Idle connections are given up before the other side is likely to have closed them.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Idle connections kept per host.
const IDLE_CONNECTIONS: usize = 8;

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpClientError {
    /// The TLS set-up is unusable.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The client's settings, such as a proxy's address, are unusable.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    /// What should be a root certificate of somebody's own is none.
    #[error("a root certificate of one's own is not in PEM")]
    NoCertificate,
    /// What should be a client certificate of ours is none.
    #[error("the client certificate is not in PEM")]
    NoClientCertificate,
    /// There is no key that can be used with the client certificate.
    #[error("there is no key of the client certificate in PEM, or it is encrypted")]
    NoClientKey,
}

/// A certificate of ours with those that lead to its root, and its key.
type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Clients that share one TLS set-up.
#[derive(Debug, Clone)]
pub struct HttpClients {
    /// For AWS: keeps connections.
    pub aws: reqwest::Client,
    /// For calls that may be repeated: keeps connections.
    pub pooled: reqwest::Client,
    /// For calls that may not: a new connection for each, so that none is written to that had died
    /// while the function was frozen.
    pub fresh: reqwest::Client,
}

impl HttpClients {
    /// The clients; calls to providers go through `proxy` where one is given.
    ///
    /// # Errors
    /// When the TLS set-up or the proxy's address is unusable.
    pub fn new(proxy: Option<&str>) -> Result<Self, HttpClientError> {
        let tls = tls(public_roots(), None)?;
        let aws = client(&tls, IDLE_CONNECTIONS, None)?;
        let pooled = if proxy.is_some() { client(&tls, IDLE_CONNECTIONS, proxy)? } else { aws.clone() };
        Ok(Self { aws, pooled, fresh: client(&tls, 0, proxy)? })
    }

    /// The same clients, but for a provider that has a certificate of its own root: the certificates in `own_root`,
    /// in PEM, are believed there beside the public ones. AWS is called as before.
    ///
    /// # Errors
    /// When there is no certificate in `own_root`, one of them is none, or the rest of the set-up is unusable.
    pub fn believing(&self, own_root: &str, proxy: Option<&str>) -> Result<Self, HttpClientError> {
        self.calling(&tls(roots_with(own_root)?, None)?, proxy)
    }

    /// The same clients, but for a provider that asks for a certificate of ours: `certificate_pem` holds it and those
    /// that lead to its root; `key_pem` its key, or is empty where the first holds both. The provider's own certificate
    /// is verified as ever, by `own_root`, too, where there is one. AWS is called as before.
    ///
    /// # Errors
    /// When there is no certificate or no key, they do not belong together, or the rest of the set-up is unusable.
    pub fn presenting(
        &self,
        certificate_pem: &str,
        key_pem: &str,
        own_root: Option<&str>,
        proxy: Option<&str>,
    ) -> Result<Self, HttpClientError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate_pem.as_bytes()).collect();
        let chain = chain.map_err(|_| HttpClientError::NoClientCertificate)?;
        if chain.is_empty() {
            return Err(HttpClientError::NoClientCertificate);
        }
        let key_pem = if key_pem.trim().is_empty() { certificate_pem } else { key_pem };
        let key =
            PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|_| HttpClientError::NoClientKey)?;
        let roots = own_root.map_or_else(|| Ok(public_roots()), roots_with)?;
        self.calling(&tls(roots, Some((chain, key)))?, proxy)
    }

    fn calling(&self, tls: &ClientConfig, proxy: Option<&str>) -> Result<Self, HttpClientError> {
        let (pooled, fresh) = (client(tls, IDLE_CONNECTIONS, proxy)?, client(tls, 0, proxy)?);
        Ok(Self { aws: self.aws.clone(), pooled, fresh })
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// The public roots, and these in PEM.
fn roots_with(own_root: &str) -> Result<RootCertStore, HttpClientError> {
    let mut roots = public_roots();
    let public = roots.len();
    for certificate in CertificateDer::pem_slice_iter(own_root.as_bytes()) {
        roots.add(certificate.map_err(|_| HttpClientError::NoCertificate)?)?;
    }
    if roots.len() == public {
        return Err(HttpClientError::NoCertificate);
    }
    Ok(roots)
}

fn tls(roots: RootCertStore, identity: Option<Identity>) -> Result<ClientConfig, rustls::Error> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let mut config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn client(tls: &ClientConfig, idle: usize, proxy: Option<&str>) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .user_agent(concat!("Paydesk/", env!("CARGO_PKG_VERSION")))
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(idle);
    builder = match proxy {
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy)?),
        None => builder.no_proxy(),
    };
    builder.build()
}
