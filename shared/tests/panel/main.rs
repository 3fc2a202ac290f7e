//! The panel's one login for everybody, against the sandbox's panel, which counts logins and keeps tasks.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod failing;
mod holding;
mod setup;
mod storms;
