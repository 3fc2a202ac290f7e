//! The wizard's questions, each with its buttons.

mod choosing;
mod endings;

use shared::domain::dialogue::{OpenWizard, Press};
use shared::domain::support_task::draft::{
    Description, MAX_DESCRIPTION, Subscriber, TaskDraft, TaskKind, WhatsApp, Worker,
};
use shared::domain::task_wizard::answer::{Choice, Misfit};
use shared::domain::task_wizard::{Edited, Question, TaskWizard};
use shared::notices::texts::foreign;

use super::{Button, Filling, MAX_NAME, View, Words, code_tag, name_or};
use crate::buttons::Pressed;

/// Longest description that is shown, in UTF-16 units: every one that is allowed.
const DESCRIPTION: usize = 2 * MAX_DESCRIPTION;
/// Longest name of a worker among others, in UTF-16 units: 30 of them fit into one message.
const WORKER: usize = 40;

/// What a question says, and the rows of its own buttons.
struct Asked {
    html: String,
    rows: Vec<Vec<Button>>,
}

impl Words {
    /// The question that is asked, with its buttons.
    pub fn ask(&self, open: &OpenWizard) -> View {
        let asked = self.question(open);
        let html = format!("{}\n\n{}", self.heading(&open.wizard), asked.html);
        let mut view = View { html, rows: asked.rows, picture_url: None };
        let mut ways_out = Vec::new();
        if open.wizard != TaskWizard::Kind {
            ways_out.push(press(open, self.label("button_back"), Choice::Back));
        }
        let leave = Pressed::CancelWizard(open.id.clone());
        ways_out.push(Button::press(self.label("button_cancel"), &leave));
        view.rows.push(ways_out);
        view
    }

    /// The question once more, below what was wrong with the answer.
    pub fn ask_again(&self, misfit: Misfit, open: &OpenWizard) -> View {
        let view = self.ask(open);
        View { html: format!("⚠️ {}\n\n{}", foreign::html(&self.misfit(misfit)), view.html), ..view }
    }

    fn heading(&self, wizard: &TaskWizard) -> String {
        let step = match wizard {
            TaskWizard::Kind => "1",
            TaskWizard::Description { .. } => "2",
            TaskWizard::Customer { .. } => "3",
            TaskWizard::Workers { .. } => "4",
            TaskWizard::WhatsApp { .. } => "5",
            TaskWizard::Summary { .. } => "6",
            TaskWizard::EditMenu { .. } | TaskWizard::Edit { .. } => return self.html("change_answer", &[]),
        };
        self.html("new_task", &[("step", Filling::Words(step))])
    }

    fn question(&self, open: &OpenWizard) -> Asked {
        match &open.wizard {
            TaskWizard::Kind | TaskWizard::Edit { question: Edited::Kind, .. } => self.ask_kind(open),
            TaskWizard::Description { .. } => self.ask_description(None),
            TaskWizard::Edit { question: Edited::Description, draft } => {
                self.ask_description(Some(&draft.description))
            }
            TaskWizard::Customer { found, .. }
            | TaskWizard::Edit { question: Edited::Customer { found }, .. } => {
                self.ask_customer(open, found.as_ref())
            }
            TaskWizard::Workers { crew, .. }
            | TaskWizard::Edit { question: Edited::Workers { crew }, .. } => self.ask_workers(open, crew),
            TaskWizard::WhatsApp { .. } | TaskWizard::Edit { question: Edited::WhatsApp, .. } => {
                self.ask_whats_app(open)
            }
            TaskWizard::Summary { draft } => self.ask_confirm(open, draft),
            TaskWizard::EditMenu { .. } => self.ask_change(open),
        }
    }

    fn ask_kind(&self, open: &OpenWizard) -> Asked {
        let row = |kind| vec![press(open, self.kind(kind), Choice::Kind(kind))];
        Asked { html: self.html("ask_kind", &[]), rows: TaskKind::ALL.map(row).to_vec() }
    }

