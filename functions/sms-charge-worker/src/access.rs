//! The way to the switch: the client, or why there is none.

use shared::lambda::secrets::{SecretError, SecretReader};
use shared::providers::call::Caller;
use shared::providers::sippy::{Sippy, SippyCredentials};

/// The switch, if it is used.
#[derive(Debug, Clone)]
pub enum SwitchAccess {
    /// It is used.
    On(Sippy),
    /// It is not, and why, for people.
    Off {
        /// What would have to be set.
        reason: &'static str,
    },
}

/// Where the switch and its credentials are.
#[derive(Debug)]
pub struct SwitchSource {
    /// Where the credentials are.
    pub secrets: SecretReader,
    /// For calls to it.
    pub caller: Caller,
    /// `SIPPY_URL`; none when it is empty.
    pub url: Option<String>,
}

impl SwitchSource {
    /// The switch, with its credentials as they are now. What is `held` keeps the challenges that the switch gave it.
    ///
    /// # Errors
    /// When the credentials cannot be read.
    pub async fn read(&self, held: &SwitchAccess) -> Result<SwitchAccess, SecretError> {
        let Some(url) = &self.url else {
            return Ok(SwitchAccess::Off { reason: "the switch has no address (SIPPY_URL)" });
        };
        let credentials: SippyCredentials = self.secrets.batch(&["sippy"]).await?.get("sippy")?;
        let sippy = match held {
            SwitchAccess::On(sippy) => sippy.with_credentials(credentials),
            SwitchAccess::Off { .. } => Sippy::new(self.caller.clone(), url, credentials),
        };
        Ok(sippy.map_or(
            SwitchAccess::Off {
                reason: "the switch's address or credentials are not complete (SIPPY_URL, the secret sippy)",
            },
            SwitchAccess::On,
        ))
    }
}
