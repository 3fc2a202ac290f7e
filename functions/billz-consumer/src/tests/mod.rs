//! The stories of jobs at Billz. The events are those of `events/billz-consumer/`, and what the queues of an
//! in-process AWS deliver.

mod bench;
mod crash_stories;
mod crashes;
mod jobs;
mod kinds;
mod refusals;
mod repeats;
