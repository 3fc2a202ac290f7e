//! Functions, queues and their names in the templates.

use crate::source::{assert_none, functions, read, root};
use crate::template::{data_resource, deployed, list, logical_id, members, resources, template, text};

#[test]
fn a_function_has_one_name_everywhere() {
    let main = template("template.yaml");
    let mut findings = Vec::new();
    let mut ids: Vec<String> =
        resources(&main, "AWS::Serverless::Function").iter().map(|(id, _)| (*id).to_owned()).collect();
    for function in functions() {
        let id = logical_id(&function);
        let Some(place) = ids.iter().position(|known| *known == id) else {
            findings.push(format!("functions/{function}: template.yaml has no {id}"));
            continue;
        };
        ids.remove(place);
        let resource = &main["Resources"][id.as_str()];
        let named = [
            (text(&resource["Properties"]["CodeUri"]).to_owned(), format!("functions/{function}"), "CodeUri"),
            (text(&resource["Metadata"]["BuildProperties"]["Binary"]).to_owned(), function.clone(), "Binary"),
            (
                text(&resource["Metadata"]["BuildMethod"]).to_owned(),
                "rust-cargolambda".to_owned(),
                "BuildMethod",
            ),
            (
                text(&resource["Properties"]["FunctionName"]).to_owned(),
                format!("${{AWS::StackName}}-{function}"),
                "FunctionName",
            ),
        ];
        for (found, expected, what) in named.into_iter().filter(|(found, expected, _)| found != expected) {
            findings.push(format!("template.yaml: {id}.{what} is {found:?}, not {expected:?}"));
        }
        let manifest = read(&format!("functions/{function}/Cargo.toml"));
        if !manifest.contains(&format!("name = \"{function}\"")) || manifest.contains("[[bin]]") {
            findings.push(format!("functions/{function}/Cargo.toml:1 names another package or binary"));
        }
        let events = root().join("events").join(&function);
        if !events.read_dir().is_ok_and(|mut files| files.next().is_some()) {
            findings.push(format!("events/{function} has no sample event"));
        }
    }
    findings.extend(ids.iter().map(|id| format!("template.yaml: {id} has no folder under functions/")));
    assert_none(
        findings,
        "Folder = package = binary = logical name = events folder: who knows one name knows all.",
    );
}

#[test]
fn functions_run_where_rust_runs() {
    let main = template("template.yaml");
    assert_eq!(text(&main["Globals"]["Function"]["Runtime"]), "provided.al2023", "template.yaml: Globals");
    assert_eq!(
        text(&main["Globals"]["Function"]["Tracing"]),
        "Active",
        "template.yaml: one trace follows an event"
    );
    for (function, properties) in deployed(&main) {
        assert!(properties["Runtime"].is_badvalue(), "template.yaml: {function} has a runtime of its own");
        assert!(
            properties["Timeout"].as_i64().is_some(),
            "template.yaml: {function} has no timeout of its own"
        );
    }
}

#[test]
fn a_message_stays_hidden_six_times_as_long_as_its_function_may_run() {
    let (main, data) = (template("template.yaml"), template("infra/data.yaml"));
    let mut sources = 0;
    for (function, properties) in deployed(&main) {
        for (name, event) in members(&properties["Events"]) {
            if text(&event["Type"]) != "SQS" {
                continue;
            }
            sources += 1;
            let queue = data_resource(&data, text(&event["Properties"]["Queue"]));
            let hidden = data["Resources"][queue.as_str()]["Properties"]["VisibilityTimeout"].as_i64();
            let timeout = properties["Timeout"].as_i64().unwrap();
            assert!(
                hidden.is_some_and(|hidden| hidden >= 6 * timeout),
                "infra/data.yaml: {queue}.VisibilityTimeout is {hidden:?}, and {function} ({name}) may run {timeout} s: \
                 a message that comes back while it is handled is handled twice"
            );
            let answers = list(&event["Properties"]["FunctionResponseTypes"]);
            assert!(
                answers.iter().any(|answer| text(answer) == "ReportBatchItemFailures"),
                "template.yaml: {function}.{name} fails whole batches: one bad message delays no other"
            );
        }
    }
    assert!(sources > 0, "no function reads a queue");
}

