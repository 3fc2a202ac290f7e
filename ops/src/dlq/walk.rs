//! Looks through a queue without taking anything out of it.
//!
//! What was received is hidden from others until it is put back, or until [`HIDDEN_SECONDS`] are over: who walks may be
//! interrupted anywhere, and every letter that was not deleted comes back.

use std::collections::HashSet;

use anyhow::Context;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName;

use super::letter::Letter;

/// How long a received letter is hidden at most: longer than ten of them need to be sent and deleted.
pub const HIDDEN_SECONDS: i32 = 120;
/// Most letters in one answer.
const BATCH: i32 = 10;
/// Waiting at all makes SQS ask all its servers: an empty answer then says that nothing is there.
const WAIT_SECONDS: i32 = 1;

/// A walk through one queue.
#[derive(Debug)]
pub struct Walk<'a> {
    client: &'a Client,
    url: &'a str,
    /// Receipts of what has to be put back.
    held: Vec<String>,
    seen: HashSet<String>,
}

impl<'a> Walk<'a> {
    /// Starts before the first letter.
    pub fn begin(client: &'a Client, url: &'a str) -> Self {
        Self { client, url, held: Vec::new(), seen: HashSet::new() }
    }

    /// Letters that this walk has not met yet, in no order; none at the end of the queue.
    ///
    /// Of a FIFO queue, a group's later letters come only when the ones before are deleted.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn next(&mut self) -> anyhow::Result<Vec<Letter>> {
        let request = self.client.receive_message().queue_url(self.url);
        let request = request.max_number_of_messages(BATCH).wait_time_seconds(WAIT_SECONDS);
        let request = request.visibility_timeout(HIDDEN_SECONDS).message_attribute_names("All");
        let answer = request.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
        let answer = answer.context("the queue could not be read (sqs:ReceiveMessage)")?;
        let mut letters = Vec::new();
        for letter in answer.messages.unwrap_or_default().into_iter().map(Letter::of) {
            if self.seen.insert(letter.id.clone()) {
                letters.push(letter);
            } else {
                self.hold(&letter);
            }
        }
        Ok(letters)
    }

    /// Keeps a letter back until the walk ends.
    pub fn hold(&mut self, letter: &Letter) {
        self.held.push(letter.receipt.clone());
    }

    /// Deletes a letter for good.
    ///
    /// # Errors
    /// When the queue does not answer; it may be deleted all the same.
    pub async fn delete(&self, letter: &Letter) -> anyhow::Result<()> {
        let request = self.client.delete_message().queue_url(self.url).receipt_handle(&letter.receipt);
        request.send().await.context("it could not be deleted (sqs:DeleteMessage)")?;
        Ok(())
    }

    /// Puts everything back that was held. Says how many letters could not be, and come back by themselves.
    pub async fn end(self) -> usize {
        let mut stuck = 0_usize;
        for receipt in &self.held {
            let request = self.client.change_message_visibility().queue_url(self.url);
            let put_back = request.receipt_handle(receipt).visibility_timeout(0).send().await;
            stuck = stuck.saturating_add(usize::from(put_back.is_err()));
        }
        stuck
    }
}
