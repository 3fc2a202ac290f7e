//! The API's own description, generated from the code: its part of `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::jobs::list,
    crate::jobs::one,
    crate::cards::list,
    crate::cards::put,
    crate::cards::one,
    crate::orders::one,
    crate::health::health,
    crate::jobs::list_for_operators,
    crate::jobs::one_for_operators,
    crate::jobs::resolve,
))]
pub struct ApiDocument;
