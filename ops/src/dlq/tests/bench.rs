//! A deployment whose AWS is inside the process, with a wire in front of it.

use std::collections::BTreeSet;

use aws_credential_types::Credentials;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use jiff::Timestamp;
use sandbox::testbed::aws::Aws as Testbed;
use sandbox::testbed::sqs::Message;
use sandbox::testbed::wire::Wire;
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;

use super::super::choice::{Choice, Tally};
use super::super::{discard, list, retry, show};
use crate::aws::Aws;
use crate::deployment::Deployment;

/// The queues of the deployment.
const QUEUES: [&str; 6] = [
    "test-email-queue",
    "test-email-queue-dlq",
    "test-telegram-queue.fifo",
    "test-telegram-queue-dlq.fifo",
    "test-event-relay-dlq",
    "test-reconciler-dlq",
];

/// Whether to do it to one letter or to all.
pub fn only(id: &str) -> Choice {
    Choice { message: Some(id.to_owned()), all: false }
}

/// All letters.
pub fn all() -> Choice {
    Choice { message: None, all: true }
}

/// A deployment, and what it is reached through.
pub struct Bench {
    pub testbed: Testbed,
    pub wire: Wire,
    pub deployment: Deployment,
    pub client: Client,
}

impl Bench {
    /// Empty queues. The first call is number 1.
    pub async fn start() -> Self {
        let (testbed, wire) = (Testbed::start().await, Wire::new());
        let endpoint = wire.tap("aws", &testbed.url()).await;
        let http = HttpClients::new(None).unwrap();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let region = "us-east-1".to_owned();
        let sdk =
            sdk_config_for(http.aws.clone(), credentials.clone(), region.clone(), Some(endpoint.clone()));
        let account = AwsAccount { credentials, region: region.clone(), endpoint_url: Some(endpoint) };
        let aws = Aws::new(http.aws.clone(), account);
        let queue_urls = Some(QUEUES.map(|queue| testbed.sqs.queue_url(queue)).to_vec());
        let client = Client::new(&sdk);
        let deployment = Deployment {
            stack: "test".to_owned(),
            api_url: None,
            region,
            queue_urls,
            tables: None,
            sdk,
            aws,
            http,
        };
        Self { testbed, wire, deployment, client }
    }

    /// Buries a message as our consumers do.
    pub async fn bury(&self, queue: &str, body: &str, reason: &str) {
        let reason =
            MessageAttributeValue::builder().data_type("String").string_value(reason).build().unwrap();
        let client = Client::new(&self.deployment.sdk);
        let url = self.testbed.sqs.queue_url(&format!("test-{queue}"));
        client
            .send_message()
            .queue_url(url)
            .message_body(body)
            .message_attributes("reason", reason)
            .send()
            .await
            .unwrap();
        self.wire.reset();
    }

    /// Puts a message there; answers its id.
    pub fn put(&self, queue: &str, body: &str) -> String {
        self.testbed.sqs.put(&format!("test-{queue}"), body)
    }

    /// What is in a queue.
    pub fn messages(&self, queue: &str) -> Vec<Message> {
        self.testbed.sqs.messages(&format!("test-{queue}"))
    }

    /// The bodies in a queue.
    pub fn bodies(&self, queue: &str) -> Vec<String> {
        self.messages(queue).into_iter().map(|message| message.body).collect()
    }

    /// The bodies in a queue, each once.
    pub fn different_bodies(&self, queue: &str) -> BTreeSet<String> {
        self.bodies(queue).into_iter().collect()
    }

    /// Whether nothing of a queue is hidden.
    pub fn is_all_visible(&self, queue: &str) -> bool {
        self.messages(queue).iter().all(|message| !message.is_hidden)
    }

    /// Lets the time pass for which letters are hidden from others.
    pub fn show_again(&self, queue: &str) {
        self.testbed.sqs.show_again(&format!("test-{queue}"));
    }

    /// `ops dlq retry`.
    pub async fn retry(&self, queue: &str, choice: &Choice) -> Tally {
        retry(&self.deployment, &self.client, queue, choice, Timestamp::now()).await.unwrap()
    }

    /// `ops dlq drop`.
    pub async fn drop(&self, queue: &str, choice: &Choice, yes: bool) -> anyhow::Result<Tally> {
        discard(&self.deployment, &self.client, queue, choice, yes, Timestamp::now()).await
    }

    /// `ops dlq show`.
    pub async fn show(&self, queue: &str, sight: &show::Sight) -> anyhow::Result<Vec<show::Seen>> {
        let queue = self.deployment.queues().await?.dead_letters_of(queue)?;
        show::read(&self.client, &queue, sight).await
    }

    /// `ops dlq list`.
    pub async fn list(&self) -> Vec<list::Row> {
        let queues = self.deployment.queues().await.unwrap().dead_letters();
        list::read(&self.client, &queues).await.unwrap()
    }
}
