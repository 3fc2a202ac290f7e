//! Which deployment is meant, and how to reach it.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use anyhow::{Context, bail};
use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::lambda::secrets::SecretReader;

use crate::aws::Aws;
use crate::queue_addresses::QueueAddresses;
use crate::stack_outputs;

/// Most APIs of an account that are looked through.
const MOST_APIS: usize = 500;

/// Which deployment.
#[derive(Debug, Args)]
pub struct Place {
    /// Name of a stack in the account of the environment's credentials (AWS_ACCESS_KEY_ID …, AWS_REGION);
    /// with a profile: eval "$(aws configure export-credentials --format env)"
    #[arg(long, global = true)]
    stack: Option<String>,
    /// The local stack's file, used when no --stack is given
    #[arg(long, global = true, default_value = ".local/stack.json")]
    stack_file: PathBuf,
}

/// The file that `make up` writes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StackFile {
    stack: String,
    region: String,
    aws_endpoint: String,
    api_url: String,
    queues: BTreeMap<String, String>,
    tables: BTreeMap<String, String>,
}

/// A deployment, and the clients to reach it.
#[derive(Debug)]
pub struct Deployment {
    /// The stack's name; everything of it begins with it.
    pub stack: String,
    /// Where its API is, when that is known already.
    pub api_url: Option<String>,
    /// The region it is in.
    pub region: String,
    /// The addresses of its queues, when they are known already.
    pub queue_urls: Option<Vec<String>>,
    /// The names of its tables by short name, when they are known already.
    pub tables: Option<BTreeMap<String, String>>,
    /// For AWS's SDK crates.
    pub sdk: SdkConfig,
    /// For the other services of AWS.
    pub aws: Aws,
    /// For everybody else.
    pub http: HttpClients,
}

impl Place {
    /// The deployment that is meant.
    ///
    /// # Errors
    /// When the local stack is down, or the environment has no region or credentials.
    pub fn find(&self) -> anyhow::Result<Deployment> {
        let http = HttpClients::new(None)?;
        let (stack, region, endpoint, file, credentials) = match &self.stack {
            Some(stack) => {
                let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
                let region = region.context("the environment has no AWS_REGION")?;
                (stack.clone(), region, variable("AWS_ENDPOINT_URL"), None, from_environment()?)
            }
            None => {
                let file = self.read_stack_file()?;
                let credentials = Credentials::new("test", "test", None, None, "emulator");
                let endpoint = Some(file.aws_endpoint.clone());
                (file.stack.clone(), file.region.clone(), endpoint, Some(file), credentials)
            }
        };
        let sdk = sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), endpoint.clone());
        let account = AwsAccount { credentials, region: region.clone(), endpoint_url: endpoint };
        let aws = Aws::new(http.aws.clone(), account);
        let api_url = file.as_ref().map(|file| file.api_url.clone());
        let queue_urls = file.as_ref().map(|file| file.queues.values().cloned().collect());
        let tables = file.map(|file| file.tables);
        Ok(Deployment { stack, api_url, region, queue_urls, tables, sdk, aws, http })
    }

    fn read_stack_file(&self) -> anyhow::Result<StackFile> {
        let path = self.stack_file.display();
        let text = std::fs::read_to_string(&self.stack_file)
            .with_context(|| format!("{path} is not there: run `make up`, or name a stack with --stack"))?;
        serde_json::from_str(&text).with_context(|| format!("{path} is unusable"))
    }
}

impl Deployment {
    /// The reader of its secrets.
    pub fn secrets(&self) -> SecretReader {
        SecretReader::new(&self.http, self.aws.account().clone(), self.stack.clone())
    }

    /// Where its queues are: what the local stack's file says, else the stack's own outputs.
    ///
    /// # Errors
    /// When the outputs cannot be read.
    pub async fn queues(&self) -> anyhow::Result<QueueAddresses> {
        let urls = match &self.queue_urls {
            Some(urls) => urls.clone(),
            None => stack_outputs::read(self).await?.queue_urls(),
        };
        Ok(QueueAddresses::of(&self.stack, urls))
    }

    /// Where its API is: what the local stack's file says, else the API that carries the stack's name.
    ///
    /// # Errors
    /// When there is none, or the account's APIs cannot be listed.
    pub async fn api_address(&self) -> anyhow::Result<String> {
        if let Some(url) = &self.api_url {
            return Ok(url.clone());
        }
        let path = format!("/v2/apis?maxResults={MOST_APIS}");
        let apis = self.aws.get("apigateway", &path).await?.unwrap_or_default();
        let stack = self.stack.as_str();
        let is_ours =
            |api: &&Value| api["tags"]["aws:cloudformation:stack-name"] == stack || api["name"] == stack;
        let found = apis["items"].as_array().into_iter().flatten().find(is_ours);
        let url = found.and_then(|api| api["apiEndpoint"].as_str());
        url.map(str::to_owned).with_context(|| format!("there is no HTTP API of the stack {stack}"))
    }

    /// The name of a table, by its short name: `Notifications`.
    ///
    /// # Errors
    /// When the outputs cannot be read, or name no such table.
    pub async fn table(&self, name: &str) -> anyhow::Result<String> {
        let found = match &self.tables {
            Some(tables) => tables.get(name).cloned(),
            None => stack_outputs::read(self).await?.table(name),
        };
        found.with_context(|| {
            format!("the stack {} names no table {name}: is it of this version?", self.stack)
        })
    }
}

fn from_environment() -> anyhow::Result<Credentials> {
    match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => {
            Ok(Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment"))
        }
        _ => bail!(
            "the environment has no AWS credentials; with a profile: \
             eval \"$(aws configure export-credentials --format env)\""
        ),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
