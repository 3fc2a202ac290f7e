//! The wizard, answer by answer.
#![allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

use super::answer::{Answer, Choice, Misfit, Next};
use super::crew::Roster;
use super::*;
use crate::domain::support_task::draft::Worker;
use crate::domain::support_task::draft::{DescriptionError, WhatsApp, WorkerId};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest, strategy::Just, strategy::Strategy};

fn work() -> Work {
    Work { kind: TaskKind::Maintenance, description: "No light".parse().unwrap() }
}

fn olena() -> Subscriber {
    Subscriber::new("olena_k".parse().unwrap(), "Olena Koval")
}

fn staff() -> Vec<Worker> {
    (1..=20).map(|id| Worker::new(WorkerId(id), &format!("Worker {id}"))).collect()
}

fn draft() -> TaskDraft {
    let Work { kind, description } = work();
    let workers = crate::domain::support_task::draft::Workers::new(staff().into_iter().take(2)).unwrap();
    TaskDraft { kind, description, customer: olena(), workers, whats_app: WhatsApp::Requested }
}

/// Goes on with what the outside holds.
fn answer(wizard: TaskWizard, answer: Answer) -> Next {
    match wizard.next(answer) {
        Next::Search(wanted) => Next::Ask(wanted.with(vec![olena()], false)),
        Next::FetchWorkers(wanted) => Next::Ask(wanted.with(staff()).unwrap()),
        other => other,
    }
}

fn asked(next: Next) -> TaskWizard {
    match next {
        Next::Ask(wizard) => wizard,
        other => panic!("it asks nothing: {other:?}"),
    }
}

fn press(wizard: TaskWizard, choice: Choice) -> TaskWizard {
    asked(answer(wizard, Answer::Press(choice)))
}

fn write(wizard: TaskWizard, text: &str) -> TaskWizard {
    asked(answer(wizard, Answer::Text(text.to_owned())))
}

fn refused(wizard: TaskWizard, given: Answer) -> Misfit {
    match answer(wizard, given) {
        Next::Misfit(misfit) => misfit,
        other => panic!("it was taken: {other:?}"),
    }
}

#[test]
fn six_answers_make_a_task() {
    let wizard = press(TaskWizard::Kind, Choice::Kind(TaskKind::Maintenance));
    let wizard = write(wizard, "No light");
    let wizard = write(wizard, "koval");
    let wizard = press(wizard, Choice::Customer(0));
    let wizard = press(press(wizard, Choice::Worker(WorkerId(1), true)), Choice::Worker(WorkerId(2), true));
    let wizard = press(wizard, Choice::WorkersDone);
    let wizard = press(wizard, Choice::WhatsApp(WhatsApp::Requested));
    assert_eq!(wizard, TaskWizard::Summary { draft: draft() });
    assert_eq!(wizard.next(Answer::Press(Choice::Confirm)), Next::Submit(draft()));
}

#[test]
fn back_leads_one_question_back_and_out_of_the_first() {
    let mut wizard = TaskWizard::Summary { draft: draft() };
    let mut seen = Vec::new();
    while let Next::Ask(before) = answer(wizard, Answer::Press(Choice::Back)) {
        seen.push(before.question());
        wizard = before;
    }
    let questions =
        [Question::WhatsApp, Question::Workers, Question::Customer, Question::Description, Question::Kind];
    assert_eq!(seen, questions);
}

#[test]
fn going_back_to_the_workers_keeps_who_was_chosen() {
    let whats_app = TaskWizard::WhatsApp { work: work(), customer: olena(), workers: draft().workers };
    let wizard = press(whats_app, Choice::Back);
    let chosen: Vec<u32> = wizard.crew().unwrap().chosen().map(|worker| worker.0).collect();
    assert_eq!(chosen, [1, 2]);
}

#[test]
fn each_answer_can_be_changed_from_the_summary_and_the_others_stay() {
    let menu = press(TaskWizard::Summary { draft: draft() }, Choice::Edit);
    let changed = |question, given: Vec<Answer>| {
        let mut wizard = press(menu.clone(), Choice::Change(question));
        assert_eq!(wizard.question(), question);
        for given in given {
            wizard = asked(answer(wizard, given));
        }
        wizard
    };
    let summary = |draft| TaskWizard::Summary { draft };
    assert_eq!(
        changed(Question::Kind, vec![Answer::Press(Choice::Kind(TaskKind::Uninstall))]),
        summary(TaskDraft { kind: TaskKind::Uninstall, ..draft() })
    );
    assert_eq!(
        changed(Question::Description, vec![Answer::Text("Dark".to_owned())]),
        summary(TaskDraft { description: "Dark".parse().unwrap(), ..draft() })
    );
    let one_more =
        vec![Answer::Press(Choice::Worker(WorkerId(1), false)), Answer::Press(Choice::WorkersDone)];
    let workers = crate::domain::support_task::draft::Workers::new(staff().into_iter().skip(1).take(1));
    assert_eq!(
        changed(Question::Workers, one_more),
        summary(TaskDraft { workers: workers.unwrap(), ..draft() })
    );
    let customer = vec![Answer::Text("koval".to_owned()), Answer::Press(Choice::Customer(0))];
    assert_eq!(changed(Question::Customer, customer), summary(draft()));
    assert_eq!(
        changed(Question::WhatsApp, vec![Answer::Press(Choice::WhatsApp(WhatsApp::NotRequested))]),
        summary(TaskDraft { whats_app: WhatsApp::NotRequested, ..draft() })
    );
}

