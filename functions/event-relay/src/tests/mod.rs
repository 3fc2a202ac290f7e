//! The stories of a batch of changes. The events are those of `events/event-relay/`, and what the stream of
//! an in-process table delivers.

mod bench;
mod billz;
mod billz_jobs;
mod billz_sizes;
mod bonus;
mod crashes;
mod event_files;
mod notices;
mod relaying;
mod sms;
mod tasks;
mod trouble;
