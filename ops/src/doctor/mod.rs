//! `ops doctor`: is this deployment well, and if not, what is to be done?
//!
//! Reads only; the most it does to anybody is to log in, or to ask for a list, in their pace. Prints no secret.

mod api;
mod billz;
mod email;
pub mod finding;
pub mod functions;
mod isp;
pub mod portmone;
mod providers;
mod queues;
pub mod secrets;
mod settings;
mod sippy;
mod tables;
mod telegram;
mod wanted_settings;
mod webhook;

use std::process::ExitCode;

use clap::Args;

use self::finding::{Finding, Level, print};
use self::functions::Functions;
use crate::deployment::{Deployment, Place};

/// What to check, and how to say it.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Prints the findings as JSON
    #[arg(long)]
    json: bool,
}

/// Checks everything and prints it. Fails when something does not work.
///
/// # Errors
/// When the deployment cannot be found.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = arguments.place.find()?;
    let findings = examine(&deployment).await;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        print(&deployment.stack, &findings);
    }
    let failed = findings.iter().any(|finding| finding.level == Level::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn examine(deployment: &Deployment) -> Vec<Finding> {
    let (functions, mut findings) = Functions::read(deployment).await;
    if functions.is_empty() {
        return findings;
    }
    findings.extend(settings::check(&functions));
    let (secrets, held) = secrets::check(deployment, &functions).await;
    findings.extend(secrets);
    let (providers, email, tables, queues, sources, alarms, api) = futures::join!(
        providers::check(deployment, &functions, held),
        email::check(deployment, &functions),
        tables::check(deployment, &functions),
        queues::check(deployment),
        functions::check_sources(deployment),
        api::check_alarms(deployment),
        api::check_health(deployment),
    );
    for part in [providers, email, tables, queues, sources, alarms, api] {
        findings.extend(part);
    }
    findings
}
