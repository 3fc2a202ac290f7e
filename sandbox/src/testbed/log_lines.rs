//! What a function logs while a test runs: the lines of one story, or all lines of a whole run.

use std::fs::{File, OpenOptions, create_dir_all};
use std::future::Future;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};

use serde_json::Value;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

/// The log lines of one story, as CloudWatch would get them.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Runs a story and keeps every line it logs, down to the least level.
    pub async fn of<T>(&self, story: impl Future<Output = T>) -> T {
        // Without a subscriber for all, a place in the code that another test reaches first at the same time
        // may be switched off for good before this one's listens.
        static FOR_ALL: Once = Once::new();
        FOR_ALL.call_once(|| {
            let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(io::sink);
            all.init();
        });
        let lines = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || lines.clone())
            .finish();
        story.with_subscriber(subscriber).await
    }

    /// All of them, as they were written.
    #[must_use]
    pub fn text(&self) -> String {
        read(&self.0)
    }

    /// All of them.
    #[must_use]
    pub fn read(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static FILE: OnceLock<File> = OnceLock::new();

/// Writes each line of the run to both places.
#[derive(Debug, Clone, Copy)]
struct Both;

impl Write for Both {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
        file().write_all(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        file().flush()
    }
}

impl MakeWriter<'_> for Both {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

fn file() -> &'static File {
    FILE.get().expect("the file is opened before anything is written")
}

/// Where the file is: where the test itself was built, whatever that folder is called. A run of the whole suite
/// searches it for secrets and personal data.
fn folder() -> PathBuf {
    let program = std::env::current_exe().expect("a test is a program");
    // <target>/debug/deps/task_creator-…
    program.ancestors().nth(3).expect("a test is built in a folder").join("test-logs")
}

/// Begins to keep what `function` logs in all tests of this run, in memory and in a file: all that we say, and what
/// others say from `info` on, which is all that there is of them in a deployed function. Whoever comes later finds
/// it begun.
pub fn keep(function: &str) {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        create_dir_all(folder()).expect("a folder for logs");
        let path = folder().join(format!("{function}.log"));
        let opened = OpenOptions::new().create(true).append(true).open(path).expect("a file for logs");
        FILE.set(opened).expect("it is begun once");
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(Both);
        let ours = ["shared".to_owned(), function.replace('-', "_")].map(|name| (name, LevelFilter::TRACE));
        let wanted = Targets::new().with_targets(ours).with_default(LevelFilter::INFO);
        tracing::subscriber::set_global_default(registry().with(wanted).with(lines))
            .expect("nobody listens yet");
    });
}

/// What was kept so far.
#[must_use]
pub fn kept() -> String {
    read(&WRITTEN)
}

fn read(written: &Mutex<Vec<u8>>) -> String {
    let written = written.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8(written.clone()).expect("log lines are text")
}
