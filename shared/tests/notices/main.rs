//! What people read: every event in every language and channel.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod fields;
mod hostile;
mod layout;
mod lengths;
mod markup;
mod presses;
mod reading;
mod setup;
mod snapshots;
mod translations;
