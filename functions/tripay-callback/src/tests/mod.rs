//! The stories of a callback. The events are those of `events/tripay-callback/`.

mod bench;
mod crashes;
mod disagreements;
mod event_files;
mod log_lines;
mod refusals;
mod rotation;
mod settling;
mod store_trouble;
