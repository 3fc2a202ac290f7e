//! An order: its lines, its total, and where it stands.

use super::amounts::{Amount, Quantity, share};
use crate::decimal::Decimal;

/// A hundred per cent, with two places.
pub(super) const WHOLE: i64 = 10_000;
const THOUSANDTHS: i64 = 1_000;

/// So many of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) product_id: String,
    /// As the product was called when it was added.
    pub(crate) name: String,
    pub(crate) quantity: Quantity,
    pub(crate) unit_price: Amount,
    /// The retail price when it was added.
    pub(crate) retail_price: Amount,
}

impl Line {
    /// What the line costs, rounded half up to a tiyin.
    pub(crate) fn amount(&self) -> Amount {
        Decimal(share(self.unit_price.0, self.quantity.0, THOUSANDTHS))
    }
}

/// What is taken off the whole cart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CartDiscount {
    #[default]
    None,
    /// Hundredths of a per cent.
    Percent(i64),
    /// So many tiyin; fewer than none where the new price is above the sum.
    Off(i64),
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Draft,
    /// Postponed until then, in unix seconds: its products are kept for it.
    Postponed {
        until: i64,
    },
    Completed,
    Deleted,
}

/// Money that was taken for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) company_payment_type_id: String,
    pub(crate) paid_amount: Amount,
    pub(crate) returned_amount: Amount,
}

/// A sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) comment: String,
    pub(crate) customer_id: Option<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) cart_discount: CartDiscount,
    pub(crate) standing: Standing,
    /// When it was last postponed to, kept after its payment.
    pub(crate) future_time: Option<i64>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Order {
    /// An empty draft.
    pub(super) fn draft(id: String, number: String, comment: String, now: i64) -> Self {
        Self {
            id,
            number,
            comment,
            customer_id: None,
            lines: Vec::new(),
            cart_discount: CartDiscount::None,
            standing: Standing::Draft,
            future_time: None,
            payments: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The sum of the lines.
    pub(super) fn sum(&self) -> Amount {
        Decimal(self.lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.amount().0)))
    }

    /// What is to be paid.
    pub(crate) fn total(&self) -> Amount {
        let sum = self.sum().0;
        let off = match self.cart_discount {
            CartDiscount::None => 0,
            CartDiscount::Percent(percent) => share(sum, percent, WHOLE),
            CartDiscount::Off(off) => off,
        };
        Decimal(sum.saturating_sub(off).max(0))
    }

    /// How much of everything there is together.
    pub(crate) fn total_quantity(&self) -> Quantity {
        Decimal(self.lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.quantity.0)))
    }

    /// How much of this product it has.
    pub(super) fn quantity_of(&self, product_id: &str) -> i64 {
        let of_product = self.lines.iter().filter(|line| line.product_id == product_id);
        of_product.fold(0, |sum: i64, line| sum.saturating_add(line.quantity.0))
    }

    /// Whether any price is another than the retail price.
    pub(crate) fn has_discount(&self) -> bool {
        self.cart_discount != CartDiscount::None
            || self.lines.iter().any(|line| line.unit_price != line.retail_price)
    }

    /// What was paid, what was given back taken off.
    pub(crate) fn paid(&self) -> Amount {
        let paid = |payment: &Payment| payment.paid_amount.0.saturating_sub(payment.returned_amount.0);
        Decimal(self.payments.iter().fold(0, |sum: i64, payment| sum.saturating_add(paid(payment))))
    }

    /// Whether its products are kept for it now.
    pub(super) fn keeps_products(&self, now: i64) -> bool {
        matches!(self.standing, Standing::Postponed { until } if now < until)
    }

    /// The word that Billz has for it: empty for a draft.
    pub(crate) fn park_status(&self, now: i64) -> &'static str {
        match self.standing {
            Standing::Draft | Standing::Deleted => "",
            Standing::Postponed { .. } if self.keeps_products(now) => "active",
            Standing::Postponed { .. } => "expired",
            Standing::Completed => "completed",
        }
    }

    /// The word that people are shown.
    pub(crate) fn state_word(&self, now: i64) -> &'static str {
        match self.standing {
            Standing::Draft => "draft",
            Standing::Deleted => "deleted",
            Standing::Postponed { .. } | Standing::Completed => self.park_status(now),
        }
    }
}
