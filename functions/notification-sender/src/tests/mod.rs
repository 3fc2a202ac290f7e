//! Stories of the sender.
