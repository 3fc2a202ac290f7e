//! Sends one HTTP request on a connection of its own.
//!
//! It never follows a redirect, never repeats and never reuses a connection: what is counted is what was sent.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The address is not one this client can call.
    #[error("only http:// addresses with a host can be called, not {0}")]
    BadAddress(String),
    /// Nobody listens there.
    #[error("could not connect: {0}")]
    NotReached(#[source] std::io::Error),
    /// The connection ended before a whole answer was read.
    #[error("the connection ended without an answer: {0}")]
    Lost(#[source] hyper::Error),
    /// The answer took longer than was allowed.
    #[error("no answer within {} ms", .0.as_millis())]
    TooSlow(Duration),
}

/// Sends `request`, whose URI is absolute, and reads the whole answer within `timeout`.
///
/// # Errors
/// [`NoAnswer`]; an answer of any status is not an error.
pub(crate) async fn send(request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, NoAnswer> {
    tokio::time::timeout(timeout, exchange(request)).await.unwrap_or(Err(NoAnswer::TooSlow(timeout)))
}

async fn exchange(mut request: Request<Bytes>) -> Result<Response<Bytes>, NoAnswer> {
    let uri = request.uri().clone();
    let (host, port) = place(&uri)?;
    let bad_address = || NoAnswer::BadAddress(uri.to_string());
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(NoAnswer::NotReached)?;
    let authority = uri.authority().ok_or_else(bad_address)?;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(authority.as_str()).map_err(|_unwritable| bad_address())?);
    // The body is sent whole, with the length that it has.
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    *request.uri_mut() = match uri.path_and_query() {
        Some(path) => Uri::from(path.clone()),
        None => Uri::from_static("/"),
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(NoAnswer::Lost)?;
    let answer = async move {
        let (head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    };
    // The connection is driven only as long as the exchange lasts, and is dropped with it.
    let broken = async {
        match connection.await {
            Ok(()) => futures::future::pending().await,
            Err(error) => error,
        }
    };
    tokio::select! {
        biased;
        answer = answer => answer.map_err(NoAnswer::Lost),
        error = broken => Err(NoAnswer::Lost(error)),
    }
}

fn place(uri: &Uri) -> Result<(String, u16), NoAnswer> {
    match (uri.scheme_str(), uri.host()) {
        (Some("http"), Some(host)) => {
            let bare_host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            Ok((bare_host, uri.port_u16().unwrap_or(80)))
        }
        _ => Err(NoAnswer::BadAddress(uri.to_string())),
    }
}
