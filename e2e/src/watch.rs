//! `cargo lambda watch`, on a port of its own, with the environment file that `make up` writes.

use std::env;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::stack::root;

/// A running `cargo lambda watch`; stopped, with what it started, when this is dropped.
#[derive(Debug)]
pub struct Watch {
    child: Child,
    port: u16,
}

impl Watch {
    /// Starts it. The functions are compiled when they are first called.
    ///
    /// # Errors
    /// When `cargo lambda` is not there.
    pub fn start() -> anyhow::Result<Self> {
        // Free now, and nobody on this machine is in a hurry to take it.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = std::fs::File::create(root().join(".local/log/watch.log"))?;
        let mut command = cargo_lambda()?;
        command.args([
            "watch",
            "--invoke-address",
            "127.0.0.1",
            "--invoke-port",
            &port.to_string(),
            "--ignore-changes",
        ]);
        command.args(["--env-file", ".local/lambda.env"]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // A session of its own would be cut off from Ctrl-C; a process group is what is needed to stop all of it.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self { child: command.spawn()?, port })
    }

    /// Where the HTTP routes are.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `cargo lambda invoke`: the function's answer to the event in a file.
    ///
    /// # Errors
    /// When it fails; the error has its words.
    pub fn invoke(&self, function: &str, event: &Path) -> anyhow::Result<Value> {
        let mut command = cargo_lambda()?;
        command.args([
            "invoke",
            function,
            "--invoke-address",
            "127.0.0.1",
            "--invoke-port",
            &self.port.to_string(),
        ]);
        let output = command.arg("--data-file").arg(event).output()?;
        if !output.status.success() {
            bail!("{function}, {}: {}", event.display(), String::from_utf8_lossy(&output.stderr));
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("{function} answers {output:?}"))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        // Whatever fails here, it is gone already.
        drop(Command::new("kill").args(["-TERM", "--", &group]).status());
        drop(self.child.wait());
    }
}

fn cargo_lambda() -> anyhow::Result<Command> {
    let tools = root().canonicalize()?.join(".venv/bin");
    let program = tools.join("cargo-lambda");
    if !program.exists() {
        bail!("there is no {}: run `make up`", program.display());
    }
    let mut command = Command::new(program);
    let mut path = OsString::from(tools);
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    // What cargo sets for a test would be taken for the watched workspace's own.
    let ours = env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.arg("lambda").current_dir(root()).env("PATH", path);
    Ok(command)
}
