//! `docs/openapi.json`: one document, of which each function with a REST API writes its own part.
//!
//! A path belongs to the function whose `routes.rs` names it. What is common to all stands here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, License, OpenApi, OpenApiBuilder, Paths};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Set by `make openapi`.
const UPDATE: &str = "UPDATE_OPENAPI";

/// A path and a method.
pub type Operation = (String, String);

/// Sees that the checked-in document says of `function` what its code says, that the document is whole,
/// and that it names nothing that nobody serves. Writes the function's part anew when asked to.
pub fn hold(function: &str, generated: &OpenApi) {
    let file = root().join("docs/openapi.json");
    let text = fs::read_to_string(&file).expect("docs/openapi.json");
    let checked_in = serde_json::from_str(&text).expect("docs/openapi.json is an OpenAPI document");
    let misplaced = misplaced_parameters(&to_value(generated));
    assert!(misplaced.is_empty(), "{function}: what stands in a path is not what is said to: {misplaced:?}");
    let merged = merge(function, generated, &checked_in);
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&file, &merged).expect("docs/openapi.json can be written");
    } else {
        // Written anew, the functions mend it one after the other.
        let twice = names_given_twice(&merged);
        assert!(twice.is_empty(), "two operations have one name: {twice:?}; give `operation_id`");
        let torn = described_otherwise(generated, &without(function, &checked_in));
        let advice =
            "run `make openapi`; if that does not mend it, two functions mean different things by one name";
        assert!(
            torn.is_empty(),
            "{function} describes {torn:?} otherwise than another function does: {advice}"
        );
    }
    let checked_in = fs::read_to_string(&file).expect("docs/openapi.json");
    assert!(checked_in == merged, "docs/openapi.json is not what {function} says: run `make openapi`");
}

/// Sees that a function's document names what its `routes.rs` names, so many operations, and no others.
#[track_caller]
pub fn hold_routes(function: &str, generated: &OpenApi, count: usize) {
    assert_eq!(documented(generated), routed(function));
    assert_eq!(routed(function).len(), count, "the routes are found in the source");
}

/// Every path and method of a document.
pub fn documented(document: &OpenApi) -> BTreeSet<Operation> {
    let document = serde_json::to_value(document).expect("a document is JSON");
    let paths = document["paths"].as_object().expect("a document has paths");
    let methods = |(path, item): (&String, &Value)| -> Vec<Operation> {
        let there = METHODS.into_iter().filter(|method| item.get(method).is_some());
        there.map(|method| (path.clone(), method.to_owned())).collect()
    };
    paths.iter().flat_map(methods).collect()
}

/// Every path and method of a function's `routes.rs`.
pub fn routed(function: &str) -> BTreeSet<Operation> {
    let source = routes_of(function).unwrap_or_default();
    let routes = source.split(".route(").skip(1).filter_map(|rest| {
        let (path, rest) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        Some((path, rest))
    });
    let methods = |(path, handlers): (&str, &str)| -> Vec<Operation> {
        let names = |method: &str| handlers.contains(&format!("{method}("));
        METHODS.into_iter().filter(|method| names(method)).map(|m| (path.to_owned(), m.to_owned())).collect()
    };
    routes.flat_map(methods).collect()
}

/// Operations whose parameters `in: path` are not the names in braces of their path, with both.
fn misplaced_parameters(document: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let in_braces = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        let in_braces: BTreeSet<&str> = in_braces.map(|(name, _)| name).collect();
        for method in METHODS.into_iter().filter(|method| item.get(method).is_some()) {
            let parameters = [&item["parameters"], &item[method]["parameters"]];
            let parameters = parameters.into_iter().filter_map(Value::as_array).flatten();
            let said = parameters.filter(|parameter| parameter["in"] == "path");
            let said: BTreeSet<&str> = said.filter_map(|parameter| parameter["name"].as_str()).collect();
            if said != in_braces {
                findings.push(format!("{method} {path}: {said:?}"));
            }
        }
    }
    findings
}

/// Names of operations that stand more than once in a document: whoever makes a client of it needs them apart.
fn names_given_twice(document: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(document).expect("a document is JSON");
    let (mut seen, mut twice) = (BTreeSet::new(), Vec::new());
    for item in document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
        let names = METHODS.into_iter().filter_map(|method| item[method]["operationId"].as_str());
        twice.extend(names.filter(|name| !seen.insert(*name)).map(str::to_owned));
    }
    twice
}

/// A document without what belongs to `function`.
fn without(function: &str, document: &OpenApi) -> OpenApi {
    let own: BTreeSet<String> = routed(function).into_iter().map(|(path, _)| path).collect();
    let mut document = document.clone();
    document.paths.paths.retain(|path, _| !own.contains(path));
    document
}

/// Names under which the operations of two documents have different schemas: only one of them would stand in a merged
/// document, and lie to the callers of the other's.
fn described_otherwise(one: &OpenApi, other: &OpenApi) -> Vec<String> {
    let (one, other) = (schemas_in_use(one), schemas_in_use(other));
    let differs = |(name, schema): &(&String, &Value)| other.get(*name).is_some_and(|there| there != *schema);
    one.iter().filter(differs).map(|(name, _)| name.clone()).collect()
}

/// The schemas that a document's operations name, and those that these name.
fn schemas_in_use(document: &OpenApi) -> BTreeMap<String, Value> {
    let document = to_value(document);
    let mut schemas = BTreeMap::new();
    let mut wanted: VecDeque<String> = references(&document["paths"]).into();
    while let Some(name) = wanted.pop_front() {
        let schema = &document["components"]["schemas"][&name];
        if schemas.insert(name, schema.clone()).is_none() {
            wanted.extend(references(schema));
        }
    }
    schemas
}

