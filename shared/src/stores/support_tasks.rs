//! Support tasks: one item each, listed by state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
enum StoredStanding {
    Ready,
    Submitting { since: Timestamp },
    Created { at: Timestamp, seen_by_person: bool },
    Failed { at: Timestamp, code: String, detail: String },
    NeedsReview { since: Timestamp, code: String, detail: String },
    GivenUp { at: Timestamp },
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

/// A mark no other commit has.
fn commit_mark() -> String {
    Uuid::new_v4().simple().to_string()
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

impl StoredStanding {
    fn of(standing: &Standing) -> Self {
        let parts = |failure: &PanelFailure| (failure.code.as_str().to_owned(), failure.detail.clone());
        match standing {
            Standing::Ready => Self::Ready,
            Standing::Submitting { since } => Self::Submitting { since: *since },
            Standing::Created { at, word } => {
                Self::Created { at: *at, seen_by_person: *word == Word::Person }
            }
            Standing::Failed { at, failure } => {
                let (code, detail) = parts(failure);
                Self::Failed { at: *at, code, detail }
            }
            Standing::NeedsReview { since, failure } => {
                let (code, detail) = parts(failure);
                Self::NeedsReview { since: *since, code, detail }
            }
            Standing::GivenUp { at } => Self::GivenUp { at: *at },
        }
    }

    fn standing(self) -> Result<Standing, String> {
        let failure =
            |code: String, detail| Ok::<_, String>(PanelFailure { code: parsed("code", &code)?, detail });
        Ok(match self {
            Self::Ready => Standing::Ready,
            Self::Submitting { since } => Standing::Submitting { since },
            Self::Created { at, seen_by_person } => {
                Standing::Created { at, word: if seen_by_person { Word::Person } else { Word::Panel } }
            }
            Self::Failed { at, code, detail } => Standing::Failed { at, failure: failure(code, detail)? },
            Self::NeedsReview { since, code, detail } => {
                Standing::NeedsReview { since, failure: failure(code, detail)? }
            }
            Self::GivenUp { at } => Standing::GivenUp { at },
        })
    }
}
