//! The edge to AWS Lambda: start-up, secrets, logs, metrics, HTTP replies.

pub mod startup;

pub mod settings;

pub mod aws;
pub mod signed_call;

pub mod secrets;

pub mod refreshed;

pub mod log;
pub mod metrics;

pub mod correlation;
pub mod deadline;
pub mod http_function;
pub mod problem;
