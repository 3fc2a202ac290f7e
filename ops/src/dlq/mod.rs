//! `ops dlq`: looks at dead letters, sends them back, or drops them.
//!
//! A letter is deleted only after whoever gets it has taken it. Interrupted anywhere, nothing is lost; at worst a
//! letter is sent twice, which every consumer of Paydesk can tell.

mod choice;
mod letter;
mod list;
mod redaction;
mod resend;
mod show;
#[cfg(test)]
pub mod tests;
mod walk;

use std::process::ExitCode;

use anyhow::bail;
use aws_sdk_sqs::Client;
use clap::{Args, Subcommand};
use jiff::Timestamp;

use self::choice::{Choice, Tally, for_each};
use crate::deployment::{Deployment, Place};

/// Which deployment, and what to do with its dead letters.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every dead-letter queue: how many letters, and how old
    List,
    /// What the letters of a queue are about, and why they are dead
    Show {
        /// The queue, or its dead-letter queue: email-queue, email-queue-dlq
        queue: String,
        #[command(flatten)]
        sight: show::Sight,
    },
    /// Sends letters back to where they came from
    Retry {
        /// The queue, or its dead-letter queue
        queue: String,
        #[command(flatten)]
        choice: Choice,
    },
    /// Deletes letters for good
    Drop {
        /// The queue, or its dead-letter queue
        queue: String,
        #[command(flatten)]
        choice: Choice,
        /// Really
        #[arg(long)]
        yes: bool,
    },
}

/// Does it. Fails when not all was done that was asked for.
///
/// # Errors
/// When the deployment or the queue cannot be found or read.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = arguments.place.find()?;
    let client = Client::new(&deployment.sdk);
    let now = Timestamp::now();
    match &arguments.command {
        Command::List => {
            let rows = list::read(&client, &deployment.queues().await?.dead_letters()).await?;
            say(arguments.json, &rows, || list::words(&rows, now))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { queue, sight } => {
            let queue = deployment.queues().await?.dead_letters_of(queue)?;
            let seen = show::read(&client, &queue, sight).await?;
            say(arguments.json, &seen, || show::words(&seen))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Retry { queue, choice } => {
            let tally = retry(&deployment, &client, queue, choice, now).await?;
            report(arguments.json, &tally, "sent back")
        }
        Command::Drop { queue, choice, yes } => {
            let tally = discard(&deployment, &client, queue, choice, *yes, now).await?;
            report(arguments.json, &tally, "dropped")
        }
    }
}

async fn retry(
    deployment: &Deployment,
    client: &Client,
    queue: &str,
    choice: &Choice,
    now: Timestamp,
) -> anyhow::Result<Tally> {
    let queue = deployment.queues().await?.dead_letters_of(queue)?;
    let act = async |letter: &letter::Letter| resend::resend(deployment, client, &queue, letter).await;
    Ok(for_each(client, &queue.url, choice, now, act).await)
}

async fn discard(
    deployment: &Deployment,
    client: &Client,
    queue: &str,
    choice: &Choice,
    is_confirmed: bool,
    now: Timestamp,
) -> anyhow::Result<Tally> {
    let queue = deployment.queues().await?.dead_letters_of(queue)?;
    if !is_confirmed {
        let which = choice.message.as_deref().unwrap_or("all its messages");
        bail!("this deletes {which} of {} for good: say it again with --yes", queue.name);
    }
    Ok(for_each(client, &queue.url, choice, now, async |_| Ok(())).await)
}

fn report(is_json: bool, tally: &Tally, verb: &str) -> anyhow::Result<ExitCode> {
    say(is_json, tally, || {
        let mut lines = vec![format!("{} {verb}, {} kept", tally.done, tally.kept.len())];
        lines.extend(tally.kept.iter().map(|kept| format!("  {}  {}", kept.id, kept.why)));
        if tally.newer > 0 {
            lines.push(format!("{} came meanwhile and were left alone", tally.newer));
        }
        lines.extend(tally.ended.iter().map(|why| format!("ended early: {why}")));
        lines.join("\n")
    })?;
    Ok(if tally.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say<T: serde::Serialize>(is_json: bool, found: &T, words: impl Fn() -> String) -> anyhow::Result<()> {
    let text = if is_json { serde_json::to_string_pretty(found)? } else { words() };
    println!("{text}");
    Ok(())
}
