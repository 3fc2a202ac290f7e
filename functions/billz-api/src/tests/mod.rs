//! Stories of the API, from the trigger event to what was stored and answered.
//!
//! Every request is a file of `events/billz-api`, patched where a story needs another; every job is one that a file of
//! `events/billz-consumer` asks for.

mod auth;
mod bench;
mod cards;
mod crashes;
mod documentation;
mod health;
mod jobs;
mod orders;
mod resolve;
mod routing;
