//! `ops panel check`: does the ISP's panel let us in, and does it take a task?
//!
//! Uses the session that the functions share, as they do, and shows nothing of its cookie.

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use shared::domain::support_task::draft::{TaskKind, Username};
use shared::providers::isp_panel::{NewTask, Panel};
use shared::stores::table::Table;
use shared::workflows::panel_login::{Creating, PanelLogin};
use shared::workflows::shared_login::SessionStatus;

use crate::deployment::{Deployment, Place};
use crate::doctor::functions::Functions;

/// Hours for which a login is used, where no function says.
const USUAL_HOURS: i64 = 12;
/// What a test task says.
const MESSAGE: &str = "Paydesk: a test, nothing is to be done. Please close this task.";

/// Which deployment, and what to do with its panel.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Logs in, says how the session stands, creates a task if that is asked for, and logs in anew
    Check(TestTask),
}

/// A task that is created to see that it works. The panel shows it to people.
#[derive(Debug, Args)]
struct TestTask {
    /// Creates a real task in the panel; somebody has to close it there
    #[arg(long, requires_all = ["customer", "worker"])]
    create_test_task: bool,
    /// For whom: a login name at the provider
    #[arg(long)]
    customer: Option<Username>,
    /// By whom: a worker's number in the panel; may be given several times
    #[arg(long)]
    worker: Vec<u32>,
}

/// Does it.
///
/// # Errors
/// When the panel is switched off or does not let us in, or the shared session cannot be read.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Check(wish) = &arguments.command;
    let deployment = arguments.place.find()?;
    let (functions, _) = Functions::read(&deployment).await;
    let login = reach(&deployment, &functions).await?;
    let is_well = check(&login, wish, &mut |line| println!("{line}")).await?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The panel, as the functions reach it.
async fn reach(deployment: &Deployment, functions: &Functions) -> anyhow::Result<PanelLogin> {
    if functions.setting("BILLING_ENABLED") == Some("false") {
        bail!("the panel is switched off: the parameter BillingEnabled is false");
    }
    let Some(base_url) = functions.setting("BILLING_API_BASE_URL") else {
        bail!("the panel is off: the parameter BillingApiBaseUrl is empty");
    };
    let secrets = deployment.secrets().batch(&["isp-panel"]).await?;
    let panel = Panel::new(functions.caller(deployment)?, base_url, secrets.get("isp-panel")?);
    let panel = panel.with_context(|| {
        let stack = &deployment.stack;
        format!("{base_url} is no address, or the secret {stack}/isp-panel has no username or no password")
    })?;
    let client = aws_sdk_dynamodb::Client::new(&deployment.sdk);
    let table = Table::new(client, deployment.table("Chats").await?);
    let hours = functions.setting("BILLING_SESSION_HOURS").and_then(|hours| hours.parse().ok());
    Ok(PanelLogin::new(panel, table, SignedDuration::from_hours(hours.unwrap_or(USUAL_HOURS))))
}

/// Each step, told as it is done. Whether all is well.
async fn check(login: &PanelLogin, wish: &TestTask, say: &mut impl FnMut(String)) -> anyhow::Result<bool> {
    say(format!("session that the functions share: {}", standing(login).await?));
    login.session(Timestamp::now()).await.context("the panel does not let us in")?;
    let how = if login.take_logins() > 0 { "with a new login" } else { "with that session" };
    say(format!("let in {how}"));
    let is_well = if wish.create_test_task { create(login, wish, say).await? } else { true };
    // Of all that was seen so far, only this proves account and password.
    let cookie = login.session(Timestamp::now()).await?;
    login.renew(&cookie, Timestamp::now()).await.context("a new login failed")?;
    say(format!("logged in anew: the session is {}", standing(login).await?));
    Ok(is_well)
}

async fn create(login: &PanelLogin, wish: &TestTask, say: &mut impl FnMut(String)) -> anyhow::Result<bool> {
    let customer = wish.customer.as_ref().context("--customer is needed")?;
    let task = NewTask {
        kind: TaskKind::Maintenance.as_str(),
        message: MESSAGE,
        customer_username: customer.as_str(),
        worker_ids: &wish.worker,
        send_whatsapp: false,
    };
    let now = Timestamp::now();
    let cookie = login.session(now).await?;
    let made = login.create(&cookie, &task, now).await;
    say(match &made {
        Creating::Made => format!("the test task for {customer} is in the panel: please close it there"),
        Creating::Refused(failure) => format!("the test task was refused: {failure}"),
        Creating::Safe { failure, .. } => format!("the test task was not created: {failure}"),
        Creating::Unclear(failure) => {
            format!("whether the test task was created is unclear, look into the panel: {failure}")
        }
    });
    Ok(made == Creating::Made)
}

async fn standing(login: &PanelLogin) -> anyhow::Result<String> {
    let status = login.status(Timestamp::now()).await;
    let status = status.context("the shared session cannot be read (dynamodb:GetItem)")?;
    Ok(match status {
        SessionStatus { expires_at: Some(at), is_valid: true } => format!("good until {at}"),
        SessionStatus { expires_at: Some(at), is_valid: false } => format!("over since {at}"),
        SessionStatus { expires_at: None, .. } => "none".to_owned(),
    })
}
