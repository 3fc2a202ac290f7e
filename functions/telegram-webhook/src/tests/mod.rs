//! Conversations with the bot.

mod account;
mod answers;
mod back_and_edit;
mod bench;
mod costs;
mod crossings;
mod endings;
mod hostile;
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
mod updates;
mod wizard;
