//! The way to the panel: the session in it, or why there is none.

use std::sync::Arc;

use jiff::SignedDuration;
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::providers::call::Caller;
use shared::providers::isp_panel::Panel;
use shared::stores::table::Table;
use shared::workflows::panel_login::PanelLogin;

/// The panel, if it is used.
#[derive(Debug, Clone)]
pub enum PanelAccess {
    /// It is used, by this session.
    On(Arc<PanelLogin>),
    /// It is not, and why, for people.
    Off {
        /// What would have to be set.
        reason: &'static str,
    },
}

/// Where the panel and its account are.
#[derive(Debug)]
pub struct PanelSource {
    /// Where its account is.
    pub secrets: SecretReader,
    /// For calls to it.
    pub caller: Caller,
    /// `BILLING_ENABLED`.
    pub is_enabled: bool,
    /// `BILLING_API_BASE_URL`; none when it is empty.
    pub base_url: Option<String>,
    /// Where its session is kept.
    pub table: Table,
    /// For how long a login is used.
    pub session_life: SignedDuration,
}

impl PanelSource {
    /// The panel, with its account as it is now.
    ///
    /// # Errors
    /// When the account cannot be read.
    pub async fn read(&self) -> Result<PanelAccess, SecretError> {
        if !self.is_enabled {
            return Ok(PanelAccess::Off { reason: "creating tasks is switched off (BILLING_ENABLED)" });
        }
        let Some(base_url) = &self.base_url else {
            return Ok(PanelAccess::Off { reason: "the panel has no address (BILLING_API_BASE_URL)" });
        };
        let credentials = self.secrets.batch(&["isp-panel"]).await?.get("isp-panel")?;
        let Some(panel) = Panel::new(self.caller.clone(), base_url, credentials) else {
            let reason = "the panel's address or account is not complete (BILLING_API_BASE_URL, isp-panel)";
            return Ok(PanelAccess::Off { reason });
        };
        Ok(PanelAccess::On(Arc::new(PanelLogin::new(panel, self.table.clone(), self.session_life))))
    }
}

impl PanelAccess {
    /// The session in the panel.
    ///
    /// # Errors
    /// `SERVICE_DISABLED` when the panel is not used.
    pub fn login(&self) -> Result<&Arc<PanelLogin>, PanelFailure> {
        match self {
            Self::On(login) => Ok(login),
            Self::Off { reason } => Err(PanelFailure::new(PanelCode::ServiceDisabled, *reason)),
        }
    }
}
