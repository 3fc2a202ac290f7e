//! What Paydesk knows and decides: pure values and transitions.
//!
//! Nothing here does I/O, reads a clock, draws randomness or knows a wire format: `now`, new ids
//! and random bits are arguments.
#![deny(clippy::wildcard_enum_match_arm, clippy::arithmetic_side_effects)]

pub mod billz;
pub mod bonus;
pub mod dialogue;
pub mod identifier;
pub mod invoice;
pub mod locale;
pub mod money;
pub mod notification;
pub mod order;
pub mod pace;
pub mod panel_failure;
pub mod payment_channel;
pub mod payment_report;
pub mod phone_number;
mod readable_number;
pub mod role;
pub mod sms;
pub mod support_task;
pub mod task_wizard;
pub mod zone;
