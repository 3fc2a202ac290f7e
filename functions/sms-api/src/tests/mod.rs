//! Stories of the API, from the trigger event to what was stored, sent and answered.
//!
//! Every request is a file of `events/sms-api`, patched where a story needs another; bills are made as the worker
//! makes them.

mod auth;
mod bench;
mod bills;
mod checks;
mod crashes;
mod decks;
mod documentation;
mod own_bills;
mod pending;
mod routing;
mod runs;
mod settings;
mod stats;
mod usage;
