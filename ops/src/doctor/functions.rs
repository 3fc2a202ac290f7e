//! The deployed functions: are they there, are they fed?

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::Value;

use super::finding::Finding;
use crate::deployment::Deployment;

/// Every function of Paydesk.
pub const FUNCTIONS: [&str; 5] =
    ["billing-api", "event-relay", "order-updater", "reconciler", "tripay-callback"];
/// Functions that are fed by a stream or a queue.
const FED: [&str; 2] = ["event-relay", "order-updater"];
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

    /// Each function that is there, with its environment.
    pub fn environments(&self) -> impl Iterator<Item = (&'static str, &BTreeMap<String, String>)> {
        self.0.iter().map(|(folder, environment)| (*folder, environment))
    }

    /// A setting that is not empty, of the first function that has it.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let mut found = self.0.values().filter_map(|environment| environment.get(name));
        found.find(|value| !value.trim().is_empty()).map(String::as_str)
    }
}

async fn read_one(deployment: &Deployment, folder: &str) -> (Option<BTreeMap<String, String>>, Finding) {
    let name = format!("{}-{folder}", deployment.stack);
    let check = format!("function {folder}");
    let path = format!("/2015-03-31/functions/{name}/configuration?Qualifier={ALIAS}");
    let deploy = "deploy: `make up` locally, `sam build && sam deploy` on a real account";
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
    let mut findings = join_all(FED.map(|folder| check_source(deployment, folder))).await;
    findings.push(check_schedule(deployment).await);
    findings
}

async fn check_source(deployment: &Deployment, folder: &str) -> Finding {
    let check = format!("trigger of {folder}");
    let name = format!("{}-{folder}:{ALIAS}", deployment.stack);
    let path = format!("/2015-03-31/event-source-mappings/?FunctionName={name}");
    let answer = match deployment.aws.get("lambda", &path).await {
        Ok(answer) => answer.unwrap_or_default(),
        Err(error) => return unreadable(check, &error, "lambda:ListEventSourceMappings"),
    };
    let Some(mapping) = answer["EventSourceMappings"].get(0) else {
        return Finding::failed(check, "nothing feeds it", "deploy again: template.yaml connects it");
    };
    let id = mapping["UUID"].as_str().unwrap_or_default();
    let (state, last) =
        (mapping["State"].as_str().unwrap_or_default(), mapping["LastProcessingResult"].as_str());
    if state != "Enabled" {
        let fix = format!("aws lambda update-event-source-mapping --uuid {id} --enabled");
        return Finding::failed(check, format!("it is {state}"), fix);
    }
    match last.filter(|last| last.starts_with("PROBLEM")) {
        Some(problem) => Finding::warning(check, problem, format!("read the log of {folder}")),
        None => Finding::ok(check, "enabled"),
    }
}

async fn check_schedule(deployment: &Deployment) -> Finding {
    let check = "schedule of reconciler";
    let name = format!("{}-reconciler", deployment.stack);
    match deployment.aws.get("scheduler", &format!("/schedules/{name}")).await {
        Ok(Some(schedule)) if schedule["State"] == "ENABLED" => {
            Finding::ok(check, schedule["ScheduleExpression"].as_str().unwrap_or("enabled"))
        }
        Ok(Some(_)) => Finding::failed(
            check,
            "it is switched off: lost callbacks are not healed, invoices do not expire",
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
