//! The API's own description, generated from the code: its part of `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::health::health,
    crate::channels::list,
    crate::invoices::read::list,
    crate::invoices::create::create,
    crate::invoices::read::get,
    crate::invoices::pay::pay,
    crate::invoices::cancel::cancel,
    crate::transactions::list,
    crate::admin::invoices,
    crate::admin::invoice,
    crate::admin::resolve,
    crate::admin::unmatched,
))]
pub struct ApiDocument;
