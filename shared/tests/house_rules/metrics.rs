//! What is counted, what is shown and what alarms are one list.

use std::collections::{BTreeMap, BTreeSet};

use shared::lambda::metrics::{Metric, NAMESPACE};
use yaml_rust2::Yaml;

use crate::source::{assert_none, functions, read, sources};
use crate::template::{list, resources, template, text};

/// A metric of one function.
type Counter = (String, String);

/// The counters that the code has: a function counts what it names, and what a workflow or an edge it
/// uses counts.
fn counted() -> BTreeSet<Counter> {
    let sources = sources();
    let mut counters = BTreeSet::new();
    for function in functions() {
        let folder = format!("functions/{function}/src/");
        let own: Vec<_> =
            sources.iter().filter(|one| !one.is_test && one.path.starts_with(&folder)).collect();
        let named: BTreeSet<&String> =
            own.iter().flat_map(|source| source.product_names()).flat_map(|name| &name.segments).collect();
        let used = sources.iter().filter(|source| {
            let rooms = ["shared/src/workflows/", "shared/src/rest/"];
            let file = rooms.into_iter().find_map(|room| source.path.strip_prefix(room));
            file.is_some_and(|file| named.contains(&file.trim_end_matches(".rs").to_owned()))
        });
        for source in own.iter().copied().chain(used) {
            for name in source.product_names() {
                if let [kind, metric] = name.segments.as_slice()
                    && kind == "Metric"
                {
                    counters.insert((deployed(metric), function.clone()));
                }
            }
        }
    }
    counters
}

/// The name in CloudWatch of what the code calls so.
fn deployed(variant: &str) -> String {
    let found = Metric::ALL.into_iter().find(|metric| format!("{metric:?}") == variant);
    found.map_or_else(|| variant.to_owned(), Metric::name)
}

fn of_stack(value: &str) -> String {
    value.trim_start_matches("${Stack}-").to_owned()
}

/// The alarms on our own metrics.
fn alarmed(observability: &Yaml) -> BTreeMap<String, Counter> {
    let alarms = resources(observability, "AWS::CloudWatch::Alarm");
    let ours = alarms.iter().filter(|(_, alarm)| text(&alarm["Namespace"]) == NAMESPACE);
    ours.map(|(id, alarm)| {
        let [dimension] = list(&alarm["Dimensions"]) else { panic!("{id} has not one dimension") };
        assert_eq!(text(&dimension["Name"]), "function", "{id}");
        ((*id).to_owned(), (text(&alarm["MetricName"]).to_owned(), of_stack(text(&dimension["Value"]))))
    })
    .collect()
}

/// What the dashboard shows of our own metrics.
fn shown(observability: &Yaml) -> BTreeSet<Counter> {
    let dashboards = resources(observability, "AWS::CloudWatch::Dashboard");
    let body: serde_json::Value = serde_json::from_str(text(&dashboards[0].1["DashboardBody"])).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    let rows = widgets.iter().flat_map(|widget| widget["properties"]["metrics"].as_array().unwrap());
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    rows.filter(|row| row[0] == NAMESPACE)
        .map(|row| {
            assert_eq!(row[2], "function", "infra/observability.yaml: {row}");
            (word(&row[1]), of_stack(&word(&row[3])))
        })
        .collect()
}

fn known() -> BTreeSet<String> {
    Metric::ALL.iter().map(|metric| metric.name()).collect()
}

#[test]
fn alarms_and_dashboard_use_only_what_the_code_counts() {
    let (observability, counted) = (template("infra/observability.yaml"), counted());
    let mut findings = Vec::new();
    for (alarm, counter) in alarmed(&observability) {
        if !counted.contains(&counter) {
            findings.push(format!(
                "infra/observability.yaml: the alarm {alarm} waits for {counter:?}, which is never counted"
            ));
        }
    }
    for counter in shown(&observability).iter().filter(|counter| !counted.contains(*counter)) {
        findings.push(format!(
            "infra/observability.yaml: the dashboard shows {counter:?}, which is never counted"
        ));
    }
    assert_none(findings, "An alarm on something that nobody counts never rings.");
}

#[test]
fn everything_counted_is_shown_or_alarms() {
    let (observability, counted) = (template("infra/observability.yaml"), counted());
    let seen: BTreeSet<Counter> =
        alarmed(&observability).into_values().chain(shown(&observability)).collect();
    let mut findings = Vec::new();
    for metric in known() {
        let functions: Vec<_> = counted.iter().filter(|(name, _)| *name == metric).collect();
        if functions.is_empty() {
            findings.push(format!("shared/src/lambda/metrics.rs: nobody counts {metric}"));
        } else if !functions.iter().any(|counter| seen.contains(counter)) {
            findings.push(format!(
                "infra/observability.yaml shows nothing of {metric}, which {functions:?} count"
            ));
        }
    }
    let unknown = counted.iter().filter(|(name, _)| !known().contains(name) && name != "ALL");
    findings.extend(
        unknown.map(|(name, function)| format!("functions/{function} counts {name}, which is not in ALL")),
    );
    assert_none(findings, "A counter that nobody looks at costs money and warns nobody.");
}

#[test]
fn every_alarm_tells_somebody_what_to_do() {
    let (observability, runbook) = (template("infra/observability.yaml"), read("infra/README.md"));
    let headings: BTreeSet<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
        .collect();
    let alarms = resources(&observability, "AWS::CloudWatch::Alarm");
    assert!(alarms.len() > 10);
    let mut findings = Vec::new();
    for (id, alarm) in alarms {
        let must = [
            "AlarmName",
            "AlarmActions",
            "Statistic",
            "Period",
            "EvaluationPeriods",
            "Threshold",
            "ComparisonOperator",
        ];
        for name in must.into_iter().filter(|name| alarm[*name].is_badvalue()) {
            findings.push(format!("infra/observability.yaml: {id} has no {name}"));
        }
        if text(&alarm["TreatMissingData"]) != "notBreaching" {
            findings.push(format!("infra/observability.yaml: {id} rings when nothing happens"));
        }
        let anchor =
            text(&alarm["AlarmDescription"]).split("infra/README.md#").nth(1).unwrap_or("nowhere").to_owned();
        if !headings.contains(&anchor) {
            findings.push(format!(
                "infra/observability.yaml: {id} sends the operator to infra/README.md#{anchor}"
            ));
        }
    }
    assert_none(findings, "An alarm has an end, a receiver and a page of the runbook.");
}

#[test]
fn every_dead_letter_queue_and_every_function_has_its_alarm() {
    let (observability, data) = (template("infra/observability.yaml"), template("infra/data.yaml"));
    let alarms = resources(&observability, "AWS::CloudWatch::Alarm");
    let watches = |metric: &str, value: &str| {
        alarms.iter().any(|(_, alarm)| {
            let dimensions = list(&alarm["Dimensions"]);
            text(&alarm["MetricName"]) == metric
                && dimensions.iter().any(|one| of_stack(text(&one["Value"])) == value)
        })
    };
    let mut findings = Vec::new();
    for (id, queue) in resources(&data, "AWS::SQS::Queue").iter().filter(|(id, _)| id.ends_with("Dlq")) {
        if !watches("ApproximateNumberOfMessagesVisible", &of_stack(text(&queue["QueueName"]))) {
            findings.push(format!("infra/observability.yaml: nobody is told about messages in {id}"));
        }
    }
    for function in functions().iter().filter(|function| !watches("Errors", function)) {
        findings.push(format!("infra/observability.yaml: nobody is told about errors of {function}"));
    }
    assert_none(findings, "What fails without a caller must reach a person.");
}
