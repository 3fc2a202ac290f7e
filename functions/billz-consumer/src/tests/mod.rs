//! The stories of jobs at Billz. The events are those of `events/billz-consumer/`, and what the queues of an
//! in-process AWS deliver.

mod access;
mod bench;
mod crash_stories;
mod crashes;
mod deployed;
mod jobs;
mod kinds;
mod pace;
mod poison;
mod refusals;
mod repeats;
mod second_thoughts;
mod trouble;
