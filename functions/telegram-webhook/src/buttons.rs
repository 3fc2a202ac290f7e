//! What the bot's buttons carry, written and read in one place.
//!
//! At most 64 bytes of ASCII. It comes back from a device: a text that is not exactly one of ours is none,
//! and whether it still counts is for who reads it to say.
//!
//! ```text
//! w1:<dialogue>:<edition>:<question><choice>   an answer in the wizard: w1:0a1b2c3d:4:w+13
//! w1:<dialogue>:x                              leaves it
//! n1:task                                      begins one
//! t1:<task>:<attempt>:there | again            a task that was not plainly made; written by the notices too
//! i1:l | i1:l:<invoice>                        the list of invoices, from the first or after one
//! i1:v:<invoice> | i1:c:<invoice>              an invoice; the ways to pay it
//! i1:p:<invoice>:<channel>                     a code to pay it with
//! l1:<language>                                a language
//! ```

use shared::domain::dialogue::{DialogueId, Press};
use shared::domain::identifier::TaskId;
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::locale::Locale;
use shared::domain::payment_channel::PaymentChannel;
use shared::domain::support_task::Decision;
use shared::domain::support_task::draft::{TaskKind, WhatsApp, WorkerId};
use shared::domain::task_wizard::Question;
use shared::domain::task_wizard::answer::Choice;

/// Most that a button carries, in bytes.
pub const MAX_CARRIED: usize = 64;

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pressed {
    /// An answer in the wizard.
    Wizard(Press),
    /// Begins the wizard.
    NewTask,
    /// Leaves the wizard.
    CancelWizard(DialogueId),
    /// Decides about a task that was not plainly made.
    Task {
        /// Which.
        task: TaskId,
        /// The attempt that is decided about.
        attempt: u32,
        /// What is decided. Giving up has no button.
        decision: Decision,
    },
    /// The list of invoices.
    Invoices {
        /// Those after this one; from the first without.
        after: Option<InvoiceNumber>,
    },
    /// An invoice.
    Invoice(InvoiceNumber),
    /// The ways to pay an invoice.
    Channels(InvoiceNumber),
    /// A code to pay an invoice with.
    Pay(InvoiceNumber, PaymentChannel),
    /// A language.
    Language(Locale),
}

impl Pressed {
    /// Reads what a button carried. None when it is not exactly one of ours.
    pub fn read(carried: &str) -> Option<Self> {
        if carried.len() > MAX_CARRIED {
            return None;
        }
        let (kind, rest) = carried.split_once(':')?;
        let pressed = match kind {
            "w1" => wizard(rest),
            "n1" => (rest == "task").then_some(Self::NewTask),
            "t1" => task(rest),
            "i1" => invoices(rest),
            "l1" => Locale::ALL.into_iter().find(|locale| locale.code() == rest).map(Self::Language),
            _ => None,
        };
        // One meaning has one writing: no `+1`, no `007`, no other name of a channel.
        pressed.filter(|pressed| pressed.write() == carried)
    }

    /// What its button carries.
    pub fn write(&self) -> String {
        match self {
            Self::Wizard(press) => {
                let Press { dialogue, edition, question, choice } = press;
                let (question, choice) = (letter(*question), choice_text(*choice));
                format!("w1:{}:{edition}:{question}{choice}", dialogue.as_str())
            }
            Self::NewTask => "n1:task".to_owned(),
            Self::CancelWizard(dialogue) => format!("w1:{}:x", dialogue.as_str()),
            Self::Task { task, attempt, decision } => {
                format!("t1:{task}:{attempt}:{}", decision_text(*decision))
            }
            Self::Invoices { after: None } => "i1:l".to_owned(),
            Self::Invoices { after: Some(number) } => format!("i1:l:{number}"),
            Self::Invoice(number) => format!("i1:v:{number}"),
            Self::Channels(number) => format!("i1:c:{number}"),
            Self::Pay(number, channel) => format!("i1:p:{number}:{channel}"),
            Self::Language(locale) => format!("l1:{}", locale.code()),
        }
    }
}

