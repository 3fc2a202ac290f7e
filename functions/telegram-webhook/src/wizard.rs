//! The wizard in a chat: from `/task` to a task that is to be made.

use jiff::Timestamp;
use shared::domain::dialogue::{Arrival, Dialogue, DialogueId, Ending, OpenWizard, Press};
use shared::domain::support_task::draft::TaskDraft;
use shared::domain::support_task::{Asker, SupportTask};
use shared::domain::task_wizard::TaskWizard;
use shared::domain::task_wizard::answer::{Misfit, Next};
use shared::lambda::metrics::Metric;
use shared::stores::table::StoreError;
use uuid::Uuid;

use crate::reply::Reply;
use crate::subscribers::SubscriberError;
use crate::turn::Turn;
use crate::views::View;

/// `/task`, or the button that begins one.
pub async fn begin(turn: Turn<'_>) -> Result<Reply, StoreError> {
    let Some(user) = turn.user().cloned() else {
        turn.count_refusal("a staff command");
        return Ok(turn.show(turn.words().not_linked()));
    };
    // The button stays below what ended: pressed twice, or much later, it does not drop what is being asked.
    let is_begun = turn.is_press() && open(&turn).is_some();
    if is_begun || turn.arrival() != Arrival::InOrder {
        return Ok(turn.show(where_we_are(&turn)));
    }
    if let Some(refusal) = turn.refuse_others("a staff command").await {
        return Ok(refusal);
    }
    if !turn.app.settings.makes_tasks {
        return Ok(turn.show(turn.words().tasks_off()));
    }
    let mut dialogue = turn.chat.dialogue.clone();
    let id = DialogueId::new(Uuid::new_v4().as_u64_pair().1);
    dialogue.begin(id, user, patience(&turn), TaskWizard::Kind);
    ask(&turn, dialogue).await
}

/// Words that are no command: an answer, if anything is being asked.
pub async fn read(turn: Turn<'_>, text: &str) -> Result<Reply, StoreError> {
    if turn.arrival() != Arrival::InOrder {
        return Ok(turn.show(where_we_are(&turn)));
    }
    let Some(open) = open(&turn) else {
        return if is_over(&turn) { expire(&turn).await } else { Ok(turn.show(turn.words().unknown())) };
    };
    follow(&turn, open, open.read(text)).await
}

/// A button of a wizard.
pub async fn press(turn: Turn<'_>, press: Press) -> Result<Reply, StoreError> {
    match turn.arrival() {
        Arrival::InOrder => {}
        Arrival::Repeated => return Ok(turn.show(where_we_are(&turn))),
        Arrival::Late => return Ok(turn.note(turn.words().late())),
    }
    let dialogue = &turn.chat.dialogue;
    let Some(open) = open(&turn).filter(|open| open.id == press.dialogue) else {
        let is_own = dialogue.open.as_ref().is_some_and(|open| open.id == press.dialogue);
        if (is_own || turn.chat.unreadable.is_some()) && is_over(&turn) {
            return expire(&turn).await;
        }
        let ended = dialogue.ended.as_ref().filter(|ended| ended.id == press.dialogue);
        let was_submitted = ended.is_some_and(|ended| ended.ending == Ending::Submitted);
        let words = turn.words();
        return Ok(turn.note(if was_submitted { words.already_submitted() } else { words.over() }));
    };
    follow(&turn, open, open.press(&press)).await
}

/// `/cancel`.
pub async fn cancel(turn: Turn<'_>) -> Result<Reply, StoreError> {
    if turn.arrival() != Arrival::InOrder {
        return Ok(turn.show(where_we_are(&turn)));
    }
    if turn.chat.dialogue.open.is_none() && turn.chat.unreadable.is_none() {
        return Ok(turn.show(turn.words().nothing_to_cancel()));
    }
    end(&turn, Ending::Cancelled).await
}

/// The button that leaves a wizard.
pub async fn cancel_by_button(turn: Turn<'_>, dialogue: &DialogueId) -> Result<Reply, StoreError> {
    let is_open = turn.chat.dialogue.open.as_ref().is_some_and(|open| open.id == *dialogue);
    match turn.arrival() {
        Arrival::InOrder if is_open => end(&turn, Ending::Cancelled).await,
        Arrival::Repeated => Ok(turn.show(where_we_are(&turn))),
        Arrival::InOrder => Ok(turn.note(turn.words().over())),
        Arrival::Late => Ok(turn.note(turn.words().late())),
    }
}

