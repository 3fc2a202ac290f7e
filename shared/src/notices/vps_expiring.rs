//! `vps.expiring`: a virtual server is paid for a few more days.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, WebAddress};

/// A virtual server is paid for a few more days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VpsExpiring {
    /// The order, as the order service calls it.
    pub order_id: String,
    /// Its name.
    pub hostname: String,
    /// Until when it is paid for.
    pub expires_at: Timestamp,
    /// How many days that is.
    pub days_left: u64,
    /// Where it can be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew_url: Option<WebAddress>,
}

impl VpsExpiring {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::id("orderId"),
            Field::id("hostname"),
            Field::instant("expiresAt"),
            Field::count("daysLeft"),
            Field::link("renewUrl").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            order_id: "order-1".to_owned(),
            hostname: "vps-1.example.com".to_owned(),
            expires_at: Timestamp::constant(1_795_503_900, 0),
            days_left: 3,
            renew_url: "https://shop.example.com/renew/order-1".parse().ok(),
        }
    }
}