fn wizard(text: &str) -> Option<Pressed> {
    let (dialogue, rest) = text.split_once(':')?;
    let dialogue = dialogue.parse().ok()?;
    if rest == "x" {
        return Some(Pressed::CancelWizard(dialogue));
    }
    let (edition, answer) = rest.split_once(':')?;
    let question = answer.chars().next().and_then(question)?;
    let choice = choice(question, answer.get(1..)?)?;
    Some(Pressed::Wizard(Press { dialogue, edition: edition.parse().ok()?, question, choice }))
}

fn task(text: &str) -> Option<Pressed> {
    // The id may hold colons.
    let (rest, decision) = text.rsplit_once(':')?;
    let (task, attempt) = rest.rsplit_once(':')?;
    let decision = [Decision::ItIsThere, Decision::CreateAgain]
        .into_iter()
        .find(|known| decision_text(*known) == decision)?;
    Some(Pressed::Task { task: task.parse().ok()?, attempt: attempt.parse().ok()?, decision })
}

fn invoices(text: &str) -> Option<Pressed> {
    let Some((what, rest)) = text.split_once(':') else {
        return (text == "l").then_some(Pressed::Invoices { after: None });
    };
    match what {
        "l" => Some(Pressed::Invoices { after: Some(rest.parse().ok()?) }),
        "v" => rest.parse().ok().map(Pressed::Invoice),
        "c" => rest.parse().ok().map(Pressed::Channels),
        "p" => {
            let (number, channel) = rest.split_once(':')?;
            Some(Pressed::Pay(number.parse().ok()?, channel.parse().ok()?))
        }
        _ => None,
    }
}

fn decision_text(decision: Decision) -> &'static str {
    match decision {
        Decision::ItIsThere => "there",
        Decision::CreateAgain => "again",
        Decision::GiveUp => "drop",
    }
}

const QUESTIONS: [Question; 7] = [
    Question::Kind,
    Question::Description,
    Question::Customer,
    Question::Workers,
    Question::WhatsApp,
    Question::Summary,
    Question::EditMenu,
];

fn letter(question: Question) -> char {
    match question {
        Question::Kind => 'k',
        Question::Description => 'd',
        Question::Customer => 'c',
        Question::Workers => 'w',
        Question::WhatsApp => 'a',
        Question::Summary => 's',
        Question::EditMenu => 'e',
    }
}

fn question(letter: char) -> Option<Question> {
    QUESTIONS.into_iter().find(|question| self::letter(*question) == letter)
}

fn choice_text(choice: Choice) -> String {
    match choice {
        Choice::Kind(TaskKind::Maintenance) => "m".to_owned(),
        Choice::Kind(TaskKind::Uninstall) => "u".to_owned(),
        Choice::Customer(place) => place.to_string(),
        Choice::CustomerPage(page) | Choice::WorkerPage(page) => format!("p{page}"),
        Choice::Worker(worker, true) => format!("+{}", worker.0),
        Choice::Worker(worker, false) => format!("-{}", worker.0),
        Choice::WorkersDone | Choice::Confirm => "ok".to_owned(),
        Choice::WhatsApp(WhatsApp::Requested) => "y".to_owned(),
        Choice::WhatsApp(WhatsApp::NotRequested) => "n".to_owned(),
        Choice::Edit => "e".to_owned(),
        Choice::Change(question) => letter(question).to_string(),
        Choice::Back => "b".to_owned(),
    }
}

/// A choice that the question has.
fn choice(asked: Question, text: &str) -> Option<Choice> {
    if text == "b" {
        return Some(Choice::Back);
    }
    let page = || text.strip_prefix('p')?.parse().ok();
    match asked {
        Question::Kind => match text {
            "m" => Some(Choice::Kind(TaskKind::Maintenance)),
            "u" => Some(Choice::Kind(TaskKind::Uninstall)),
            _ => None,
        },
        Question::Description => None,
        Question::Customer => {
            let page = page().map(Choice::CustomerPage);
            page.or_else(|| text.parse().ok().map(Choice::Customer))
        }
        Question::Workers if text == "ok" => Some(Choice::WorkersDone),
        Question::Workers => page().map(Choice::WorkerPage).or_else(|| worker(text)),
        Question::WhatsApp => match text {
            "y" => Some(Choice::WhatsApp(WhatsApp::Requested)),
            "n" => Some(Choice::WhatsApp(WhatsApp::NotRequested)),
            _ => None,
        },
        Question::Summary => match text {
            "ok" => Some(Choice::Confirm),
            "e" => Some(Choice::Edit),
            _ => None,
        },
        Question::EditMenu => match text {
            "k" | "d" | "c" | "w" | "a" => text.chars().next().and_then(question).map(Choice::Change),
            _ => None,
        },
    }
}

