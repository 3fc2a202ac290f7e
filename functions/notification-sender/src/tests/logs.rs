//! What the function logs in all tests of this run: JSON lines, in memory and in a file.
//!
//! A run of the whole suite searches `target/test-logs` for secrets and personal data.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

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
    // <target>/debug/deps/notification_sender-…
    program.ancestors().nth(3).unwrap().join("test-logs")
}

/// Begins to keep what is logged: all that we say, and what others say from `info` on, which is all that there
/// is of them in a deployed function. Whoever comes later finds it begun.
pub fn keep() {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        create_dir_all(folder()).unwrap();
        let file =
            OpenOptions::new().create(true).append(true).open(folder().join("notification-sender.log"));
        FILE.set(file.unwrap()).unwrap();
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(Both);
        let ours = ["shared", "notification_sender"].map(|name| (name, LevelFilter::TRACE));
        let wanted = Targets::new().with_targets(ours).with_default(LevelFilter::INFO);
        tracing::subscriber::set_global_default(registry().with(wanted).with(lines)).unwrap();
    });
}

/// The lines so far.
pub fn lines() -> Vec<String> {
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8(written.clone()).unwrap().lines().map(str::to_owned).collect()
}
