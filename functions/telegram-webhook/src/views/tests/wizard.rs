//! The wizard's questions, word for word.

use shared::domain::support_task::draft::{Subscriber, TaskDraft, TaskKind, Worker, WorkerId};
use shared::domain::task_wizard::answer::Misfit;
use shared::domain::task_wizard::crew::{Crew, Roster};
use shared::domain::task_wizard::found::Found;
use shared::domain::task_wizard::{Edited, TaskWizard};

use super::scenes::{customer, draft, found, open, ordinary, work};
use super::{buttons, english};

const WAYS_OUT: [&str; 2] = ["⬅️ Back → w1:00000000:4:{}b", "❌ Cancel → w1:00000000:x"];

fn ways_out(question: &str) -> Vec<String> {
    WAYS_OUT.map(|button| button.replace("{}", question)).to_vec()
}

#[test]
fn the_first_question_can_only_be_answered_or_left() {
    let view = english().ask(&open(TaskWizard::Kind));
    assert_eq!(view.html, "🛠 <b>New task</b> · 1/6\n\nWhich kind of work is it?");
    let wanted =
        [["Maintenance → w1:00000000:4:km"], ["Uninstall → w1:00000000:4:ku"], ["❌ Cancel → w1:00000000:x"]];
    assert_eq!(buttons(&view), wanted);
}

#[test]
fn a_description_is_asked_for_with_its_limit_and_shown_when_it_is_changed() {
    let view = english().ask(&open(TaskWizard::Description { kind: TaskKind::Maintenance }));
    assert_eq!(
        view.html,
        "🛠 <b>New task</b> · 2/6\n\nWhat is to be done? Describe it in one message of up to 1,000 characters."
    );
    assert_eq!(buttons(&view), [ways_out("d")]);
    let mut draft = draft(&ordinary());
    draft.description = "No <light>\nsince & noon".parse().unwrap();
    let view = english().ask(&open(TaskWizard::Edit { draft, question: Edited::Description }));
    assert!(view.html.starts_with("✏️ <b>Change an answer</b>\n\nWhat is"), "{}", view.html);
    let now = "At the moment:\n<i>No &lt;light&gt;\nsince &amp; noon</i>";
    assert!(view.html.ends_with(now), "{}", view.html);
}

#[test]
fn found_customers_come_in_pages_of_six_and_keep_their_places() {
    let mut found = found(&ordinary(), 50, true);
    found.page = found.page.go_to(1);
    let view = english().ask(&open(TaskWizard::Customer { work: work(&ordinary()), found: Some(found) }));
    assert_eq!(
        view.html,
        "🛠 <b>New task</b> · 3/6\n\nMore than 50 customers found for <code>abOlena Koval</code>: please search more \
         exactly, or choose from the first ones.\nTo search again, simply write another name.\n\n<i>Page 2/9</i>"
    );
    let rows = buttons(&view);
    assert_eq!(rows.first().unwrap(), &["Olena Koval · customer123 → w1:00000000:4:c6"]);
    assert_eq!(rows.get(5).unwrap(), &["Olena Koval · customer123 → w1:00000000:4:c11"]);
    assert_eq!(rows.get(6).unwrap(), &["‹ → w1:00000000:4:cp0", "› → w1:00000000:4:cp2"]);
    assert_eq!(rows.get(7).unwrap(), &ways_out("c"));
    assert_eq!(rows.len(), 8);
}

#[test]
fn one_page_needs_no_turning_and_one_customer_no_plural() {
    let one = Found::new("kov".parse().unwrap(), vec![customer(&ordinary())], false);
    let view = english().ask(&open(TaskWizard::Customer { work: work(&ordinary()), found: Some(one) }));
    assert!(view.html.contains("Found for <code>kov</code>: 1 customer. For whom is it?"), "{}", view.html);
    assert!(!view.html.contains("Page") && view.rows.len() == 2, "{:?}", buttons(&view));
}

#[test]
fn nobody_found_shows_what_was_searched_for_and_how_to_go_on() {
    let nobody = Found::new("<b>&".parse().unwrap(), Vec::new(), false);
    let view = english().ask(&open(TaskWizard::Customer { work: work(&ordinary()), found: Some(nobody) }));
    assert_eq!(
        view.html,
        "🛠 <b>New task</b> · 3/6\n\nNobody was found for <code>&lt;b&gt;&amp;</code>.\nTo search again, simply write \
         another name."
    );
    assert_eq!(buttons(&view), [ways_out("c")]);
}

#[test]
fn people_without_a_name_are_shown_by_what_the_panel_knows() {
    let unseen = Subscriber::new("customer9".parse().unwrap(), "\u{200f}\u{feff}");
    let found = Found::new("cu".parse().unwrap(), vec![unseen], false);
    let view = english().ask(&open(TaskWizard::Customer { work: work(&ordinary()), found: Some(found) }));
    assert_eq!(buttons(&view).first().unwrap(), &["customer9 → w1:00000000:4:c0"]);
    let nameless = Subscriber::new("customer9".parse().unwrap(), "");
    let view = english()
        .ask(&open(TaskWizard::Summary { draft: TaskDraft { customer: nameless, ..draft(&ordinary()) } }));
    assert!(view.html.contains("\nCustomer: <code>customer9</code>\n"), "{}", view.html);
}

