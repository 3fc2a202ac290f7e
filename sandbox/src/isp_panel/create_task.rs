//! `create_task.php`: makes a task, for those who are logged in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;

use super::directory::Directory;
use super::login::{login_form, visitor};
use super::panel::Task;
use super::sessions::{ExpiredAnswer, SuccessAnswer, Visitor};
use super::{Form, USERNAME, moved_to, pages, refusal, site_page};
use crate::world::World;

const KINDS: [&str; 2] = ["maintenance", "uninstall"];

/// The form for people.
pub(super) async fn show(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match visitor(&world, &headers) {
        Visitor::Member(_) => {
            site_page(StatusCode::OK, pages::task_form(&world.isp_panel().directory, &KINDS))
        }
        Visitor::Guest(_) | Visitor::Stranger => moved_to("index.php"),
    }
}

pub(super) async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let visitor = visitor(&world, &headers);
    let expired_answer = world.isp_panel().settings.expired_answer;
    let is_member = matches!(visitor, Visitor::Member(_));
    if !is_member || expired_answer == ExpiredAnswer::ForbiddenForever {
        return expired(&world, &visitor, expired_answer);
    }
    let created_at = world.clock.now_text();
    let mut panel = world.isp_panel();
    let id = panel.tasks.len() + 1;
    match read_task(&Form::read(&headers, &body), &panel.directory, id, created_at) {
        Ok(task) => panel.tasks.push(task),
        Err(words) => return refusal(StatusCode::BAD_REQUEST, &words),
    }
    match panel.settings.success_answer {
        SuccessAnswer::Page => site_page(StatusCode::OK, pages::created()),
        SuccessAnswer::RedirectTasks => moved_to("tasks.php"),
    }
}

fn expired(world: &World, visitor: &Visitor, answer: ExpiredAnswer) -> Response {
    match answer {
        ExpiredAnswer::LoginPage => login_form(world, visitor, None),
        ExpiredAnswer::Redirect => moved_to("index.php"),
        ExpiredAnswer::Unauthorized => refusal(StatusCode::UNAUTHORIZED, "Unauthorized"),
        ExpiredAnswer::Forbidden | ExpiredAnswer::ForbiddenForever => {
            refusal(StatusCode::FORBIDDEN, "Forbidden")
        }
    }
}

/// The task that a form asks for, or what is wrong with it. What the real site checks is not known: this one
/// is strict, and makes nothing of a form it does not understand. Fields it does not know mean nothing to it.
fn read_task(form: &Form, directory: &Directory, id: usize, created_at: String) -> Result<Task, String> {
    let required = |name: &str| {
        let value = form.value(name).filter(|value| !value.trim().is_empty());
        value.ok_or_else(|| format!("Missing required fields: {name}"))
    };
    let kind = required("type")?;
    if !KINDS.contains(&kind) {
        return Err(format!("Unknown type: {kind}"));
    }
    let message = required("message")?;
    let customer_username = required("customer_username")?;
    if !directory.customers.contains_key(customer_username) {
        return Err(format!("Unknown customer: {customer_username}"));
    }
    let mut worker_ids = Vec::new();
    for text in form.values("worker_ids[]") {
        let known = text.parse().ok().filter(|id| directory.workers.contains_key(id));
        worker_ids.push(known.ok_or_else(|| format!("Unknown worker: {text}"))?);
    }
    if worker_ids.is_empty() {
        return Err("Missing required fields: worker_ids".to_owned());
    }
    let sends_whatsapp = match required("send_whatsapp")? {
        "1" => true,
        "0" => false,
        other => return Err(format!("send_whatsapp must be 0 or 1, not {other}")),
    };
    Ok(Task {
        id,
        kind: kind.to_owned(),
        message: message.to_owned(),
        customer_username: customer_username.to_owned(),
        worker_ids,
        sends_whatsapp,
        created_at,
        created_by: USERNAME,
    })
}
