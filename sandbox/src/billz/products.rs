//! What is sold, and how much of it is there.

use serde::{Deserialize, Serialize};

use super::amounts::{Amount, Quantity};

/// A product, as it is put in through control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Product {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) name: String,
    /// The retail price of one.
    pub(crate) price: Amount,
    /// What is on the shelf; lowered by payments alone.
    pub(crate) stock: Quantity,
    /// Whether a sale may name its own price. Where it may not, the retail price stays without a word.
    #[serde(default)]
    pub(crate) allows_free_price: bool,
}
