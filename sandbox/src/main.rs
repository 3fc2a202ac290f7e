//! The sandbox as a program: listens until it is interrupted or terminated.
#![allow(clippy::print_stdout)]

use std::env;

use anyhow::{Context, Result, bail};
use sandbox::options::{FeeBearer, Options};
use sandbox::server::Sandbox;
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "\
Stand-ins for Tripay, the order service and the user service.

sandbox [--listen 127.0.0.1:4570] [--tripay-callback-url URL] [--internal-api-key KEY]
        [--callback-retry-seconds 120] [--fee-bearer merchant|customer]

Every option may also be an environment variable: SANDBOX_LISTEN, SANDBOX_TRIPAY_CALLBACK_URL,
SANDBOX_INTERNAL_API_KEY, SANDBOX_CALLBACK_RETRY_SECONDS, SANDBOX_FEE_BEARER. The option wins.";

const NAMES: [&str; 5] = [
    "listen",
    "tripay-callback-url",
    "internal-api-key",
    "callback-retry-seconds",
    "fee-bearer",
];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{USAGE}");
        return Ok(());
    }
    let running = Sandbox::start(options(&arguments)?)
        .await
        .context("is another sandbox running?")?;
    println!("Sandbox at {}", running.url());
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    running.shutdown();
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        listen: ([127, 0, 0, 1], 4570).into(),
        ..Options::default()
    };
    for name in NAMES {
        let variable = format!("SANDBOX_{}", name.to_uppercase().replace('-', "_"));
        if let Ok(value) = env::var(&variable)
            && !value.is_empty()
        {
            set(&mut options, name, &value).with_context(|| variable.clone())?;
        }
    }
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(option) = argument.strip_prefix("--") else {
            bail!("unexpected {argument:?}\n\n{USAGE}")
        };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (
                option,
                rest.next()
                    .with_context(|| format!("{argument} needs a value"))?
                    .clone(),
            ),
        };
        set(&mut options, name, &value).with_context(|| argument.clone())?;
    }
    Ok(options)
}

fn set(options: &mut Options, name: &str, value: &str) -> Result<()> {
    match name {
        "listen" => options.listen = value.parse().context("not an address like 127.0.0.1:4570")?,
        "tripay-callback-url" => options.tripay_callback_url = Some(value.to_owned()),
        "internal-api-key" => value.clone_into(&mut options.internal_api_key),
        "callback-retry-seconds" => options.callback_retry_seconds = value.parse().context("not a number")?,
        "fee-bearer" => {
            options.fee_bearer = match value {
                "merchant" => FeeBearer::Merchant,
                "customer" => FeeBearer::Customer,
                other => bail!("{other:?} is neither merchant nor customer"),
            }
        }
        other => bail!("there is no option --{other}\n\n{USAGE}"),
    }
    Ok(())
}
