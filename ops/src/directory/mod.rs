//! `ops directory`: the customers and workers that the bot offers, where the provider's own API is not used.

mod file;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::domain::task_wizard::crew::MOST_WORKERS;
use shared::stores::directory::{Directory, DirectoryRow, List, Replaced};
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
    },
    /// The workers, by their number in the panel
    Workers {
        /// CSV in UTF-8, with a line of headings: id,name
        file: PathBuf,
    },
}

/// Does it.
///
/// # Errors
/// When the file has a mistake (nothing is written then), or the table cannot be read or written.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Import(import) = &arguments.command;
    let (list, rows, what) = match import {
        Import::Customers { file } => customers(&open(file)?)?,
        Import::Workers { file } => workers(&open(file)?)?,
    };
    let deployment = arguments.place.find()?;
    let client = aws_sdk_dynamodb::Client::new(&deployment.sdk);
    let directory = Directory::new(Table::new(client, deployment.table("Chats").await?));
    println!("{}", import_rows(&directory, list, &rows, &what).await?);
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// The rows of a file of customers, and how many there are, in words.
fn customers(csv: &[u8]) -> anyhow::Result<(List, Vec<DirectoryRow>, String)> {
    let customers = file::customers(csv)?;
    let rows = customers.iter().flat_map(DirectoryRow::of_customer).collect();
    Ok((List::Customers, rows, format!("{} customers", customers.len())))
}

/// The rows of a file of workers, and how many there are, in words.
fn workers(csv: &[u8]) -> anyhow::Result<(List, Vec<DirectoryRow>, String)> {
    let workers = file::workers(csv)?;
    if workers.len() > MOST_WORKERS {
        bail!("{} workers: the bot offers {MOST_WORKERS} at most. Nothing was changed", workers.len());
    }
    let rows = workers.iter().map(DirectoryRow::of_worker).collect();
    Ok((List::Workers, rows, format!("{} workers", workers.len())))
}

async fn import_rows(
    directory: &Directory,
    list: List,
    rows: &[DirectoryRow],
    what: &str,
) -> anyhow::Result<String> {
    let replaced = directory.replace(list, rows).await;
    let Replaced { written, removed, kept } = replaced.context(
        "the table cannot be read or written (dynamodb:Query, PutItem, DeleteItem); \
         some rows may be written: run it again when that is mended",
    )?;
    let searched =
        if list == List::Customers { " (a customer has one for each word to be found by)" } else { "" };
    Ok(format!(
        "the directory has these {what} now, and no others\n\
         rows{searched}: {written} added or changed, {removed} removed, {kept} as they were"
    ))
}
