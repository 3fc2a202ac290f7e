//! What people read: every event in every language and channel.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod layout;
mod setup;
