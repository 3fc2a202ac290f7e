//! What a support task says: every part was checked when it was entered.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Longest description, in characters. The summary of a task has to fit into one message.
pub const MAX_DESCRIPTION: usize = 1000;
/// Longest name of a customer or worker, in characters: what is longer is cut.
pub const MAX_NAME: usize = 100;
/// Longest login name at the provider, in characters.
const MAX_USERNAME: usize = 64;
/// Most workers of one task.
pub const MAX_WORKERS: usize = 30;

/// What is to be done, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDraft {
    /// Which kind of work.
    pub kind: TaskKind,
    /// In the words of who asks for it.
    pub description: Description,
    /// For whom.
    pub customer: Subscriber,
    /// By whom.
    pub workers: Workers,
    /// Whether the panel is asked to send WhatsApp messages. Whom it tells, and whether, is the panel's affair.
    pub whats_app: WhatsApp,
}

/// The kinds of work that the panel knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// Service or repair.
    Maintenance,
    /// The customer is disconnected.
    Uninstall,
}

/// The wish about WhatsApp messages, passed on to the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatsApp {
    /// The panel is asked to send them.
    Requested,
    /// The panel is asked not to.
    NotRequested,
}

/// What is to be done, in words: 1–1000 characters, line ends allowed, no other control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description(String);

/// Why a text is no description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// There is nothing to read in it.
    #[error("a description is not empty")]
    Empty,
    /// It is longer than [`MAX_DESCRIPTION`].
    #[error("a description has at most {MAX_DESCRIPTION} characters")]
    TooLong,
}

/// Somebody who is served by the internet provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Names them in the panel.
    pub username: Username,
    /// What they are called.
    pub name: String,
}

/// A login name at the internet provider: 1–64 ASCII letters, digits, or `_`, `.`, `-`, `@`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Username(String);

/// Why a text is no login name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a login name has 1 to {MAX_USERNAME} letters, digits, or any of _ . - @")]
pub struct UsernameError;

/// The number of a worker in the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(pub u32);

/// Somebody who carries out tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Names them in the panel.
    pub id: WorkerId,
    /// What they are called.
    pub name: String,
}

/// Workers of a task: at least one, at most [`MAX_WORKERS`], each once, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workers(Vec<Worker>);

/// Why these are not the workers of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkersError {
    /// There is nobody.
    #[error("a task has at least one worker")]
    Nobody,
    /// There are too many.
    #[error("a task has at most {MAX_WORKERS} workers")]
    TooMany,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Maintenance, Self::Uninstall];

    /// The name in the panel, in messages and in stored tasks.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::Uninstall => "uninstall",
        }
    }
}

/// Why a text is no kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kinds are maintenance and uninstall")]
pub struct TaskKindError;

impl FromStr for TaskKind {
    type Err = TaskKindError;

    fn from_str(text: &str) -> Result<Self, TaskKindError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(TaskKindError)
    }
}

impl WhatsApp {
    /// Whether it is requested.
    pub fn is_requested(self) -> bool {
        self == Self::Requested
    }
}

impl From<bool> for WhatsApp {
    fn from(requested: bool) -> Self {
        if requested { Self::Requested } else { Self::NotRequested }
    }
}

impl Description {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = DescriptionError;

    fn from_str(text: &str) -> Result<Self, DescriptionError> {
        let letters = text.chars().filter(|letter| *letter == '\n' || !letter.is_control());
        let kept: String = letters.collect();
        let kept = kept.trim();
        if !kept.chars().any(is_seen) {
            return Err(DescriptionError::Empty);
        }
        if kept.chars().count() > MAX_DESCRIPTION {
            return Err(DescriptionError::TooLong);
        }
        Ok(Self(kept.to_owned()))
    }
}

impl Subscriber {
    /// A customer; a name that is empty is the login name, one that is too long is cut.
    pub fn new(username: Username, name: &str) -> Self {
        let name = shown_name(name).unwrap_or_else(|| username.0.clone());
        Self { username, name }
    }
}

