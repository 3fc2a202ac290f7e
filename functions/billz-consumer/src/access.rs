//! The way to Billz: the login that everybody shares, or why there is none.

use std::sync::Arc;

use jiff::SignedDuration;
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::providers::billz::{Billz, Shop};
use shared::providers::call::Caller;
use shared::stores::table::Table;
use shared::workflows::billz_login::BillzLogin;

/// Billz, if it is used.
#[derive(Debug, Clone)]
pub enum BillzAccess {
    /// It is used, by this login.
    On(Arc<BillzLogin>),
    /// It is not: jobs stay in their queues.
    Off,
}

/// Where Billz and its secret token are.
#[derive(Debug)]
pub struct BillzSource {
    /// Where the secret token is.
    pub secrets: SecretReader,
    /// For calls to it.
    pub caller: Caller,
    /// `BILLZ_BASE_URL`; none when it is empty.
    pub base_url: Option<String>,
    /// The shop that is sold in; none where it is not set.
    pub shop: Option<Shop>,
    /// Where token and pace are kept.
    pub table: Table,
    /// From one call to the next.
    pub gap: SignedDuration,
}

impl BillzSource {
    /// Billz, with its secret token as it is now.
    ///
    /// # Errors
    /// When the secret token cannot be read.
    pub async fn read(&self) -> Result<BillzAccess, SecretError> {
        let (Some(base_url), Some(shop)) = (&self.base_url, &self.shop) else { return Ok(BillzAccess::Off) };
        let credentials = self.secrets.batch(&["billz"]).await?.get("billz")?;
        let Some(billz) = Billz::new(self.caller.clone(), base_url, shop.clone(), credentials) else {
            return Ok(BillzAccess::Off);
        };
        Ok(BillzAccess::On(Arc::new(BillzLogin::new(billz, self.table.clone(), self.gap))))
    }
}
