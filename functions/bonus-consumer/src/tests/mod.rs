//! The stories of bonuses: receipts that are accepted, bills at the sandbox's Portmone, top-ups at its telecom, reports,
//! and whatever can go wrong between. The events are those of `events/bonus-consumer/`, and what the queues of an
//! in-process AWS deliver.

mod accepted;
mod access;
mod bench;
mod counts;
mod crashes;
mod deployed;
mod doubt;
mod event_files;
mod evidence;
mod gateway;
mod limits;
mod measured;
mod odd_answers;
mod outside;
mod poison;
mod reports;
mod seals;
mod top_ups;
mod trouble;
mod watched;
