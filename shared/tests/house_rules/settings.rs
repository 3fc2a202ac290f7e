//! Every setting that a function reads is set for it, and none is set that nobody reads.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use crate::source::{Source, assert_none, sources};
use crate::template::{deployed, members, template};

/// What Lambda sets by itself.
const SET_BY_LAMBDA: [&str; 5] =
    ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"];

/// Read by every function, whatever it does.
const OF_ALL: [&str; 4] = [
    "shared/src/lambda/startup.rs",
    "shared/src/lambda/aws.rs",
    "shared/src/lambda/log.rs",
    "shared/src/lambda/metrics.rs",
];

/// The settings that a piece of code reads: the name, where, and whether it must be set.
#[derive(Default)]
struct Read {
    names: BTreeMap<String, (usize, bool)>,
    literals: BTreeMap<String, String>,
}

impl<'ast> Visit<'ast> for Read {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let (syn::Pat::Ident(name), Some(init)) = (&local.pat, &local.init)
            && let Some(text) = literal(&init.expr)
        {
            self.literals.insert(name.ident.to_string(), text);
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let kind = match &*call.func {
            syn::Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let must = match kind.as_deref() {
            Some("required" | "parsed") => Some(true),
            Some("optional" | "list") => Some(false),
            _ => None,
        };
        if let (Some(must), Some(argument)) = (must, call.args.first()) {
            let named = match argument {
                syn::Expr::Path(path) => {
                    path.path.get_ident().and_then(|name| self.literals.get(&name.to_string()).cloned())
                }
                other => literal(other),
            };
            if let Some(name) = named {
                let line = call.paren_token.span.open().start().line;
                self.names.insert(name, (line, must));
            }
        }
        visit::visit_expr_call(self, call);
    }
}

fn literal(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// What `function` reads: in its own code, at every start, and in the workflows it names.
fn read_by(function: &str, sources: &[Source]) -> BTreeMap<String, (String, bool)> {
    let folder = format!("functions/{function}/src/");
    let own: Vec<&Source> =
        sources.iter().filter(|one| !one.is_test && one.path.starts_with(&folder)).collect();
    let named: BTreeSet<&str> = own
        .iter()
        .flat_map(|source| source.names.iter())
        .flat_map(|name| &name.segments)
        .map(String::as_str)
        .collect();
    let is_workflow = |source: &&Source| {
        source
            .path
            .strip_prefix("shared/src/workflows/")
            .is_some_and(|file| named.contains(file.trim_end_matches(".rs")))
    };
    let shared =
        sources.iter().filter(|source| OF_ALL.contains(&source.path.as_str()) || is_workflow(source));
    let mut all = BTreeMap::new();
    for source in own.iter().copied().chain(shared) {
        let mut read = Read::default();
        read.visit_file(&source.syntax);
        for (name, (line, must)) in read.names {
            all.insert(name, (format!("{}:{line}", source.path), must));
        }
    }
    all
}

#[test]
fn what_a_function_reads_is_set_and_what_is_set_is_read() {
    let (main, sources) = (template("template.yaml"), sources());
    let globals = members(&main["Globals"]["Function"]["Environment"]["Variables"]);
    let mut findings = Vec::new();
    let (mut set_somewhere, mut optional) = (BTreeSet::new(), BTreeMap::new());
    for (function, properties) in deployed(&main) {
        let own = members(&properties["Environment"]["Variables"]);
        let set: BTreeSet<&str> = globals.iter().chain(&own).map(|(name, _)| *name).collect();
        let read = read_by(&function, &sources);
        assert!(read.contains_key("STACK"), "{function} reads no settings: {read:?}");
        for (name, (place, must)) in &read {
            if SET_BY_LAMBDA.contains(&name.as_str()) || set.contains(name.as_str()) {
                continue;
            }
            if *must {
                findings
                    .push(format!("{place} needs {name}, and template.yaml does not set it for {function}"));
            } else {
                optional.insert(name.clone(), place.clone());
            }
        }
        for name in set.iter().filter(|name| !read.contains_key(**name)) {
            findings.push(format!("template.yaml: {function} never reads {name}"));
        }
        set_somewhere.extend(set.into_iter().map(str::to_owned));
    }
    for (name, place) in optional.iter().filter(|(name, _)| !set_somewhere.contains(*name)) {
        findings.push(format!("{place} reads {name}, and template.yaml sets it for nobody"));
    }
    assert_none(
        findings,
        "A setting that is missing stops a function at start; one that nobody reads misleads who sets it.",
    );
}