    fn ask_description(&self, now: Option<&Description>) -> Asked {
        let mut html = self.html("ask_description", &[("most", Filling::Count(MAX_DESCRIPTION))]);
        if let Some(now) = now {
            html = format!("{html}\n\n{}\n{}", self.html("description_now", &[]), description(now));
        }
        Asked { html, rows: Vec::new() }
    }

    fn ask_whats_app(&self, open: &OpenWizard) -> Asked {
        let html =
            format!("{}\n\n<i>{}</i>", self.html("ask_whatsapp", &[]), self.html("whatsapp_note", &[]));
        let row = |(label, wish)| vec![press(open, self.label(label), Choice::WhatsApp(wish))];
        let wishes = [("whatsapp_yes", WhatsApp::Requested), ("whatsapp_no", WhatsApp::NotRequested)];
        Asked { html, rows: wishes.map(row).to_vec() }
    }

    fn ask_confirm(&self, open: &OpenWizard, draft: &TaskDraft) -> Asked {
        let html = format!(
            "{}\n\n{}\n\n{}",
            self.html("summary", &[]),
            self.draft(draft).join("\n"),
            self.html("ask_confirm", &[])
        );
        let row = |(label, choice)| vec![press(open, self.label(label), choice)];
        let choices = [("button_confirm", Choice::Confirm), ("button_edit", Choice::Edit)];
        Asked { html, rows: choices.map(row).to_vec() }
    }

    fn ask_change(&self, open: &OpenWizard) -> Asked {
        let row = |(label, question)| vec![press(open, self.label(label), Choice::Change(question))];
        let questions = [
            ("label_kind", Question::Kind),
            ("label_description", Question::Description),
            ("label_customer", Question::Customer),
            ("label_workers", Question::Workers),
            ("label_whatsapp", Question::WhatsApp),
        ];
        Asked { html: self.html("ask_change", &[]), rows: questions.map(row).to_vec() }
    }

    /// What a task says, line by line.
    pub(in crate::views) fn draft(&self, draft: &TaskDraft) -> [String; 5] {
        let workers: Vec<String> = draft.workers.as_slice().iter().map(worker_name).collect();
        let wish = [("wanted", Filling::Flag(draft.whats_app.is_requested()))];
        [
            self.fact("label_kind", &format!("<b>{}</b>", foreign::html(&self.kind(draft.kind)))),
            self.fact("label_description", &description(&draft.description)),
            self.fact("label_customer", &customer(&draft.customer)),
            self.fact("label_workers", &format!("<b>{}</b>", foreign::html(&workers.join(", ")))),
            self.fact("label_whatsapp", &self.html("whatsapp_wish", &wish)),
        ]
    }

    fn kind(&self, kind: TaskKind) -> String {
        self.label(match kind {
            TaskKind::Maintenance => "kind_maintenance",
            TaskKind::Uninstall => "kind_uninstall",
        })
    }
}

/// A button that answers the question being asked.
fn press(open: &OpenWizard, label: String, choice: Choice) -> Button {
    let (dialogue, edition) = (open.id.clone(), open.edition);
    let press = Press { dialogue, edition, question: open.wizard.question(), choice };
    Button::press(label, &Pressed::Wizard(press))
}

fn description(description: &Description) -> String {
    format!("<i>{}</i>", foreign::html(&foreign::lines(description.as_str(), DESCRIPTION)))
}

fn customer(customer: &Subscriber) -> String {
    let username = customer.username.as_str();
    let name = name_or(&customer.name, username, MAX_NAME);
    if name == username {
        return code_tag(username);
    }
    format!("<b>{}</b> ({})", foreign::html(&name), code_tag(username))
}

fn worker_name(worker: &Worker) -> String {
    name_or(&worker.name, &format!("#{}", worker.id.0), WORKER)
}
