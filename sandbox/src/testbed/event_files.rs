//! A function's sample events: the files in its folder under `events`, and the table that says what each leads to.

use std::path::PathBuf;

use serde_json::Value;

/// The event of that case.
pub fn event(case: &str) -> Value {
    let path = folder().join(case).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a sample event is JSON")
}

/// Sees that a table names every case once, and nothing else.
#[track_caller]
pub fn hold<'a>(table: impl IntoIterator<Item = &'a str>) {
    let files = std::fs::read_dir(folder()).expect("sample events");
    let paths = files.map(|file| file.expect("a sample event").path());
    let name = |path: PathBuf| path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    let mut cases: Vec<String> = paths.map(name).collect();
    cases.sort_unstable();
    let mut named: Vec<&str> = table.into_iter().collect();
    named.sort_unstable();
    assert_eq!(cases, named);
}

/// Sees that there is one reason for each of `expected`, and that it begins so.
#[track_caller]
pub fn hold_reasons(case: &str, reasons: &[String], expected: &[&str]) {
    assert_eq!(reasons.len(), expected.len(), "{case}: {reasons:?}");
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "{case}: {reason}");
    }
}

/// Cargo runs a function's tests in the function's folder.
fn folder() -> PathBuf {
    let function = std::env::current_dir().expect("a folder to run in");
    let name = function.file_name().expect("a function's folder");
    function.join("../../events").join(name)
}
