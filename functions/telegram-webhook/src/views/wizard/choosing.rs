//! Choosing a customer out of those found, and workers out of those there are: page by page.

use shared::domain::dialogue::OpenWizard;
use shared::domain::support_task::draft::Subscriber;
use shared::domain::task_wizard::answer::Choice;
use shared::domain::task_wizard::crew::Crew;
use shared::domain::task_wizard::found::Found;
use shared::domain::task_wizard::page::Page;
use shared::notices::texts::foreign;

use super::{Asked, press, worker_name};
use crate::views::{Button, Filling, MAX_LABEL, Words};

/// Longest login name in a label, in UTF-16 units.
const LOGIN: usize = 28;

impl Words {
    pub(super) fn ask_customer(&self, open: &OpenWizard, found: Option<&Found>) -> Asked {
        let Some(found) = found else {
            return Asked { html: self.html("ask_customer", &[]), rows: Vec::new() };
        };
        let query = foreign::one_line(found.query.as_str(), MAX_LABEL);
        let fillings = [("query", Filling::Words(&query)), ("count", Filling::Count(found.customers.len()))];
        let key = match (found.customers.is_empty(), found.has_more) {
            (true, _) => "found_nobody",
            (false, true) => "found_too_many",
            (false, false) => "found",
        };
        let fillings = if found.customers.is_empty() { &fillings[..1] } else { &fillings[..] };
        let mut html = format!("{}\n{}", self.html(key, fillings), self.html("search_again", &[]));
        self.tell_page(&mut html, found.page);
        let row = |(place, customer)| vec![press(open, customer_label(customer), Choice::Customer(place))];
        let mut rows: Vec<Vec<Button>> = found.shown().map(row).collect();
        rows.extend(turn_over(open, found.page, Choice::CustomerPage));
        Asked { html, rows }
    }

    pub(super) fn ask_workers(&self, open: &OpenWizard, crew: &Crew) -> Asked {
        let mut html = self.html("ask_workers", &[]);
        let roster = crew.roster().as_slice();
        let chosen = crew.chosen().filter_map(|id| roster.iter().find(|worker| worker.id == id));
        let names: Vec<String> = chosen.map(worker_name).collect();
        if !names.is_empty() {
            let chosen = self.html("workers_chosen", &[("names", Filling::Words(&names.join(", ")))]);
            html = format!("{html}\n\n{chosen}");
        }
        self.tell_page(&mut html, crew.page());
        let row = |(worker, is_chosen)| {
            let mark = if is_chosen { "✅" } else { "▫️" };
            let label = format!("{mark} {}", worker_name(worker));
            vec![press(open, label, Choice::Worker(worker.id, !is_chosen))]
        };
        let mut rows: Vec<Vec<Button>> = crew.shown().map(row).collect();
        rows.extend(turn_over(open, crew.page(), Choice::WorkerPage));
        let count = names.len().to_string();
        let done = self.plain("workers_done", &[("count", Filling::Words(&count))]);
        rows.push(vec![press(open, done, Choice::WorkersDone)]);
        Asked { html, rows }
    }

    /// Says which page it is, where there are several.
    fn tell_page(&self, html: &mut String, page: Page) {
        if page.count() < 2 {
            return;
        }
        let (number, count) = (page.number().saturating_add(1).to_string(), page.count().to_string());
        let fillings = [("page", Filling::Words(&number)), ("pages", Filling::Words(&count))];
        html.push_str(&format!("\n\n<i>{}</i>", self.html("page", &fillings)));
    }
}

/// The buttons to the pages before and after.
fn turn_over(open: &OpenWizard, page: Page, choice: fn(usize) -> Choice) -> Option<Vec<Button>> {
    let before = page.before().map(|page| press(open, "‹".to_owned(), choice(page)));
    let after = page.after().map(|page| press(open, "›".to_owned(), choice(page)));
    let row: Vec<Button> = before.into_iter().chain(after).collect();
    (!row.is_empty()).then_some(row)
}

fn customer_label(customer: &Subscriber) -> String {
    let username = customer.username.as_str();
    let login = foreign::one_line(username, LOGIN);
    let name = foreign::one_line(&customer.name, MAX_LABEL - LOGIN - 3);
    if name.is_empty() || customer.name == username { login } else { format!("{name} · {login}") }
}
