//! What a payment provider says about a transaction, once it has been proved to come from there.

use jiff::Timestamp;

use super::identifier::Reference;
use super::invoice::number::MerchantRef;
use super::money::Money;

/// A report about one transaction: a verified callback, or the answer to a question of ours.
///
/// Only the provider's own module makes one, after verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentReport {
    /// Which attempt to pay which invoice it is about.
    pub merchant_ref: MerchantRef,
    /// The provider's reference of the transaction.
    pub reference: Reference,
    /// What happened to it.
    pub status: ReportedStatus,
    /// What counts towards the invoice: what the customer paid, less the fee the customer bears.
    pub amount: Money,
    /// When the customer paid, where the provider says so.
    pub paid_at: Option<Timestamp>,
    /// Who said it.
    pub source: ReportSource,
    /// The report as it came, kept as evidence.
    pub raw: String,
}

/// What a report says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedStatus {
    /// Nothing yet: the code can be paid.
    Unpaid,
    /// The customer paid.
    Paid,
    /// The payment failed for good.
    Failed,
    /// The code ended unpaid.
    Expired,
    /// The money went back to the customer.
    Refunded,
}

impl ReportedStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Unpaid, Self::Paid, Self::Failed, Self::Expired, Self::Refunded];

    /// The name in stored invoices and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "UNPAID",
            Self::Paid => "PAID",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Refunded => "REFUND",
        }
    }
}

/// How a report reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportSource {
    /// The provider called us.
    Callback,
    /// We asked the provider.
    Inquiry,
}

impl ReportSource {
    /// Every source.
    pub const ALL: [Self; 2] = [Self::Callback, Self::Inquiry];

    /// The name in stored invoices and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Inquiry => "inquiry",
        }
    }
}
