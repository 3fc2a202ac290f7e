//! The queues: there, with dead-letter queues, and those empty?

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use futures::future::join_all;
use shared::aws_error::describe;

use super::finding::Finding;
use super::functions::unreadable;
use crate::deployment::Deployment;
use crate::queue_addresses::is_dead_letters;

/// Waiting messages from which somebody should look.
const MANY: u64 = 1_000;

type Attributes = HashMap<QueueAttributeName, String>;

/// Looks at every queue of the stack.
pub async fn check(deployment: &Deployment) -> Vec<Finding> {
    let client = Client::new(&deployment.sdk);
    let queues = match deployment.queues().await {
        Ok(queues) => queues,
        Err(error) => return vec![unreadable("queues", &error, "cloudformation:DescribeStacks")],
    };
    let findings: Vec<Finding> =
        join_all(queues.all().map(|(queue, url)| check_one(&client, queue, url))).await;
    if findings.is_empty() {
        let fix = "deploy again: template.yaml names the queues among its outputs";
        return vec![Finding::failed("queues", "the stack names none", fix)];
    }
    findings
}

async fn check_one(client: &Client, queue: &str, url: &str) -> Finding {
    let wish = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
    let check = format!("queue {queue}");
    match wish.send().await {
        Ok(answer) => judge(check, queue, &answer.attributes.unwrap_or_default()),
        Err(error) => {
            let fix = "deploy again; your own credentials need sqs:GetQueueAttributes";
            Finding::failed(check, describe(&error), fix)
        }
    }
}

fn judge(check: String, queue: &str, attributes: &Attributes) -> Finding {
    let count = |name: QueueAttributeName| {
        attributes.get(&name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
    };
    let waiting = count(QueueAttributeName::ApproximateNumberOfMessages);
    let hidden = count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
    match (is_dead_letters(queue), waiting) {
        (true, 0) => Finding::ok(check, "empty"),
        (true, waiting) => Finding::warning(
            check,
            format!("{waiting} dead messages wait for a person"),
            format!(
                "ops dlq show {queue} says the reason of each; mend the cause, then ops dlq retry {queue} --all"
            ),
        ),
        (false, _) if !attributes.contains_key(&QueueAttributeName::RedrivePolicy) => {
            Finding::failed(check, "it has no dead-letter queue", "deploy again: infra/data.yaml connects it")
        }
        (false, MANY..) => {
            let found = format!("{waiting} messages wait, {hidden} are being worked on");
            let fix = "is the function that it feeds held up? read its log, and the findings about providers";
            Finding::warning(check, found, fix)
        }
        (false, waiting) => {
            Finding::ok(check, format!("{waiting} waiting, {hidden} delayed or being worked on"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    fn level(queue: &str, attributes: &[(QueueAttributeName, &str)]) -> Level {
        let attributes = attributes.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
        judge("queue".to_owned(), queue, &attributes).level
    }

    #[test]
    fn dead_letters_and_long_queues_are_for_somebody_to_look_at() {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let redrive = (QueueAttributeName::RedrivePolicy, "{}");
        for dead_letters in ["email-queue-dlq", "telegram-queue-dlq.fifo"] {
            assert_eq!(level(dead_letters, &[(waiting.clone(), "0")]), Level::Ok);
            assert_eq!(level(dead_letters, &[(waiting.clone(), "1")]), Level::Warning);
        }
        for queue in ["email-queue", "telegram-queue.fifo"] {
            assert_eq!(level(queue, &[(waiting.clone(), "999"), redrive.clone()]), Level::Ok);
            assert_eq!(level(queue, &[(waiting.clone(), "1000"), redrive.clone()]), Level::Warning);
            assert_eq!(level(queue, &[(waiting.clone(), "0")]), Level::Failed);
        }
    }
}
