//! The stories of a callback. The events are those of `events/portmone-callback/`.

mod bench;
mod crashes;
mod dialects;
mod event_files;
mod hostile;
mod keeping;
mod log_lines;
mod refusals;
mod rotation;
mod store_trouble;
mod unread;
