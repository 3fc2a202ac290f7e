//! Stories of dead letters, on queues inside the process.

mod bench;
mod crashes;
mod dropping;
mod looking;
mod redactions;
mod relaying;
mod retrying;
mod walking;
