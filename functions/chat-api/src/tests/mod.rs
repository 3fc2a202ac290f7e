//! Stories of the API, from the trigger event to what was stored and answered.
//!
//! Every request is a file of `events/chat-api`, patched where a story needs another.

mod auth;
mod bench;
mod crashes;
mod documentation;
mod links;
mod resolve;
mod routing;
mod tasks;
