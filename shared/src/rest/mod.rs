//! What every function with a REST API does alike: who calls, what was asked, what is answered.
//!
//! A function holds one [`edge::Edge`], says so by `FromRef`, and gets proved callers, strict bodies
//! and parameters, answers kept under an `Idempotency-Key`, signed cursors and problems.

pub mod edge;

pub mod auth;
pub mod tokens;

pub mod command;
pub mod idempotency;

pub mod cursor;
pub mod paging;

pub mod replies;
