//! `billz.order_changed`: something became of an order at Billz.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// Something became of an order at Billz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillzOrderChanged {
    /// The order, as people know it.
    pub order: String,
    /// What became of it: `created`, `placed`, `postponed`, `returned`, `paid` or `deleted`.
    pub status: String,
    /// What it costs, in minor units. Shown only with its currency.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "amount::deserialize_optional"
    )]
    pub amount: Option<i64>,
    /// The currency of what is counted in minor units here.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "currency::optional")]
    pub currency: Option<Currency>,
    /// Who buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Billz's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billz_id: Option<String>,
    /// Billz's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billz_number: Option<String>,
}

impl BillzOrderChanged {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[
            Field::id("order"),
            Field::choice("status"),
            Field::amount("amount").optional(),
            Field::currency("currency").optional(),
            Field::text("customer").optional(),
            Field::id("billzId").optional(),
            Field::id("billzNumber").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            order: "12345".to_owned(),
            status: "placed".to_owned(),
            amount: Some(25_000_000),
            currency: Some(Currency::Uzs),
            customer: Some("Dilnoza Karimova".to_owned()),
            billz_id: Some("5fffc042-afe5-48bf-8203-eb72b27500da".to_owned()),
            billz_number: Some("213945".to_owned()),
        }
    }
}
