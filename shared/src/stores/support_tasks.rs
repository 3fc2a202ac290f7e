//! Support tasks: one item each, listed by state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::commit_mark::commit_mark;
use super::invoices::Cause;
use super::outbox::{StoredEvent, StoredEventKind};
use super::place::Place;
use super::stored_draft::{StoredDraft, parsed};
use super::table::{Expected, Item, Key, Range, StoreError, Table, read, write};
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::TaskId;
use crate::domain::locale::Locale;
use crate::domain::panel_failure::PanelFailure;
use crate::domain::support_task::{Standing, SupportTask, TaskState, Word};

const SORT_KEY: &str = "TASK";
/// Sorts before every position.
const FIRST: &str = " ";
/// How often a change is decided anew when others change the task at the same time.
const MAX_CONFLICTS: usize = 3;

/// The tasks.
#[derive(Debug, Clone)]
pub struct SupportTasks {
    table: Table,
}

/// A change that was decided, and committed where there was something to commit.
#[derive(Debug)]
pub struct ChangedTask<T> {
    /// What was decided.
    pub outcome: T,
    /// The task after the change.
    pub task: SupportTask,
}

#[derive(Debug, Serialize, Deserialize)]
struct TaskItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    gsi1sk: String,
    version: u64,
    /// Drawn anew for each commit: whoever lost the answer to its commit knows it again by this.
    commit: String,
    id: String,
    draft: StoredDraft,
    asked_by: String,
    chat: i64,
    locale: String,
    created_at: Timestamp,
    attempt: u32,
    standing: StoredStanding,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    /// Written for the relay; what was told is of no use to whoever reads the item.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

/// Flat, because an enum that is read by a tag inside is read by way of a copy, which takes room in every
/// function.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct StoredStanding {
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen_by_person: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

fn key(id: &TaskId) -> Key {
    Key { pk: format!("{SORT_KEY}#{id}"), sk: SORT_KEY }
}

fn state_partition(state: TaskState) -> String {
    format!("TASK_STATE#{}", state.as_str())
}

fn position(task: &SupportTask) -> String {
    format!("{:.3}#{}", task.created_at, task.id)
}

/// The item of a task that was just asked for, for the transaction that asks for it.
///
/// # Errors
/// When it cannot be an item: a defect of ours.
pub fn new_task(task: &SupportTask, cause: &Cause) -> Result<Item, StoreError> {
    write(&TaskItem::of(task, 1, commit_mark(), cause))
}

impl SupportTasks {
    /// The tasks in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The task of that id.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, id: &TaskId) -> Result<Option<SupportTask>, StoreError> {
        let item: Option<TaskItem> = self.table.get(&key(id)).await?;
        item.map(TaskItem::task).transpose()
    }

    /// Loads a task, decides, and commits what was changed; decides anew when others came first.
    /// None when there is no such task. Nothing is written when nothing was changed.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn change<T>(
        &self,
        id: &TaskId,
        cause: &Cause,
        decide: impl Fn(&mut SupportTask) -> T,
    ) -> Result<Option<ChangedTask<T>>, StoreError> {
        let mut ours: Option<(String, T, SupportTask)> = None;
        for _ in 0..MAX_CONFLICTS {
            let Some(item) = self.table.get::<TaskItem>(&key(id)).await? else { return Ok(None) };
            if let Some((mark, outcome, task)) = ours.take()
                && mark == item.commit
            {
                // The answer to our own commit was lost and the commit repeated below us.
                return Ok(Some(ChangedTask { outcome, task }));
            }
            let version = item.version;
            let before = item.task()?;
            let mut task = before.clone();
            let outcome = decide(&mut task);
            if task == before {
                return Ok(Some(ChangedTask { outcome, task }));
            }
            let mark = commit_mark();
            let item = TaskItem::of(&task, version.saturating_add(1), mark.clone(), cause);
            match self.table.put(&item, Expected::Version(version)).await {
                Ok(()) => {
                    task.outbox.clear();
                    return Ok(Some(ChangedTask { outcome, task }));
                }
                Err(StoreError::Conflict) => {
                    task.outbox.clear();
                    ours = Some((mark, outcome, task));
                }
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    /// The next `limit` tasks in a state after `after`, newest first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        state: TaskState,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<(Vec<SupportTask>, Option<Place>), StoreError> {
        let range = Range {
            index: "gsi1",
            partition: state_partition(state),
            from: FIRST.to_owned(),
            to: after.map_or_else(|| "~".to_owned(), |place| place.as_str().to_owned()),
            ascending: false,
            // The place itself is in the range.
            limit: limit.saturating_add(1),
        };
        let page = self.table.query(&range).await?;
        let mut tasks = Vec::new();
        for item in page.items {
            let item: TaskItem = read(item)?;
            if after.is_none_or(|place| item.gsi1sk != place.as_str()) {
                tasks.push(item.task()?);
            }
        }
        let has_more = page.has_more || tasks.len() > usize::from(limit);
        tasks.truncate(usize::from(limit));
        let next = tasks.last().filter(|_| has_more).map(|task| Place::from_proved(position(task)));
        Ok((tasks, next))
    }
}

impl TaskItem {
    fn of(task: &SupportTask, version: u64, commit: String, cause: &Cause) -> Self {
        let event = |(index, event)| StoredEvent {
            id: format!("{}.{version}.{index}", task.id),
            correlation_id: cause.correlation_id.clone(),
            occurred_at: cause.now,
            event: StoredEventKind::of_task(task, event),
        };
        let outbox: Vec<StoredEvent> = task.outbox.iter().enumerate().map(event).collect();
        let Key { pk, sk } = key(&task.id);
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: state_partition(task.state()),
            gsi1sk: position(task),
            version,
            commit,
            id: task.id.to_string(),
            draft: StoredDraft::of(&task.draft),
            asked_by: task.asked_by.to_string(),
            chat: task.chat.0,
            locale: task.locale.code().to_owned(),
            created_at: task.created_at,
            attempt: task.attempt,
            standing: StoredStanding::of(&task.standing),
            outbox_size: Some(outbox.len()).filter(|size| *size > 0),
            outbox,
        }
    }

    fn task(self) -> Result<SupportTask, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<SupportTask, String> {
        Ok(SupportTask {
            id: parsed("id", &self.id)?,
            draft: self.draft.draft()?,
            asked_by: parsed("asked_by", &self.asked_by)?,
            chat: ChatId(self.chat),
            locale: Locale::of_tag(&self.locale),
            created_at: self.created_at,
            attempt: self.attempt,
            standing: self.standing.standing()?,
            outbox: Vec::new(),
        })
    }
}

