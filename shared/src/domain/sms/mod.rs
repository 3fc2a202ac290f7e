//! SMS: what messages cost, what was used, and the bills of it.

pub mod account;
#[cfg(test)]
mod account_properties;
pub mod bill;
pub mod bill_number;
pub mod check;
pub mod closing;
#[cfg(test)]
mod history_properties;
pub mod limits;
pub mod micros;
pub mod outlook;
pub mod rate_deck;
pub mod rhythm;
pub mod segments;
pub mod settings;
pub mod switch_account;
pub mod usage;
