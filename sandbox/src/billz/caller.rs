//! Who calls: not too fast, with a token that is good, and waiting for the answer over HTTP or not.

use std::sync::{Arc, MutexGuard};

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde::Serialize;
use url::form_urlencoded;

use super::answers::{HttpError, accepted, done, refused};
use super::company::Company;
use super::objections::Objection;
use super::tokens::Worth;
use crate::world::World;

const CHANNEL: &str = "Billz-Response-Channel";

/// A request that was taken for anybody.
pub(super) struct Stranger(Arc<World>);

/// A request of somebody who is logged in.
pub(super) struct Caller {
    world: Arc<World>,
    /// Where it does not, it is told that its message was accepted, and no more.
    hears_over_http: bool,
}

impl FromRequestParts<Arc<World>> for Stranger {
    type Rejection = HttpError;

    async fn from_request_parts(_parts: &mut Parts, world: &Arc<World>) -> Result<Self, HttpError> {
        match world.billz().pace.takes(world.clock.now_ms()) {
            true => Ok(Self(Arc::clone(world))),
            false => Err(HttpError::too_many_requests()),
        }
    }
}

impl FromRequestParts<Arc<World>> for Caller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, HttpError> {
        let Stranger(world) = Stranger::from_request_parts(parts, world).await?;
        let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let worth = world.billz().tokens.worth(token, world.clock.now_seconds());
        match worth {
            Worth::Good => Ok(Self { world, hears_over_http: names_http(parts) }),
            Worth::Expired => Err(HttpError::token("Token is expired")),
            Worth::Unknown => Err(HttpError::token("Token is invalid")),
        }
    }
}

/// Whether the header or the query names HTTP as the channel.
fn names_http(parts: &Parts) -> bool {
    let in_header = parts.headers.get(CHANNEL).is_some_and(|value| value.as_bytes() == b"HTTP");
    let query = parts.uri.query().unwrap_or_default();
    in_header
        || form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == CHANNEL && value == "HTTP")
}

impl Stranger {
    /// Never held across an await.
    pub(super) fn company(&self) -> MutexGuard<'_, Company> {
        self.0.billz()
    }

    /// Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.0.clock.now_seconds()
    }
}

impl Caller {
    /// Never held across an await.
    pub(super) fn company(&self) -> MutexGuard<'_, Company> {
        self.world.billz()
    }

    /// Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.world.clock.now_seconds()
    }

    /// In the envelope: the id of what it was done to, and what there is to tell of it.
    pub(super) fn envelope<T: Serialize>(
        &self,
        topic: &str,
        outcome: Result<(String, T), Objection>,
    ) -> Response {
        match outcome {
            _ if !self.hears_over_http => accepted(),
            Ok((id, told)) => done(topic, &id, told),
            Err(objection) => refused(topic, &objection),
        }
    }

    /// Without an envelope, but for a refusal.
    pub(super) fn bare(&self, topic: &str, outcome: Result<Response, Objection>) -> Response {
        match outcome {
            _ if !self.hears_over_http => accepted(),
            Ok(answer) => answer,
            Err(objection) => refused(topic, &objection),
        }
    }
}
