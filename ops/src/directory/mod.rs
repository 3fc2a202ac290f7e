//! `ops directory`: the customers and workers that the bot offers, where the provider's own API is not used.

mod file;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::domain::task_wizard::crew::MOST_WORKERS;
use shared::stores::directory::{Directory, DirectoryRow, List, Losses, Replaced};
use shared::stores::table::Table;

use crate::deployment::Place;

/// Which deployment, and what to do to its directory.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a list equal to a file: adds, changes, removes. Safe to run again
    #[command(subcommand)]
    Import(Import),
}

#[derive(Debug, Subcommand)]
enum Import {
    /// The customers, by login name
    Customers {
        /// CSV in UTF-8, with a line of headings: username,name
        file: PathBuf,
        /// Also where more than half of the customers would go
        #[arg(long)]
        yes: bool,
    },
    /// The workers, by their number in the panel
    Workers {
        /// CSV in UTF-8, with a line of headings: id,name
        file: PathBuf,
        /// Also where more than half of the workers would go
        #[arg(long)]
        yes: bool,
    },
}

/// A list as a file says it shall be.
struct Wanted {
    list: List,
    rows: Vec<DirectoryRow>,
    /// How many people there are, in words.
    what: String,
}

/// From how many people on a list is worth a question before most of it goes.
const WORTH_ASKING: usize = 4;

/// Does it.
///
/// # Errors
/// When the file has a mistake or would take most people out, unasked (nothing is written then), or the table cannot be
/// read or written.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Import(import) = &arguments.command;
    let (wanted, yes) = match import {
        Import::Customers { file, yes } => (customers(&open(file)?)?, *yes),
        Import::Workers { file, yes } => (workers(&open(file)?)?, *yes),
    };
    let deployment = arguments.place.find()?;
    let client = aws_sdk_dynamodb::Client::new(&deployment.sdk);
    let directory = Directory::new(Table::new(client, deployment.table("Chats").await?));
    if !yes {
        keep_most(&directory, &wanted).await?;
    }
    println!("{}", import_rows(&directory, &wanted).await?);
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn customers(csv: &[u8]) -> anyhow::Result<Wanted> {
    let customers = file::customers(csv)?;
    let rows = customers.iter().flat_map(DirectoryRow::of_customer).collect();
    Ok(Wanted { list: List::Customers, rows, what: format!("{} customers", customers.len()) })
}

fn workers(csv: &[u8]) -> anyhow::Result<Wanted> {
    let workers = file::workers(csv)?;
    if workers.len() > MOST_WORKERS {
        bail!("{} workers: the bot offers {MOST_WORKERS} at most. Nothing was changed", workers.len());
    }
    let rows = workers.iter().map(DirectoryRow::of_worker).collect();
    Ok(Wanted { list: List::Workers, rows, what: format!("{} workers", workers.len()) })
}

/// Refuses what would take more than half of a list away: more likely half a file than half a company.
async fn keep_most(directory: &Directory, wanted: &Wanted) -> anyhow::Result<()> {
    let losses = directory.losses(wanted.list, &wanted.rows).await;
    let Losses { there, leaving } = losses.context("the table cannot be read (dynamodb:Query)")?;
    if there >= WORTH_ASKING && leaving > there / 2 {
        bail!(
            "nothing was changed: the file has {}, and {leaving} of the {there} in the directory are not among them. \
             If they shall go, say --yes",
            wanted.what
        );
    }
    Ok(())
}

async fn import_rows(directory: &Directory, wanted: &Wanted) -> anyhow::Result<String> {
    let replaced = directory.replace(wanted.list, &wanted.rows).await;
    let Replaced { written, removed, kept } = replaced.context(
        "the table cannot be read or written (dynamodb:Query, PutItem, DeleteItem); \
         some rows may be written: run it again when that is mended",
    )?;
    let searched = if wanted.list == List::Customers {
        " (a customer has one for each word to be found by)"
    } else {
        ""
    };
    let what = &wanted.what;
    Ok(format!(
        "the directory has these {what} now, and no others\n\
         rows{searched}: {written} added or changed, {removed} removed, {kept} as they were"
    ))
}
