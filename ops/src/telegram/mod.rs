//! `ops telegram`: where the bot's updates go, and which commands it offers.

mod bot_secret;
mod commands;
#[cfg(test)]
mod tests;
pub mod webhook;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::bot::commands::SmsBilling;
use shared::providers::call::CallError;
use shared::providers::internal_service::InternalService;
use shared::providers::telegram::Telegram;
use shared::providers::user_service::UserService;
use shared::stores::chats::Chats;
use shared::stores::table::Table;

use self::bot_secret::BotSecrets;
use self::webhook::Wish;
use crate::deployment::{Deployment, Place};
use crate::doctor::functions::Functions;

/// Which deployment, and what to do to its bot.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Has what people write to the bot sent to this stack. Safe to run again
    SetWebhook {
        /// Where to, if not to the stack's own API
        #[arg(long)]
        url: Option<String>,
        /// Draws and stores a new secret for it; the one before stays good until the next
        #[arg(long)]
        new_secret: bool,
        /// Most updates sent at the same time
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
        max_connections: u8,
    },
    /// Where updates go, how many wait, and what went wrong last
    Info,
    /// Has updates sent nowhere. What waits is kept for a day
    Delete,
    /// Offers the bot's commands in every language, and the staff's in the chats of the staff. To be run again after an
    /// update, and when somebody of the staff has linked a chat or chosen a language
    SetCommands,
}

/// Does it.
///
/// # Errors
/// When the deployment cannot be found, its bot has no token, or Telegram refuses.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = arguments.place.find()?;
    let secrets = BotSecrets::of(&deployment);
    let (functions, _) = Functions::read(&deployment).await;
    let telegram = reach(&deployment, &functions, &secrets).await?;
    let ours = async || Ok::<_, anyhow::Error>(webhook::address(&deployment.api_address().await?));
    let words = match &arguments.command {
        Command::SetWebhook { url, new_secret, max_connections } => {
            let url = match url {
                Some(url) => url.clone(),
                None => ours().await?,
            };
            let wish = Wish { url, max_connections: *max_connections };
            if *new_secret {
                webhook::set_with_new_secret(&telegram, &secrets, &wish).await?
            } else {
                webhook::set(&telegram, &secrets, &wish).await?
            }
        }
        Command::Info => webhook::words(&telegram.webhook().await.map_err(refused)?, &ours().await?),
        Command::Delete => {
            telegram.delete_webhook().await.map_err(refused)?;
            "updates go nowhere now; what waits is kept for a day".to_owned()
        }
        Command::SetCommands => {
            let client = aws_sdk_dynamodb::Client::new(&deployment.sdk);
            let chats = Chats::new(Table::new(client, deployment.table("Chats").await?));
            let sms = match functions.setting("SIPPY_URL") {
                Some(_) => SmsBilling::On,
                None => SmsBilling::Off,
            };
            commands::set_for_everybody(&telegram, sms).await?;
            let users = user_service(&deployment, &functions).await?;
            commands::words(&commands::set_for_staff(&telegram, &chats, &users, sms).await?)
        }
    };
    println!("{words}");
    Ok(ExitCode::SUCCESS)
}

/// Telegram, as the functions reach it.
async fn reach(
    deployment: &Deployment,
    functions: &Functions,
    secrets: &BotSecrets,
) -> anyhow::Result<Telegram> {
    let Some(base_url) = functions.setting("TELEGRAM_API_BASE_URL") else {
        bail!("no function of {} says where Telegram is: `ops doctor` tells why", deployment.stack);
    };
    let credentials = secrets.read().await?.credentials();
    let telegram = Telegram::new(functions.caller(deployment)?, base_url, credentials);
    telegram.with_context(|| {
        format!("the secret {}/telegram has no botToken: ask @BotFather for a bot", deployment.stack)
    })
}

/// The user service, as the functions reach it.
async fn user_service(deployment: &Deployment, functions: &Functions) -> anyhow::Result<UserService> {
    let url = functions.setting("USER_SERVICE_BASE_URL").context("there is no USER_SERVICE_BASE_URL")?;
    let secrets = deployment.secrets().batch(&["internal"]).await?;
    let keys = secrets.get("internal")?;
    Ok(UserService::new(InternalService::new(functions.caller(deployment)?, url, &keys)?))
}

/// With Telegram's own words.
fn refused(error: CallError) -> anyhow::Error {
    anyhow::anyhow!("{error} {}", error.excerpt)
}
