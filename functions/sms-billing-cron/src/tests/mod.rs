//! Stories of billing runs: from the event to the messages on the queue.

mod bench;
mod billed_once;
mod crashes;
mod event_files;
mod parts;
mod scale;
mod trouble;
mod watch;
