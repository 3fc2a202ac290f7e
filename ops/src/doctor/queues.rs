//! The queues: there, with dead-letter queues, and those empty?

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName;

use super::finding::Finding;
use super::functions::Functions;
use crate::deployment::Deployment;

/// Every queue, and whether it holds dead letters.
const QUEUES: [(&str, bool); 4] = [
    ("order-updates", false),
    ("order-updates-dlq", true),
    ("event-relay-dlq", true),
    ("reconciler-dlq", true),
];
/// Waiting messages from which somebody should look.
const MANY: u64 = 1_000;

type Attributes = HashMap<QueueAttributeName, String>;

/// Looks at every queue.
pub async fn check(deployment: &Deployment, functions: &Functions) -> Vec<Finding> {
    let client = Client::new(&deployment.sdk);
    // The address of any queue of the stack: the others differ in the name.
    let known = functions.setting("ORDER_UPDATES_QUEUE_URL").or_else(|| functions.setting("QUEUE_URL"));
    let Some((prefix, _)) = known.and_then(|url| url.rsplit_once('/')) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (queue, is_dead_letters) in QUEUES {
        let url = format!("{prefix}/{}-{queue}", deployment.stack);
        let asked = client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All)
            .send()
            .await;
        let check = format!("queue {queue}");
        findings.push(match asked {
            Ok(answer) => judge(check, is_dead_letters, &answer.attributes.unwrap_or_default()),
            Err(error) => {
                let fix = "deploy again; your own credentials need sqs:GetQueueAttributes";
                Finding::failed(check, DisplayErrorContext(error).to_string(), fix)
            }
        });
    }
    findings
}

fn judge(check: String, is_dead_letters: bool, attributes: &Attributes) -> Finding {
    let count = |name: QueueAttributeName| {
        attributes.get(&name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
    };
    let waiting = count(QueueAttributeName::ApproximateNumberOfMessages);
    let hidden = count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
    match (is_dead_letters, waiting) {
        (true, 0) => Finding::ok(check, "empty"),
        (true, waiting) => Finding::warning(
            check,
            format!("{waiting} dead messages wait for a person"),
            "read the attribute `reason` of each, mend the cause, send them back: infra/README.md, \"Dead letters\"",
        ),
        (false, _) if !attributes.contains_key(&QueueAttributeName::RedrivePolicy) => {
            Finding::failed(check, "it has no dead-letter queue", "deploy again: infra/data.yaml connects it")
        }
        (false, MANY..) => {
            let found = format!("{waiting} messages wait, {hidden} are being worked on");
            Finding::warning(check, found, "is the order service slow or down? read the log of order-updater")
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

    fn level(is_dead_letters: bool, attributes: &[(QueueAttributeName, &str)]) -> Level {
        let attributes = attributes.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
        judge("queue".to_owned(), is_dead_letters, &attributes).level
    }

    #[test]
    fn dead_letters_and_long_queues_are_for_somebody_to_look_at() {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let redrive = (QueueAttributeName::RedrivePolicy, "{}");
        assert_eq!(level(true, &[(waiting.clone(), "0")]), Level::Ok);
        assert_eq!(level(true, &[(waiting.clone(), "1")]), Level::Warning);
        assert_eq!(level(false, &[(waiting.clone(), "999"), redrive.clone()]), Level::Ok);
        assert_eq!(level(false, &[(waiting.clone(), "1000"), redrive]), Level::Warning);
        assert_eq!(level(false, &[(waiting, "0")]), Level::Failed);
    }
}
