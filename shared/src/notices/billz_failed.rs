//! `billz.failed`: a job at Billz failed and waits for a person.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::Field;

/// A job at Billz failed and waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillzFailed {
    /// The job.
    pub job: String,
    /// The order it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Why.
    pub reason: String,
}

impl BillzFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[Field::id("job"), Field::id("orderId").optional(), Field::text("reason")],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            job: "payment-1".to_owned(),
            order_id: Some("order-1".to_owned()),
            reason: "The shift is closed".to_owned(),
        }
    }
}
