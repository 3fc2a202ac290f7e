//! Messages between functions: typed, versioned, shared by who sends and who receives them.

pub mod analytics_event;
pub mod batch;
pub mod billz_job;
pub mod billz_reply;
pub mod bonus_work;
#[cfg(test)]
mod checked_in_schema;
pub mod delivery_request;
pub mod notification;
pub mod order_update;
pub mod queue;
pub mod receipt_decision;
pub mod sms_charge;
pub mod sms_run;
pub mod sms_usage;
pub mod support_task;