#[test]
fn leaving_a_change_leaves_the_task_as_it_was() {
    let menu = press(TaskWizard::Summary { draft: draft() }, Choice::Edit);
    for question in
        [Question::Kind, Question::Description, Question::Customer, Question::Workers, Question::WhatsApp]
    {
        let editing = press(menu.clone(), Choice::Change(question));
        assert_eq!(press(editing, Choice::Back), TaskWizard::Summary { draft: draft() });
    }
    assert_eq!(press(menu, Choice::Back), TaskWizard::Summary { draft: draft() });
}

#[test]
fn a_text_where_a_button_is_wanted_is_no_answer() {
    let crew = Crew::new(Roster::new(staff()).unwrap());
    for wizard in [
        TaskWizard::Kind,
        TaskWizard::Workers { work: work(), customer: olena(), crew },
        TaskWizard::WhatsApp { work: work(), customer: olena(), workers: draft().workers },
        TaskWizard::Summary { draft: draft() },
        TaskWizard::EditMenu { draft: draft() },
    ] {
        assert_eq!(refused(wizard, Answer::Text("maintenance".to_owned())), Misfit::ButtonWanted);
    }
}

#[test]
fn wrong_texts_are_asked_for_again() {
    let describing = TaskWizard::Description { kind: TaskKind::Uninstall };
    let empty = refused(describing.clone(), Answer::Text(" ".to_owned()));
    assert_eq!(empty, Misfit::Description(DescriptionError::Empty));
    let long = refused(describing, Answer::Text("x".repeat(4096)));
    assert_eq!(long, Misfit::Description(DescriptionError::TooLong));
    let searching = TaskWizard::Customer { work: work(), found: None };
    for text in ["", "k", "ko\tval", &"k".repeat(65)] {
        assert_eq!(refused(searching.clone(), Answer::Text(text.to_owned())), Misfit::Query, "{text}");
    }
}

#[test]
fn nobody_and_strangers_cannot_be_sent() {
    let wizard = TaskWizard::Workers {
        work: work(),
        customer: olena(),
        crew: Crew::new(Roster::new(staff()).unwrap()),
    };
    assert_eq!(refused(wizard.clone(), Answer::Press(Choice::WorkersDone)), Misfit::NobodyChosen);
    assert_eq!(refused(wizard, Answer::Press(Choice::Worker(WorkerId(99), true))), Misfit::Stale);
    assert!(Roster::new(Vec::new()).is_err());
}

#[test]
fn a_search_that_brings_nothing_can_be_repeated_and_a_long_one_is_cut() {
    let searching = TaskWizard::Customer { work: work(), found: None };
    let Next::Search(wanted) = searching.next(Answer::Text("  nobody ".to_owned())) else { panic!() };
    assert_eq!(wanted.query().as_str(), "nobody");
    let nobody = wanted.with(Vec::new(), false);
    assert_eq!(nobody.found().unwrap().shown().count(), 0);
    assert_eq!(refused(nobody.clone(), Answer::Press(Choice::Customer(0))), Misfit::Stale);
    let Next::Search(wanted) = nobody.next(Answer::Text("koval".to_owned())) else { panic!() };
    let many = wanted.with(vec![olena(); found::MOST_FOUND + 5], false);
    let found = many.found().unwrap();
    assert!((found.customers.len(), found.has_more) == (found::MOST_FOUND, true));
    let last = press(many, Choice::CustomerPage(1000));
    let shown: Vec<usize> = last.found().unwrap().shown().map(|(place, _)| place).collect();
    assert_eq!(shown, [48, 49]);
}

#[test]
fn pages_of_workers_are_turned_without_losing_who_is_chosen() {
    let crew = Crew::new(Roster::new(staff()).unwrap());
    let wizard = TaskWizard::Workers { work: work(), customer: olena(), crew };
    let wizard = press(press(wizard, Choice::Worker(WorkerId(3), true)), Choice::WorkerPage(1));
    let crew = wizard.crew().unwrap();
    assert_eq!((crew.page().before(), crew.page().after(), crew.page().count()), (Some(0), Some(2), 3));
    assert_eq!(crew.shown().next().unwrap(), (&staff()[8], false));
    assert_eq!(crew.chosen().collect::<Vec<_>>(), [WorkerId(3)]);
}

fn answers() -> impl Strategy<Value = Answer> {
    let choice = prop_oneof![
        Just(Choice::Kind(TaskKind::Uninstall)),
        (0_usize..3).prop_map(Choice::Customer),
        (0_usize..3).prop_map(Choice::CustomerPage),
        (1_u32..25, proptest::bool::ANY).prop_map(|(id, wanted)| Choice::Worker(WorkerId(id), wanted)),
        (0_usize..5).prop_map(Choice::WorkerPage),
        Just(Choice::WorkersDone),
        Just(Choice::WhatsApp(WhatsApp::NotRequested)),
        Just(Choice::Edit),
        Just(Choice::Change(Question::Customer)),
        Just(Choice::Change(Question::Workers)),
        Just(Choice::Back),
        Just(Choice::Confirm),
    ];
    prop_oneof![2 => "\\PC{0,12}".prop_map(Answer::Text), 8 => choice.prop_map(Answer::Press)]
}

proptest! {
    #[test]
    fn nothing_but_a_confirmed_summary_makes_a_task(given in proptest::collection::vec(answers(), 0..60)) {
        let mut wizard = TaskWizard::Kind;
        for given in given {
            let is_confirmed = given == Answer::Press(Choice::Confirm);
            match answer(wizard.clone(), given) {
                Next::Ask(next) => wizard = next,
                Next::Submit(draft) => {
                    prop_assert!(is_confirmed);
                    prop_assert_eq!(wizard.clone(), TaskWizard::Summary { draft });
                }
                Next::Leave => prop_assert_eq!(wizard.question(), Question::Kind),
                Next::Misfit(_) => {}
                other => panic!("the outside was asked twice: {other:?}"),
            }
        }
    }
}
