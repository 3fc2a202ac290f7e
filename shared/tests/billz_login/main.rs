//! Billz's one login for everybody, against the sandbox's Billz, which counts logins.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod failing;
mod holding;
mod setup;
mod storms;
