//! `GET /internal/notifications/templates` and a preview of each: what people are told, in which words.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::locale::Locale;
use shared::domain::notification::Channel;
use shared::lambda::problem::Problem;
use shared::notices::NoticeKind;
use shared::notices::about::Audience;
use shared::notices::field::Field;
use shared::notices::texts::{Press, Reader, TextError};
use shared::rest::auth::Service;
use shared::rest::paging::Parameters;
use shared::rest::replies::{self, Refusal, no_such, unprocessable};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// The reader of a preview.
const READER: &str = "Budi Santoso";

/// The list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplatesView {
    /// Every event that people are told of.
    items: Vec<TemplateView>,
}

/// An event that people are told of.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateView {
    /// Its name.
    #[schema(example = "payment.confirmed")]
    event: &'static str,
    /// Who is told: `CUSTOMER`, `STAFF` (who asked for it) or `OPERATORS`.
    audience: &'static str,
    /// Whether it is sent in quiet hours too.
    urgent: bool,
    /// Whether it carries credentials: what it says is then kept nowhere, and it cannot be sent again.
    secret: bool,
    /// The channels that there are texts for.
    channels: Vec<&'static str>,
    /// The languages that there are texts in.
    locales: Vec<&'static str>,
    /// What `data` holds when it is sent.
    fields: Vec<FieldView>,
}

/// A field of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldView {
    /// Its name.
    name: &'static str,
    /// Whether it must be there.
    required: bool,
    /// What it is, in words.
    #[schema(example = "a whole number of minor units, not below zero")]
    expected: &'static str,
}

/// Which preview.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PreviewQuery {
    /// `en`, `id`, `uk`, `uz` or `ru`; `en` when not given.
    locale: Option<String>,
    /// `EMAIL` or `TELEGRAM`; `EMAIL` when not given.
    channel: Option<String>,
    /// `json`, or `html` for the email itself, to be looked at in a browser; `json` when not given.
    format: Option<String>,
}

/// A notice about something made up, as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    /// The event.
    event: &'static str,
    /// `EMAIL` or `TELEGRAM`.
    channel: &'static str,
    /// The language.
    locale: &'static str,
    /// The email's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The email's page, or the Telegram message in Telegram's HTML.
    html: String,
    /// The email as plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The button under the Telegram message.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkView>,
    /// The buttons under the Telegram message that tell the bot they were pressed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    presses: Vec<PressView>,
    /// The picture above the Telegram message.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture_url: Option<String>,
}

/// A button.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// What stands on it.
    label: String,
    /// Where it leads.
    url: String,
}

/// A button that tells the bot it was pressed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PressView {
    /// What stands on it.
    label: String,
    /// What the bot is told.
    data: String,
}

/// The events that people are told of.
#[utoipa::path(get, path = "/internal/notifications/templates", operation_id = "list_templates", tag = "notifications", security(("service" = [])),
    responses((status = 200, body = TemplatesView)))]
pub async fn list(_service: Service) -> Result<Response, Refusal> {
    let items = NoticeKind::ALL.iter().copied().map(TemplateView::of).collect();
    replies::json(StatusCode::OK, &TemplatesView { items })
}

/// One of them as it would be sent, about something made up.
#[utoipa::path(get, path = "/internal/notifications/templates/{event}/preview", tag = "notifications",
    params(("event" = String, Path), PreviewQuery), security(("service" = [])),
    responses((status = 200, description = "The texts; or, as `text/html`, the email itself",
            content((PreviewView = "application/json"), (String = "text/html"))),
        (status = 404, description = "No such event"),
        (status = 422, description = "No such language, channel or format")))]
pub async fn preview(
    State(app): State<&'static App>,
    _service: Service,
    Path(event): Path<String>,
    Parameters(query): Parameters<PreviewQuery>,
) -> Result<Response, Refusal> {
    let kind: NoticeKind = event.parse().map_err(|_| no_such("event"))?;
    let wrong = |what: String| unprocessable("invalid_parameter", what);
    let channel = query.channel.as_deref().map_or(Ok(Channel::Email), str::parse);
    let channel = channel.map_err(|error| wrong(error.to_string()))?;
    let locale = query.locale.as_deref().map_or(Ok(Locale::En), locale)?;
    let is_page = match (query.format.as_deref(), channel) {
        (None | Some("json"), _) => false,
        (Some("html"), Channel::Email) => true,
        (Some("html"), Channel::Telegram) => {
            return Err(wrong("only an email is a page of its own".to_owned()));
        }
        (Some(_), _) => return Err(wrong("the formats are json and html".to_owned())),
    };
    let view = PreviewView::of(app, kind, channel, locale)?;
    if is_page {
        return Ok(replies::text(StatusCode::OK, "text/html; charset=utf-8", view.html));
    }
    replies::json(StatusCode::OK, &view)
}

fn locale(code: &str) -> Result<Locale, Refusal> {
    let found = Locale::ALL.into_iter().find(|locale| locale.code() == code);
    found.ok_or_else(|| {
        let known = Locale::ALL.map(Locale::code).join(", ");
        unprocessable("invalid_parameter", format!("the languages are {known}"))
    })
}

impl TemplateView {
    fn of(kind: NoticeKind) -> Self {
        let field = |field: &Field| FieldView {
            name: field.name,
            required: field.is_required,
            expected: field.form.expected(),
        };
        Self {
            event: kind.name(),
            audience: match kind.audience() {
                Audience::Customer => "CUSTOMER",
                Audience::Staff => "STAFF",
                Audience::Operators => "OPERATORS",
            },
            urgent: kind.is_urgent(),
            secret: kind.has_secrets(),
            channels: Channel::ALL.map(Channel::as_str).to_vec(),
            locales: Locale::ALL.map(Locale::code).to_vec(),
            fields: kind.fields().iter().map(field).collect(),
        }
    }
}

impl PreviewView {
    fn of(app: &App, kind: NoticeKind, channel: Channel, locale: Locale) -> Result<Self, Refusal> {
        let (notice, reader) =
            (kind.sample(), Reader { name: READER, locale, time_zone: app.time_zone.rules() });
        let empty = Self {
            event: kind.name(),
            channel: channel.as_str(),
            locale: locale.code(),
            subject: None,
            html: String::new(),
            text: None,
            link: None,
            presses: Vec::new(),
            picture_url: None,
        };
        match channel {
            Channel::Email => {
                let email = app.texts.email(&notice, &reader).map_err(unwritten)?;
                Ok(Self { subject: Some(email.subject), html: email.html, text: Some(email.text), ..empty })
            }
            Channel::Telegram => {
                let message = app.texts.telegram(&notice, &reader).map_err(unwritten)?;
                let link = message.link.map(|link| LinkView { label: link.label, url: link.url });
                let press = |press: Press| PressView { label: press.label, data: press.data };
                let presses = message.presses.into_iter().map(press).collect();
                Ok(Self { html: message.html, link, presses, picture_url: message.picture_url, ..empty })
            }
        }
    }
}

fn unwritten(error: TextError) -> Refusal {
    tracing::error!(%error, "a text cannot be written");
    let detail = "the text cannot be written; the operators are told";
    Problem::lasting(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail).into()
}
