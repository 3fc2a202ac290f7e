//! The queues of a deployment, by the names that people use: the stack's name is left out.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

/// What the name of a dead-letter queue ends in, after `.fifo` is taken off.
const DEAD_LETTERS: &str = "-dlq";
const FIFO: &str = ".fifo";

/// The addresses of the queues, by short name: `email-queue`, `telegram-queue-dlq.fifo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueAddresses(BTreeMap<String, String>);

/// A dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterQueue {
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Whose dead letters it holds: the name of a queue, or of a function that no queue feeds.
    pub owner: String,
    /// Where the queue is that its letters came from; none where they came from a function.
    pub source_url: Option<String>,
}

/// Whether a queue of this name holds dead letters.
pub fn is_dead_letters(name: &str) -> bool {
    name.strip_suffix(FIFO).unwrap_or(name).ends_with(DEAD_LETTERS)
}

impl QueueAddresses {
    /// Those of the stack among `urls`.
    pub fn of(stack: &str, urls: Vec<String>) -> Self {
        let named = |url: String| {
            let name = url.rsplit('/').next()?.strip_prefix(stack)?.strip_prefix('-')?.to_owned();
            Some((name, url))
        };
        Self(urls.into_iter().filter_map(named).collect())
    }

    /// Every queue: its short name and its address.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// Every dead-letter queue.
    pub fn dead_letters(&self) -> Vec<DeadLetterQueue> {
        self.0.keys().filter_map(|name| self.dead_letter_queue(name)).collect()
    }

    /// The dead-letter queue that is meant: by its own name, or by that of the queue or function it belongs to.
    ///
    /// # Errors
    /// When there is none; the error names those there are.
    pub fn dead_letters_of(&self, word: &str) -> anyhow::Result<DeadLetterQueue> {
        let queues = self.dead_letters();
        let names: Vec<String> = queues.iter().map(|queue| queue.name.clone()).collect();
        if names.is_empty() {
            bail!("the deployment names no dead-letter queue: is it of this version?");
        }
        let is_meant = |queue: &DeadLetterQueue| {
            let fifo_word = format!("{word}{FIFO}");
            [word, fifo_word.as_str()].iter().any(|word| queue.name == *word || queue.owner == *word)
        };
        let found = queues.into_iter().find(is_meant);
        found.with_context(|| format!("{word} has no dead-letter queue; there are: {}", names.join(", ")))
    }

    fn dead_letter_queue(&self, name: &str) -> Option<DeadLetterQueue> {
        let url = self.0.get(name)?.clone();
        let (stem, fifo) = name.strip_suffix(FIFO).map_or((name, ""), |stem| (stem, FIFO));
        let owner = format!("{}{fifo}", stem.strip_suffix(DEAD_LETTERS)?);
        let source_url = self.0.get(&owner).cloned();
        Some(DeadLetterQueue { name: name.to_owned(), url, owner, source_url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> QueueAddresses {
        let names = [
            "paydesk-email-queue",
            "paydesk-email-queue-dlq",
            "paydesk-event-relay-dlq",
            "paydesk-telegram-queue.fifo",
            "paydesk-telegram-queue-dlq.fifo",
            "paydeskdev-email-queue-dlq",
        ];
        let url = |name: &str| format!("https://sqs.example.com/1/{name}");
        QueueAddresses::of("paydesk", names.map(url).to_vec())
    }

    #[test]
    fn dead_letter_queues_are_known_with_the_queues_they_belong_to() {
        let found = addresses().dead_letters();
        let found: Vec<(&str, &str, Option<&str>)> = found
            .iter()
            .map(|queue| (queue.name.as_str(), queue.owner.as_str(), queue.source_url.as_deref()))
            .collect();
        let (email, telegram) = (
            "https://sqs.example.com/1/paydesk-email-queue",
            "https://sqs.example.com/1/paydesk-telegram-queue.fifo",
        );
        assert_eq!(
            found,
            [
                ("email-queue-dlq", "email-queue", Some(email)),
                ("event-relay-dlq", "event-relay", None),
                ("telegram-queue-dlq.fifo", "telegram-queue.fifo", Some(telegram)),
            ]
        );
        assert_eq!(addresses().all().count(), 5, "another stack's queue is not ours");
    }

    #[test]
    fn a_queue_is_meant_by_its_own_name_or_its_owners() {
        for (word, name) in [
            ("email-queue", "email-queue-dlq"),
            ("email-queue-dlq", "email-queue-dlq"),
            ("event-relay", "event-relay-dlq"),
            ("telegram-queue", "telegram-queue-dlq.fifo"),
            ("telegram-queue.fifo", "telegram-queue-dlq.fifo"),
            ("telegram-queue-dlq", "telegram-queue-dlq.fifo"),
            ("telegram-queue-dlq.fifo", "telegram-queue-dlq.fifo"),
        ] {
            assert_eq!(addresses().dead_letters_of(word).unwrap().name, name, "{word}");
        }
        for word in ["email", "-dlq", "", "paydesk-email-queue", "order-updates"] {
            let error = addresses().dead_letters_of(word).unwrap_err().to_string();
            assert!(error.contains("there are: email-queue-dlq, event-relay-dlq"), "{error}");
        }
    }
}
