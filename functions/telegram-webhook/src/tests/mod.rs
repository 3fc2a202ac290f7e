//! Conversations with the bot.

mod account;
mod answers;
mod back_and_edit;
mod bench;
mod bills;
mod costs;
mod crashes;
mod crossings;
mod endings;
mod event_files;
mod hostile;
mod invoices;
mod languages;
mod languages_chosen;
mod order;
mod places;
mod rotation;
mod searches;
mod staff;
mod stale;
mod steps;
mod store_trouble;
mod task_buttons;
mod updates;
mod usage;
mod wizard;
