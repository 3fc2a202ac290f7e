//! Stories of the sender: what is stored, sent and answered, whatever comes and whatever goes wrong.

mod bench;
mod choices;
mod confidential;
mod crashes;
mod email_trouble;
mod event_files;
mod feedback;
mod in_chat;
mod linked;
mod off;
mod once;
mod pace;
mod poison;
mod relay;
mod telegram_limits;
mod telegram_trouble;
mod telling;
mod time_left;
mod wishes;
