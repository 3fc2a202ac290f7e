//! The API's own description, generated from the code: its part of `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::send::send,
    crate::templates::list,
    crate::templates::preview,
    crate::logs::list,
    crate::resend::resend,
    crate::preferences::show,
    crate::preferences::replace,
))]
pub struct ApiDocument;
