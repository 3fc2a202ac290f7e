//! Where aggregates are kept: one DynamoDB item each, changed only by naming the version read.
//!
//! There is no unconditional put of an aggregate, and a corrupt item is an error that names its
//! key, never "not found".

pub mod table;

mod commit_mark;
pub mod outbox;

pub mod invoice_item;
pub mod invoices;

mod newest_first;
pub mod place;
pub mod transactions;

pub mod idempotency_keys;
pub mod sweeps;
pub mod unmatched_reports;

pub mod contacts;
pub mod deliveries;
pub mod preferences;

pub mod billz_cards;
pub mod billz_clients;
pub mod billz_jobs;
pub mod billz_orders;
pub mod paces;
pub mod pulses;

pub mod due;
pub mod sms_accounts;
pub mod sms_bills;
pub mod sms_decks;
pub mod sms_events;
pub mod sms_settings;
mod stored_overrides;
mod stored_usage;

pub mod bonus_events;
pub mod bonuses;
pub mod portmone_bills;
pub mod portmone_exchanges;

pub mod chats;
pub mod directory;
pub mod sessions;
pub mod stored_draft;
pub mod support_tasks;
