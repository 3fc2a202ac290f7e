//! Stateful stand-ins for every outside party: they speak each party's real protocol at its real paths, hold
//! a small world of orders, users and transactions, and misbehave on request.
//!
//! Written from the parties' own documents, not from our client code; it shares no types with `shared`.
//! `README.md` of this crate lists the paths, the credentials and the control API.
//!
//! In reading order: [`options`] says what can be set, [`server`] starts it, `traffic` sees every request to a
//! party, logs it and plays its fault, then each party's own folder answers; `control` is what tests and
//! demos steer it with.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod billz;
mod clock;
mod connections;
mod control;
mod decimal;
mod faults;
mod fresh_request;
mod front_page;
pub mod isp_api;
pub mod isp_panel;
mod jwt;
mod mail;
pub mod mutual_tls;
pub mod options;
mod orders;
mod outgoing;
mod page;
mod party;
mod playground;
pub mod portmone;
mod problem;
mod request_log;
pub mod server;
pub mod sippy;
pub mod telecom;
pub mod telegram;
mod traffic;
pub mod tripay;
mod users;
mod world;

#[cfg(feature = "testbed")]
pub mod testbed;
