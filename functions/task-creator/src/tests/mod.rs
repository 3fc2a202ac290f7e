//! The stories of support tasks. The events are those of `events/task-creator/`, and what the queue of an
//! in-process AWS delivers.

mod bench;
mod claims;
mod crashes;
mod event_files;
mod last_try;
mod logs;
mod making;
mod off;
mod sessions;
mod trouble;