#[test]
fn workers_are_toggled_by_buttons_that_say_what_they_will_do() {
    let workers = (1..=9).map(|id| Worker::new(WorkerId(id), ["Taras", "A & B"][usize::from(id == 2)]));
    let mut crew = Crew::new(Roster::new(workers.collect()).unwrap());
    let wizard = |crew: &Crew| TaskWizard::Workers {
        work: work(&ordinary()),
        customer: customer(&ordinary()),
        crew: crew.clone(),
    };
    let view = english().ask(&open(wizard(&crew)));
    assert_eq!(
        view.html,
        "🛠 <b>New task</b> · 4/6\n\nWho will do it? Press the names to choose, then “Done”.\n\n<i>Page 1/2</i>"
    );
    assert_eq!(buttons(&view).first().unwrap(), &["▫️ Taras → w1:00000000:4:w+1"]);
    assert_eq!(buttons(&view).get(9).unwrap(), &["Done (0) → w1:00000000:4:wok"]);
    assert!(crew.choose(WorkerId(2), true) && crew.choose(WorkerId(9), true));
    let view = english().ask(&open(wizard(&crew)));
    assert!(view.html.contains("\n\nChosen: <b>A &amp; B, Taras</b>\n\n"), "{}", view.html);
    let rows = buttons(&view);
    assert_eq!(rows.get(1).unwrap(), &["✅ A & B → w1:00000000:4:w-2"]);
    assert_eq!(rows.get(8).unwrap(), &["› → w1:00000000:4:wp1"]);
    assert_eq!(rows.get(9).unwrap(), &["Done (2) → w1:00000000:4:wok"]);
    assert_eq!(rows.get(10).unwrap(), &ways_out("w"));
}

#[test]
fn whats_app_is_only_a_wish_that_is_passed_on() {
    let workers = draft(&ordinary()).workers;
    let wizard = TaskWizard::WhatsApp { work: work(&ordinary()), customer: customer(&ordinary()), workers };
    let view = english().ask(&open(wizard));
    assert_eq!(
        view.html,
        "🛠 <b>New task</b> · 5/6\n\nSend WhatsApp notification?\n\n<i>The billing system sends the messages itself; \
         the bot only passes your wish on.</i>"
    );
    let wanted = [
        vec!["✅ Yes, Send WhatsApp → w1:00000000:4:ay".to_owned()],
        vec!["❌ No WhatsApp → w1:00000000:4:an".to_owned()],
        ways_out("a"),
    ];
    assert_eq!(buttons(&view), wanted);
}

#[test]
fn the_summary_shows_everything_and_can_be_confirmed_or_changed() {
    let view = english().ask(&open(TaskWizard::Summary { draft: draft(&ordinary()) }));
    assert_eq!(
        view.html,
        "🛠 <b>New task</b> · 6/6\n\n🔍 <b>Task Summary</b>\n\nTask Type: <b>Maintenance</b>\nMessage: <i>No light \
         since noon</i>\nCustomer: <b>Olena Koval</b> (<code>customer123</code>)\nWorkers: <b>Olena Koval, Olena \
         Koval</b>\nWhatsApp: ✅ Yes\n\nReady to submit?"
    );
    let wanted = [
        vec!["✅ Confirm & Create → w1:00000000:4:sok".to_owned()],
        vec!["✏️ Edit → w1:00000000:4:se".to_owned()],
        ways_out("s"),
    ];
    assert_eq!(buttons(&view), wanted);
}

#[test]
fn any_answer_can_be_changed() {
    let view = english().ask(&open(TaskWizard::EditMenu { draft: draft(&ordinary()) }));
    let wanted = [
        vec!["Task Type → w1:00000000:4:ek".to_owned()],
        vec!["Message → w1:00000000:4:ed".to_owned()],
        vec!["Customer → w1:00000000:4:ec".to_owned()],
        vec!["Workers → w1:00000000:4:ew".to_owned()],
        vec!["WhatsApp → w1:00000000:4:ea".to_owned()],
        ways_out("e"),
    ];
    assert_eq!(buttons(&view), wanted);
}

#[test]
fn a_wrong_answer_is_explained_above_the_same_question() {
    let open = open(TaskWizard::Kind);
    let (asked, again) = (english().ask(&open), english().ask_again(Misfit::ButtonWanted, &open));
    assert_eq!(again.html, format!("⚠️ Please press one of the buttons.\n\n{}", asked.html));
    assert_eq!(again.rows, asked.rows);
    assert_eq!(english().misfit(Misfit::Query), "Please search by 2 to 64 characters.");
    assert_eq!(english().misfit(Misfit::CrewFull), "No more than 30 workers can be chosen.");
}

#[test]
fn a_wizard_that_is_over_can_be_begun_anew() {
    for view in [english().expired(), english().cancelled()] {
        assert_eq!(buttons(&view), [["🔄 Start again → n1:task"]]);
    }
    assert!(english().submitted().rows.is_empty());
    assert!(english().tasks_off().html.contains("<code>SERVICE_DISABLED</code>"));
}
