//! `index.php`: the log-in form and the log-in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;

use super::sessions::{LoginAnswer, Visitor};
use super::{Form, PASSWORD, USERNAME, moved_to, pages, site_page, with_cookie};
use crate::world::World;

pub(super) async fn show(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match visitor(&world, &headers) {
        Visitor::Member(_) => site_page(StatusCode::OK, pages::home_page()),
        visitor => login_form(&world, &visitor, None),
    }
}

pub(super) async fn log_in(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::read(&headers, &body);
    let visitor = visitor(&world, &headers);
    if (form.value("username"), form.value("password")) != (Some(USERNAME), Some(PASSWORD)) {
        world.isp_panel().logins.refused += 1;
        return login_form(&world, &visitor, Some("Wrong username or password"));
    }
    let now = world.clock.now_seconds();
    let mut panel = world.isp_panel();
    panel.logins.count += 1;
    let answer = match panel.settings.login_answer {
        LoginAnswer::Redirect => moved_to("home.php"),
        LoginAnswer::Page => site_page(StatusCode::OK, pages::home_page()),
    };
    match visitor {
        Visitor::Guest(id) | Visitor::Member(id) if !panel.settings.new_cookie_at_login => {
            panel.sessions.log_in(&id, now);
            answer
        }
        Visitor::Guest(_) | Visitor::Member(_) | Visitor::Stranger => {
            if let Visitor::Guest(old) | Visitor::Member(old) = &visitor {
                panel.sessions.end(old);
            }
            let id = panel.sessions.begin(now);
            panel.sessions.log_in(&id, now);
            with_cookie(answer, &id)
        }
    }
}

/// Whose request this is.
pub(super) fn visitor(world: &World, headers: &HeaderMap) -> Visitor {
    let panel = world.isp_panel();
    panel.sessions.visitor(headers, panel.settings.life_seconds, world.clock.now_seconds())
}

/// 200 with the form. Who has no session gets one with it.
pub(super) fn login_form(world: &World, visitor: &Visitor, words: Option<&str>) -> Response {
    let mut panel = world.isp_panel();
    let form = site_page(StatusCode::OK, pages::login_page(words));
    if *visitor == Visitor::Stranger && panel.settings.cookie_at_first_visit {
        let id = panel.sessions.begin(world.clock.now_seconds());
        return with_cookie(form, &id);
    }
    form
}
