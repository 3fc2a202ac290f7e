//! The stories of order updates. The events are those of `events/order-updater/`, and what the queue of an
//! in-process AWS delivers.

mod bench;
mod burials;
mod crashes;
mod deliveries;
mod event_files;
mod retries;
