//! TLS that wants a certificate of its callers: whoever has none, an expired one or one of another root ends at the
//! handshake, and no request of theirs is seen.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use tokio_rustls::server::TlsStream;

use crate::options::{MutualTls, TlsVersions};

/// How long a caller who was refused may take to read why.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What is wrong with the certificates of the options.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not PEM, or nothing of the kind in it.
    #[error("{0}: no readable PEM")]
    Pem(&'static str, #[source] pem::Error),
    /// There is no root that callers could lead to.
    #[error("the clients' roots cannot be used")]
    Roots(#[source] VerifierBuilderError),
    /// The certificate and the key do not go together, or cannot be used.
    #[error("the server's certificate cannot be used")]
    Certificate(#[from] rustls::Error),
}

/// Shakes hands with callers, and counts those it did not.
#[derive(Clone)]
pub(crate) struct Handshakes {
    acceptor: TlsAcceptor,
    refused: Arc<AtomicUsize>,
}

impl Handshakes {
    /// Reads the certificates.
    pub(crate) fn new(wanted: &MutualTls) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        for root in certificates("the clients' roots", &wanted.client_roots_pem)? {
            roots.add(root)?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(TlsError::Roots)?;
        let key = PrivateKeyDer::from_pem_slice(wanted.key_pem.as_bytes())
            .map_err(|error| TlsError::Pem("the key", error))?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions(wanted.versions))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(certificates("the certificate", &wanted.certificate_pem)?, key)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), refused: Arc::default() })
    }

    /// How many handshakes there were that led to nothing.
    #[cfg(feature = "testbed")]
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Shakes hands, or refuses to and lets the caller read why.
    pub(crate) async fn shake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        match self.acceptor.accept(stream).into_fallible().await {
            Ok(stream) => Ok(stream),
            Err((error, stream)) => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                if tokio::time::timeout(LAST_WORDS, hear_out(stream)).await.is_err() {
                    // The caller keeps talking: it is cut off.
                }
                Err(error)
            }
        }
    }
}

/// Ends the connection when the caller has: one that is closed with words unread is reset, and its alert lost.
async fn hear_out(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

fn certificates(what: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let read = read.map_err(|error| TlsError::Pem(what, error))?;
    if read.is_empty() { Err(TlsError::Pem(what, pem::Error::NoItemsFound)) } else { Ok(read) }
}

fn versions(wanted: TlsVersions) -> Vec<&'static SupportedProtocolVersion> {
    match wanted {
        TlsVersions::Both => vec![&version::TLS12, &version::TLS13],
        TlsVersions::Only12 => vec![&version::TLS12],
        TlsVersions::Only13 => vec![&version::TLS13],
    }
}
