//! The mail that was sent, read back from the emulated SES: pages for people, and JSON for tests.
//!
//! The sandbox plays no part in sending it: functions give their mail to the emulated AWS, which keeps it.

pub(crate) mod outbox;
pub(crate) mod pages;
