//! `GET /api/admin/bonuses`: bonuses by what operators look for.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::bonus::{Bonus, BonusState, Standing};
use shared::domain::dialogue::ChatId;
use shared::rest::auth::Admin;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::bonuses::listing::Filter;
use shared::stores::invoices::Cause;
use utoipa::IntoParams;

use crate::app::App;
use crate::bonus_views::BonusView;

/// Which bonuses.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BonusQuery {
    /// In this one state, such as `NEEDS_REVIEW`; in any when not given.
    state: Option<String>,
    /// `retry`: they wait to be tried again, with a reason. `manual`: they wait for a person (`REFUSED`, `NEEDS_REVIEW`).
    /// Not together with `state`.
    bucket: Option<String>,
    /// Of this user.
    user_id: Option<String>,
    /// Told about in this chat.
    telegram_id: Option<i64>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// What waits for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bucket {
    /// To be tried again, by itself.
    Retry,
    /// For a person.
    Manual,
}

impl Bucket {
    const ALL: [Self; 2] = [Self::Retry, Self::Manual];

    fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Manual => "manual",
        }
    }

    fn states(self) -> Vec<BonusState> {
        match self {
            Self::Retry => vec![BonusState::Created, BonusState::BillMade, BonusState::Paid],
            Self::Manual => vec![BonusState::Refused, BonusState::NeedsReview],
        }
    }

    /// Of bonuses in its states: what is to be done for the first time is not yet tried again.
    fn holds(self, bonus: &Bonus) -> bool {
        match (self, &bonus.standing) {
            (
                Self::Retry,
                Standing::Created(wait) | Standing::BillMade(wait) | Standing::Paid { wait, .. },
            ) => wait.reason.is_some(),
            (Self::Manual, _) => true,
            (Self::Retry, _) => false,
        }
    }
}

/// Bonuses, newest first. A part may hold fewer items than asked for while there are more: `nextCursor` says. Without a
/// state, a bucket and a user, those of the last 26 months.
#[utoipa::path(get, path = "/api/admin/bonuses", operation_id = "list_bonuses", params(BonusQuery), tag = "bonuses",
    security(("admin" = [])),
    responses((status = 200, body = Page<BonusView<'static>>), (status = 422, description = "A parameter is wrong (`invalid_parameter`)")))]
pub async fn list(
    State(app): State<&'static App>,
    _admin: Admin,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<BonusQuery>,
) -> Result<Response, Refusal> {
    let bucket = query.bucket.as_deref().map(bucket).transpose()?;
    let states = match (query.state.as_deref(), bucket) {
        (Some(_), Some(_)) => return Err(wrong("state and bucket do not go together")),
        (Some(name), None) => vec![state(name)?],
        (None, Some(bucket)) => bucket.states(),
        (None, None) => Vec::new(),
    };
    let user = query.user_id.as_deref().map(str::parse).transpose();
    let filter = Filter {
        user: user.map_err(|error| wrong(format!("userId: {error}")))?,
        chat: query.telegram_id.map(ChatId),
        states,
    };
    let name = format!("bonuses {filter:?} {bucket:?}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let (bonuses, next) = app.bonuses.list(&filter, after.as_ref(), limit(query.limit)?, cause.now).await?;
    let is_held = |bonus: &&Bonus| bucket.is_none_or(|bucket| bucket.holds(bonus));
    let items = bonuses.iter().filter(is_held).map(BonusView::of).collect();
    let next_cursor = next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

fn state(name: &str) -> Result<BonusState, Refusal> {
    let found = BonusState::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        wrong(format!("the states are {}", BonusState::ALL.map(BonusState::as_str).join(", ")))
    })
}

fn bucket(name: &str) -> Result<Bucket, Refusal> {
    let found = Bucket::ALL.into_iter().find(|bucket| bucket.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| wrong(format!("the buckets are {}", Bucket::ALL.map(Bucket::as_str).join(", "))))
}

fn wrong(detail: impl Into<String>) -> Refusal {
    unprocessable("invalid_parameter", detail)
}
