//! `/api/admin/bonuses/{receiptId}`: one bonus, and what a person decides about it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::bonus::deciding::{Decided, Decision};
use shared::domain::bonus::{Bonus, Question, Standing};
use shared::domain::identifier::{ReceiptId, UserId};
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, conflict, no_such};
use shared::stores::bonuses::ChangedBonus;
use shared::stores::invoices::Cause;
use utoipa::ToSchema;

use crate::app::App;
use crate::bonus_views::BonusView;

/// That a bonus is to be tried again now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryBonus {
    /// The step that was looked at. Whoever is late has nothing tried again.
    #[schema(minimum = 0, example = 1)]
    step: u32,
}

/// What a person decides about a bonus.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveBonus {
    /// The step that was looked at. Whoever is late decides nothing about the one after it.
    #[schema(minimum = 0, example = 2)]
    step: u32,
    /// What is decided.
    resolution: BonusResolution,
}

/// `it_happened`: somebody saw that the bill is paid, or the phone topped up. `it_did_not_happen`: it is not, and is done
/// again. `give_up`: it is not wanted any more; what was refused can be given up, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BonusResolution {
    ItHappened,
    ItDidNotHappen,
    GiveUp,
}

/// One bonus, by the receipt that earned it.
#[utoipa::path(get, path = "/api/admin/bonuses/{receiptId}", operation_id = "show_bonus",
    params(("receiptId" = String, Path)), tag = "bonuses", security(("admin" = [])),
    responses((status = 200, body = BonusView<'static>), (status = 404, description = "The receipt has no bonus")))]
pub async fn one(
    State(app): State<&'static App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let bonus = app.bonuses.get(&receipt(&id)?).await?.ok_or_else(|| no_such("bonus"))?;
    replies::json(StatusCode::OK, &BonusView::of(&bonus))
}

/// Has a bonus that waits, or that was refused, tried again now. A bill that is known is the one that is paid: no other is
/// made. What is refused for the number itself (`invalid_msisdn`, `no_payee`) or its currency (`wrong_currency`) cannot be
/// tried again; what was too high is paid by this. It answers before the try is made: what becomes of it is shown at `/api/admin/bonuses/{receiptId}`.
#[utoipa::path(post, path = "/api/admin/bonuses/{receiptId}/retry", operation_id = "retry_bonus",
    request_body = RetryBonus, params(("receiptId" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "bonuses", security(("admin" = [])),
    responses((status = 200, body = BonusView<'static>), (status = 404, description = "The receipt has no bonus"),
        (status = 409, description = "It neither waits nor was refused, has nobody to be paid to, or is at another step than the one named (`not_open`)"),
        (status = 422, description = "The step is missing (`invalid_body`)")))]
pub async fn retry(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<RetryBonus>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let step = command.wish.step;
        let decide = |bonus: &mut Bonus| bonus.retry(step, cause.now);
        app.decide(&id, &admin, &cause, step, "retry", decide).await
    })
    .await
}

/// Answers what is in question about a bonus. Look into Portmone's cabinet first, for the bill: a payment that was made
/// and is said not to have been is made again. The same decision twice is taken once; the bonus goes on by itself.
#[utoipa::path(post, path = "/api/admin/bonuses/{receiptId}/resolve", operation_id = "resolve_bonus",
    request_body = ResolveBonus, params(("receiptId" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "bonuses", security(("admin" = [])),
    responses((status = 200, body = BonusView<'static>), (status = 404, description = "The receipt has no bonus"),
        (status = 409, description = "Nothing is in question, or at another step than the one named (`not_open`)"),
        (status = 422, description = "The resolution is unknown, or the step is missing (`invalid_body`)")))]
pub async fn resolve(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<ResolveBonus>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let step = command.wish.step;
        let decision = match command.wish.resolution {
            BonusResolution::ItHappened => Decision::ItHappened,
            BonusResolution::ItDidNotHappen => Decision::ItDidNotHappen,
            BonusResolution::GiveUp => Decision::GiveUp,
        };
        let decide = |bonus: &mut Bonus| bonus.decide(step, decision, cause.now);
        app.decide(&id, &admin, &cause, step, decision.as_str(), decide).await
    })
    .await
}

impl App {
    /// Takes a person's decision about a bonus, and shows the bonus.
    async fn decide(
        &self,
        id: &str,
        admin: &UserId,
        cause: &Cause,
        step: u32,
        decided: &str,
        decide: impl Fn(&mut Bonus) -> Decided,
    ) -> Result<Response, Refusal> {
        let changed = self.bonuses.change(&receipt(id)?, None, cause, decide).await?;
        let ChangedBonus { outcome, bonus, .. } = changed.ok_or_else(|| no_such("bonus"))?;
        match outcome {
            Decided::Done => {
                let (correlation_id, state) = (&cause.correlation_id, bonus.state().as_str());
                let receipt = &bonus.receipt;
                tracing::info!(correlationId = correlation_id, %receipt, decided, step, state, by = %admin, "bonus decided");
            }
            Decided::AlreadyDone => {}
            Decided::NotOpen => {
                let (state, now, doubt) = (bonus.state().as_str(), bonus.exchanges, in_question(&bonus));
                let detail = format!(
                    "that cannot be decided about step {step}: the bonus is {state} at step {now}, with {doubt} in question"
                );
                return Err(conflict("not_open", detail));
            }
        }
        replies::json(StatusCode::OK, &BonusView::of(&bonus))
    }
}

fn in_question(bonus: &Bonus) -> &'static str {
    match &bonus.standing {
        Standing::NeedsReview { question: Question::Payment, .. } => "the payment",
        Standing::NeedsReview { question: Question::TopUp(_), .. } => "the top-up",
        _ => "nothing",
    }
}

fn receipt(id: &str) -> Result<ReceiptId, Refusal> {
    id.parse().map_err(|_| no_such("bonus"))
}
