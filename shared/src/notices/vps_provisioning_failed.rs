//! `vps.provisioning_failed`: a virtual server could not be made.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::Field;

/// A virtual server could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VpsProvisioningFailed {
    /// The order, as the order service calls it.
    pub order_id: String,
    /// The name it was to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Why, in words for the customer.
    pub reason: String,
}

impl VpsProvisioningFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: true,
        fields: &[Field::id("orderId"), Field::id("hostname").optional(), Field::text("reason")],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            order_id: "order-1".to_owned(),
            hostname: Some("vps-1.example.com".to_owned()),
            reason: "The data centre has no free addresses at the moment".to_owned(),
        }
    }
}
