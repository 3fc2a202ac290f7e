//! Messages between functions: typed, versioned, shared by who sends and who receives them.

pub mod order_update;
pub mod queue;
