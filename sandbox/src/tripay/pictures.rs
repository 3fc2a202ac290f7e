//! Pictures that Tripay's answers link to: the QR to be scanned, and the channels' icons.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use qrcode::QrCode;
use qrcode::render::svg::Color;

use super::channels::channel;
use super::refuse;
use crate::world::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/qr/{reference}", get(qr)).route("/icon/{code}", get(icon))
}

fn svg(picture: String) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], picture).into_response()
}

async fn qr(State(world): State<Arc<World>>, Path(reference): Path<String>) -> Response {
    let text = world.tripay().find(&reference).and_then(super::transaction::Transaction::qr_string);
    let Some(text) = text else {
        return refuse(StatusCode::NOT_FOUND, "QR not found");
    };
    match QrCode::new(text.as_bytes()) {
        Ok(code) => svg(code.render::<Color<'_>>().min_dimensions(240, 240).build()),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

async fn icon(Path(code): Path<String>) -> Response {
    match channel(&code) {
        Some(channel) => svg(format!(
            concat!(
                r##"<svg xmlns="http://www.w3.org/2000/svg" width="160" height="48">"##,
                r##"<rect width="160" height="48" rx="6" fill="#1d4ed8"/>"##,
                r##"<text x="80" y="30" font-family="sans-serif" font-size="17" fill="#fff" "##,
                r##"text-anchor="middle">{}</text></svg>"##
            ),
            channel.code
        )),
        None => refuse(StatusCode::NOT_FOUND, "Payment channel not found"),
    }
}
