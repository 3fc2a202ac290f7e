//! `/api/v1/notifications/preferences`: by which channels a customer is told what, and when not.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use shared::domain::notification::Channel;
use shared::domain::notification::preferences::Preferences;
use shared::domain::notification::quiet_hours::QuietHours;
use shared::domain::zone::{Zone, ZoneError};
use shared::notices::NoticeKind;
use shared::notices::about::Audience;
use shared::rest::auth::User;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::invoices::Cause;
use utoipa::ToSchema;

use crate::app::App;

/// How the caller wants to be told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreferencesView {
    /// The channels of every event: `EMAIL`, `TELEGRAM`, both or none.
    #[schema(example = json!({ "payment.confirmed": ["EMAIL", "TELEGRAM"] }))]
    channels: BTreeMap<&'static str, Vec<&'static str>>,
    /// When not to be disturbed by what is not urgent; null for never.
    quiet_hours: Option<QuietHoursView>,
    /// Where the caller's clock hangs, as the IANA names it.
    #[schema(example = "Asia/Jakarta")]
    time_zone: String,
}

/// Hours of a clock on the wall; over midnight when `to` is earlier.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHoursView {
    /// Quiet from this time on.
    #[schema(example = "22:00")]
    from: String,
    /// Quiet until this time.
    #[schema(example = "07:00")]
    to: String,
}

/// How the caller wants to be told from now on. What is not given is as for somebody who never chose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplacePreferences {
    /// The channels of events; an empty list mutes the event.
    #[serde(default)]
    #[schema(example = json!({ "payment.confirmed": ["TELEGRAM"] }))]
    channels: BTreeMap<String, Vec<String>>,
    /// When not to be disturbed by what is not urgent.
    #[serde(default)]
    quiet_hours: Option<QuietHoursView>,
    /// Where the caller's clock hangs, as the IANA names it.
    #[serde(default)]
    time_zone: Option<String>,
}

/// How the caller is told of things.
#[utoipa::path(get, path = "/api/v1/notifications/preferences", tag = "notifications", security(("user" = [])),
    responses((status = 200, body = PreferencesView)))]
pub async fn show(State(app): State<&'static App>, User(user): User) -> Result<Response, Refusal> {
    let chosen = app.preferences.get(&user).await?;
    let preferences = chosen.unwrap_or_else(|| Preferences::untouched(app.time_zone.clone()));
    replies::json(StatusCode::OK, &PreferencesView::of(&preferences))
}

/// Replaces how the caller is told of things.
#[utoipa::path(put, path = "/api/v1/notifications/preferences", tag = "notifications", request_body = ReplacePreferences,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    security(("user" = [])),
    responses((status = 200, body = PreferencesView),
        (status = 422, description = "An event, a channel, a time or the time zone is unknown")))]
pub async fn replace(
    State(app): State<&'static App>,
    User(user): User,
    Extension(cause): Extension<Cause>,
    command: Command<ReplacePreferences>,
) -> Result<Response, Refusal> {
    once(&app.edge, user.as_str(), &command, &cause, async {
        let preferences = read(&command.wish, &app.time_zone)?;
        app.preferences.put(&user, &preferences).await?;
        replies::json(StatusCode::OK, &PreferencesView::of(&preferences))
    })
    .await
}

impl PreferencesView {
    fn of(preferences: &Preferences) -> Self {
        let names = |kind: NoticeKind| {
            let channels = preferences.channels_of(kind.name());
            (kind.name(), channels.into_iter().map(Channel::as_str).collect())
        };
        let quiet =
            |hours: QuietHours| QuietHoursView { from: clock(hours.from()), to: clock(hours.until()) };
        Self {
            channels: customers().map(names).collect(),
            quiet_hours: preferences.quiet_hours.map(quiet),
            time_zone: preferences.time_zone.name().to_owned(),
        }
    }
}

fn read(wish: &ReplacePreferences, default_zone: &Zone) -> Result<Preferences, Refusal> {
    let zone = wish.time_zone.as_ref().map(|name| name.parse()).transpose();
    let zone = zone.map_err(|error: ZoneError| unprocessable("unknown_time_zone", error.to_string()))?;
    Ok(Preferences {
        channels: wish.channels.iter().map(chosen).collect::<Result<_, _>>()?,
        quiet_hours: wish.quiet_hours.as_ref().map(quiet_hours).transpose()?,
        time_zone: zone.unwrap_or_else(|| default_zone.clone()),
    })
}

/// The channels that were chosen for an event, each once.
fn chosen((event, names): (&String, &Vec<String>)) -> Result<(String, Vec<Channel>), Refusal> {
    let kind = customers().find(|kind| kind.name() == event);
    let kind = kind.ok_or_else(|| unprocessable("unknown_event", "channels names an unknown event"))?;
    let channels = names.iter().map(|name| name.parse()).collect::<Result<Vec<Channel>, _>>();
    let mut channels = channels.map_err(|error| unprocessable("unknown_channel", error.to_string()))?;
    channels.sort_unstable();
    channels.dedup();
    Ok((kind.name().to_owned(), channels))
}

fn quiet_hours(view: &QuietHoursView) -> Result<QuietHours, Refusal> {
    let wrong = |detail: String| unprocessable("invalid_quiet_hours", detail);
    let time = |text: &str| time(text).ok_or_else(|| wrong("a time is written like 22:00".to_owned()));
    QuietHours::new(time(&view.from)?, time(&view.to)?).map_err(|error| wrong(error.to_string()))
}

/// Hours and minutes, two digits each.
fn time(text: &str) -> Option<Time> {
    let number = |digits: &str| {
        let digits = Some(digits).filter(|text| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()));
        digits?.parse::<i8>().ok()
    };
    let (hour, minute) = text.split_once(':')?;
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// What customers are told of: the others are for the staff, who do not choose.
fn customers() -> impl Iterator<Item = NoticeKind> {
    NoticeKind::ALL.iter().copied().filter(|kind| kind.audience() == Audience::Customer)
}
