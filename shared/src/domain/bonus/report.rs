//! What Portmone says about a bill without being asked, and the bill that it is kept on.
//!
//! A report may come before we know that the bill is ours, while it is being paid, after, and more than once. So it is
//! kept on the bill's own record, whoever the bill belongs to, and the bonus that has the bill hears it from there.

use jiff::Timestamp;

use crate::domain::identifier::{PayeeId, PortmoneBillId, ReceiptId};
use crate::domain::money::Money;

/// Different reports that are kept of one bill. There are two or three in the life of a bill.
pub const MAX_REPORTS: usize = 20;

/// What became of a bill, by a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillReport {
    /// What is said to have happened.
    pub outcome: ReportedOutcome,
    /// How much was paid or given back, without a sign, where it is said.
    pub amount: Option<Money>,
    /// Who was paid, where it is said.
    pub payee: Option<PayeeId>,
    /// Whose account there, masked, where it is said.
    pub recipient: Option<String>,
    /// Which of Portmone's interfaces it came by.
    pub source: ReportSource,
    /// When it came.
    pub received_at: Timestamp,
    /// The report itself, with numbers of phones masked.
    pub words: String,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportedOutcome {
    /// It is paid.
    Paid,
    /// It is not paid and will not be.
    Failed {
        /// Portmone's code. Opaque.
        code: String,
        /// Portmone's words.
        reason: String,
    },
    /// Its payment was given back.
    Refunded,
}

/// The interface that a report came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportSource {
    /// A document `<rsp>`.
    Direct,
    /// The biller protocol's notice of a payment, `BILLS`.
    Biller,
    /// The biller protocol's registry of payments, `PAY_ORDERS`.
    Registry,
    /// The merchant gateway's JSON. By Portmone's own rule it proves nothing until the gateway was asked.
    Gateway,
}

/// What is known of a bill at Portmone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortmoneBill {
    /// Portmone's id.
    pub id: PortmoneBillId,
    /// Whose it is; none until a bonus has it.
    pub bonus: Option<ReceiptId>,
    /// What was reported, in the order in which it came. Nothing is ever taken out.
    pub reports: Vec<BillReport>,
}

/// What hearing a report meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is kept.
    Kept,
    /// The same was reported before.
    Repeated,
    /// Too many different ones are kept already.
    TooMany,
}

impl ReportSource {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Direct, Self::Biller, Self::Registry, Self::Gateway];

    /// The name in stored reports and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Biller => "biller",
            Self::Registry => "registry",
            Self::Gateway => "gateway",
        }
    }
}

impl ReportedOutcome {
    /// The name in stored reports and in the API.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed { .. } => "failed",
            Self::Refunded => "refunded",
        }
    }
}

impl BillReport {
    /// Whether it says nothing that `other` does not. A payment and its refund differ by their sign alone; a notice
    /// and a registry may say the same in other words.
    fn says_the_same(&self, other: &Self) -> bool {
        let proves_as_much = other.source != ReportSource::Gateway || self.source == ReportSource::Gateway;
        self.outcome == other.outcome
            && (self.amount.is_none() || self.amount == other.amount)
            && (self.payee.is_none() || self.payee == other.payee)
            && (self.recipient.is_none() || self.recipient == other.recipient)
            && proves_as_much
    }
}

impl PortmoneBill {
    /// A bill that nothing is known of.
    pub fn unknown(id: PortmoneBillId) -> Self {
        Self { id, bonus: None, reports: Vec::new() }
    }