#[test]
fn chats_are_written_to_at_the_pace_that_the_sender_counts_on() {
    let (main, data) = (template("template.yaml"), template("infra/data.yaml"));
    let mut sources = 0;
    for (function, properties) in deployed(&main) {
        for (name, event) in members(&properties["Events"]) {
            let options = &event["Properties"];
            let queue = data_resource(&data, text(&options["Queue"]));
            if text(&event["Type"]) != "SQS" || !queue.contains("Telegram") {
                continue;
            }
            sources += 1;
            let is_fifo = data["Resources"][queue.as_str()]["Properties"]["FifoQueue"].as_bool();
            assert_eq!(
                (
                    is_fifo,
                    options["BatchSize"].as_i64(),
                    options["ScalingConfig"]["MaximumConcurrency"].as_i64()
                ),
                (Some(true), Some(10), Some(2)),
                "template.yaml: {function}.{name}: lanes.rs keeps Telegram's limits for two invocations at once of ten \
                 messages each, and for one invocation at a time for a person"
            );
        }
    }
    assert_eq!(sources, 1, "one function writes to chats");
}

#[test]
fn every_queue_has_a_dead_letter_queue() {
    let data = template("infra/data.yaml");
    let queues = resources(&data, "AWS::SQS::Queue");
    let mut findings = Vec::new();
    for (id, queue) in &queues {
        let target = text(&queue["RedrivePolicy"]["deadLetterTargetArn"]).trim_end_matches(".Arn");
        if id.ends_with("Dlq") {
            if queue["MessageRetentionPeriod"].as_i64() != Some(1_209_600) {
                findings.push(format!("infra/data.yaml: {id} does not keep its messages for 14 days"));
            }
        } else if !target.ends_with("Dlq") || !queues.iter().any(|(other, _)| *other == target) {
            findings.push(format!("infra/data.yaml: {id} has no dead-letter queue"));
        }
    }
    assert!(queues.len() > 1);
    assert_none(
        findings,
        "A message that nobody can handle ends in a dead-letter queue, and stays there to be looked at.",
    );
}

#[test]
fn every_trigger_without_a_caller_has_a_failure_destination() {
    let main = template("template.yaml");
    let mut findings = Vec::new();
    for (function, properties) in deployed(&main) {
        for (name, event) in members(&properties["Events"]) {
            let options = &event["Properties"];
            let has_destination = match text(&event["Type"]) {
                // Somebody waits for the answer; a queue has its own dead-letter queue.
                "HttpApi" | "SQS" => true,
                "DynamoDB" => !options["DestinationConfig"]["OnFailure"].is_badvalue(),
                "ScheduleV2" => {
                    !options["DeadLetterConfig"].is_badvalue()
                        || !properties["EventInvokeConfig"].is_badvalue()
                }
                _ => false,
            };
            if !has_destination {
                findings.push(format!("template.yaml: {function}.{name} loses what fails"));
            }
        }
    }
    assert_none(findings, "Whatever starts a function without waiting for it says where failures go.");
}

#[test]
fn every_function_has_a_log_group_and_a_role_of_its_own() {
    let (main, data) = (template("template.yaml"), template("infra/data.yaml"));
    let mut seen = Vec::new();
    for (function, properties) in deployed(&main) {
        let group = data_resource(&data, text(&properties["LoggingConfig"]["LogGroup"]));
        let name = text(&data["Resources"][group.as_str()]["Properties"]["LogGroupName"]);
        assert_eq!(name, format!("/aws/lambda/${{Stack}}-{function}"), "infra/data.yaml: {group}");
        let retention = &data["Resources"][group.as_str()]["Properties"]["RetentionInDays"];
        assert!(!retention.is_badvalue(), "infra/data.yaml: {group} keeps lines for ever");
        let role = text(&properties["Role"]).to_owned();
        assert!(
            role.contains(&logical_id(&function)) && !seen.contains(&role),
            "template.yaml: {function} has {role}"
        );
        seen.push(role);
    }
    assert_eq!(seen.len(), functions().len());
}