/// What follows from an answer.
async fn follow(turn: &Turn<'_>, open: &OpenWizard, next: Next) -> Result<Reply, StoreError> {
    let wizard = match next {
        Next::Ask(wizard) => wizard,
        Next::Search(wanted) => match turn.app.subscribers.find(wanted.query()).await {
            Ok(found) => wanted.with(found.customers, found.has_more),
            Err(error) => return search_failed(turn, error),
        },
        Next::FetchWorkers(wanted) => match turn.app.subscribers.workers().await {
            Ok(workers) => match wanted.with(workers) {
                Ok(wizard) => wizard,
                Err(_) => return Ok(turn.alert(turn.words().no_workers())),
            },
            Err(error) => return search_failed(turn, error),
        },
        Next::Submit(draft) => return submit(turn, draft).await,
        Next::Leave => return end(turn, Ending::Cancelled).await,
        Next::Misfit(misfit) => return Ok(misfits(turn, open, misfit)),
    };
    let mut dialogue = turn.chat.dialogue.clone();
    if let Some(open) = &mut dialogue.open {
        open.go_on(wizard, patience(turn));
    }
    ask(turn, dialogue).await
}

/// Asks what is being asked from now on.
async fn ask(turn: &Turn<'_>, dialogue: Dialogue) -> Result<Reply, StoreError> {
    let question = dialogue.open.as_ref().map(|open| turn.words().ask(open));
    turn.save(dialogue).await?;
    Ok(turn.show(question.unwrap_or_else(|| turn.words().unknown())))
}

/// The task is wanted: it is kept together with the end of the dialogue, and made by others.
async fn submit(turn: &Turn<'_>, draft: TaskDraft) -> Result<Reply, StoreError> {
    // Who began may have lost the right to it since.
    if let Some(refusal) = turn.refuse_others("a staff command").await {
        return Ok(refusal);
    }
    if !turn.app.settings.makes_tasks {
        return Ok(turn.show(turn.words().tasks_off()));
    }
    let Some(user) = turn.user().cloned() else { return Ok(turn.note(turn.words().over())) };
    let asker = Asker { user, chat: turn.chat.id, locale: turn.locale() };
    let Ok(id) = Uuid::new_v4().simple().to_string().parse() else {
        return Err(StoreError::Refused("a drawn id is no id".to_owned()));
    };
    let task = SupportTask::ask(id, draft, asker, turn.cause.now);
    let mut dialogue = turn.noted_dialogue();
    dialogue.end(Ending::Submitted);
    turn.app.chats.submit(&turn.chat, &dialogue, &task, turn.cause).await?;
    turn.app.metrics.count(Metric::UpdateHandled);
    let correlation_id = &turn.cause.correlation_id;
    tracing::info!(correlationId = correlation_id, task = %task.id, user = %task.asked_by, "task asked for");
    Ok(turn.show(turn.words().submitted()))
}

/// What was said is no answer: nothing is changed, and the question stands.
fn misfits(turn: &Turn<'_>, open: &OpenWizard, misfit: Misfit) -> Reply {
    if turn.is_press() {
        return turn.note(turn.words().misfit(misfit));
    }
    turn.show(turn.words().ask_again(misfit, open))
}

fn search_failed(turn: &Turn<'_>, error: SubscriberError) -> Result<Reply, StoreError> {
    match error {
        SubscriberError::Store(error) => Err(error),
        SubscriberError::Api(error) => {
            let correlation_id = &turn.cause.correlation_id;
            tracing::warn!(correlationId = correlation_id, %error, "the provider's API could not be asked");
            Ok(turn.alert(turn.words().search_failed()))
        }
    }
}

async fn end(turn: &Turn<'_>, ending: Ending) -> Result<Reply, StoreError> {
    let mut dialogue = turn.chat.dialogue.clone();
    dialogue.end(ending);
    turn.save(dialogue).await?;
    Ok(turn.show(ending_view(turn, ending)))
}

async fn expire(turn: &Turn<'_>) -> Result<Reply, StoreError> {
    end(turn, Ending::Expired).await
}

/// What the person sees now: shown again when it is not known whether they saw it.
fn where_we_are(turn: &Turn<'_>) -> View {
    let dialogue = &turn.chat.dialogue;
    match (open(turn), &dialogue.ended) {
        (Some(open), _) => turn.words().ask(open),
        (None, Some(ended)) => ending_view(turn, ended.ending),
        (None, None) => turn.words().unknown(),
    }
}

fn ending_view(turn: &Turn<'_>, ending: Ending) -> View {
    match ending {
        Ending::Submitted => turn.words().submitted(),
        Ending::Cancelled => turn.words().cancelled(),
        Ending::Expired => turn.words().expired(),
    }
}

/// The wizard that is open to who speaks.
fn open<'a>(turn: &'a Turn<'_>) -> Option<&'a OpenWizard> {
    turn.chat.dialogue.open_for(turn.user()?, turn.cause.now)
}

/// Whether a wizard's time ran out, or it cannot be read any more, and nobody was told yet.
fn is_over(turn: &Turn<'_>) -> bool {
    turn.chat.unreadable.is_some()
        || turn.chat.dialogue.open.as_ref().is_some_and(|open| open.expires_at <= turn.cause.now)
}

fn patience(turn: &Turn<'_>) -> Timestamp {
    turn.cause.now.saturating_add(turn.app.settings.patience).unwrap_or(Timestamp::MAX)
}
