//! Conversations with the bot.

mod answers;
mod back_and_edit;
mod bench;
mod endings;
mod rotation;
mod stale;
mod steps;
mod updates;
mod wizard;
