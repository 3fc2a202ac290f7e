//! The story of one update.

use std::time::Duration;

use http::Response;
use jiff::Timestamp;
use lambda_http::Request;
use shared::domain::dialogue::ChatId;
use shared::domain::task_wizard::answer::Misfit;
use shared::lambda::correlation;
use shared::lambda::metrics::Metric;
use shared::providers::telegram::update::{ChatEvent, Pressed, Update, Wrote};
use shared::retry::{Retry, Verdict};
use shared::stores::contacts::{Contact, ContactStanding};
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;
use tokio::time::timeout;

use crate::app::App;
use crate::buttons;
use crate::commands;
use crate::reply::{self, Reply};
use crate::turn::{Asked, Turn};
use crate::{account, invoices, tasks, wizard};

/// How long an update may take. Then the person is told that something is wrong: an update that is never answered
/// comes again for a day, and their next ones wait behind it.
const WITHIN: Duration = Duration::from_secs(25);
/// How often an update is dealt with anew when another one of the chat came first.
const MAX_CONFLICTS: usize = 3;

/// Proves an update, deals with it, and answers.
pub async fn handle(app: &App, request: Request) -> Response<String> {
    let cause = Cause::new(correlation::of_request(request.headers()), Timestamp::now());
    let update = match app.open(request.headers(), request.body()).await {
        Ok(update) => update,
        Err(error) => {
            app.metrics.count(Metric::UpdateRefused);
            tracing::warn!(correlationId = cause.correlation_id, %error, "update refused");
            return reply::refused(error);
        }
    };
    let Ok(answered) = timeout(WITHIN, answer_or_again(app, &update, &cause)).await else {
        app.metrics.count(Metric::RequestFailed);
        tracing::error!(correlationId = cause.correlation_id, update = update.id, "update takes too long");
        return sorry(app, &update).into_response();
    };
    match answered {
        Ok(reply) => {
            let (event, outcome) = (update.event.name(), reply.name());
            let correlation_id = &cause.correlation_id;
            tracing::info!(correlationId = correlation_id, update = update.id, event, outcome, "update");
            reply.into_response()
        }
        Err(error) => {
            app.metrics.count(Metric::RequestFailed);
            tracing::error!(correlationId = cause.correlation_id, update = update.id, %error, "update failed");
            match error.retry() {
                Retry::Safe { .. } | Retry::AskFirst => reply::send_again(),
                // Sent again it would fail again, and keep the chat's next updates waiting for a day.
                Retry::Never => sorry(app, &update).into_response(),
            }
        }
    }
}

/// Deals with an update, anew when another one of the chat came first.
async fn answer_or_again(app: &App, update: &Update, cause: &Cause) -> Result<Reply, StoreError> {
    let mut answered = answer(app, update, cause).await;
    for _ in 1..MAX_CONFLICTS {
        if matches!(answered, Err(StoreError::Conflict)) {
            answered = answer(app, update, cause).await;
        }
    }
    answered
}

async fn answer(app: &App, update: &Update, cause: &Cause) -> Result<Reply, StoreError> {
    match &update.event {
        ChatEvent::Wrote(wrote) if !wrote.is_private => Ok(commands::in_a_group(app, wrote)),
        ChatEvent::Wrote(wrote) => wrote_to_us(app, update.id, wrote, cause).await,
        ChatEvent::Pressed(pressed) => was_pressed(app, update.id, pressed, cause).await,
        ChatEvent::Blocked(chat) => {
            let reason = "the bot was blocked there".to_owned();
            learn(app, *chat, ContactStanding::Dead { since: cause.now, reason }).await
        }
        ChatEvent::Unblocked(chat) => learn(app, *chat, ContactStanding::Works).await,
        ChatEvent::Moved { from, to } => {
            learn(app, *from, ContactStanding::Moved { since: cause.now, to: to.0 }).await
        }
        ChatEvent::Other => Ok(Reply::Nothing),
    }
}

async fn wrote_to_us(app: &App, id: i64, wrote: &Wrote, cause: &Cause) -> Result<Reply, StoreError> {
    let asked = Asked::Text { chat: wrote.chat };
    let turn = Turn::take(app, id, asked, &wrote.language, cause).await?;
    commands::read(turn, &wrote.text).await
}

async fn was_pressed(app: &App, id: i64, pressed: &Pressed, cause: &Cause) -> Result<Reply, StoreError> {
    let Some(message) = pressed.message.filter(|message| message.is_private) else {
        // A button that was forwarded, or one of a group: nobody is asked anything there.
        let text = app.words_for(&pressed.language).over();
        return Ok(Reply::Note { query: pressed.query.clone(), text, is_alert: false });
    };
    let asked = Asked::Press { message, query: pressed.query.clone() };
    let turn = Turn::take(app, id, asked, &pressed.language, cause).await?;
    let Some(button) = buttons::Pressed::read(&pressed.data) else {
        return Ok(turn.note(turn.words().misfit(Misfit::Stale)));
    };
    match button {
        buttons::Pressed::Wizard(press) => wizard::press(turn, press).await,
        buttons::Pressed::NewTask => wizard::begin(turn).await,
        buttons::Pressed::CancelWizard(dialogue) => wizard::cancel_by_button(turn, &dialogue).await,
        buttons::Pressed::Task { task, attempt, decision } => {
            tasks::decide(turn, &task, attempt, decision).await
        }
        buttons::Pressed::Language(locale) => account::choose_language(turn, locale).await,
        buttons::Pressed::Invoices { after } => invoices::list(turn, after.as_ref()).await,
        buttons::Pressed::Invoice(number) => invoices::show(turn, &number).await,
        buttons::Pressed::Channels(number) => invoices::channels(turn, &number).await,
        buttons::Pressed::Pay(number, channel) => invoices::pay(turn, &number, channel).await,
    }
}

/// Keeps what was learnt about a chat, for what people are told there.
async fn learn(app: &App, chat: ChatId, standing: ContactStanding) -> Result<Reply, StoreError> {
    app.contacts.learn(Contact::TelegramChat(chat.0), &standing).await?;
    Ok(Reply::Nothing)
}

/// What a person is told when something is wrong on our side.
fn sorry(app: &App, update: &Update) -> Reply {
    match &update.event {
        ChatEvent::Wrote(wrote) if wrote.is_private => {
            Reply::Say(wrote.chat, app.words_for(&wrote.language).trouble())
        }
        ChatEvent::Pressed(pressed) => Reply::Note {
            query: pressed.query.clone(),
            text: app.words_for(&pressed.language).trouble_note(),
            is_alert: true,
        },
        ChatEvent::Wrote(_)
        | ChatEvent::Blocked(_)
        | ChatEvent::Unblocked(_)
        | ChatEvent::Moved { .. }
        | ChatEvent::Other => Reply::Nothing,
    }
}
