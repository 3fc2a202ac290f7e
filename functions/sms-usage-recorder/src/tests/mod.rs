//! The stories of reported usage. The events are those of `events/sms-usage-recorder/`, and what the queue of an
//! in-process AWS delivers.

mod bench;
mod crashes;
mod event_files;
mod recording;
