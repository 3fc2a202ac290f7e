//! Stories of the reconciler, from the schedule's event to what was asked, stored and left for the relay.

mod bench;
mod crashes;
mod doubts;
mod due;
mod lost_callbacks;
mod reminders;
mod sweeps;
