//! A support task has to be made in the panel. Queue `support-tasks`.

use serde::{Deserialize, Serialize};

/// The version of [`SupportTaskRequest`] that is sent and read.
pub const VERSION: u8 = 1;

/// A support task has to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SupportTaskRequest {
    /// Of this form of the message: 1.
    pub version: u8,
    /// The task.
    pub task_id: String,
    /// The attempt to be made: an earlier one is over.
    pub attempt: u32,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
}
