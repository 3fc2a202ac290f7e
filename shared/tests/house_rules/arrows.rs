//! Arrows point one way: functions → {workflows, rest} → {lambda, queues, providers, stores} → domain.

use crate::source::{Name, Source, assert_none, functions, read, sources};

const ROOMS: [&str; 4] = ["lambda", "queues", "providers", "stores"];
/// What only functions name.
const TOP: [&str; 2] = ["workflows", "rest"];

/// The rooms that a room may name beside itself and the domain.
fn may_name(room: &str) -> &'static [&'static str] {
    match room {
        "workflows" => &ROOMS,
        "rest" => &["lambda", "providers", "stores"],
        _ => &[],
    }
}

/// Where a name in `shared/src` leads, from the crate's root: `super` and `crate` worked out.
fn from_root(source: &Source, name: &Name) -> Vec<String> {
    let path = source.path.trim_start_matches("shared/src/").trim_end_matches(".rs");
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    let mut segments = name.segments.iter();
    let first = name.segments[0].as_str();
    match first {
        "crate" | "shared" => segments.next().map(|_| segments.cloned().collect()).unwrap_or_default(),
        "super" | "self" => {
            for segment in segments.by_ref().take_while(|segment| *segment == "super" || *segment == "self") {
                if segment == "super" {
                    module.pop();
                }
            }
            let depth = name.segments.iter().take_while(|one| *one == "super" || *one == "self").count();
            module.extend(name.segments[depth..].iter().cloned());
            module
        }
        _ => Vec::new(),
    }
}

fn room_of(source: &Source) -> Option<&str> {
    source.path.strip_prefix("shared/src/")?.split('/').next().filter(|room| !room.contains('.'))
}

#[test]
fn rooms_do_not_name_each_other() {
    let mut findings = Vec::new();
    for source in sources() {
        let Some(room) = room_of(&source) else { continue };
        for name in &source.names {
            let target = from_root(&source, name);
            let Some(target) = target.first().map(String::as_str) else { continue };
            let is_room = ROOMS.contains(&target) || TOP.contains(&target);
            let climbs = room == "domain" && target == "notices";
            if climbs || (target != room && is_room && !may_name(room).contains(&target)) {
                findings.push(format!("{}:{} names {}", source.path, name.line, name.segments.join("::")));
            }
        }
    }
    assert_none(
        findings,
        "Arrows point one way: domain names no other room, notices name domain; lambda, queues, providers and stores \
         name these two only. \
         What needs two rooms is a workflow, or what functions with a REST API do alike (`rest`: no queues).",
    );
}

#[test]
fn the_domain_has_no_io_no_serde_no_clock_and_no_chance() {
    let allowed = ["jiff", "thiserror"];
    let manifest = read("shared/Cargo.toml");
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let crates: Vec<String> = dependencies
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !allowed.contains(name))
        .map(|name| name.replace('-', "_"))
        .collect();
    assert!(crates.len() > 15, "{crates:?}");
    let clocks = [["Timestamp", "now"], ["Zoned", "now"], ["SystemTime", "now"], ["Instant", "now"]];
    let std_io = ["fs", "net", "env", "process", "io", "thread", "time"];
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("shared/src/domain/")) {
        for name in source.product_names() {
            let segments: Vec<&str> = name.segments.iter().map(String::as_str).collect();
            let foreign = segments.len() > 1 && crates.iter().any(|one| one == segments[0]);
            let io = segments[0] == "std" && segments.get(1).is_some_and(|part| std_io.contains(part));
            let clock = clocks.iter().any(|clock| segments.ends_with(clock));
            let is_async = segments == ["async"] || segments.contains(&"Future");
            if foreign || io || clock || is_async {
                findings.push(format!("{}:{} names {}", source.path, name.line, segments.join("::")));
            }
        }
    }
    assert_none(
        findings,
        "The domain decides and does nothing else: now, new ids and randomness are its arguments, and what is stored \
         or sent has a type of its own at that edge.",
    );
}

#[test]
fn the_domain_denies_what_it_could_get_wrong_silently() {
    let text = read("shared/src/domain/mod.rs");
    for lint in ["clippy::wildcard_enum_match_arm", "clippy::arithmetic_side_effects"] {
        assert!(
            text.contains(lint),
            "shared/src/domain/mod.rs: #![deny({lint})] is missing: a new state must be met \
                 everywhere it matters, and money must not overflow"
        );
    }
}

/// Who may name a crate outside of tests, and nobody else in `functions` and `shared`.
fn only_in(krate: &str, allowed: impl Fn(&Source, &Name) -> bool, reason: &str) {
    let mut findings = Vec::new();
    for source in sources()
        .iter()
        .filter(|one| one.path.starts_with("functions/") || one.path.starts_with("shared/src/"))
    {
        let names =
            source.product_names().filter(|name| name.segments.len() > 1 && name.segments[0] == krate);
        for name in names.filter(|name| !allowed(source, name)) {
            findings.push(format!("{}:{} names {}", source.path, name.line, name.segments.join("::")));
        }
    }
    assert_none(findings, reason);
}

#[test]
fn one_file_speaks_to_dynamodb() {
    let wiring = |source: &Source| {
        source.path.starts_with("functions/")
            && (source.path.ends_with("/main.rs") || source.path.ends_with("/app.rs"))
    };
    only_in(
        "aws_sdk_dynamodb",
        |source, name| {
            source.path == "shared/src/stores/table.rs"
                || (wiring(source) && name.segments.get(1).is_some_and(|one| one == "Client"))
        },
        "stores/table.rs is the only user of the DynamoDB SDK (wiring makes the client): conditions, errors and \
         consistency are decided there once.",
    );
}

#[test]
fn one_file_calls_providers() {
    let allowed = [
        "shared/src/providers/call.rs",
        "shared/src/http_client.rs",
        "shared/src/lambda/aws.rs",
        "shared/src/lambda/signed_call.rs",
    ];
    only_in(
        "reqwest",
        |source, _| allowed.contains(&source.path.as_str()),
        "providers/call.rs is the only user of reqwest beside the client's own making and what goes to AWS: \
         whether a call may be repeated is decided there once.",
    );
}

#[test]
fn only_main_reports_errors_without_a_type() {
    only_in(
        "anyhow",
        |source, _| {
            source.path.starts_with("functions/")
                && (source.path.ends_with("/main.rs") || source.path.ends_with("/app.rs"))
        },
        "anyhow stands only where a function starts: an error is named by what its caller can do about it.",
    );
}

#[test]
fn functions_do_not_name_each_other() {
    let names = functions();
    let mut findings = Vec::new();
    for function in &names {
        let path = format!("functions/{function}/Cargo.toml");
        for (line, text) in read(&path).lines().enumerate() {
            let dependency = text.split(['.', ' ', '=']).next().unwrap_or_default();
            if names.iter().any(|other| other == dependency) {
                findings.push(format!("{path}:{} depends on {dependency}", line + 1));
            }
        }
    }
    for source in sources().iter().filter(|source| !source.path.starts_with("functions/")) {
        for name in source.names.iter().filter(|name| name.segments.len() > 1) {
            if names.iter().any(|function| function.replace('-', "_") == name.segments[0]) {
                findings.push(format!("{}:{} names {}", source.path, name.line, name.segments.join("::")));
            }
        }
    }
    assert_none(findings, "A function is deployed alone: what two of them need is in shared.");
}
