//! The API's own description, generated from the code: its part of `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::bonus_list::list,
    crate::bonuses::one,
    crate::bonuses::retry,
    crate::bonuses::resolve,
    crate::exchanges::list,
    crate::unmatched_reports::list,
    crate::payouts::show,
))]
pub struct ApiDocument;
