//! Starts a sandbox, inside a test or as the program.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::{Method, Request, StatusCode};
use hyper::body::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connections::{Listening, bind, serve, serve_proven};
use crate::mutual_tls::{Handshakes, TlsError};
use crate::options::Options;
use crate::problem::Problem;
use crate::tripay::callbacks;
use crate::world::World;
use crate::{
    billz, control, fresh_request, front_page, isp_api, isp_panel, mail, orders, portmone, sippy, telecom,
    telegram, traffic, tripay, users,
};

/// How often it is looked whether a transaction has expired, or a report or an update is due again.
const TICK: Duration = Duration::from_millis(250);
const CONTROL_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address of the options cannot be listened on.
    #[error("cannot listen on {address}")]
    Address {
        /// Which one.
        address: SocketAddr,
        /// What the machine says.
        #[source]
        source: io::Error,
    },
    /// The certificates of the options cannot be used.
    #[error("cannot serve TLS")]
    Tls(#[from] TlsError),
}

/// The outside world, in one server.
#[derive(Clone, Copy, Debug)]
pub struct Sandbox;

/// A sandbox that runs until this value is dropped. It needs the Tokio runtime it was started on.
#[derive(Debug)]
pub struct Running {
    listening: Listening,
    /// The same behind TLS, where the options want it.
    proven: Option<Listening>,
    ticking: JoinHandle<()>,
    /// For a test that speaks to a party in its own process.
    #[cfg(feature = "testbed")]
    pub(crate) world: Arc<World>,
}

/// Why a control request has no answer.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path}: {reason}")]
pub struct ControlError {
    method: String,
    path: String,
    reason: String,
}

impl Sandbox {
    /// Starts a sandbox with the world of a reset.
    ///
    /// # Errors
    /// [`StartError`] when an address cannot be listened on, or a certificate cannot be used.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        let bound = bound_to(options.listen).await?;
        let proven = match &options.mutual_tls {
            Some(wanted) => Some((bound_to(wanted.listen).await?, Handshakes::new(wanted)?)),
            None => None,
        };
        let world = Arc::new(World::new(options, format!("http://{}", bound.1)));
        let router = routes(&world);
        let served = Arc::clone(&world);
        let answer = move |request| traffic::answer(Arc::clone(&served), router.clone(), request);
        let proven = proven.map(|(bound, handshakes)| serve_proven(bound, handshakes, answer.clone()));
        Ok(Running {
            listening: serve(bound, answer),
            proven,
            ticking: tokio::spawn(tick(Arc::clone(&world))),
            #[cfg(feature = "testbed")]
            world,
        })
    }
}

async fn bound_to(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    bind(address).await.map_err(|source| StartError::Address { address, source })
}

impl Running {
    /// `http://` and the address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.url()
    }

    /// `https://` and the address for callers with a certificate, where the options want one.
    #[must_use]
    pub fn mutual_tls_url(&self) -> Option<String> {
        self.proven.as_ref().map(Listening::url)
    }

    /// Sends a request to the sandbox, usually to `/_control/…`; `null` as body sends none. Answers the status
    /// and the document (`null` where the answer is not JSON).
    ///
    /// # Errors
    /// When the path is malformed or the sandbox does not answer.
    pub async fn control(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<(u16, Value), ControlError> {
        let failed =
            |reason: String| ControlError { method: method.to_owned(), path: path.to_owned(), reason };
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder()
            .method(method.parse::<Method>().map_err(|error| failed(error.to_string()))?)
            .uri(format!("{}{path}", self.url()))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|error| failed(error.to_string()))?;
        let response =
            fresh_request::send(request, CONTROL_TIMEOUT).await.map_err(|error| failed(error.to_string()))?;
        Ok((response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default()))
    }

    /// Stops it: open connections are dropped. Dropping the value does the same.
    pub fn shutdown(self) {}
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ticking.abort();
    }
}

pub(crate) fn routes(world: &Arc<World>) -> Router {
    Router::new()
        .merge(front_page::routes())
        .nest("/tripay", tripay::routes())
        .nest("/telegram", telegram::routes())
        .merge(mail::pages::routes())
        .nest("/orders", orders::routes())
        .nest("/users", users::routes())
        .merge(isp_panel::routes())
        .nest("/isp-api", isp_api::routes())
        .merge(billz::routes())
        .merge(sippy::routes())
        .merge(portmone::routes())
        .merge(telecom::routes())
        .nest("/_control", control::routes())
        .fallback(|uri: http::Uri| async move { Problem::not_found("path", uri.path()) })
        .method_not_allowed_fallback(|method: Method, uri: http::Uri| async move {
            let detail = format!("{} does not take {method}", uri.path());
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        })
        .with_state(Arc::clone(world))
}

async fn tick(world: Arc<World>) {
    loop {
        tokio::time::sleep(TICK).await;
        callbacks::catch_up(&world).await;
        telegram::deliveries::catch_up(&world);
    }
}
