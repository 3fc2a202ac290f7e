//! The operator's command line. `ops --help` says what there is.
//!
//! Works on the local stack, through `.local/stack.json`, or on a real account with the credentials of the environment.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod aws;
mod billz;
mod contact;
mod csv_rows;
mod deployment;
mod directory;
mod dlq;
mod doctor;
mod panel;
mod portmone;
mod queue_addresses;
mod receipts;
mod secret_object;
mod sippy;
mod sms;
mod stack_outputs;
mod telegram;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Looks after a deployed Paydesk.
#[derive(Debug, Parser)]
#[command(name = "ops", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks a deployment - settings, secrets, providers, tables, queues, alarms - and says how to fix what it finds
    Doctor(doctor::Arguments),
    /// Dead letters: lists, shows, sends back, drops
    Dlq(dlq::Arguments),
    /// An address or a chat at which nothing arrives: shows why, lets it be tried again
    Contact(contact::Arguments),
    /// The Telegram bot: its webhook and its commands
    Telegram(telegram::Arguments),
    /// The customers and workers that the bot offers
    Directory(directory::Arguments),
    /// The ISP's panel: whether it lets us in and takes tasks
    Panel(panel::Arguments),
    /// Billz: whether it lets us in, and what its shops, cash boxes and payment types are
    Billz(billz::Arguments),
    /// SMS billing: takes users and usage over, shows who would be charged what
    Sms(sms::Arguments),
    /// The Sippy switch: whether it lets us in, and what its accounts are kept in
    Sippy(sippy::Arguments),
    /// Portmone: takes over our certificate, and says whether it lets us in
    Portmone(portmone::Arguments),
    /// Receipts that earn bonuses: seals numbers of phones, for trials
    Receipts(receipts::Arguments),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Doctor(arguments) => doctor::run(&arguments).await,
        Command::Dlq(arguments) => dlq::run(&arguments).await,
        Command::Contact(arguments) => contact::run(&arguments).await,
        Command::Telegram(arguments) => telegram::run(&arguments).await,
        Command::Directory(arguments) => directory::run(&arguments).await,
        Command::Panel(arguments) => panel::run(&arguments).await,
        Command::Billz(arguments) => billz::run(&arguments).await,
        Command::Sms(arguments) => sms::run(&arguments).await,
        Command::Sippy(arguments) => sippy::run(&arguments).await,
        Command::Portmone(arguments) => portmone::run(&arguments).await,
        Command::Receipts(arguments) => receipts::run(&arguments).await,
    };
    done.unwrap_or_else(|error| {
        eprintln!("ops: {error:#}");
        ExitCode::FAILURE
    })
}
