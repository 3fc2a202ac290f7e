//! The API's own description, generated from the code: `docs/openapi.json`.
//!
//! A test compares the two; `make openapi` writes it anew. The description is not part of the
//! deployed function.
#![cfg(test)]

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "Paydesk", description = "Invoices paid through Tripay, and what operators decide about them. Errors are `application/problem+json` (RFC 9457) with `code`, `retryable` and `correlationId`."),
    paths(
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
    ),
    modifiers(&Proofs)
)]
pub struct ApiDocument;

/// How callers prove themselves.
struct Proofs;

impl Modify for Proofs {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = || {
            SecurityScheme::Http(
                HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build(),
            )
        };
        let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Internal-Api-Key")));
        components.add_security_scheme("user", bearer());
        components.add_security_scheme("admin", bearer());
        components.add_security_scheme("service", key);
    }
}
