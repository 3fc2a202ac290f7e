//! The mail that was sent, as a person sees it: `/mail` and `/mail/{id}`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use url::form_urlencoded;

use super::outbox::{Mail, mails};
use crate::page::{confined, escape, page};
use crate::problem::Problem;
use crate::world::World;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/mail", get(list)).route("/mail/{id}", get(show))
}

async fn list(State(world): State<Arc<World>>) -> Response {
    let table = mail_table(mails(world.options.aws_endpoint.as_deref()).await, usize::MAX);
    confined(page("Mail", &format!("{table}<p><a href=\"/\">All</a></p>")))
}

/// The newest mails in a table, or why there is none.
pub(crate) fn mail_table(mails: Result<Vec<Mail>, Problem>, most: usize) -> String {
    let mails = match mails {
        Ok(mails) if mails.is_empty() => return "<p>None yet.</p>".to_owned(),
        Ok(mails) => mails,
        Err(problem) => return format!("<p>{}.</p>", escape(&problem.detail)),
    };
    let rows: String = mails
        .iter()
        .rev()
        .take(most)
        .map(|mail| {
            let id: String = form_urlencoded::byte_serialize(mail.id.as_bytes()).collect();
            let subject = if mail.subject.is_empty() { "(no subject)" } else { &mail.subject };
            format!(
                "<tr><td><a href=\"/mail/{id}\">{}</a></td><td>{}</td><td>{}</td></tr>\n",
                escape(subject),
                escape(&mail.to.join(", ")),
                escape(&mail.sent_at),
            )
        })
        .collect();
    format!("<table><tr><th>Subject</th><th>To</th><th>Sent</th></tr>\n{rows}</table>")
}

async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    let found = match mails(world.options.aws_endpoint.as_deref()).await {
        Ok(mails) => mails.into_iter().find(|mail| mail.id == id),
        Err(problem) => {
            let words = format!("<p>{}.</p>", escape(&problem.detail));
            return (problem.status, page("Mail", &words)).into_response();
        }
    };
    match found {
        Some(mail) => confined(page(&mail.subject, &render(&mail))),
        None => {
            let words = format!("<p>There is no mail <code>{}</code>.</p>", escape(&id));
            (StatusCode::NOT_FOUND, page("Not found", &words)).into_response()
        }
    }
}

/// The HTML part stands in a frame that may do nothing: no scripts, no forms, no links out.
fn render(mail: &Mail) -> String {
    let row = |name: &str, value: &str| format!("<tr><th>{name}</th><td>{}</td></tr>\n", escape(value));
    let html = match &mail.html {
        Some(html) => {
            format!(
                "<iframe class=\"mail\" sandbox=\"\" title=\"HTML\" srcdoc=\"{}\"></iframe>",
                escape(html)
            )
        }
        None => "<p>The mail has no HTML.</p>".to_owned(),
    };
    let text = match &mail.text {
        Some(text) => format!("<pre>{}</pre>", escape(text)),
        None => "<p>The mail has no text.</p>".to_owned(),
    };
    format!(
        "<table>{}{}{}{}</table><h2>HTML</h2>{html}<h2>Text</h2>{text}\
         <p><a href=\"/mail\">Mail</a> · <a href=\"/\">All</a></p>",
        row("From", &mail.from),
        row("To", &mail.to.join(", ")),
        row("Subject", &mail.subject),
        row("Sent", &mail.sent_at),
    )
}
