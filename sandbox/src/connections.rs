//! Serves HTTP/1.1 on a listener, and can drop a connection without a word.
//!
//! Every server of this crate runs on it, because a framework's server always answers: a lost answer cannot
//! be played with one. A handler that returns [`Cut`] gets its TCP connection closed with nothing written.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::mutual_tls::Handshakes;

/// Bodies above this are answered with 413: DynamoDB's own limit, the largest of all parties.
const LARGEST_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The handler's wish that the connection be dropped with no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is dropped on purpose")
    }
}

impl std::error::Error for Cut {}

/// What a handler gives: a whole answer, or none.
pub(crate) type Outcome = Result<Response<Bytes>, Cut>;

/// A server that runs until this value is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    scheme: &'static str,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Listening {
    /// `http://` or `https://` and the address, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // The accepting task owns every connection: they end with it.
        self.accepting.abort();
    }
}

/// Binds `address` (port 0: any free one). Connections wait until [`serve`] takes them.
///
/// # Errors
/// When the address cannot be bound.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Answers each request with `handler`.
pub(crate) fn serve<H, F>((listener, address): (TcpListener, SocketAddr), handler: H) -> Listening
where
    H: Fn(Request<Bytes>) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    Listening { scheme: "http", address, accepting: tokio::spawn(accept(listener, None, handler)) }
}

/// Answers each request of those who prove themselves with a certificate.
pub(crate) fn serve_proven<H, F>(
    (listener, address): (TcpListener, SocketAddr),
    handshakes: Handshakes,
    handler: H,
) -> Listening
where
    H: Fn(Request<Bytes>) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    Listening {
        scheme: "https",
        address,
        accepting: tokio::spawn(accept(listener, Some(handshakes), handler)),
    }
}

async fn accept<H, F>(listener: TcpListener, handshakes: Option<Handshakes>, handler: H)
where
    H: Fn(Request<Bytes>) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A failed accept (the peer went away, descriptors ran out) is the peer's loss alone.
                if let Ok((stream, peer)) = accepted {
                    let (handshakes, handler) = (handshakes.clone(), handler.clone());
                    connections.spawn(async move {
                        match handshakes {
                            None => converse(stream, peer, handler).await,
                            Some(handshakes) => match handshakes.shake(stream).await {
                                Ok(stream) => converse(stream, peer, handler).await,
                                // It was counted, and the caller told.
                                Err(_refused) => {}
                            },
                        }
                    });
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

/// The address of the peer, put into every request's extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

async fn converse<S, H, F>(stream: S, peer: SocketAddr, handler: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Bytes>) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    let answer = service_fn(move |request: Request<Incoming>| {
        let handler = handler.clone();
        async move {
            match read_whole(request, peer).await {
                Ok(request) => handler(request).await.map(|response| response.map(Full::new)),
                Err(refusal) => Ok(refusal.map(Full::new)),
            }
        }
    });
    if let Err(_cut) = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await {
        // Cut by us or by the peer: nobody is left to be told.
    }
}

async fn read_whole(request: Request<Incoming>, peer: SocketAddr) -> Result<Request<Bytes>, Response<Bytes>> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Peer(peer));
    match Limited::new(body, LARGEST_BODY_BYTES).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, body.to_bytes())),
        Err(error) => {
            let mut refusal = Response::new(Bytes::from(error.to_string()));
            *refusal.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            Err(refusal)
        }
    }
}