const READY: &str = "READY";
const SUBMITTING: &str = "SUBMITTING";
const CREATED: &str = "CREATED";
const FAILED: &str = "FAILED";
const NEEDS_REVIEW: &str = "NEEDS_REVIEW";
const GIVEN_UP: &str = "GIVEN_UP";

impl StoredStanding {
    fn of(standing: &Standing) -> Self {
        let stands = |state: &str| Self { state: state.to_owned(), ..Self::default() };
        let failed = |state: &str, failure: &PanelFailure| Self {
            code: Some(failure.code.as_str().to_owned()),
            detail: Some(failure.detail.clone()),
            ..stands(state)
        };
        match standing {
            Standing::Ready => stands(READY),
            Standing::Submitting { since } => Self { since: Some(*since), ..stands(SUBMITTING) },
            Standing::Created { at, word } => {
                Self { at: Some(*at), seen_by_person: Some(*word == Word::Person), ..stands(CREATED) }
            }
            Standing::Failed { at, failure } => Self { at: Some(*at), ..failed(FAILED, failure) },
            Standing::NeedsReview { since, failure } => {
                Self { since: Some(*since), ..failed(NEEDS_REVIEW, failure) }
            }
            Standing::GivenUp { at } => Self { at: Some(*at), ..stands(GIVEN_UP) },
        }
    }

    fn standing(self) -> Result<Standing, String> {
        let there = |part: Option<Timestamp>| part.ok_or_else(|| "a standing without its time".to_owned());
        let failure = |code: Option<String>, detail: Option<String>| match (code, detail) {
            (Some(code), Some(detail)) => Ok(PanelFailure { code: parsed("code", &code)?, detail }),
            _ => Err("a failure without its code and detail".to_owned()),
        };
        Ok(match self.state.as_str() {
            READY => Standing::Ready,
            SUBMITTING => Standing::Submitting { since: there(self.since)? },
            CREATED => {
                let is_persons = self.seen_by_person.ok_or("nobody's word that it is created")?;
                let word = if is_persons { Word::Person } else { Word::Panel };
                Standing::Created { at: there(self.at)?, word }
            }
            FAILED => Standing::Failed { at: there(self.at)?, failure: failure(self.code, self.detail)? },
            NEEDS_REVIEW => {
                Standing::NeedsReview { since: there(self.since)?, failure: failure(self.code, self.detail)? }
            }
            GIVEN_UP => Standing::GivenUp { at: there(self.at)? },
            other => return Err(format!("there is no standing {other:?}")),
        })
    }
}