fn worker(text: &str) -> Option<Choice> {
    let (is_wanted, number) = match text.strip_prefix('+') {
        Some(number) => (true, number),
        None => (false, text.strip_prefix('-')?),
    };
    Some(Choice::Worker(WorkerId(number.parse().ok()?), is_wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::{Just, Strategy};
    use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

    fn answers() -> impl Strategy<Value = (Question, Choice)> {
        let any = QUESTIONS;
        let changed = &any[..5];
        prop_oneof![
            proptest::sample::select(any.to_vec()).prop_map(|question| (question, Choice::Back)),
            proptest::sample::select(changed.to_vec())
                .prop_map(|question| (Question::EditMenu, Choice::Change(question))),
            proptest::sample::select(TaskKind::ALL.to_vec())
                .prop_map(|kind| (Question::Kind, Choice::Kind(kind))),
            proptest::num::usize::ANY.prop_map(|place| (Question::Customer, Choice::Customer(place))),
            proptest::num::usize::ANY.prop_map(|page| (Question::Customer, Choice::CustomerPage(page))),
            proptest::num::usize::ANY.prop_map(|page| (Question::Workers, Choice::WorkerPage(page))),
            (proptest::num::u32::ANY, proptest::bool::ANY).prop_map(|(worker, is_wanted)| {
                (Question::Workers, Choice::Worker(WorkerId(worker), is_wanted))
            }),
            proptest::bool::ANY.prop_map(|wish| (Question::WhatsApp, Choice::WhatsApp(WhatsApp::from(wish)))),
            Just((Question::Workers, Choice::WorkersDone)),
            Just((Question::Summary, Choice::Confirm)),
            Just((Question::Summary, Choice::Edit)),
        ]
    }

    fn presses() -> impl Strategy<Value = Pressed> {
        let dialogue = proptest::num::u64::ANY.prop_map(DialogueId::new);
        let number = proptest::num::u64::ANY
            .prop_map(|random| InvoiceNumber::new(jiff::civil::date(2026, 11, 21), random));
        let channel = proptest::sample::select(PaymentChannel::all().collect::<Vec<_>>());
        let decision = proptest::sample::select(vec![Decision::ItIsThere, Decision::CreateAgain]);
        prop_oneof![
            (dialogue.clone(), proptest::num::u32::ANY, answers()).prop_map(
                |(dialogue, edition, (question, choice))| {
                    Pressed::Wizard(Press { dialogue, edition, question, choice })
                }
            ),
            dialogue.prop_map(Pressed::CancelWizard),
            Just(Pressed::NewTask),
            ("[0-9a-f:-]{35}[0-9a-f]", proptest::num::u32::ANY, decision).prop_map(
                |(task, attempt, decision)| {
                    Pressed::Task { task: task.parse().unwrap(), attempt, decision }
                }
            ),
            Just(Pressed::Invoices { after: None }),
            number.clone().prop_map(|number| Pressed::Invoices { after: Some(number) }),
            number.clone().prop_map(Pressed::Invoice),
            number.clone().prop_map(Pressed::Channels),
            (number, channel).prop_map(|(number, channel)| Pressed::Pay(number, channel)),
            proptest::sample::select(Locale::ALL.to_vec()).prop_map(Pressed::Language),
        ]
    }

    proptest! {
        #[test]
        fn every_button_fits_and_reads_back(pressed in presses()) {
            let carried = pressed.write();
            prop_assert!(carried.len() <= MAX_CARRIED && carried.is_ascii(), "{carried}");
            prop_assert_eq!(Pressed::read(&carried), Some(pressed));
        }

        #[test]
        fn a_changed_button_is_another_one_or_none(pressed in presses(), place in 0_usize..64, letter in "[ -~]") {
            let carried = pressed.write();
            let place = place % (carried.len() + 1);
            let (before, after) = carried.split_at(place);
            for changed in [format!("{before}{letter}{after}"), before.to_owned()] {
                if changed != carried {
                    prop_assert!(Pressed::read(&changed) != Some(pressed.clone()), "{changed}");
                }
            }
        }

        #[test]
        fn whatever_comes_is_read_without_a_fall(text in "\\PC{0,80}", tail in "[a-z0-9:+-]{0,30}") {
            for text in [text.clone(), format!("w1:{tail}"), format!("i1:{tail}"), format!("t1:{text}:{tail}")] {
                if let Some(pressed) = Pressed::read(&text) {
                    prop_assert_eq!(pressed.write(), text);
                }
            }
        }
    }

    #[test]
    fn buttons_are_written_as_agreed() {
        let press = |question, choice| {
            Pressed::Wizard(Press { dialogue: "0a1b2c3d".parse().unwrap(), edition: 4, question, choice })
        };
        for (pressed, carried) in [
            (press(Question::Workers, Choice::Worker(WorkerId(13), true)), "w1:0a1b2c3d:4:w+13"),
            (press(Question::Workers, Choice::Worker(WorkerId(13), false)), "w1:0a1b2c3d:4:w-13"),
            (press(Question::Customer, Choice::CustomerPage(2)), "w1:0a1b2c3d:4:cp2"),
            (press(Question::Customer, Choice::Customer(3)), "w1:0a1b2c3d:4:c3"),
            (press(Question::Summary, Choice::Confirm), "w1:0a1b2c3d:4:sok"),
            (press(Question::EditMenu, Choice::Change(Question::WhatsApp)), "w1:0a1b2c3d:4:ea"),
            (Pressed::CancelWizard("0a1b2c3d".parse().unwrap()), "w1:0a1b2c3d:x"),
            (Pressed::NewTask, "n1:task"),
        ] {
            assert_eq!(pressed.write(), carried);
            assert_eq!(Pressed::read(carried), Some(pressed));
        }
        let task = "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b";
        for (carried, decision) in [
            (format!("t1:{task}:4294967295:there"), Decision::ItIsThere),
            (format!("t1:{task}:1:again"), Decision::CreateAgain),
        ] {
            let read = Pressed::read(&carried).unwrap();
            assert!(matches!(&read, Pressed::Task { decision: found, .. } if *found == decision), "{read:?}");
        }
    }

    #[test]
    fn what_is_not_exactly_ours_is_no_button() {
        for text in [
            "",
            ":",
            "w1",
            "w1:",
            "w1:0a1b2c3d",
            "w1:0a1b2c3d:",
            "w1:0a1b2c3d:X",
            "w1:0a1b2c3d:x:",
            "w1:0a1b2c3d:4:",
            "w1:0a1b2c3d:4:w",
            "w1:0a1b2c3d:04:wok",
            "w1:0a1b2c3d:+4:wok",
            "w1:0a1b2c3d:-1:wok",
            "w1:0a1b2c3d:4294967296:wok",
            "w1:0a1b2c3:4:wok",
            "w1:0a1b2c3u:4:wok",
            "w1:0a1b2c3d:4:w13",
            "w1:0a1b2c3d:4:w+013",
            "w1:0a1b2c3d:4:w++13",
            "w1:0a1b2c3d:4:w+",
            "w1:0a1b2c3d:4:cok",
            "w1:0a1b2c3d:4:c+3",
            "w1:0a1b2c3d:4:cp",
            "w1:0a1b2c3d:4:dok",
            "w1:0a1b2c3d:4:se ",
            "w1:0a1b2c3d:4:ee",
            "w1:0a1b2c3d:4:es",
            "w1:0a1b2c3d:4:éb",
            "n1:",
            "n1:tasks",
            "n1:task:",
            "t1:task-1:1:drop",
            "t1:task-1:1:",
            "t1::1:there",
            "t1:task-1:01:there",
            "t1:task-1:there",
            "t1:a/b:1:there",
            "i1:",
            "i1:x",
            "i1:l:",
            "i1:v:INV-1",
            "i1:p:INV-20261121-7K3M9QZX",
            "i1:p:INV-20261121-7K3M9QZX:BCAVA",
            "i1:p:INV-20261121-7K3M9QZX:bca_va",
            "l1:",
            "l1:de",
            "l1:EN",
            "l2:en",
            " l1:en",
            "l1:en\n",
        ] {
            assert_eq!(Pressed::read(text), None, "{text:?}");
        }
    }
}
