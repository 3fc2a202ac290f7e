//! A client certificate goes into the secret `portmone`; the other fields there stay.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::certificate::{Certificate, day};
use super::certificate_file::{self, ClientIdentity};
use super::secret::{CERTIFICATE_FIELD, KEY_FIELD, NAME};
use crate::deployment::Deployment;
use crate::secret_object::SecretObject;

/// Which file, and whether to write.
#[derive(Debug, Args)]
pub struct Import {
    /// What Portmone issued: PKCS #12 (.pfx, .p12), or PEM with the certificate first
    pub file: PathBuf,
    /// A file with the password of a PKCS #12
    #[arg(long)]
    pub password_file: Option<PathBuf>,
    /// The file with the key, where it is another
    #[arg(long)]
    pub key: Option<PathBuf>,
    /// Writes it
    #[arg(long)]
    pub apply: bool,
}

/// Looks at the certificate, and stores it where that is wanted. Says what it is; never the key.
///
/// # Errors
/// When it cannot be used, or the secret cannot be read or written.
pub async fn import(deployment: &Deployment, wish: &Import, now: Timestamp) -> anyhow::Result<String> {
    let identity = read(deployment, wish)?;
    let certificate = Certificate::of_pem(&identity.certificate_pem)?;
    if let Some(trouble) = certificate.trouble(now) {
        bail!("{trouble}:\n{}", certificate.words(now));
    }
    let object = SecretObject::of(deployment, NAME);
    let mut fields = object.read().await?;
    let before = before(&fields);
    let outcome = if is_there(&fields, &identity) {
        format!("it is in {} already: nothing was written", object.name())
    } else if wish.apply {
        fields.insert(CERTIFICATE_FIELD.to_owned(), identity.certificate_pem.into());
        fields.insert(KEY_FIELD.to_owned(), identity.private_key_pem.expose_secret().into());
        object.write(fields).await?;
        format!("it is in {} now, instead of {before}; functions present it within 5 minutes", object.name())
    } else {
        format!(
            "DRY RUN: nothing was written. With --apply it goes into {}, instead of {before}",
            object.name()
        )
    };
    Ok(format!("{}\nthe key belongs to it\n{outcome}", certificate.words(now)))
}

fn read(deployment: &Deployment, wish: &Import) -> anyhow::Result<ClientIdentity> {
    let password = match &wish.password_file {
        Some(path) => {
            let text = String::from_utf8(content(path)?).ok().context("the password is no text")?;
            // Editors end a file with a line end; it is no part of the password.
            SecretString::from(text.trim_end_matches(['\r', '\n']))
        }
        None => SecretString::default(),
    };
    let key = wish.key.as_deref().map(content).transpose()?;
    certificate_file::read(&content(&wish.file)?, key.as_deref(), &password, &deployment.http)
        .with_context(|| wish.file.display().to_string())
}

fn content(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// What is there, in words.
fn before(fields: &Map<String, Value>) -> String {
    match text(fields, CERTIFICATE_FIELD) {
        "" => "none".to_owned(),
        pem => Certificate::of_pem(pem).map_or_else(
            |_| "one that cannot be read".to_owned(),
            |old| format!("one that is good to {}, {}", day(old.not_after), old.fingerprint),
        ),
    }
}

fn is_there(fields: &Map<String, Value>, identity: &ClientIdentity) -> bool {
    text(fields, CERTIFICATE_FIELD) == identity.certificate_pem
        && text(fields, KEY_FIELD) == identity.private_key_pem.expose_secret()
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}
