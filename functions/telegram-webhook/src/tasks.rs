//! What the person who asked for a task says when it was not plainly made: it is there, or make it again.

use shared::domain::identifier::TaskId;
use shared::domain::support_task::{Decided, Decision, SupportTask};
use shared::stores::support_tasks::ChangedTask;
use shared::stores::table::StoreError;

use crate::reply::Reply;
use crate::turn::Turn;

/// A button below what was told about a task.
pub async fn decide(
    turn: Turn<'_>,
    id: &TaskId,
    attempt: u32,
    decision: Decision,
) -> Result<Reply, StoreError> {
    if let Some(refusal) = turn.refuse_others("a task button").await {
        return Ok(refusal);
    }
    // Only where it was asked for, and by who asked: the button's text comes from a device.
    let is_theirs = |task: &SupportTask| turn.user() == Some(&task.asked_by) && task.chat == turn.chat.id;
    let now = turn.cause.now;
    let decide = |task: &mut SupportTask| is_theirs(task).then(|| task.decide(attempt, decision, now));
    let changed = turn.app.tasks.change(id, turn.cause, decide).await?;
    let Some(ChangedTask { outcome: Some(decided), task }) = changed else {
        return Ok(turn.note(turn.words().task_not_open()));
    };
    let correlation_id = &turn.cause.correlation_id;
    tracing::info!(correlationId = correlation_id, task = %id, attempt, ?decision, outcome = ?decided, "task decided");
    Ok(match (decided, decision) {
        (Decided::Done | Decided::AlreadyDone, Decision::ItIsThere) => {
            turn.show(turn.words().task_there(&task.draft))
        }
        (Decided::Done | Decided::AlreadyDone, Decision::CreateAgain) => {
            turn.show(turn.words().task_again(&task.draft))
        }
        (Decided::Done | Decided::AlreadyDone, Decision::GiveUp) => {
            turn.note(turn.words().task_decided_before())
        }
        (Decided::NotOpen, _) => turn.note(turn.words().task_not_open()),
    })
}
