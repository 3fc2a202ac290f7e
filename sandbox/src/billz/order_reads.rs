//! The methods that read orders: one, its bill, and the drafts.

use axum::Json;
use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};

use super::answers::HttpError;
use super::caller::Caller;
use super::local_time::local_text;
use super::order::{Order, Standing};
use super::order_view::OrderView;
use super::{SHOP_ID, page_of};

/// `GET /v2/order/{order_id}` and `POST /v1/recalculate-order-bill/{order_id}`
pub(super) async fn one(caller: Caller, Path(order_id): Path<String>) -> Result<Json<OrderView>, HttpError> {
    let company = caller.company();
    let order = company.order(&order_id).map_err(|objection| HttpError::not_found(objection.message))?;
    Ok(Json(OrderView::of(order, caller.now())))
}

/// What is empty is not looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    limit: Option<usize>,
    page: Option<usize>,
    /// `YYYY-MM-DD`, with a time or without; the day of the draft's making, in the shop's time.
    start_date: String,
    /// The whole day, where it has no time.
    end_date: String,
    /// A customer's id.
    client: String,
    /// A part of the comment or of the number, in any case.
    search: String,
    /// `true`: only what is not postponed; `false`: only what is.
    future_time_is_null: String,
    order_park_status: String,
    shop_id: String,
    #[serde(rename = "Billz-Response-Channel")]
    _channel: String,
}

impl Filter {
    /// Completed orders are shown only where they are asked for and were postponed.
    fn shows(&self, order: &Order, now: i64) -> bool {
        let is_kept = match order.standing {
            Standing::Draft | Standing::Postponed { .. } => true,
            Standing::Completed => order.future_time.is_some() && self.order_park_status == "completed",
            Standing::Deleted => false,
        };
        let created_at = local_text(order.created_at);
        let end_date = if self.end_date.len() == "2024-07-16".len() {
            format!("{} 23:59:59", self.end_date)
        } else {
            self.end_date.clone()
        };
        let search = self.search.to_lowercase();
        let is_found = order.comment.to_lowercase().contains(&search) || order.number.contains(&search);
        let is_null = order.future_time.is_none();
        let or_empty = |wanted: &str, is_so: bool| wanted.is_empty() || is_so;
        is_kept
            && or_empty(&self.start_date, created_at.as_str() >= self.start_date.as_str())
            && or_empty(&end_date, created_at.as_str() <= end_date.as_str())
            && or_empty(&self.client, order.customer_id.as_deref() == Some(&self.client))
            && or_empty(&search, is_found)
            && or_empty(&self.future_time_is_null, self.future_time_is_null == is_null.to_string())
            && or_empty(&self.order_park_status, self.order_park_status == order.park_status(now))
            && or_empty(&self.shop_id, self.shop_id == SHOP_ID)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Drafts {
    /// Of all pages together.
    count: usize,
    orders: Vec<OrderView>,
}

/// `GET /v2/order-notes`: the newest first.
pub(super) async fn drafts(caller: Caller, Query(filter): Query<Filter>) -> Json<Drafts> {
    let (company, now) = (caller.company(), caller.now());
    let found: Vec<&Order> = company.orders.iter().rev().filter(|order| filter.shows(order, now)).collect();
    let shown = page_of(&found, filter.limit, filter.page);
    Json(Drafts { count: found.len(), orders: shown.iter().map(|order| OrderView::of(order, now)).collect() })
}
