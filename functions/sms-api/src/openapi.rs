//! The API's own description, generated from the code: its part of `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::check::check,
    crate::usage::report,
    crate::price::explain,
    crate::settings::show,
    crate::settings::put,
    crate::settings::remove,
    crate::bills::list,
    crate::bills::process,
    crate::pending::process,
    crate::bills::one,
    crate::bills::cancel,
    crate::bills::resolve,
    crate::stats::show,
    crate::decks::list,
    crate::decks::one,
    crate::decks::put,
    crate::runs::start,
    crate::own_bills::summary,
    crate::own_bills::history,
))]
pub struct ApiDocument;
