//! Stories of the API, from the trigger event to what was stored, sent and answered.
//!
//! Every request is a file of `events/bonus-api`, patched where a story needs another; bonuses come to where they stand
//! as the consumer brings them there.

mod auth;
mod bench;
mod bonuses;
mod crashes;
mod documentation;
mod exchanges;
mod happenings;
mod lists;
mod payouts;
mod resolve;
mod retry;
mod routing;
mod unmatched;
