//! Who calls: every endpoint of the API takes a [`Merchant`], and nobody else gets in.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::credentials::Side;
use super::refuse;
use crate::connections::Peer;
use crate::world::World;

/// A caller that proved to be the merchant, and the side of Tripay it called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merchant {
    pub(crate) side: Side,
}

impl FromRequestParts<Arc<World>> for Merchant {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Response> {
        let side = parts.extensions.get::<Side>().copied().unwrap_or(Side::Sandbox);
        if text(&parts.headers, "user-agent").is_none_or(str::is_empty) {
            return Err(turned_away());
        }
        if let Some(Peer(peer)) = parts.extensions.get::<Peer>()
            && side == Side::Production
        {
            admit_address(world, peer.ip()).map_err(|message| refuse(StatusCode::FORBIDDEN, &message))?;
        }
        side.admit(text(&parts.headers, "authorization"))
            .map_err(|(status, message)| refuse(status, message))?;
        Ok(Self { side })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Cloudflare's page, for callers that do not even name themselves.
fn turned_away() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>";
    (StatusCode::FORBIDDEN, axum::response::Html(page)).into_response()
}

/// Whether production may be called from there; a refusal is Tripay's message.
fn admit_address(world: &World, address: IpAddr) -> Result<(), String> {
    match &world.tripay().settings.allowed_addresses {
        Some(allowed) if !allowed.contains(&address) => {
            let code = Side::Production.credentials().merchant_code;
            Err(format!(
                "Unauthorized IP ({address}). Please add this IP to your merchant Whitelist IP ({code})"
            ))
        }
        _ => Ok(()),
    }
}
