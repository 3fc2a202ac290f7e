//! What the bot and those who set it up both know. Pure, as the domain is.

pub mod commands;
