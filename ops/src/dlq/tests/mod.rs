//! Stories of dead letters, on queues inside the process.

pub mod bench;
mod crashes;
mod dropping;
mod looking;
mod redactions;
mod relaying;
mod retrying;
mod walking;
