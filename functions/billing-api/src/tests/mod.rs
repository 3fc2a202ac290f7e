//! Stories of the API, from the trigger event to what was stored, sent and answered.
//!
//! Every request is a file of `events/billing-api`, patched where a story needs another id or body.

mod auth;
mod bench;
mod cancel;
mod channels;
mod crashes;
mod create;
mod disabled;
mod documentation;
mod health;
mod idempotency;
mod jwks;
mod list;
mod pay;
mod pay_trouble;
mod resolve;
mod rotation;
mod routing;
mod tokens;
mod transactions;
