//! `ops billz check`: does Billz let us in, and which shops, cash boxes and payment types does it show us?
//!
//! Wants the address and the secret only: what it prints is what the other parameters are set to. Logs in with a token
//! of its own, and shows nothing of it.

pub mod company;
#[cfg(test)]
pub mod tests;

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

use self::company::{Company, Door, Listed, advice, words};
use crate::deployment::{Deployment, Place};
use crate::doctor::functions::Functions;

/// Seconds of an hour.
const HOUR: u64 = 3600;

/// Which deployment, and what to do with its Billz.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Logs in, and lists shops, cash boxes and payment types with their ids
    Check,
}

/// The ids that are set already.
#[derive(Debug, Default, Clone, Copy)]
struct Chosen<'a> {
    shop: Option<&'a str>,
    cash_box: Option<&'a str>,
}

/// Does it.
///
/// # Errors
/// When Billz is off, or does not let us in.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Check = arguments.command;
    let deployment = arguments.place.find()?;
    let (functions, _) = Functions::read(&deployment).await;
    let door = reach(&deployment, &functions).await?;
    let chosen =
        Chosen { shop: functions.setting("BILLZ_SHOP_ID"), cash_box: functions.setting("BILLZ_CASHBOX_ID") };
    let is_well = check(&door, chosen, &mut |line| println!("{line}")).await?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Billz, as the functions reach it.
async fn reach(deployment: &Deployment, functions: &Functions) -> anyhow::Result<Door> {
    let Some(base_url) = functions.setting("BILLZ_BASE_URL") else {
        bail!("Billz is off: the parameter BillzBaseUrl is empty");
    };
    let secrets = deployment.secrets().batch(&["billz"]).await?;
    Door::find(deployment, functions, base_url, secrets.get("billz")?).await
}

/// Logs in and tells every list. Whether there is one of each, with what is chosen in it.
async fn check(door: &Door, chosen: Chosen<'_>, say: &mut impl FnMut(String)) -> anyhow::Result<bool> {
    let Company { token_lives_for, shops, cash_boxes, payment_types } = match door.look().await {
        Ok(company) => company,
        Err(shut) => bail!("{}\n  -> {}", shut.words(), shut.advice()),
    };
    say(format!("let in: the token is good for {} hours", token_lives_for.as_secs() / HOUR));
    let mut is_well = true;
    for (what, listed, chosen) in [
        ("shops (BillzShopId)", &shops, chosen.shop),
        ("cash boxes (BillzCashboxId)", &cash_boxes, chosen.cash_box),
        ("payment types (externalId of a card)", &payment_types, None),
    ] {
        say(format!("\n{what}"));
        is_well &= tell(listed, chosen, say);
    }
    Ok(is_well)
}

/// One list.
fn tell(listed: &Listed, chosen: Option<&str>, say: &mut impl FnMut(String)) -> bool {
    let rows = match listed {
        Ok(rows) => rows,
        Err(error) => {
            say(format!("  FAILED  {}\n          -> {}", words(error), advice(error)));
            return false;
        }
    };
    for (id, name) in rows {
        let mark = if chosen == Some(id) { "  (this one is set)" } else { "" };
        say(format!("  {id}  {name}{mark}"));
    }
    if rows.is_empty() {
        say("  FAILED  none\n          -> give the role of the integration key the right to see them, in Billz".to_owned());
        return false;
    }
    match chosen.filter(|chosen| !rows.iter().any(|(id, _)| id == chosen)) {
        Some(unknown) => {
            say(format!("  FAILED  {unknown} is set, and is none of these"));
            false
        }
        None => true,
    }
}
