//! `billz.order_created`: a sale was entered at Billz.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// A sale was entered at Billz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillzOrderCreated {
    /// The order, as the order service calls it.
    pub order_id: String,
    /// What was sold for, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// Who bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

impl BillzOrderCreated {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[
            Field::id("orderId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::text("customer").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            order_id: "order-1".to_owned(),
            amount: 25_000_000,
            currency: Currency::Uzs,
            customer: Some("Dilnoza Karimova".to_owned()),
        }
    }
}
