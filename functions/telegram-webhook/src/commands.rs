//! What people write: commands, answers to what is being asked, and the rest.

use shared::bot::commands::{Audience, Command, Said};
use shared::providers::telegram::update::Wrote;
use shared::stores::table::StoreError;

use crate::app::App;
use crate::reply::Reply;
use crate::turn::Turn;
use crate::{account, invoices, usage, wizard};

/// Answers what was written in a private chat.
pub async fn read(turn: Turn<'_>, text: &str) -> Result<Reply, StoreError> {
    match Said::read(text, &turn.app.settings.username) {
        Said::Command(Command::Start, token) => account::start(turn, token).await,
        Said::Command(Command::Help, _) => Ok(help(&turn).await),
        Said::Command(Command::Language, _) => Ok(turn.show(turn.words().languages())),
        Said::Command(Command::Invoices, _) => invoices::list(turn, None).await,
        Said::Command(Command::Usage, _) => usage::show(turn).await,
        Said::Command(Command::Unlink, _) => account::unlink(turn).await,
        Said::Command(Command::Task, _) => wizard::begin(turn).await,
        Said::Command(Command::Cancel, _) => wizard::cancel(turn).await,
        Said::UnknownCommand => Ok(turn.show(turn.words().unknown())),
        Said::Words(words) => wizard::read(turn, words).await,
    }
}

/// In a group nobody is asked anything; whoever calls the bot there is asked to write to it.
pub fn in_a_group(app: &App, wrote: &Wrote) -> Reply {
    match Said::read(&wrote.text, &app.settings.username) {
        Said::Command(..) => Reply::Say(wrote.chat, app.words_for(&wrote.language).private_only()),
        Said::UnknownCommand | Said::Words(_) => Reply::Nothing,
    }
}

async fn help(turn: &Turn<'_>) -> Reply {
    let audience = turn.audience().await.unwrap_or_else(|error| {
        tracing::warn!(correlationId = turn.cause.correlation_id, %error, "help without the staff's part");
        Audience::Customer
    });
    turn.show(turn.words().help(&Command::for_audience(audience, turn.app.sms_billing())))
}
