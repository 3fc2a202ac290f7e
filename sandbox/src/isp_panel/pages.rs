//! The panel's pages, and the sandbox's own page about it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::directory::Directory;
use super::login::visitor;
use super::panel::{Panel, Task};
use super::sessions::Visitor;
use super::{moved_to, site_page};
use crate::page::{confined, escape, page};
use crate::world::World;

/// `home.php`
pub(super) async fn home(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    for_members(&world, &headers, home_page)
}

/// `tasks.php`
pub(super) async fn tasks(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    for_members(&world, &headers, || in_site("Tasks", &task_table(&world.isp_panel())))
}

fn for_members(world: &World, headers: &HeaderMap, page: impl FnOnce() -> String) -> Response {
    match visitor(world, headers) {
        Visitor::Member(_) => site_page(StatusCode::OK, page()),
        Visitor::Guest(_) | Visitor::Stranger => moved_to("index.php"),
    }
}

/// A page of the site. `title` is escaped, `content` is HTML.
fn in_site(title: &str, content: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>{title} - ISP Billing</title></head>\n\
         <body>\n<h1>{title}</h1>\n{content}\n</body>\n</html>\n"
    )
}

pub(super) fn login_page(words: Option<&str>) -> String {
    let words =
        words.map_or_else(String::new, |words| format!("<div class=\"error\">{}</div>\n", escape(words)));
    let form = "<form action=\"index.php\" method=\"post\">\n\
                <input type=\"text\" name=\"username\" placeholder=\"Username\" required>\n\
                <input type=\"password\" name=\"password\" placeholder=\"Password\" required>\n\
                <button type=\"submit\">Login</button>\n</form>";
    in_site("Login", &format!("{words}{form}"))
}

pub(super) fn home_page() -> String {
    let links =
        "<ul><li><a href=\"tasks.php\">Tasks</a></li><li><a href=\"create_task.php\">New task</a></li></ul>";
    in_site("Dashboard", links)
}

pub(super) fn created() -> String {
    in_site(
        "New task",
        "<div class=\"success\">Task created successfully</div>\n<a href=\"tasks.php\">Tasks</a>",
    )
}

/// What a request that is refused gets. `words` are escaped.
pub(crate) fn refused(words: &str) -> String {
    in_site("Error", &format!("<div class=\"error\">{}</div>", escape(words)))
}

pub(super) fn task_form(directory: &Directory, kinds: &[&str]) -> String {
    let kinds: String = kinds.iter().map(|kind| format!("<option>{kind}</option>")).collect();
    let customers: String = directory
        .customers
        .values()
        .map(|one| format!("<option value=\"{}\">{}</option>", escape(&one.username), escape(&one.name)))
        .collect();
    let workers: String = directory
        .workers
        .values()
        .map(|worker| {
            let name = escape(&worker.name);
            format!(
                "<label><input type=\"checkbox\" name=\"worker_ids[]\" value=\"{}\">{name}</label>\n",
                worker.id
            )
        })
        .collect();
    let form = format!(
        "<form action=\"create_task.php\" method=\"post\">\n<select name=\"type\">{kinds}</select>\n\
         <textarea name=\"message\"></textarea>\n<select name=\"customer_username\">{customers}</select>\n{workers}\
         <select name=\"send_whatsapp\"><option value=\"0\">No WhatsApp</option>\
         <option value=\"1\">WhatsApp</option></select>\n<button type=\"submit\">Create</button>\n</form>"
    );
    in_site("New task", &form)
}

/// All tasks, newest first.
fn task_table(panel: &Panel) -> String {
    if panel.tasks.is_empty() {
        return "<p>No tasks.</p>".to_owned();
    }
    let rows: String = panel.tasks.iter().rev().map(|task| task_row(task, &panel.directory)).collect();
    format!(
        "<table><tr><th>Task</th><th>Type</th><th>Customer</th><th>Message</th><th>Workers</th><th>WhatsApp</th>\
         <th>Created</th></tr>\n{rows}</table>"
    )
}

fn task_row(task: &Task, directory: &Directory) -> String {
    let customer = directory.customers.get(&task.customer_username);
    let customer_name = customer.map(|customer| escape(&customer.name)).unwrap_or_default();
    let worker = |id: &u32| match directory.workers.get(id) {
        Some(worker) => format!("{id} {}", escape(&worker.name)),
        None => id.to_string(),
    };
    format!(
        "<tr><td>{}</td><td>{}</td><td><code>{}</code> {customer_name}</td><td dir=\"auto\">{}</td><td>{}</td>\
         <td>{}</td><td>{} {}</td></tr>\n",
        task.id,
        escape(&task.kind),
        escape(&task.customer_username),
        escape(&task.message),
        task.worker_ids.iter().map(worker).collect::<Vec<_>>().join(", "),
        if task.sends_whatsapp { "Yes" } else { "No" },
        task.created_at,
        task.created_by,
    )
}

/// `/isp-panel/`: what is inside, for people who look at the sandbox.
pub(super) async fn overview(State(world): State<Arc<World>>) -> Response {
    let panel = world.isp_panel();
    let content = format!(
        "<p>The <a href=\"/isp-panel/index.php\">site</a> itself wants a log-in. {} so far.</p>\n\
         <h2>Tasks</h2>{}\n<h2>Customers</h2>{}\n<h2>Workers</h2>{}\n\
         <p><a href=\"/_control/isp-panel/settings/session\">Settings</a> · <a href=\"/\">All</a></p>\n",
        login_words(&panel),
        task_table(&panel),
        customer_table(&panel.directory),
        worker_table(&panel.directory),
    );
    confined(page("ISP panel", &content))
}

/// How many tasks and log-ins there were, for the front page.
pub(crate) fn summary(panel: &Panel) -> String {
    let tasks = panel.tasks.len();
    format!("<p>{tasks} tasks. {} so far.</p>", login_words(panel))
}

fn login_words(panel: &Panel) -> String {
    format!("{} log-ins, {} refused", panel.logins.count, panel.logins.refused)
}

fn customer_table(directory: &Directory) -> String {
    let row = |customer: &super::directory::Customer| {
        format!(
            "<tr><td><code>{}</code></td><td dir=\"auto\">{}</td><td>{}</td></tr>\n",
            escape(&customer.username),
            escape(&customer.name),
            escape(customer.mobile.as_deref().unwrap_or_default()),
        )
    };
    let rows: String = directory.customers.values().map(row).collect();
    format!("<table><tr><th>Login name</th><th>Name</th><th>Mobile</th></tr>\n{rows}</table>")
}

fn worker_table(directory: &Directory) -> String {
    let workers = directory.workers.values();
    let rows: String = workers
        .map(|worker| {
            format!("<tr><td>{}</td><td dir=\"auto\">{}</td></tr>\n", worker.id, escape(&worker.name))
        })
        .collect();
    format!("<table><tr><th>Worker</th><th>Name</th></tr>\n{rows}</table>")
}
