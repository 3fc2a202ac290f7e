//! Stories of the API, from the trigger event to what was stored, sent and answered.
//!
//! Every request is a file of `events/notification-api`, patched where a story needs another.

mod auth;
mod bench;
mod crashes;
mod documentation;
mod logs;
mod preferences;
mod resend;
mod routing;
mod send;
mod templates;
