//! Messages between functions: typed, versioned, shared by who sends and who receives them.

pub mod batch;
pub mod order_update;
pub mod queue;
