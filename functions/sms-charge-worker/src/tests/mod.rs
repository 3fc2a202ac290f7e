//! The stories of bills: periods that end, debits at the sandbox's switch, and whatever can go wrong between. The
//! events are those of `events/sms-charge-worker/`, and what the queue of an in-process AWS delivers.

mod access;
mod bench;
mod counts;
mod crashes;
mod defects;
mod deployed;
mod doubt;
mod event_files;
mod limits;
mod logs;
mod periods;
mod poison;
mod refusals;
mod switch;
mod trouble;
