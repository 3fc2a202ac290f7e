//! What is really stored: every store against a DynamoDB inside the test process.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod billz_cards;
mod billz_clients;
mod billz_job_listing;
mod billz_orders;
mod bonus_setup;
mod bonuses;
mod bonuses_changes;
mod bonuses_corrupt;
mod bonuses_counting;
mod bonuses_listing;
mod changes;
mod chats;
mod contacts;
mod corrupt;
mod creation;
mod deliveries;
mod delivery_corrupt;
mod delivery_listing;
mod directory;
mod idempotency;
mod links;
mod listing;
mod portmone_bills;
mod portmone_exchanges;
mod preferences;
mod sessions;
mod setup;
mod small_records;
mod sms_accounts;
mod sms_bills;
mod sms_recording;
mod sms_setup;
mod sms_small_records;
mod stored;
mod support_tasks;
