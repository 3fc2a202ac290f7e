//! `ops sms`: takes over users and usage from elsewhere, and shows who would be charged what.

mod forecast;
mod migration;
mod report;
#[cfg(test)]
mod tests;
mod usage_file;
mod user_file;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use shared::domain::sms::rhythm::{Schedule, date_of, midnight};
use shared::domain::sms::settings::{Defaults, Terms};
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::Table;

use self::migration::{Migration, Month, Step};
use crate::deployment::{Deployment, Place};
use crate::doctor::functions::Functions;

/// Which deployment, and what to do with its SMS billing.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Takes over users and what they used this month. Writes nothing without --apply; safe to run twice
    Migrate(Files),
    /// Who would be charged what by a run. Writes nothing and charges nobody
    DryRun {
        /// Whose run
        #[arg(long = "type", value_enum)]
        run: Run,
        /// The day that ended, as 2026-11-21 in UTC; yesterday without
        #[arg(long)]
        date: Option<Date>,
    },
}

/// What is taken over.
#[derive(Debug, Args)]
struct Files {
    /// CSV in UTF-8 with a line of headings: userId, and, where known, sippyAccountId, currency, messages (of the last
    /// 30 days), active (true or false), role. Who is not active, and admins, are left out
    #[arg(long)]
    users: PathBuf,
    /// CSV in UTF-8 with a line of headings: userId, sentAt (an instant or a day of the month), rate (of one message),
    /// status (sent, delivered, failed, undelivered; others were not sent), and, where known, messages (one without),
    /// segments, country, prefix
    #[arg(long)]
    usage: PathBuf,
    /// The month that is taken over, as 2026-11; the present one without
    #[arg(long)]
    month: Option<Month>,
    /// Writes it
    #[arg(long)]
    apply: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Run {
    Daily,
    Weekly,
    Monthly,
}

/// Where accounts and settings are, and what counts where nobody set anything.
#[derive(Debug)]
struct Stores {
    accounts: SmsAccounts,
    settings: SmsSettings,
    defaults: Defaults,
}

/// Does it. Fails when a user could not be taken over whole.
///
/// # Errors
/// When a file has a mistake (nothing is written then), or the table cannot be read or written.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let now = Timestamp::now();
    match &arguments.command {
        Command::Migrate(files) => {
            let month = files.month.unwrap_or_else(|| Month::of(now));
            let users = user_file::users(&open(&files.users)?)?;
            let usage = usage_file::usage(&open(&files.usage)?, month, &users)?;
            let stores = Stores::find(&arguments.place.find()?).await?;
            let step = if files.apply { Step::Write } else { Step::Look };
            let report = Migration { stores: &stores, month, now }.run(users, usage, step).await?;
            println!("{}", report.words());
            Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::DryRun { run, date } => {
            let through = through(*date, now)?;
            let stores = Stores::find(&arguments.place.find()?).await?;
            forecast::tell(&stores, run.schedule(), through, now, &mut |line| println!("{line}")).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The end of the day that ended.
fn through(date: Option<Date>, now: Timestamp) -> anyhow::Result<Timestamp> {
    let ended = match date {
        Some(date) => date.checked_add(1.day()).ok().and_then(midnight),
        None => midnight(date_of(now)),
    };
    match ended.filter(|ended| *ended <= now) {
        Some(ended) => Ok(ended),
        None => bail!("that day has not ended yet (in UTC)"),
    }
}

fn open(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

impl Run {
    fn schedule(self) -> Schedule {
        match self {
            Self::Daily => Schedule::Daily,
            Self::Weekly => Schedule::Weekly,
            Self::Monthly => Schedule::Monthly,
        }
    }
}

impl Stores {
    async fn find(deployment: &Deployment) -> anyhow::Result<Self> {
        let (functions, _) = Functions::read(deployment).await;
        let name = match functions.setting("SMS_BILLING_TABLE") {
            Some(name) => name.to_owned(),
            None => deployment.table("SmsBilling").await?,
        };
        let table = Table::new(aws_sdk_dynamodb::Client::new(&deployment.sdk), name);
        Ok(Self::of(table, defaults(&functions)?))
    }

    fn of(table: Table, defaults: Defaults) -> Self {
        Self { accounts: SmsAccounts::new(table.clone()), settings: SmsSettings::new(table), defaults }
    }

    /// What counts, as it is stored now.
    async fn terms(&self) -> anyhow::Result<Terms> {
        let global =
            self.settings.global().await.context("the settings cannot be read (dynamodb:GetItem)")?;
        Ok(Terms { global: global.unwrap_or_default(), defaults: self.defaults })
    }
}

/// What the functions are told; where none is told anything, what the original had.
fn defaults(functions: &Functions) -> anyhow::Result<Defaults> {
    let wrong = |name| format!("{name} is not what it should be: `ops doctor` says more");
    let mut defaults = Defaults::ORIGINAL;
    if let Some(text) = functions.setting("SMS_BILLING_DEFAULT_FREQUENCY") {
        defaults.frequency = text.parse().with_context(|| wrong("SMS_BILLING_DEFAULT_FREQUENCY"))?;
    }
    if let Some(text) = functions.setting("SMS_BILLING_DEFAULT_CURRENCY") {
        defaults.currency = text.parse().with_context(|| wrong("SMS_BILLING_DEFAULT_CURRENCY"))?;
    }
    for (name, flag) in [
        ("SMS_BILLING_AUTO_PROCESS", &mut defaults.auto_processing),
        ("SMS_BILLING_NOTIFICATION_ENABLED", &mut defaults.notification_enabled),
    ] {
        if let Some(text) = functions.setting(name) {
            *flag = text.parse().with_context(|| wrong(name))?;
        }
    }
    Ok(defaults)
}
