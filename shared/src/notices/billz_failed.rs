//! `billz.failed`: a job at Billz was not done, or a person has to say what became of it.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::Field;

/// A job at Billz was not done, or a person has to say what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillzFailed {
    /// The job, by its sender's correlation id.
    pub job: String,
    /// What it asks for, such as `PLACE_ORDER`: by the name that messages, the API and the logs have for it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The order it is about, as people know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Billz's id of that order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billz_id: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether a person has to decide how it goes on; else it is over.
    pub needs_review: bool,
    /// The product that it failed for, by Billz's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
}

impl BillzFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[
            Field::id("job"),
            Field::id("type"),
            Field::id("orderId").optional(),
            Field::id("billzId").optional(),
            Field::text("reason"),
            Field::flag("needsReview"),
            Field::id("product").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            job: "payment-1".to_owned(),
            kind: "PLACE_ORDER".to_owned(),
            order_id: Some("12345".to_owned()),
            billz_id: Some("5fffc042-afe5-48bf-8203-eb72b27500da".to_owned()),
            reason: "The shift is closed".to_owned(),
            needs_review: true,
            product: Some("2ce40c63-4527-4898-a975-7c30c255fd50".to_owned()),
        }
    }
}
