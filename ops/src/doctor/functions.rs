//! The deployed functions: are they there, are they fed?

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::Value;
use shared::http_client::HttpClients;
use shared::providers::call::Caller;

use super::finding::Finding;
use crate::deployment::Deployment;

/// Every function of Paydesk.
pub const FUNCTIONS: [&str; 19] = [
    "billing-api",
    "billz-api",
    "billz-consumer",
    "bonus-api",
    "bonus-consumer",
    "chat-api",
    "event-relay",
    "notification-api",
    "notification-sender",
    "order-updater",
    "portmone-callback",
    "reconciler",
    "sms-api",
    "sms-billing-cron",
    "sms-charge-worker",
    "sms-usage-recorder",
    "task-creator",
    "telegram-webhook",
    "tripay-callback",
];
/// Functions that are fed by streams or queues, and by how many.
const FED: [(&str, usize); 9] = [
    ("billz-consumer", 2),
    ("bonus-consumer", 2),
    ("event-relay", 5),
    ("notification-sender", 4),
    ("order-updater", 1),
    ("sms-billing-cron", 1),
    ("sms-charge-worker", 1),
    ("sms-usage-recorder", 1),
    ("task-creator", 1),
];
/// Schedules, by what of their name comes after the stack's, and what stands still without them.
const SCHEDULES: [(&str, &str); 6] = [
    ("reconciler", "lost callbacks are not healed, invoices do not expire"),
    ("bonus-watch", "bonuses are not tried again, lost payments become no question"),
    ("sms-daily", "users who are billed daily are not"),
    ("sms-weekly", "users who are billed weekly are not"),
    ("sms-monthly", "users who are billed monthly are not"),
    ("sms-watch", "refused SMS bills are not tried again, lost debits not asked about"),
];
/// Traffic, streams, queues and schedules reach this alias.
const ALIAS: &str = "live";

/// The environments of the deployed functions.
#[derive(Debug, Default)]
pub struct Functions(BTreeMap<&'static str, BTreeMap<String, String>>);

impl Functions {
    /// The environments over what was read: for tests.
    #[cfg(test)]
    pub fn of(environments: BTreeMap<&'static str, BTreeMap<String, String>>) -> Self {
        Self(environments)
    }

    /// Reads the functions as they serve now.
    pub async fn read(deployment: &Deployment) -> (Self, Vec<Finding>) {
        let read = join_all(FUNCTIONS.map(|folder| read_one(deployment, folder))).await;
        let (mut functions, mut findings) = (Self::default(), Vec::new());
        for (folder, (environment, finding)) in FUNCTIONS.into_iter().zip(read) {
            functions.0.extend(environment.map(|environment| (folder, environment)));
            findings.push(finding);
        }
        (functions, findings)
    }

    /// Whether none is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is there.
    pub fn has(&self, folder: &str) -> bool {
        self.0.contains_key(folder)
    }

    /// Each function that is there, with its environment.
    pub fn environments(&self) -> impl Iterator<Item = (&'static str, &BTreeMap<String, String>)> {
        self.0.iter().map(|(folder, environment)| (*folder, environment))
    }

    /// A setting that is not empty, of the first function that has it.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let mut found = self.0.values().filter_map(|environment| environment.get(name));
        found.find(|value| !value.trim().is_empty()).map(String::as_str)
    }

    /// Calls outside parties as the functions do: through their proxy, where they have one.
    ///
    /// # Errors
    /// When `OUTBOUND_PROXY_URL` is no address.
    pub fn caller(&self, deployment: &Deployment) -> anyhow::Result<Caller> {
        Ok(Caller::new(match self.setting("OUTBOUND_PROXY_URL") {
            None => deployment.http.clone(),
            Some(proxy) => HttpClients::new(Some(proxy))?,
        }))
    }
}

