//! What is really stored: every store against a DynamoDB inside the test process.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod changes;
mod corrupt;
mod creation;
mod idempotency;
mod listing;
mod setup;
mod small_records;
mod stored;
