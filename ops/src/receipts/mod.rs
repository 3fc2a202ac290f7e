//! `ops receipts seal`: a number of a phone as the receipt system sends it, for trials and demonstrations.

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use clap::{Args, Subcommand};
use fernet::Fernet;
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::domain::bonus::msisdn::normalised;

use crate::deployment::{Deployment, Place};

/// Which deployment, and what to do with its receipts.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints a number as a token that stands in the field `msisdn` of a decision about a receipt
    Seal {
        /// A number of a Ukrainian phone: 380671234567, 0671234567
        msisdn: String,
    },
}

/// The secret `receipts`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptsSecret {
    /// What the receipt system seals numbers with. Empty: none can be opened.
    pub encryption_secret: SecretString,
}

/// Does it.
///
/// # Errors
/// When the number is none, or there is nothing to seal it with.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Seal { msisdn } = &arguments.command;
    println!("{}", seal(&arguments.place.find()?, msisdn).await?);
    Ok(ExitCode::SUCCESS)
}

async fn seal(deployment: &Deployment, msisdn: &str) -> anyhow::Result<String> {
    // Somebody who mistypes it should hear so here, and not from a bonus that was refused.
    normalised(msisdn).context("write it like 380671234567")?;
    let secret: ReceiptsSecret = deployment.secrets().batch(&["receipts"]).await?.get("receipts")?;
    let secret = secret.encryption_secret.expose_secret();
    if secret.is_empty() {
        bail!(
            "the secret {}/receipts has no encryptionSecret: no bonus is paid out either",
            deployment.stack
        );
    }
    let key = URL_SAFE.encode(digest(&SHA256, secret.as_bytes()));
    let key = Fernet::new(&key).context("the key of a SHA-256 is one of Fernet")?;
    Ok(key.encrypt(msisdn.as_bytes()))
}
