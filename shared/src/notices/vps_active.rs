//! `vps.active`: a virtual server is ready; with the credentials to enter it.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, SecretText};

/// A virtual server is ready; with the credentials to enter it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VpsActive {
    /// The order, as the order service calls it.
    pub order_id: String,
    /// Its name.
    pub hostname: String,
    /// Its address.
    pub ip_address: String,
    /// Who to log in as.
    pub username: String,
    /// The password to log in with.
    pub password: SecretText,
}

impl VpsActive {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: true,
        fields: &[
            Field::id("orderId"),
            Field::id("hostname"),
            Field::id("ipAddress"),
            Field::id("username"),
            Field::secret("password"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            order_id: "order-1".to_owned(),
            hostname: "vps-1.example.com".to_owned(),
            ip_address: "203.0.113.10".to_owned(),
            username: "root".to_owned(),
            password: SecretText::sample(),
        }
    }
}
