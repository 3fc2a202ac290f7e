//! The reports and decisions inside an invoice's item: its audit trail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::stored_attempt::attempt_number;
use super::{named, parsed};
use crate::domain::invoice::review::{Decision, Review};
use crate::domain::invoice::settle::{Disagreement, ReceivedReport};
use crate::domain::money::{Currency, Money};
use crate::domain::payment_report::{ReportSource, ReportedStatus};

/// A report as it is stored, with its evidence.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredReport {
    attempt: u8,
    reference: String,
    status: String,
    amount_minor: i64,
    currency: String,
    source: String,
    received_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disagreement: Option<String>,
    raw: String,
}

/// A decision as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredReview {
    decision: String,
    reason: String,
    decided_by: String,
    decided_at: Timestamp,
}

impl StoredReport {
    /// The stored form.
    pub fn of(report: &ReceivedReport) -> Self {
        Self {
            attempt: report.attempt.get(),
            reference: report.reference.to_string(),
            status: report.status.as_str().to_owned(),
            amount_minor: report.amount.minor(),
            currency: report.amount.currency().code().to_owned(),
            source: report.source.as_str().to_owned(),
            received_at: report.received_at,
            disagreement: report.disagreement.map(|disagreement| disagreement.as_str().to_owned()),
            raw: report.raw.clone(),
        }
    }

    /// The report.
    ///
    /// # Errors
    /// What is wrong with the stored form.
    pub fn report(self) -> Result<ReceivedReport, String> {
        let currency: Currency = parsed("reports.currency", &self.currency)?;
        let disagreement = self
            .disagreement
            .map(|name| named("reports.disagreement", Disagreement::ALL, Disagreement::as_str, &name))
            .transpose()?;
        Ok(ReceivedReport {
            attempt: attempt_number(self.attempt)?,
            reference: parsed("reports.reference", &self.reference)?,
            status: named("reports.status", ReportedStatus::ALL, ReportedStatus::as_str, &self.status)?,
            amount: Money::new(self.amount_minor, currency),
            source: named("reports.source", ReportSource::ALL, ReportSource::as_str, &self.source)?,
            received_at: self.received_at,
            disagreement,
            raw: self.raw,
        })
    }
}

impl StoredReview {
    /// The stored form.
    pub fn of(review: &Review) -> Self {
        Self {
            decision: review.decision.as_str().to_owned(),
            reason: review.reason.clone(),
            decided_by: review.decided_by.to_string(),
            decided_at: review.decided_at,
        }
    }

    /// The decision.
    ///
    /// # Errors
    /// What is wrong with the stored form.
    pub fn review(self) -> Result<Review, String> {
        Ok(Review {
            decision: named("reviews.decision", Decision::ALL, Decision::as_str, &self.decision)?,
            reason: self.reason,
            decided_by: parsed("reviews.decided_by", &self.decided_by)?,
            decided_at: self.decided_at,
        })
    }
}
