//! The channels that the merchant offers, held for a while, and what each costs for an amount.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::money::Money;
use crate::providers::tripay::{ChannelFee, OfferedChannel, Tripay, TripayError};

/// How long Tripay's list is used without asking again.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Tripay's list of channels, as last read.
#[derive(Debug, Default)]
pub struct ChannelList {
    held: RwLock<Option<(Vec<OfferedChannel>, Instant)>>,
}

/// A way to pay an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayToPay {
    /// The channel.
    pub offered: OfferedChannel,
    /// What it costs; none when no amount was given, or Tripay tells none.
    pub fee: Option<ChannelFee>,
}

impl ChannelList {
    /// The channels the merchant offers, at most 10 minutes old.
    ///
    /// # Errors
    /// When Tripay cannot be asked.
    pub async fn offered(&self, tripay: &Tripay) -> Result<Vec<OfferedChannel>, TripayError> {
        if let Some(channels) = self.fresh() {
            return Ok(channels);
        }
        let channels = tripay.channels().await?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some((channels.clone(), Instant::now()));
        Ok(channels)
    }

    /// The channels that take `amount`, with their fees; all of them when there is no amount.
    ///
    /// # Errors
    /// When Tripay cannot be asked.
    pub async fn ways_to_pay(
        &self,
        tripay: &Tripay,
        amount: Option<Money>,
    ) -> Result<Vec<WayToPay>, TripayError> {
        let fees = async {
            match amount {
                Some(amount) => tripay.fees(amount).await,
                None => Ok(Vec::new()),
            }
        };
        let (offered, fees) = futures::try_join!(self.offered(tripay), fees)?;
        let way = |offered: OfferedChannel| {
            let fee = fees.iter().find(|fee| fee.code == offered.code).cloned();
            WayToPay { offered, fee }
        };
        let is_taken = |channel: &OfferedChannel| amount.is_none_or(|amount| takes(channel, amount));
        Ok(offered.into_iter().filter(is_taken).map(way).collect())
    }

    fn fresh(&self) -> Option<Vec<OfferedChannel>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(_, read_at)| read_at.elapsed() < KEPT).map(|(channels, _)| channels.clone())
    }
}

/// Whether an amount is within a channel's limits.
pub fn takes(channel: &OfferedChannel, amount: Money) -> bool {
    (channel.minimum.minor()..=channel.maximum.minor()).contains(&amount.minor())
}
