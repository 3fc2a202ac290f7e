//! `/api/admin/sms/billing-settings`: how users are billed.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::domain::identifier::UserId;
use shared::domain::sms::account::{AccountEvent, SmsAccount};
use shared::domain::sms::settings::{Overrides, Settings, Terms};
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::paging::Parameters;
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::invoices::Cause;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::setting_views::{PutSettings, SettingsView};

/// Whose settings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsQuery {
    /// Of this user; of everybody when not given.
    user_id: Option<String>,
    /// Whether those of everybody are shown beside the user's.
    include_global: Option<bool>,
}

/// Whose settings are removed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveQuery {
    /// Of this user; of everybody when not given.
    user_id: Option<String>,
}

/// Settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SmsSettingsList)]
pub struct SettingsList {
    /// The user's and, where asked for, those of everybody.
    settings: Vec<SettingsView>,
    /// How many those are.
    total: usize,
}

/// Settings that were changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SmsSettingsChanged)]
pub struct SettingsChanged {
    /// What happened, for people.
    message: &'static str,
    /// What counts now.
    settings: SettingsView,
}

/// What counts for a user, or for everybody: every value with where it comes from. There is no list of users: without
/// `userId` only what counts for everybody is shown. A user of whom nothing was set is shown with what counts for them.
#[utoipa::path(get, path = "/api/admin/sms/billing-settings", operation_id = "show_sms_settings", params(SettingsQuery),
    tag = "sms", security(("admin" = [])), responses((status = 200, body = SettingsList)))]
pub async fn show(
    State(app): State<&'static App>,
    _admin: Admin,
    Parameters(query): Parameters<SettingsQuery>,
) -> Result<Response, Refusal> {
    let user = query.user_id.as_deref().map(|text| user(text, "invalid_parameter")).transpose()?;
    let terms = app.usage.terms.latest().await?;
    let mut settings = Vec::new();
    if let Some(user) = &user {
        let account = app.usage.accounts.get(user).await?.account;
        settings.push(SettingsView::of(Some(user), &terms.of(&account.overrides)));
    }
    if user.is_none() || query.include_global.unwrap_or(false) {
        settings.push(global(&terms));
    }
    replies::json(StatusCode::OK, &SettingsList { total: settings.len(), settings })
}

/// Sets how a user is billed, or everybody. All of it is replaced: a field that is absent is not set any more, and the
/// next wider setting counts. What is set for everybody counts within a minute. Periods that are open end by the new
/// frequency; what was used is never lost or billed twice. Where the currency changes, what was used before is billed
/// in the one before, and its period ends with the change.
#[utoipa::path(put, path = "/api/admin/sms/billing-settings", operation_id = "put_sms_settings",
    request_body = PutSettings, tag = "sms", security(("admin" = [])),
    responses((status = 200, body = SettingsChanged),
        (status = 422, description = "A field is wrong (`invalid_body`), there is no such rate deck (`no_such_deck`), or it is in another currency (`other_currency`)")))]
pub async fn put(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Extension(cause): Extension<Cause>,
    command: Command<PutSettings>,
) -> Result<Response, Refusal> {
    let user = command.wish.user_id.as_deref().map(|text| user(text, "invalid_body")).transpose()?;
    let settings = app.set(user.as_ref(), &command.wish.overrides()?, &admin, &cause).await?;
    let message = "SMS billing settings updated successfully";
    replies::json(StatusCode::OK, &SettingsChanged { message, settings })
}

/// Removes what was set for a user, or for everybody: the next wider setting counts. The account at the switch is one of
/// them: bills of a user without one wait. Removed twice is removed once.
#[utoipa::path(delete, path = "/api/admin/sms/billing-settings", operation_id = "remove_sms_settings",
    params(RemoveQuery), tag = "sms", security(("admin" = [])),
    responses((status = 200, body = SettingsChanged)))]
pub async fn remove(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<RemoveQuery>,
) -> Result<Response, Refusal> {
    let user = query.user_id.as_deref().map(|text| user(text, "invalid_parameter")).transpose()?;
    let settings = app.set(user.as_ref(), &Overrides::default(), &admin, &cause).await?;
    let message = "SMS billing settings removed successfully";
    replies::json(StatusCode::OK, &SettingsChanged { message, settings })
}

fn user(text: &str, code: &'static str) -> Result<UserId, Refusal> {
    text.parse().map_err(|error| unprocessable(code, format!("userId: {error}")))
}

fn global(terms: &Terms) -> SettingsView {
    SettingsView::of(None, &terms.of(&Overrides::default()))
}

impl App {
    /// Sets what counts for a user, or for everybody, and shows it.
    async fn set(
        &self,
        user: Option<&UserId>,
        overrides: &Overrides,
        admin: &UserId,
        cause: &Cause,
    ) -> Result<SettingsView, Refusal> {
        let terms = self.usage.terms.latest().await?;
        let set = match user {
            Some(user) => self.set_user(user, overrides, &terms, cause).await?,
            None => {
                let terms = Terms { global: overrides.clone(), ..terms };
                self.see_deck(overrides, &terms.of(&Overrides::default())).await?;
                self.settings.set_global(overrides).await?;
                global(&self.usage.terms.latest().await?)
            }
        };
        let correlation_id = &cause.correlation_id;
        let of = user.map_or("everybody", |user| user.as_str());
        tracing::info!(correlationId = correlation_id, of, by = %admin, "SMS billing settings changed");
        Ok(set)
    }

    async fn set_user(
        &self,
        user: &UserId,
        overrides: &Overrides,
        terms: &Terms,
        cause: &Cause,
    ) -> Result<SettingsView, Refusal> {
        let settings = terms.of(overrides);
        self.see_deck(overrides, &settings).await?;
        let replace = |account: &mut SmsAccount| replace(account, overrides, &settings, cause.now);
        self.usage.accounts.change(user, terms, cause, replace).await?;
        Ok(SettingsView::of(Some(user), &settings))
    }

    /// Sees that a rate deck that is set is there, and in the currency that counts.
    async fn see_deck(&self, overrides: &Overrides, settings: &Settings) -> Result<(), Refusal> {
        let Some(id) = &overrides.deck else { return Ok(()) };
        let deck = self.decks.get(id).await?;
        let deck = deck.ok_or_else(|| unprocessable("no_such_deck", "there is no such rate deck"))?;
        let (deck, billed) = (deck.currency(), settings.currency.value);
        if deck == billed {
            return Ok(());
        }
        let detail =
            format!("the rate deck is in {}, and the settings count in {}", deck.code(), billed.code());
        Err(unprocessable("other_currency", detail))
    }
}

/// Replaces what is set for a user.
fn replace(account: &mut SmsAccount, overrides: &Overrides, settings: &Settings, now: Timestamp) {
    account.overrides = overrides.clone();
    account.align(settings, now);
    if account.limit_reached_at.is_none() && account.is_limit_reached(settings) {
        // By the new limit it was reached before.
        account.limit_reached_at = Some(now);
        account.outbox.push(AccountEvent::LimitReached);
    }
}
