//! `ops sippy check`: does the Sippy switch let us in, and which accounts does it show us?
//!
//! Reads only: asks for a challenge, for the list of accounts, and for the accounts that are named.

pub mod switch;
#[cfg(test)]
pub mod tests;

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use shared::domain::money::Currency;
use shared::domain::sms::switch_account::SwitchAccount;
use shared::providers::sippy::Sippy;
use shared::providers::sippy::ledger::Account;

use self::switch::{advice, reach, words};
use crate::deployment::Place;
use crate::doctor::functions::Functions;

/// Which deployment, and what to do with its switch.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Logs in, asks for the list of accounts, and shows the accounts that are named: currency, balance, blocked or not
    Check {
        /// The number of an account; may be given several times
        #[arg(long = "account")]
        accounts: Vec<SwitchAccount>,
        /// What they should be kept in: usage is not charged in another currency
        #[arg(long)]
        currency: Option<Currency>,
    },
}

/// Does it.
///
/// # Errors
/// When the switch is off, or does not let us in.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Check { accounts, currency } = &arguments.command;
    let deployment = arguments.place.find()?;
    let (functions, _) = Functions::read(&deployment).await;
    let Some(url) = functions.setting("SIPPY_URL") else {
        bail!("SMS are not charged anywhere: the parameter SippyUrl is empty");
    };
    let secrets = deployment.secrets().batch(&["sippy"]).await?;
    let sippy = reach(&deployment, &functions, url, secrets.get("sippy")?)?;
    let is_well = check(&sippy, accounts, *currency, &mut |line| println!("{line}")).await?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks, and tells. Whether every account that was named can be charged.
async fn check(
    sippy: &Sippy,
    accounts: &[SwitchAccount],
    currency: Option<Currency>,
    say: &mut impl FnMut(String),
) -> anyhow::Result<bool> {
    if let Err(error) = sippy.check().await {
        bail!("{}\n  -> {}", words(&error), advice(&error));
    }
    say("let in: the switch shows accounts".to_owned());
    let mut is_well = true;
    for number in accounts {
        match sippy.account(*number).await {
            Ok(account) => {
                let trouble = trouble(&account, currency);
                let mark = trouble.as_ref().map(|trouble| format!("  FAILED: {trouble}")).unwrap_or_default();
                say(format!("  account {number}  {}{mark}", shown(&account)));
                is_well &= trouble.is_none();
            }
            Err(error) => {
                say(format!("  account {number}  FAILED: {}\n    -> {}", words(&error), advice(&error)));
                is_well = false;
            }
        }
    }
    Ok(is_well)
}

fn shown(account: &Account) -> String {
    let balance = match account.balance {
        Some(balance) => format!("has {}", balance.to_decimal()),
        None => "its balance cannot be read".to_owned(),
    };
    format!("{}  {}, {balance}", account.username, account.base_currency)
}

/// Why an account would not be charged.
fn trouble(account: &Account, currency: Option<Currency>) -> Option<String> {
    let kept_in = account.base_currency.parse::<Currency>().ok();
    match (kept_in, currency) {
        _ if account.is_blocked => Some("it is blocked at the switch".to_owned()),
        (None, _) => Some(format!("Paydesk does not count in {}", account.base_currency)),
        (Some(kept_in), Some(wanted)) if kept_in != wanted => {
            Some(format!("it is not kept in {}: bills of its user need a person", wanted.code()))
        }
        (Some(_), _) => None,
    }
}
