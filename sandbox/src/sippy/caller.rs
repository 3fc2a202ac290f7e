//! Who calls: somebody who has proven to know the password. Whoever has not is challenged, and nothing is done.

use std::sync::{Arc, MutexGuard};

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use super::answers::{html, unauthorized};
use super::digest::{Denial, prove_parts};
use super::switch::Switch;
use crate::world::World;

/// A caller who was let in.
pub(super) struct Caller(Arc<World>);

impl FromRequestParts<Arc<World>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Response> {
        let now_ms = world.clock.now_ms();
        let nonces = &mut world.sippy().nonces;
        match prove_parts(parts) {
            Ok(proof) if nonces.take(&proof, now_ms) => Ok(Self(Arc::clone(world))),
            Ok(_over) => Err(unauthorized(&nonces.give(now_ms), true)),
            Err(Denial::NotProven) => Err(unauthorized(&nonces.give(now_ms), false)),
            Err(Denial::Malformed) => Err(html(StatusCode::BAD_REQUEST, "Bad Request")),
        }
    }
}

impl Caller {
    /// Never held across an await.
    pub(super) fn switch(&self) -> MutexGuard<'_, Switch> {
        self.0.sippy()
    }

    /// Unix milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }
}
