//! Which commands the bot offers: to everybody what is not for the staff alone, to the staff everything.
//!
//! Telegram knows lists for everybody and for one chat, each by the language of the person's Telegram; it does not know
//! roles. So each chat that is tied to somebody of the staff has lists of its own.

use anyhow::Context;
use shared::bot::commands::{Audience, Command, SmsBilling};
use shared::domain::locale::Locale;
use shared::providers::call::CallError;
use shared::providers::telegram::Telegram;
use shared::providers::telegram::setup::{CommandScope, OfferedCommand};
use shared::providers::user_service::UserService;
use shared::retry::Failure;
use shared::stores::chats::Chats;

use super::refused;

/// Chats read at once.
const PAGE: u8 = 100;

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Chats of the staff that offer what the staff may do.
    pub staff_chats: usize,
    /// Chats that Telegram knows no more.
    pub gone: usize,
}

/// Sets the lists of everybody. Customers need none of their own: what is only for a chat that is tied to an account
/// says so when it is tried.
///
/// # Errors
/// When Telegram refuses, or cannot be asked.
pub async fn set_for_everybody(telegram: &Telegram, sms: SmsBilling) -> anyhow::Result<()> {
    set(telegram, CommandScope::Everybody, (Audience::Customer, sms), None).await.map_err(refused)
}

/// Sets the lists of every chat that is tied to somebody of the staff, and takes those of every other tied chat back:
/// somebody may have left the staff.
///
/// # Errors
/// When the chats cannot be read, or somebody cannot be asked. Safe to run again.
pub async fn set_for_staff(
    telegram: &Telegram,
    chats: &Chats,
    users: &UserService,
    sms: SmsBilling,
) -> anyhow::Result<Tally> {
    let (mut tally, mut place) = (Tally::default(), None);
    loop {
        let (people, next) = chats
            .linked(place.as_ref(), PAGE)
            .await
            .context("the linked chats cannot be read (dynamodb:Query)")?;
        for (chat, person) in people {
            let Some(link) = person.link else { continue };
            let user = users.user(&link.user).await;
            let user = user.with_context(|| format!("who the user {} is cannot be asked", link.user))?;
            let is_staff = user.is_some_and(|user| user.is_staff());
            let scope = CommandScope::Chat(chat.0);
            let done = if is_staff {
                set(telegram, scope, (Audience::Staff, sms), person.locale).await
            } else {
                take_back(telegram, scope).await
            };
            match done {
                Ok(()) => tally.staff_chats += usize::from(is_staff),
                Err(error) if error.failure == Failure::Refused => tally.gone += 1,
                Err(error) => return Err(refused(error)),
            }
        }
        if next.is_none() {
            return Ok(tally);
        }
        place = next;
    }
}

/// Sets the list of every language: each in its own, all in the one that was chosen in the chat, where one was.
async fn set(
    telegram: &Telegram,
    scope: CommandScope,
    whom: (Audience, SmsBilling),
    chosen: Option<Locale>,
) -> Result<(), CallError> {
    for language in Locale::ALL.map(Some).into_iter().chain([None]) {
        let locale = chosen.or(language).unwrap_or(Locale::En);
        telegram.set_commands(scope, language.map(Locale::code), &offered(whom, locale)).await?;
    }
    Ok(())
}

/// Takes the list of every language back.
async fn take_back(telegram: &Telegram, scope: CommandScope) -> Result<(), CallError> {
    for language in Locale::ALL.map(Some).into_iter().chain([None]) {
        telegram.delete_commands(scope, language.map(Locale::code)).await?;
    }
    Ok(())
}

fn offered((audience, sms): (Audience, SmsBilling), locale: Locale) -> Vec<OfferedCommand> {
    let offer = |command: Command| OfferedCommand {
        command: command.name().to_owned(),
        description: command.description(locale).to_owned(),
    };
    Command::for_audience(audience, sms).into_iter().map(offer).collect()
}

/// What was done, in words.
pub fn words(tally: &Tally) -> String {
    let gone = match tally.gone {
        0 => String::new(),
        gone => format!("; {gone} chats are gone at Telegram"),
    };
    format!(
        "everybody is offered the bot's commands in {} languages; {} chats of the staff the staff's, too{gone}",
        Locale::ALL.len(),
        tally.staff_chats
    )
}
