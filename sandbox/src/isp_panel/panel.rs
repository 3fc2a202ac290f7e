//! What the panel holds.

use serde::Serialize;

use super::directory::Directory;
use super::sessions::{SessionSettings, Sessions};

/// A task somebody made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task {
    /// From 1. The site tells it to nobody who makes a task.
    pub(crate) id: usize,
    /// `maintenance` or `uninstall`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) customer_username: String,
    /// As they were sent, in their order.
    pub(crate) worker_ids: Vec<u32>,
    #[serde(rename = "sendWhatsApp")]
    pub(crate) sends_whatsapp: bool,
    pub(crate) created_at: String,
    /// The account that was logged in.
    pub(crate) created_by: &'static str,
}

/// How often somebody tried to log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Logins {
    /// With the right password.
    pub(crate) count: u64,
    /// With a wrong one.
    pub(crate) refused: u64,
}

/// The panel's state. The ISP API reads the directory too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panel {
    pub(crate) directory: Directory,
    pub(crate) settings: SessionSettings,
    pub(crate) sessions: Sessions,
    pub(crate) logins: Logins,
    /// In the order they were made.
    pub(crate) tasks: Vec<Task>,
}

impl Panel {
    /// A panel where nothing happened yet.
    pub(crate) fn knowing(directory: Directory) -> Self {
        Self { directory, ..Self::default() }
    }

    pub(crate) fn task(&self, id: &str) -> Option<&Task> {
        let id: usize = id.parse().ok()?;
        self.tasks.iter().find(|task| task.id == id)
    }
}
