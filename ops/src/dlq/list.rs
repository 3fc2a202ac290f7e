//! Every dead-letter queue: how many letters it holds, and since when.

use anyhow::Context;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;

use super::walk::{LOOKING_SECONDS, Walk};
use crate::queue_addresses::DeadLetterQueue;

/// Letters that are looked at, at most, to find the oldest.
const MOST_LOOKED_AT: usize = 100;

/// A dead-letter queue, as it is now.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its short name.
    pub queue: String,
    /// Letters that wait. AWS counts roughly.
    pub waiting: u64,
    /// Letters that somebody looks at now.
    pub held: u64,
    /// When the oldest was sent; of the first [`MOST_LOOKED_AT`].
    pub oldest_at: Option<Timestamp>,
}

/// Reads all of them.
///
/// # Errors
/// When one cannot be read.
pub async fn read(client: &Client, queues: &[DeadLetterQueue]) -> anyhow::Result<Vec<Row>> {
    try_join_all(queues.iter().map(|queue| async {
        read_one(client, queue).await.with_context(|| format!("{} cannot be read", queue.name))
    }))
    .await
}

async fn read_one(client: &Client, queue: &DeadLetterQueue) -> anyhow::Result<Row> {
    let wish = client.get_queue_attributes().queue_url(&queue.url);
    let answer = wish.attribute_names(QueueAttributeName::All).send().await;
    let attributes = answer.context("sqs:GetQueueAttributes")?.attributes.unwrap_or_default();
    let count = |name| attributes.get(&name).and_then(|text: &String| text.parse::<u64>().ok()).unwrap_or(0);
    let waiting = count(QueueAttributeName::ApproximateNumberOfMessages);
    let held = count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
    let oldest_at = if waiting == 0 { None } else { find_oldest(client, &queue.url).await? };
    Ok(Row { queue: queue.name.clone(), waiting, held, oldest_at })
}

async fn find_oldest(client: &Client, url: &str) -> anyhow::Result<Option<Timestamp>> {
    let mut walk = Walk::begin(client, url, LOOKING_SECONDS);
    let (mut looked_at, mut oldest) = (0_usize, None::<Timestamp>);
    let mut failure = None;
    while looked_at < MOST_LOOKED_AT {
        let letters = match walk.next().await {
            Ok(letters) if letters.is_empty() => break,
            Ok(letters) => letters,
            Err(error) => {
                failure = Some(error);
                break;
            }
        };
        looked_at = looked_at.saturating_add(letters.len());
        for letter in letters {
            oldest = [oldest, letter.sent_at].into_iter().flatten().min();
            walk.hold(&letter);
        }
    }
    walk.end().await;
    failure.map_or(Ok(oldest), Err)
}

/// For people.
pub fn words(rows: &[Row], now: Timestamp) -> String {
    let mut lines = vec![format!("{:<28} {:>8} {:>6}  oldest", "queue", "waiting", "held")];
    lines.extend(rows.iter().map(|row| {
        let age =
            row.oldest_at.map_or_else(String::new, |at| age(now.as_second().saturating_sub(at.as_second())));
        format!("{:<28} {:>8} {:>6}  {age}", row.queue, row.waiting, row.held).trim_end().to_owned()
    }));
    lines.join("\n")
}

fn age(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match (hours / 24, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_what_people_count_in() {
        for (seconds, words) in
            [(0, "0 min"), (3_599, "59 min"), (3_660, "1 h 1 min"), (86_400, "1 d 0 h"), (277_200, "3 d 5 h")]
        {
            assert_eq!(age(seconds), words);
        }
    }
}
