//! `POST /internal/sms/check`: whether messages may be sent, as far as billing has a say.
//!
//! One read of the table. Whatever is wrong with billing, messages are let through: that is counted, and told.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::decimal::Decimal;
use shared::domain::identifier::UserId;
use shared::domain::money::Currency;
use shared::domain::sms::check::{Check, Verdict, check as judge};
use shared::domain::sms::micros::Micros;
use shared::domain::sms::settings::Settings;
use shared::domain::sms::usage::{Totals, UsageError};
use shared::lambda::metrics::Metric;
use shared::rest::auth::Service;
use shared::rest::command::Command;
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;
use shared::workflows::price_sms::{Described, Messages};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::app::App;

/// A sender waits no longer for billing.
const PATIENCE: Duration = Duration::from_secs(2);
/// Why messages are blocked: the words that senders know.
const BLOCKED: &str = "User has pending billings that require manual approval";

/// Messages that are to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckSms {
    /// Who sends them.
    #[schema(example = "user-1")]
    user_id: String,
    /// How many; 1 when not given.
    #[schema(minimum = 1, maximum = 1_000_000)]
    message_count: Option<u64>,
    /// What they cost together, where it is known; otherwise it is reckoned by the user's rate deck.
    total_cost: Option<Decimal>,
    /// The number that they go to; not kept.
    to: Option<String>,
    /// What one of them says; not kept.
    text: Option<String>,
    /// How many parts one of them has, where its text is not told.
    segments: Option<u32>,
    /// The country as the rate deck names it.
    country: Option<String>,
    /// The first digits of the number.
    prefix: Option<String>,
    /// `campaign` for messages that are billed with their campaign: nothing is held against them. `single` when not
    /// given.
    message_type: Option<MessageType>,
    /// Taken and not looked at.
    #[expect(dead_code, reason = "senders say it, and billing has no use for it")]
    provider: Option<String>,
    /// Taken and not looked at.
    #[expect(dead_code, reason = "senders say it, and billing has no use for it")]
    campaign_id: Option<String>,
}

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageType {
    Single,
    Campaign,
}

/// What billing says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// They reach a limit: a bill is made after them.
    should_create_billing: bool,
    /// They are not to be sent.
    should_block: bool,
    /// Why, where one of the two is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What the user used that is not billed yet, without these messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_usage: Option<UsageView>,
    /// False where no rate fits and no cost was told: then only their number was looked at, and reporting them will be
    /// refused as `no_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_priced: Option<bool>,
    /// True where billing could not be asked: they are let through unseen.
    #[serde(skip_serializing_if = "Option::is_none")]
    degraded: Option<bool>,
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenUsageView)]
pub struct UsageView {
    /// What it costs.
    total_cost: Decimal,
    /// How many messages.
    total_messages: u64,
    /// The currency that it is counted in.
    currency: &'static str,
}

/// Why billing cannot say anything.
enum Trouble {
    Store(StoreError),
    Usage(UsageError),
}

/// Says whether messages may be sent. They are blocked only where bills of the user wait for a person's approval. Where
/// the user is billed whenever a limit is reached, it is told that they reach it. When billing itself is in trouble, or
/// takes longer than two seconds, they are let through with `degraded`.
#[utoipa::path(post, path = "/internal/sms/check", operation_id = "check_sms", request_body = CheckSms, tag = "sms",
    security(("service" = [])),
    responses((status = 200, body = CheckView), (status = 422, description = "A field is wrong (`invalid_body`)")))]
pub async fn check(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
    command: Command<CheckSms>,
) -> Result<Response, Refusal> {
    let wish = &command.wish;
    let user: UserId =
        wish.user_id.parse().map_err(|error| unprocessable("invalid_body", format!("userId: {error}")))?;
    let messages = wish.messages()?;
    let cost = wish.total_cost.as_ref().map(Decimal::micros).transpose();
    let cost = cost.map_err(|error| unprocessable("invalid_body", format!("totalCost: {error}")))?;
    let is_campaign = wish.message_type == Some(MessageType::Campaign);
    let answer = match timeout(PATIENCE, app.check(&user, &messages, cost, is_campaign)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(Trouble::Store(error))) => degraded(app, &cause, &error.to_string()),
        Ok(Err(Trouble::Usage(error))) => degraded(app, &cause, &error.to_string()),
        Err(_) => degraded(app, &cause, "the store took too long"),
    };
    replies::json(StatusCode::OK, &answer)
}

fn degraded(app: &App, cause: &Cause, error: &str) -> CheckView {
    tracing::error!(correlationId = cause.correlation_id, error, "messages are let through unseen");
    app.edge.metrics.count(Metric::SmsCheckDegraded);
    CheckView { degraded: Some(true), ..CheckView::nothing() }
}

impl CheckSms {
    fn messages(&self) -> Result<Messages, Refusal> {
        let described = Described {
            to: self.to.as_deref(),
            prefix: self.prefix.as_deref(),
            country: self.country.as_deref(),
            text: self.text.as_deref(),
            segments: self.segments,
            messages: self.message_count,
            cost: None,
        };
        Messages::read(&described).map_err(|error| unprocessable("invalid_body", error.to_string()))
    }
}

impl App {
    async fn check(
        &self,
        user: &UserId,
        messages: &Messages,
        cost: Option<Micros>,
        is_campaign: bool,
    ) -> Result<CheckView, Trouble> {
        let terms = self.usage.terms.current().await?;
        let account = self.usage.accounts.get(user).await?.account;
        let settings = terms.of(&account.overrides);
        let priced = match (cost, &settings.deck.value) {
            (Some(cost), _) => Some(cost),
            (None, Some(deck)) => {
                let deck = self.usage.tariffs.deck(deck).await?;
                let priced = messages.price(deck.as_deref(), settings.currency.value);
                priced.ok().map(|priced| priced.line.cost)
            }
            (None, None) => None,
        };
        let this = Totals { messages: messages.count, failed: 0, cost: priced.unwrap_or_default() };
        let Check { open, verdict } = judge(&account, &settings, this.messages, this.cost)?;
        let verdict = if is_campaign { Verdict::Send } else { verdict };
        let usage = UsageView {
            total_cost: Decimal::of_micros(open.cost),
            total_messages: open.messages,
            currency: settings.currency.value.code(),
        };
        let known = CheckView {
            current_usage: Some(usage),
            is_priced: priced.is_none().then_some(false),
            ..CheckView::nothing()
        };
        Ok(match verdict {
            Verdict::Send => known,
            Verdict::SendAndBill => {
                let reason = Some(reached(open.plus(this)?, &settings));
                CheckView { should_create_billing: true, reason, ..known }
            }
            Verdict::Blocked => CheckView { should_block: true, reason: Some(BLOCKED.to_owned()), ..known },
        })
    }
}

impl CheckView {
    fn nothing() -> Self {
        Self {
            should_create_billing: false,
            should_block: false,
            reason: None,
            current_usage: None,
            is_priced: None,
            degraded: None,
        }
    }
}

/// Which limit these reach, in the words that senders know.
fn reached(after: Totals, settings: &Settings) -> String {
    let currency = settings.currency.value;
    let sign = if currency == Currency::Usd { "$".to_owned() } else { format!("{} ", currency.code()) };
    let (cost, limit) = (after.cost.rounded(currency).to_decimal(), settings.max_amount.value.to_decimal(0));
    let (messages, most) = (after.messages, settings.max_messages.value);
    format!("Threshold reached: {sign}{cost}/{limit} or {messages}/{most} messages")
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<UsageError> for Trouble {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}
