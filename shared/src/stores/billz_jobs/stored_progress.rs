//! What is known of a job's work, as it is stored.

use serde::{Deserialize, Serialize};

use crate::domain::billz::operation::{OrderView, Park, Refusal};
use crate::domain::billz::quantity::Quantity;
use crate::domain::billz::running::Progress;
use crate::domain::money::{Currency, Money};
use crate::stores::stored_draft::parsed;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRefusal {
    code: String,
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredProgress {
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<String>,
    client_attached: bool,
    lines_added: usize,
    total_set: bool,
    postponed: bool,
    returned: bool,
    return_wanted: bool,
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_type: Option<String>,
    paid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<StoredView>,
    order_is_unknown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<StoredRefusal>,
    given_up: bool,
}

const DRAFT: &str = "DRAFT";
const ACTIVE: &str = "ACTIVE";
const EXPIRED: &str = "EXPIRED";
const COMPLETED: &str = "COMPLETED";
const OTHER: &str = "OTHER:";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredView {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    park: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    document: String,
}

pub(super) fn soum(minor: i64) -> Money {
    Money::new(minor, Currency::Uzs)
}

impl StoredRefusal {
    pub(super) fn of(refusal: &Refusal) -> Self {
        let Refusal { code, reason, product } = refusal.clone();
        Self { code, reason, product }
    }

    pub(super) fn refusal(self) -> Refusal {
        Refusal { code: self.code, reason: self.reason, product: self.product }
    }
}

impl StoredProgress {
    pub(super) fn of(progress: &Progress) -> Self {
        let text = |id: Option<&str>| id.map(str::to_owned);
        Self {
            client: text(progress.client.as_ref().map(|id| id.as_str())),
            order: text(progress.order.as_ref().map(|id| id.as_str())),
            order_number: progress.order_number.clone(),
            client_attached: progress.client_attached,
            lines_added: progress.lines_added,
            total_set: progress.total_set,
            postponed: progress.postponed,
            returned: progress.returned,
            return_wanted: progress.return_wanted,
            deleted: progress.deleted,
            payment_type: text(progress.payment_type.as_ref().map(|id| id.as_str())),
            paid: progress.paid,
            seen: progress.seen.as_ref().map(StoredView::of),
            order_is_unknown: progress.order_is_unknown,
            refusal: progress.refusal.as_ref().map(StoredRefusal::of),
            given_up: progress.given_up,
        }
    }

    pub(super) fn progress(self) -> Result<Progress, String> {
        let client = self.client.map(|id| parsed("client", &id)).transpose()?;
        let order = self.order.map(|id| parsed("order", &id)).transpose()?;
        let payment_type = self.payment_type.map(|id| parsed("payment_type", &id)).transpose()?;
        Ok(Progress {
            client_is_new: false,
            client_is_from_book: false,
            client,
            order,
            order_number: self.order_number,
            client_attached: self.client_attached,
            lines_added: self.lines_added,
            total_set: self.total_set,
            postponed: self.postponed,
            returned: self.returned,
            return_wanted: self.return_wanted,
            deleted: self.deleted,
            payment_type,
            paid: self.paid,
            seen: self.seen.map(StoredView::view).transpose()?,
            order_is_unknown: self.order_is_unknown,
            refusal: self.refusal.map(StoredRefusal::refusal),
            given_up: self.given_up,
        })
    }
}

impl StoredView {
    fn of(view: &OrderView) -> Self {
        let park = match &view.park {
            Park::Draft => DRAFT.to_owned(),
            Park::Active => ACTIVE.to_owned(),
            Park::Expired => EXPIRED.to_owned(),
            Park::Completed => COMPLETED.to_owned(),
            // Never taken for one of the others, whatever Billz says; nothing at all is such a word too.
            Park::Other(word) => format!("{OTHER}{word}"),
        };
        Self {
            number: view.number.clone(),
            park,
            total_minor: view.total.map(Money::minor),
            quantity: view.quantity.map(|quantity| quantity.to_string()),
            document: view.document.clone(),
        }
    }

    fn view(self) -> Result<OrderView, String> {
        let park = match self.park.as_str() {
            DRAFT => Park::Draft,
            ACTIVE => Park::Active,
            EXPIRED => Park::Expired,
            COMPLETED => Park::Completed,
            other => Park::Other(other.strip_prefix(OTHER).unwrap_or(other).to_owned()),
        };
        let quantity = self.quantity.map(|text| Quantity::of_order(&text).map_err(|error| error.to_string()));
        Ok(OrderView {
            number: self.number,
            park,
            total: self.total_minor.map(soum),
            quantity: quantity.transpose()?,
            document: self.document,
        })
    }
}