async fn read_one(deployment: &Deployment, folder: &str) -> (Option<BTreeMap<String, String>>, Finding) {
    let name = format!("{}-{folder}", deployment.stack);
    let check = format!("function {folder}");
    let path = format!("/2015-03-31/functions/{name}/configuration?Qualifier={ALIAS}");
    let deploy = "deploy: `make up` locally, `make package && sam deploy` on a real account";
    let configuration = match deployment.aws.get("lambda", &path).await {
        Ok(Some(configuration)) => configuration,
        Ok(None) => {
            let found = format!("{name} is not there, or has no alias {ALIAS}");
            return (None, Finding::failed(check, found, deploy));
        }
        Err(error) => {
            let fix = "check the region and the credentials; they need lambda:GetFunctionConfiguration";
            return (None, Finding::failed(check, format!("{error:#}"), fix));
        }
    };
    let variables = configuration["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
    let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
    let environment = variables.into_iter().filter_map(text).collect();
    let state = configuration["State"].as_str().unwrap_or("unknown");
    let finding = match state {
        "Active" | "Inactive" => Finding::ok(check, format!("deployed, {}", state.to_lowercase())),
        _ => {
            let why = configuration["StateReason"].as_str().unwrap_or("no reason given");
            Finding::failed(check, format!("{state}: {why}"), deploy)
        }
    };
    (Some(environment), finding)
}

/// Are streams, queues and the schedule connected and switched on?
pub async fn check_sources(deployment: &Deployment) -> Vec<Finding> {
    let mut findings = join_all(FED.map(|(folder, count)| check_source(deployment, folder, count))).await;
    let schedules = SCHEDULES.map(|(name, without)| check_schedule(deployment, name, without));
    findings.extend(join_all(schedules).await);
    findings
}

async fn check_source(deployment: &Deployment, folder: &str, count: usize) -> Finding {
    let check = format!("trigger of {folder}");
    let name = format!("{}-{folder}:{ALIAS}", deployment.stack);
    let path = format!("/2015-03-31/event-source-mappings/?FunctionName={name}");
    match deployment.aws.get("lambda", &path).await {
        Ok(answer) => judge_sources(check, folder, count, &answer.unwrap_or_default()),
        Err(error) => unreadable(check, &error, "lambda:ListEventSourceMappings"),
    }
}

fn judge_sources(check: String, folder: &str, count: usize, answer: &Value) -> Finding {
    let mappings = answer["EventSourceMappings"].as_array().cloned().unwrap_or_default();
    let text = |mapping: &Value, field: &str| mapping[field].as_str().unwrap_or_default().to_owned();
    // The end of the ARN of a queue is its name, that of a stream an instant.
    let source = |mapping: &Value| {
        let arn = text(mapping, "EventSourceArn");
        arn.rsplit(':').next().unwrap_or_default().to_owned()
    };
    if mappings.len() < count {
        let fed: Vec<String> = mappings.iter().map(source).collect();
        let found = match fed.as_slice() {
            [] => "nothing feeds it".to_owned(),
            fed => format!("{} of {count} feed it: {}", fed.len(), fed.join(", ")),
        };
        return Finding::failed(check, found, "deploy again: template.yaml connects it");
    }
    if let Some(off) = mappings.iter().find(|mapping| mapping["State"] != "Enabled") {
        let fix = format!("aws lambda update-event-source-mapping --uuid {} --enabled", text(off, "UUID"));
        let source = if count > 1 { source(off) } else { "it".to_owned() };
        return Finding::failed(check, format!("{source} is {}", text(off, "State")), fix);
    }
    let problem = mappings.iter().map(|mapping| text(mapping, "LastProcessingResult"));
    match problem.into_iter().find(|last| last.starts_with("PROBLEM")) {
        Some(problem) => Finding::warning(check, problem, format!("read the log of {folder}")),
        None if count == 1 => Finding::ok(check, "enabled"),
        None => Finding::ok(check, format!("all {} enabled", mappings.len())),
    }
}

async fn check_schedule(deployment: &Deployment, name: &str, without: &str) -> Finding {
    let check = format!("schedule of {name}");
    let name = format!("{}-{name}", deployment.stack);
    match deployment.aws.get("scheduler", &format!("/schedules/{name}")).await {
        Ok(Some(schedule)) if schedule["State"] == "ENABLED" => {
            Finding::ok(check, schedule["ScheduleExpression"].as_str().unwrap_or("enabled"))
        }
        Ok(Some(_)) => Finding::failed(
            check,
            format!("it is switched off: {without}"),
            format!("switch the schedule {name} on in EventBridge Scheduler"),
        ),
        Ok(None) => Finding::failed(check, "it is not there", "deploy again: template.yaml makes it"),
        Err(error) => unreadable(check, &error, "scheduler:GetSchedule"),
    }
}

/// It could not be looked at.
pub fn unreadable(check: impl Into<String>, error: &anyhow::Error, permission: &str) -> Finding {
    let fix = format!("your own credentials need {permission}");
    Finding::failed(check, format!("cannot be read: {error:#}"), fix)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::finding::Level;
    use super::*;

    #[test]
    fn every_source_has_to_be_there_and_switched_on() {
        let mapping = |queue: &str, state: &str| {
            json!({ "UUID": format!("id-of-{queue}"), "State": state,
                "EventSourceArn": format!("arn:aws:sqs:us-east-1:000000000000:{queue}") })
        };
        let judge = |mappings: &[Value]| {
            let answer = json!({ "EventSourceMappings": mappings });
            judge_sources("trigger".to_owned(), "notification-sender", 2, &answer)
        };
        let (email, telegram) =
            (mapping("email-queue", "Enabled"), mapping("telegram-queue.fifo", "Enabled"));
        assert_eq!(judge(&[email.clone(), telegram.clone()]).level, Level::Ok);
        assert_eq!(judge(&[]).found, "nothing feeds it");
        assert_eq!(judge(std::slice::from_ref(&telegram)).found, "1 of 2 feed it: telegram-queue.fifo");
        let off = judge(&[email.clone(), mapping("telegram-queue.fifo", "Disabled")]);
        assert_eq!((off.level, off.found.as_str()), (Level::Failed, "telegram-queue.fifo is Disabled"));
        assert!(off.fix.unwrap().contains("--uuid id-of-telegram-queue.fifo --enabled"));
        let mut broken = telegram;
        broken["LastProcessingResult"] = "PROBLEM: Function call failed".into();
        assert_eq!(judge(&[email, broken]).level, Level::Warning);
    }
}
