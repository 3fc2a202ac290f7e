//! Clients of the outside parties, each in our words (`mod.rs`) and theirs (`wire.rs`).

pub mod call;
mod xml;

pub mod billz;
pub mod internal_service;
pub mod isp_api;
pub mod isp_panel;
pub mod mail;
pub mod order_service;
pub mod portmone;
pub mod sippy;
pub mod telecom;
pub mod telegram;
pub mod tripay;
pub mod user_service;
