//! Why something is not done: business refusals, with the numbers that Billz gives them.

/// Not enough of a product in stock.
const OUT_OF_STOCK: u32 = 20_016;
/// The payments are not the order's total.
const WRONG_PAYMENT: u32 = 20_020;

/// A refusal. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Objection {
    /// What the envelope says, 400 or above; the HTTP status is 200 all the same.
    pub(super) status_code: u16,
    /// Billz's number, where one is known.
    pub(super) error_code: Option<u32>,
    pub(super) message: String,
}

impl Objection {
    pub(super) fn because(message: impl Into<String>) -> Self {
        Self { status_code: 400, error_code: None, message: message.into() }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self { status_code: 404, error_code: None, message: format!("{what} not found") }
    }

    pub(super) fn out_of_stock() -> Self {
        let message = "not enough products in stock".to_owned();
        Self { status_code: 400, error_code: Some(OUT_OF_STOCK), message }
    }

    pub(super) fn wrong_payment(total: impl ToString, paid: impl ToString) -> Self {
        let (total, paid) = (total.to_string(), paid.to_string());
        let message = format!("wrong payment amount: order total {total}, paid {paid}");
        Self { status_code: 400, error_code: Some(WRONG_PAYMENT), message }
    }
}
