//! Conversations with the bot.

mod bench;
mod wizard;