/// The document with the part of `function` as it was just generated, and the others' as checked in. A
/// schema that nothing names is left out.
fn merge(function: &str, generated: &OpenApi, checked_in: &OpenApi) -> String {
    let mut paths = Paths::new();
    let functions = functions();
    assert!(functions.iter().any(|known| known == function), "{function} has no routes.rs");
    for owner in &functions {
        let source = if owner == function { generated } else { checked_in };
        let own: BTreeSet<String> = routed(owner).into_iter().map(|(path, _)| path).collect();
        for (path, item) in source.paths.paths.iter().filter(|(path, _)| own.contains(*path)) {
            let twice = paths.paths.insert(path.clone(), item.clone());
            assert!(twice.is_none(), "{path} belongs to two functions");
        }
    }
    let mut components = Components::default();
    let mut wanted: VecDeque<String> = references(&to_value(&paths)).into();
    while let Some(name) = wanted.pop_front() {
        let in_part = |part: &OpenApi| part.components.as_ref()?.schemas.get(&name).cloned();
        let schema = in_part(generated).or_else(|| in_part(checked_in));
        let schema = schema.unwrap_or_else(|| panic!("{name} is named and described nowhere"));
        if components.schemas.insert(name, schema.clone()).is_none() {
            wanted.extend(references(&to_value(&schema)));
        }
    }
    let whole = OpenApiBuilder::new().info(info()).paths(paths).components(Some(proofs(components))).build();
    whole.to_pretty_json().expect("a document is JSON") + "\n"
}

fn info() -> utoipa::openapi::Info {
    let mut license = License::new("MIT");
    license.identifier = Some("MIT".to_owned());
    let description = "Invoices paid through Tripay, what operators decide about them, what people are told \
        about it, the chats and support tasks of the Telegram bot, the jobs, orders and payment methods of Billz, \
        the billing of SMS, and the bonuses that are paid through Portmone. Errors are `application/problem+json` (RFC 9457) with `code`, `retryable` and \
        `correlationId`.";
    let info = InfoBuilder::new().title("Paydesk").version(env!("CARGO_PKG_VERSION"));
    info.description(Some(description)).license(Some(license)).build()
}

/// How callers prove themselves.
fn proofs(mut components: Components) -> Components {
    let bearer = || {
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build())
    };
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Internal-Api-Key")));
    components.add_security_scheme("user", bearer());
    components.add_security_scheme("admin", bearer());
    components.add_security_scheme("service", key);
    // The secret `cron`, as it is.
    let secret = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components.add_security_scheme("cron", secret);
    components
}

/// The schemas that a piece of a document names.
fn references(piece: &Value) -> Vec<String> {
    match piece {
        Value::Object(fields) => {
            let named = fields.get("$ref").and_then(Value::as_str);
            let named = named.and_then(|text| text.strip_prefix("#/components/schemas/")).map(str::to_owned);
            named.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn to_value(piece: &impl serde::Serialize) -> Value {
    serde_json::to_value(piece).expect("a piece of a document is JSON")
}

/// The functions with a REST API: those with a `routes.rs`.
fn functions() -> Vec<String> {
    let folders = fs::read_dir(root().join("functions")).expect("the functions");
    let names = folders.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| routes_of(name).is_some()).collect();
    names.sort();
    names
}

fn routes_of(function: &str) -> Option<String> {
    fs::read_to_string(root().join("functions").join(function).join("src/routes.rs")).ok()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A document of one operation, which answers with `Thing`, which holds a `Part` of that type.
    fn of_a_part(path: &str, part: &str) -> OpenApi {
        let named = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let answer = json!({ "description": "there", "content": { "application/json": { "schema": named("Thing") } } });
        let document = json!({
            "openapi": "3.1.0", "info": { "title": "things", "version": "1" },
            "paths": { path: { "get": { "responses": { "200": answer } } } },
            "components": { "schemas": {
                "Thing": { "type": "object", "properties": { "part": named("Part") } },
                "Part": { "type": part }, "Idle": { "type": part },
            } },
        });
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn two_functions_that_mean_different_things_by_one_name_are_told_which() {
        let words = of_a_part("/things", "string");
        assert_eq!(described_otherwise(&words, &of_a_part("/others", "integer")), ["Part"]);
        assert_eq!(described_otherwise(&words, &of_a_part("/others", "string")), Vec::<String>::new());
        let mut unused = of_a_part("/others", "integer");
        unused.paths.paths.clear();
        assert_eq!(described_otherwise(&words, &unused), Vec::<String>::new());
    }

    #[test]
    fn parameters_of_a_path_stand_in_its_braces_and_no_others() {
        let parameter = |name: &str, place: &str| json!({ "name": name, "in": place });
        let findings = |path: &str, parameters: Value| {
            misplaced_parameters(&json!({ "paths": { path: { "get": { "parameters": parameters } } } }))
        };
        let (id, limit) = (parameter("id", "path"), parameter("limit", "query"));
        let good = findings("/things/{id}/parts/{part}", json!([id, limit, parameter("part", "path")]));
        assert_eq!(good, Vec::<String>::new());
        for (path, parameters) in [
            ("/things", json!([parameter("limit", "path")])),
            ("/things/{id}", json!([id, parameter("limit", "path")])),
            ("/things/{id}", json!([parameter("id", "query")])),
            ("/things/{id}", Value::Null),
            ("/things/{id}", json!([parameter("name", "path")])),
        ] {
            let found = findings(path, parameters);
            assert_eq!(found.len(), 1, "{path}: {found:?}");
            assert!(found[0].starts_with(&format!("get {path}: ")), "{found:?}");
        }
    }
}