impl Username {
    /// The login name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-@".contains(&byte);
        if text.is_empty() || text.len() > MAX_USERNAME || !text.bytes().all(allowed) {
            return Err(UsernameError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Worker {
    /// A worker; a name that is empty is the number, one that is too long is cut.
    pub fn new(id: WorkerId, name: &str) -> Self {
        Self { id, name: shown_name(name).unwrap_or_else(|| format!("#{}", id.0)) }
    }
}

impl Workers {
    /// These workers, each once.
    ///
    /// # Errors
    /// When there is nobody, or too many.
    pub fn new(workers: impl IntoIterator<Item = Worker>) -> Result<Self, WorkersError> {
        let each_once: BTreeMap<WorkerId, Worker> =
            workers.into_iter().map(|worker| (worker.id, worker)).collect();
        match each_once.len() {
            0 => Err(WorkersError::Nobody),
            count if count > MAX_WORKERS => Err(WorkersError::TooMany),
            _ => Ok(Self(each_once.into_values().collect())),
        }
    }

    /// The workers, by their numbers.
    pub fn as_slice(&self) -> &[Worker] {
        &self.0
    }
}

/// Whether a letter shows anything by itself. Joiners, direction marks and fillers do not.
fn is_seen(letter: char) -> bool {
    let is_hidden = matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    !is_hidden && !letter.is_whitespace()
}

/// Whether a letter only turns the direction of what stands around it.
fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name in one line, without characters that break it or turn its direction. None when nothing is left.
fn shown_name(name: &str) -> Option<String> {
    let letters = name.chars().filter(|letter| !letter.is_control() && !turns_direction(*letter));
    let kept: String = letters.collect::<String>().trim().chars().take(MAX_NAME).collect();
    Some(kept).filter(|kept| !kept.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    #[test]
    fn a_description_keeps_its_lines_and_loses_what_cannot_be_seen() {
        let read: Description = "  No\u{7} light\r\nsince noon \n".parse().unwrap();
        assert_eq!(read.as_str(), "No light\nsince noon");
    }

    #[test]
    fn a_description_has_a_thousand_characters_at_most_and_one_at_least() {
        assert!("🚑".repeat(MAX_DESCRIPTION).parse::<Description>().is_ok());
        let long = "x".repeat(MAX_DESCRIPTION + 1);
        assert_eq!(long.parse::<Description>(), Err(DescriptionError::TooLong));
        for nothing in [" \n\u{0}", "\u{200b}\u{200d}", "\u{202e}\n\u{2066}", "\u{3164}", "\u{feff}"] {
            assert_eq!(nothing.parse::<Description>(), Err(DescriptionError::Empty), "{nothing:?}");
        }
    }

    #[test]
    fn login_names_are_plain() {
        assert!("customer_1.2-3@isp".parse::<Username>().is_ok());
        let long = "a".repeat(MAX_USERNAME + 1);
        for wrong in ["", "a b", "<b>", "имя", long.as_str()] {
            assert_eq!(wrong.parse::<Username>(), Err(UsernameError), "{wrong}");
        }
    }

    #[test]
    fn nameless_people_are_called_by_what_the_panel_knows() {
        let username: Username = "customer123".parse().unwrap();
        assert_eq!(Subscriber::new(username, " \n").name, "customer123");
        assert_eq!(Worker::new(WorkerId(13), "").name, "#13");
        assert_eq!(Worker::new(WorkerId(13), "Rima\u{202e} Aoun").name, "Rima Aoun");
        assert_eq!(Worker::new(WorkerId(13), &"й".repeat(500)).name.chars().count(), MAX_NAME);
    }

    #[test]
    fn a_task_has_workers() {
        assert_eq!(Workers::new([]), Err(WorkersError::Nobody));
        let crowd = (0..=u32::try_from(MAX_WORKERS).unwrap()).map(|id| Worker::new(WorkerId(id), ""));
        assert_eq!(Workers::new(crowd), Err(WorkersError::TooMany));
    }

    proptest! {
        #[test]
        fn each_worker_is_there_once_whatever_was_chosen(ids in proptest::collection::vec(0_u32..20, 1..30)) {
            let workers = Workers::new(ids.iter().map(|id| Worker::new(WorkerId(*id), ""))).unwrap();
            let mut wanted = ids.clone();
            wanted.sort_unstable();
            wanted.dedup();
            let kept: Vec<u32> = workers.as_slice().iter().map(|worker| worker.id.0).collect();
            prop_assert_eq!(kept, wanted);
        }

        #[test]
        fn what_is_a_description_is_one_still_when_read_again(text in "\\PC{0,40}[\\n\\t]{0,3}\\PC{0,40}") {
            if let Ok(read) = text.parse::<Description>() {
                prop_assert_eq!(read.as_str().parse(), Ok(read.clone()));
            }
        }
    }
}