    /// Keeps a report, once.
    pub fn hear(&mut self, report: BillReport) -> Heard {
        if self.reports.iter().any(|kept| report.says_the_same(kept)) {
            return Heard::Repeated;
        }
        if self.reports.len() >= MAX_REPORTS {
            return Heard::TooMany;
        }
        self.reports.push(report);
        Heard::Kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn report(outcome: ReportedOutcome, minor: Option<i64>, source: ReportSource) -> BillReport {
        BillReport {
            outcome,
            amount: minor.map(|minor| Money::new(minor, Currency::Uah)),
            payee: None,
            recipient: None,
            source,
            received_at: "2026-11-21T08:00:00Z".parse().unwrap(),
            words: String::new(),
        }
    }

    fn bill() -> PortmoneBill {
        PortmoneBill::unknown("523".parse().unwrap())
    }

    #[test]
    fn the_same_report_is_kept_once_whichever_way_it_comes() {
        let mut bill = bill();
        assert_eq!(bill.hear(report(ReportedOutcome::Paid, Some(100), ReportSource::Biller)), Heard::Kept);
        for (minor, source) in [
            (Some(100), ReportSource::Biller),
            (Some(100), ReportSource::Registry),
            (None, ReportSource::Direct),
            (None, ReportSource::Gateway),
        ] {
            assert_eq!(
                bill.hear(report(ReportedOutcome::Paid, minor, source)),
                Heard::Repeated,
                "{source:?}"
            );
        }
        assert_eq!(bill.reports.len(), 1);
    }

    #[test]
    fn a_refund_is_no_repeat_of_its_payment_and_another_amount_none_of_the_first() {
        let mut bill = bill();
        bill.hear(report(ReportedOutcome::Paid, Some(100), ReportSource::Biller));
        assert_eq!(
            bill.hear(report(ReportedOutcome::Refunded, Some(100), ReportSource::Biller)),
            Heard::Kept
        );
        assert_eq!(bill.hear(report(ReportedOutcome::Paid, Some(200), ReportSource::Biller)), Heard::Kept);
        let failed = ReportedOutcome::Failed { code: "123".to_owned(), reason: "Declined".to_owned() };
        assert_eq!(bill.hear(report(failed, None, ReportSource::Direct)), Heard::Kept);
    }

    #[test]
    fn a_report_about_another_account_or_payee_is_no_repeat() {
        let to = |payee: Option<&str>, recipient: Option<&str>| BillReport {
            payee: payee.map(|payee| payee.parse().unwrap()),
            recipient: recipient.map(str::to_owned),
            ..report(ReportedOutcome::Paid, Some(100), ReportSource::Biller)
        };
        let (other, ours) = (Some("+**********99"), Some("+**********67"));
        let mut bill = bill();
        assert_eq!(bill.hear(to(None, other)), Heard::Kept);
        assert_eq!(bill.hear(to(None, ours)), Heard::Kept);
        assert_eq!(bill.hear(to(Some("2065"), ours)), Heard::Kept);
        assert_eq!(bill.hear(to(Some("2066"), ours)), Heard::Kept);
        for (payee, recipient) in [(None, other), (None, ours), (None, None), (Some("2065"), None)] {
            assert_eq!(bill.hear(to(payee, recipient)), Heard::Repeated, "{payee:?} {recipient:?}");
        }
    }

    #[test]
    fn what_proves_something_is_no_repeat_of_what_does_not() {
        let mut bill = bill();
        assert_eq!(bill.hear(report(ReportedOutcome::Paid, None, ReportSource::Gateway)), Heard::Kept);
        assert_eq!(bill.hear(report(ReportedOutcome::Paid, None, ReportSource::Direct)), Heard::Kept);
        assert_eq!(bill.hear(report(ReportedOutcome::Paid, None, ReportSource::Gateway)), Heard::Repeated);
    }

    #[test]
    fn a_bill_keeps_no_more_than_it_can() {
        let mut bill = bill();
        for minor in 0..i64::try_from(MAX_REPORTS).unwrap() {
            let report = report(ReportedOutcome::Paid, Some(minor), ReportSource::Biller);
            assert_eq!(bill.hear(report), Heard::Kept);
        }
        let one_more = report(ReportedOutcome::Paid, Some(-1), ReportSource::Biller);
        assert_eq!(bill.hear(one_more), Heard::TooMany);
    }
}
