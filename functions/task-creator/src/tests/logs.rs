//! What the function logs in all tests of this run: JSON lines, in memory and in a file.
//!
//! A run of the whole suite searches `target/test-logs` for secrets and personal data.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use sandbox::isp_panel::PASSWORD;
use serde_json::{Value, json};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::bench::Bench;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static FILE: OnceLock<File> = OnceLock::new();

/// Writes each line to both places.
#[derive(Debug, Clone, Copy)]
struct Both;

impl Write for Both {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
        FILE.get().unwrap().write_all(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        FILE.get().unwrap().flush()
    }
}

impl MakeWriter<'_> for Both {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// Where the file is: where the test itself was built, whatever that folder is called.
fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    // <target>/debug/deps/task_creator-…
    program.ancestors().nth(3).unwrap().join("test-logs")
}

/// Begins to keep what is logged: all that we say, and what others say from `info` on, which is all that there
/// is of them in a deployed function. Whoever comes later finds it begun.
pub fn keep() {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        create_dir_all(folder()).unwrap();
        let file = OpenOptions::new().create(true).append(true).open(folder().join("task-creator.log"));
        FILE.set(file.unwrap()).unwrap();
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(Both);
        let ours = ["shared", "task_creator"].map(|name| (name, LevelFilter::TRACE));
        let wanted = Targets::new().with_targets(ours).with_default(LevelFilter::INFO);
        tracing::subscriber::set_global_default(registry().with(wanted).with(lines)).unwrap();
    });
}

/// The lines so far.
fn lines() -> String {
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8(written.clone()).unwrap()
}

/// The lines about a task, with the fields that tell what became of it.
fn outcomes(task: &str) -> Vec<Value> {
    let lines = lines();
    let read = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_task = read.filter(|line| line["task"] == task && line["message"] == "support task");
    let fields = |line: Value| {
        let names = ["correlationId", "attempt", "outcome", "code", "retryable"];
        names.map(|name| line[name].clone()).into_iter().collect()
    };
    of_task.map(fields).collect()
}

#[tokio::test]
async fn a_line_tells_what_became_of_a_task_and_nothing_of_what_it_says() {
    let bench = Bench::start().await;
    bench.ask("logged-1").await;
    bench.ask_for("logged-2", "nobody").await;
    bench.deliver().await;
    assert_eq!(outcomes("logged-1"), [json!(["update-4711", 1, "created", null, null])]);
    assert_eq!(outcomes("logged-2"), [json!(["update-4711", 1, "failed", "TASK_CREATE_HTTP_ERROR", true])]);
    let lines = lines();
    let never = ["customer123", "Nadia", "Sami", "noon", "Світла", "PHPSESSID", PASSWORD, "<html"];
    for secret in never {
        assert!(!lines.contains(secret), "{secret} in the log");
    }
}
