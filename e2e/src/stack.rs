//! The running stack: where its parts are and who may use them.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use shared::http_client::HttpClients;

/// What `.local/stack.json` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackFile {
    /// The stack's name; functions, queues and secrets begin with it.
    pub stack: String,
    /// The region.
    pub region: String,
    /// The emulated AWS.
    pub aws_endpoint: String,
    /// The API.
    pub api_url: String,
    /// The stand-ins of the outside parties.
    pub sandbox_url: String,
    /// Addresses of the queues by short name, such as `order-updates`.
    pub queues: BTreeMap<String, String>,
    /// Names of the tables, by short name, such as `Invoices`.
    pub tables: BTreeMap<String, String>,
    /// Names of the functions, by folder.
    pub functions: BTreeMap<String, String>,
    /// Who can sign in.
    pub tokens: Tokens,
    /// The key of the company's services.
    pub internal_api_key: String,
    /// What starts runs over HTTP.
    pub cron_secret: String,
}

/// Bearer tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// Of `user-1`.
    pub user: String,
    /// Of `user-2`.
    pub other_user: String,
    /// Of `admin-1`.
    pub admin: String,
}

/// The running stack, as one test uses it.
#[derive(Debug)]
pub struct Stack {
    /// Where everything is.
    pub file: StackFile,
    /// For every request.
    pub http: reqwest::Client,
    /// Held as long as the stack is in use. Tests share it; one that breaks something has it alone.
    _turn: File,
}

impl Stack {
    /// The stack, shared with other tests.
    ///
    /// # Errors
    /// When it is not up.
    pub fn open() -> anyhow::Result<Self> {
        Self::take(File::lock_shared)
    }

    /// The stack, with no other test on it.
    ///
    /// # Errors
    /// When it is not up.
    pub fn alone() -> anyhow::Result<Self> {
        Self::take(File::lock)
    }

    fn take(wait_for_turn: fn(&File) -> std::io::Result<()>) -> anyhow::Result<Self> {
        let path = stack_path();
        let text = fs::read_to_string(&path)
            .with_context(|| format!("the stack is down ({} is not there): run `make up`", path.display()))?;
        let file = serde_json::from_str(&text)
            .with_context(|| format!("{} is of another version: run `make up`", path.display()))?;
        let turn = File::create(path.with_file_name("end-to-end.lock"))?;
        wait_for_turn(&turn)?;
        Ok(Self { file, http: HttpClients::new(None)?.pooled, _turn: turn })
    }

    /// The name of a deployed function.
    ///
    /// # Panics
    /// When there is no such function.
    pub fn function(&self, folder: &str) -> &str {
        &self.file.functions[folder]
    }
}

/// The repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The file that `make up` writes; `PAYDESK_STACK_FILE` names another.
pub fn stack_path() -> PathBuf {
    env::var_os("PAYDESK_STACK_FILE").map_or_else(|| root().join(".local/stack.json"), PathBuf::from)
}
