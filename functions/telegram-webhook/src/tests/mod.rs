//! Conversations with the bot.

mod answers;
mod back_and_edit;
mod bench;
mod crossings;
mod endings;
mod order;
mod rotation;
mod stale;
mod steps;
mod store_trouble;
mod updates;
mod wizard;
