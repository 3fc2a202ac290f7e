//! The API's own description, generated from the code: its part of `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::links::show,
    crate::links::issue,
    crate::links::unlink,
    crate::tasks::list,
    crate::tasks::one,
    crate::tasks::resolve,
))]
pub struct ApiDocument;
