//! A closed payment, and how its status moves.

use serde::Serialize;

use super::channels::{Channel, ChannelKind};
use super::credentials::Side;
use super::reports::Delivery;
use crate::options::FeeBearer;

/// Tripay's words for where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Unpaid,
    Paid,
    Expired,
    Failed,
    Refund,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unpaid => "UNPAID",
            Self::Paid => "PAID",
            Self::Expired => "EXPIRED",
            Self::Failed => "FAILED",
            Self::Refund => "REFUND",
        }
    }

    /// Where a transaction stands after `event` reached it. Money that comes late still comes in; a paid one
    /// can only be refunded, and an event that does not fit changes nothing.
    fn after(self, event: Self) -> Self {
        match (self, event) {
            (Self::Unpaid | Self::Expired | Self::Failed, Self::Paid) => Self::Paid,
            (Self::Unpaid, Self::Expired) => Self::Expired,
            (Self::Unpaid, Self::Failed) => Self::Failed,
            (Self::Paid, Self::Refund) => Self::Refund,
            (unchanged, _) => unchanged,
        }
    }
}

/// What is bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) price: i64,
    pub(crate) quantity: i64,
    pub(crate) product_url: Option<String>,
    pub(crate) image_url: Option<String>,
}

impl Item {
    pub(crate) fn subtotal(&self) -> i64 {
        self.price.saturating_mul(self.quantity)
    }
}

/// The sums of a transaction, in rupiah.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    /// What the customer pays.
    pub(crate) amount: i64,
    pub(crate) fee_merchant: i64,
    pub(crate) fee_customer: i64,
    pub(crate) total_fee: i64,
    pub(crate) amount_received: i64,
}

impl Sums {
    /// What a payment of `requested` through a channel comes to.
    pub(crate) fn of(channel: &Channel, requested: i64, bearer: FeeBearer) -> Self {
        let fee = channel.fee.of(requested);
        let (fee_merchant, fee_customer) = match bearer {
            FeeBearer::Merchant => (fee, 0),
            FeeBearer::Customer => (0, fee),
        };
        let amount = requested.saturating_add(fee_customer);
        Self {
            amount,
            fee_merchant,
            fee_customer,
            total_fee: fee,
            amount_received: amount.saturating_sub(fee),
        }
    }
}

/// Who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
}

/// A closed payment.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) side: Side,
    pub(crate) reference: String,
    pub(crate) merchant_ref: String,
    pub(crate) channel: &'static Channel,
    pub(crate) customer: Customer,
    pub(crate) callback_url: Option<String>,
    pub(crate) return_url: Option<String>,
    /// What the merchant asked for, before a fee that the customer bears.
    pub(crate) requested_amount: i64,
    pub(crate) sums: Sums,
    pub(crate) items: Vec<Item>,
    pub(crate) pay_code: Option<String>,
    pub(crate) status: Status,
    pub(crate) created_at: i64,
    pub(crate) expired_time: i64,
    pub(crate) paid_at: Option<i64>,
    /// Every delivery of a report about it, in order.
    pub(crate) deliveries: Vec<Delivery>,
}

impl Transaction {
    /// Lets an event reach the transaction. The instant of the first payment stays.
    pub(crate) fn apply(&mut self, event: Status, now: i64) {
        self.status = self.status.after(event);
        if self.status == Status::Paid && self.paid_at.is_none() {
            self.paid_at = Some(now);
        }
    }

    /// Expires it when its time has come; whether it did.
    pub(crate) fn expire_if_due(&mut self, now: i64) -> bool {
        let is_due = self.status == Status::Unpaid && self.expired_time <= now;
        if is_due {
            self.status = Status::Expired;
        }
        is_due
    }

    /// Where the customer pays, for every channel.
    pub(crate) fn checkout_url(&self, sandbox_url: &str) -> String {
        format!("{sandbox_url}/tripay/checkout/{}", self.reference)
    }

    /// Where the customer is sent, for channels that send.
    pub(crate) fn pay_url(&self, sandbox_url: &str) -> Option<String> {
        match self.channel.kind {
            ChannelKind::Direct => None,
            ChannelKind::Redirect => Some(self.checkout_url(sandbox_url)),
        }
    }

    /// The picture to be scanned, for channels that have one.
    pub(crate) fn qr_url(&self, sandbox_url: &str) -> Option<String> {
        self.channel.is_qr().then(|| format!("{sandbox_url}/tripay/qr/{}", self.reference))
    }

    /// The text of that picture. Tripay's sandbox has none to be paid with.
    pub(crate) fn qr_string(&self) -> Option<String> {
        self.channel.is_qr().then(|| match self.side {
            Side::Sandbox => "SANDBOX MODE".to_owned(),
            Side::Production => {
                format!("0002010102122651{}5303360540{}5802ID", self.reference, self.sums.amount)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Status::{Expired, Failed, Paid, Refund, Unpaid};
    use super::Sums;
    use crate::options::FeeBearer;
    use crate::tripay::channels::channel;

    #[test]
    fn a_status_moves_only_where_money_allows() {
        let moves = [
            (Unpaid, Paid, Paid),
            (Unpaid, Expired, Expired),
            (Unpaid, Failed, Failed),
            (Unpaid, Refund, Unpaid),
            (Expired, Paid, Paid),
            (Failed, Paid, Paid),
            (Paid, Expired, Paid),
            (Paid, Failed, Paid),
            (Paid, Refund, Refund),
            (Refund, Paid, Refund),
        ];
        for (from, event, to) in moves {
            assert_eq!(from.after(event), to, "{from:?} on {event:?}");
        }
    }

    #[test]
    fn the_bearer_of_the_fee_decides_who_pays_what() {
        let qris = channel("QRIS").unwrap();
        let sums = Sums::of(qris, 120_000, FeeBearer::Customer);
        assert_eq!((sums.amount, sums.fee_customer, sums.fee_merchant), (121_590, 1_590, 0));
        assert_eq!((sums.total_fee, sums.amount_received), (1_590, 120_000));
        let sums = Sums::of(qris, 150_000, FeeBearer::Merchant);
        assert_eq!((sums.amount, sums.fee_merchant, sums.amount_received), (150_000, 1_800, 148_200));
    }
}
