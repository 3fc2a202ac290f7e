//! Drives the deployed local stack from outside: over HTTP as a customer, a service or an operator would, and through
//! AWS's own API where a test breaks or reads what only an operator can.
//!
//! Nothing here talks to anything but 127.0.0.1: the addresses are in `.local/stack.json`, which `make up` writes.

pub mod answer;
pub mod aws;
pub mod billing;
pub mod billz;
pub mod bonuses;
pub mod bot;
pub mod conversation;
pub mod notices;
pub mod people;
pub mod sandbox;
pub mod sms;
pub mod stack;
pub mod wait;
pub mod watch;
