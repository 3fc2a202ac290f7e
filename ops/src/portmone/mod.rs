//! `ops portmone`: takes our client certificate over into the secret, and says whether Portmone lets us in.
//!
//! The check reads only: it shakes hands, and asks for the list of companies that Portmone pays. No money moves.

pub mod access;
pub mod certificate;
mod certificate_file;
mod import;
pub mod secret;
#[cfg(test)]
pub mod tests;

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use shared::providers::portmone::Payee;

use self::import::Import;
use crate::deployment::{Deployment, Place};
use crate::doctor::finding::{Finding, Level, print};
use crate::doctor::functions::Functions;
use crate::doctor::{portmone, secrets};

/// Which deployment, and what to do with its Portmone.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows a client certificate, and stores it with its key in the secret. Writes nothing without --apply
    ImportCert(Import),
    /// Looks at the secrets and the certificate, shakes hands with Portmone, and lists the companies that it pays
    Check,
}

/// Does it. Fails when something does not work.
///
/// # Errors
/// When the deployment cannot be found, or the certificate cannot be used.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (deployment, now) = (arguments.place.find()?, Timestamp::now());
    match &arguments.command {
        Command::ImportCert(wish) => {
            println!("{}", import::import(&deployment, wish, now).await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Check => {
            let (functions, _) = Functions::read(&deployment).await;
            let (findings, payees) = check(&deployment, &functions, now).await;
            print(&deployment.stack, &findings);
            payees.iter().for_each(|payee| println!("  {payee}"));
            let failed = findings.iter().any(|finding| finding.level == Level::Failed);
            Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
    }
}

/// What the doctor says of Portmone and its secrets, and the companies that are set.
async fn check(
    deployment: &Deployment,
    functions: &Functions,
    now: Timestamp,
) -> (Vec<Finding>, Vec<String>) {
    let (mut findings, secret) = secrets::check_bonuses(deployment, functions).await;
    let (found, payees) = portmone::look(deployment, functions, secret.as_ref(), now).await;
    findings.extend(found);
    (findings, set_payees(functions, &payees))
}

/// The companies of the settings, with the names that Portmone has for them.
fn set_payees(functions: &Functions, shown: &[Payee]) -> Vec<String> {
    let rules = functions.setting("PORTMONE_PAYEES").unwrap_or_default().split(',');
    let rules = rules.filter_map(|rule| rule.split_once('=')).map(|(_, payee)| payee.trim());
    let set: BTreeSet<&str> = rules.chain(functions.setting("PORTMONE_PAYEE_ID")).collect();
    let words = |id: &str| match shown.iter().find(|payee| payee.id.as_str() == id) {
        Some(payee) => format!("payee {id}  {}", payee.name),
        None => format!("payee {id}  not among the {} companies that Portmone shows", shown.len()),
    };
    if shown.is_empty() { Vec::new() } else { set.into_iter().map(words).collect() }
}
