//! Looks through a queue without taking anything out of it.
//!
//! What was received is hidden from others until it is put back, or until some time is over: who walks may be
//! interrupted anywhere, and every letter that was not deleted comes back.

use std::collections::HashMap;

use anyhow::Context;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName;

use super::letter::Letter;

/// How long a letter that is only looked at is hidden at most.
pub const LOOKING_SECONDS: i32 = 120;
/// How long a letter is hidden at most with which something is done: longer than ten of them need to be given to a
/// function, 40 seconds each, and to be deleted.
pub const WORKING_SECONDS: i32 = 600;
/// Most letters in one answer.
const BATCH: i32 = 10;
/// Waiting at all makes SQS ask all its servers: an empty answer then says that nothing is there.
const WAIT_SECONDS: i32 = 1;

/// A walk through one queue.
#[derive(Debug)]
pub struct Walk<'a> {
    client: &'a Client,
    url: &'a str,
    hidden_seconds: i32,
    /// Every letter that was met, by id; with its last receipt, if it has to be put back.
    met: HashMap<String, Option<String>>,
}

impl<'a> Walk<'a> {
    /// Starts before the first letter. Each is hidden for so long, unless it is put back before.
    pub fn begin(client: &'a Client, url: &'a str, hidden_seconds: i32) -> Self {
        Self { client, url, hidden_seconds, met: HashMap::new() }
    }

    /// Letters that this walk has not met yet, in no order; none at the end of the queue.
    ///
    /// Letters come again: those that were held for too long, and any now and then. A batch of nothing else is not the end.
    ///
    /// Of a FIFO queue, a group's later letters come only when the ones before are deleted.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn next(&mut self) -> anyhow::Result<Vec<Letter>> {
        loop {
            let received = self.receive().await?;
            let is_end = received.is_empty();
            let mut letters = Vec::new();
            for letter in received {
                if self.met.contains_key(&letter.id) {
                    self.hold(&letter);
                } else {
                    self.met.insert(letter.id.clone(), None);
                    letters.push(letter);
                }
            }
            if is_end || !letters.is_empty() {
                return Ok(letters);
            }
        }
    }

    async fn receive(&self) -> anyhow::Result<Vec<Letter>> {
        let request = self.client.receive_message().queue_url(self.url);
        let request = request.max_number_of_messages(BATCH).wait_time_seconds(WAIT_SECONDS);
        let request = request.visibility_timeout(self.hidden_seconds).message_attribute_names("All");
        let answer = request.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
        let answer = answer.context("the queue could not be read (sqs:ReceiveMessage)")?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(Letter::of).collect())
    }

    /// Keeps a letter back until the walk ends.
    pub fn hold(&mut self, letter: &Letter) {
        self.met.insert(letter.id.clone(), Some(letter.receipt.clone()));
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
        for receipt in self.met.values().flatten() {
            let request = self.client.change_message_visibility().queue_url(self.url);
            let put_back = request.receipt_handle(receipt).visibility_timeout(0).send().await;
            stuck = stuck.saturating_add(usize::from(put_back.is_err()));
        }
        stuck
    }
}
