//! Stand-ins for every outside party.

mod connections;
mod fresh_request;
#[cfg(feature = "testbed")]
pub mod testbed;
