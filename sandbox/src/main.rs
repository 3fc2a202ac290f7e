//! The sandbox as a program: listens until it is interrupted or terminated.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

use std::env;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use sandbox::options::{BillNumbers, FeeBearer, MutualTls, Options, TlsVersions};
use sandbox::server::Sandbox;
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "\
Stand-ins for Tripay, Portmone, Telegram, Billz, a Sippy switch, a telecom, the ISP's panel and API, the order
service and the user service.

sandbox [--listen 127.0.0.1:4570] [--tripay-callback-url URL] [--internal-api-key KEY]
        [--callback-retry-seconds 120] [--fee-bearer merchant|customer]
        [--aws-endpoint http://127.0.0.1:4566] [--portmone-callback-url URL] [--portmone-webhook-token TOKEN]
        [--portmone-bill-numbers small|clock]
        [--tls-listen 127.0.0.1:4571 --tls-certificate FILE --tls-key FILE --tls-client-roots FILE]

The last four belong together: the same behind TLS, to who has a certificate of these roots; the files are PEM.
Every option may also be an environment variable: SANDBOX_LISTEN, SANDBOX_TRIPAY_CALLBACK_URL and so on.
The option wins.";

const NAMES: [&str; 13] = [
    "listen",
    "tripay-callback-url",
    "internal-api-key",
    "callback-retry-seconds",
    "fee-bearer",
    "aws-endpoint",
    "portmone-callback-url",
    "portmone-webhook-token",
    "portmone-bill-numbers",
    "tls-listen",
    "tls-certificate",
    "tls-key",
    "tls-client-roots",
];

#[tokio::main]
async fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return Ok(());
    }
    let running = Sandbox::start(options(arguments)?).await?;
    println!("Sandbox at {}", running.url());
    if let Some(url) = running.mutual_tls_url() {
        println!("With a client certificate: {url}");
    }
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
    let mut options = Options { listen: ([127, 0, 0, 1], 4570).into(), ..Options::default() };
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
        let Some(option) = argument.strip_prefix("--") else { bail!("unexpected {argument:?}; see --help") };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (option, rest.next().with_context(|| format!("{argument} needs a value"))?.clone()),
        };
        set(&mut options, name, &value).with_context(|| argument.clone())?;
    }
    Ok(options)
}

/// TLS of which nothing was said yet.
fn no_tls() -> MutualTls {
    MutualTls {
        listen: ([127, 0, 0, 1], 4571).into(),
        certificate_pem: String::new(),
        key_pem: String::new(),
        client_roots_pem: String::new(),
        versions: TlsVersions::default(),
    }
}

fn set(options: &mut Options, name: &str, value: &str) -> Result<()> {
    match name {
        "listen" => options.listen = value.parse().context("not an address like 127.0.0.1:4570")?,
        "tripay-callback-url" => options.tripay_callback_url = Some(value.to_owned()),
        "internal-api-key" => value.clone_into(&mut options.internal_api_key),
        "aws-endpoint" => options.aws_endpoint = Some(value.to_owned()),
        "portmone-callback-url" => options.portmone_callback_url = Some(value.to_owned()),
        "portmone-webhook-token" => options.portmone_webhook_token = Some(value.to_owned()),
        "portmone-bill-numbers" => {
            options.portmone_bill_numbers = match value {
                "small" => BillNumbers::Small,
                "clock" => BillNumbers::ByClock,
                other => bail!("{other:?} is neither small nor clock"),
            }
        }
        "tls-listen" | "tls-certificate" | "tls-key" | "tls-client-roots" => {
            let tls = options.mutual_tls.get_or_insert_with(no_tls);
            let file = || fs::read_to_string(value).with_context(|| format!("cannot read {value}"));
            match name {
                "tls-listen" => tls.listen = value.parse().context("not an address like 127.0.0.1:4571")?,
                "tls-certificate" => tls.certificate_pem = file()?,
                "tls-key" => tls.key_pem = file()?,
                _ => tls.client_roots_pem = file()?,
            }
        }
        "callback-retry-seconds" => options.callback_retry_seconds = value.parse().context("not a number")?,
        "fee-bearer" => {
            options.fee_bearer = match value {
                "merchant" => FeeBearer::Merchant,
                "customer" => FeeBearer::Customer,
                other => bail!("{other:?} is neither merchant nor customer"),
            }
        }
        _ => bail!("there is no such option; see --help"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sandbox::options::{BillNumbers, FeeBearer};

    use super::options;

    fn read(arguments: &[&str]) -> anyhow::Result<sandbox::options::Options> {
        options(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_in_both_forms() {
        let arguments =
            ["--listen=127.0.0.1:9", "--tripay-callback-url", "http://x/y", "--fee-bearer", "customer"];
        let options = read(&arguments).unwrap();
        assert_eq!(options.listen, ([127, 0, 0, 1], 9).into());
        assert_eq!(options.tripay_callback_url.as_deref(), Some("http://x/y"));
        let options_of_portmone =
            read(&["--portmone-callback-url=http://x/z", "--portmone-webhook-token", "t"]).unwrap();
        assert_eq!(options_of_portmone.portmone_callback_url.as_deref(), Some("http://x/z"));
        assert_eq!(options_of_portmone.portmone_webhook_token.as_deref(), Some("t"));
        assert_eq!(options_of_portmone.portmone_bill_numbers, BillNumbers::Small);
        let by_clock = read(&["--portmone-bill-numbers", "clock"]).unwrap();
        assert_eq!(by_clock.portmone_bill_numbers, BillNumbers::ByClock);
        assert_eq!((options.fee_bearer, options.callback_retry_seconds), (FeeBearer::Customer, 120));
    }

    #[test]
    fn a_wrong_option_is_named() {
        let words = |arguments: &[&str]| format!("{:#}", read(arguments).unwrap_err());
        assert_eq!(words(&["--lisen", "x"]), "--lisen: there is no such option; see --help");
        assert_eq!(words(&["--listen"]), "--listen needs a value");
        assert_eq!(words(&["--fee-bearer=me"]), "--fee-bearer=me: \"me\" is neither merchant nor customer");
        assert_eq!(
            words(&["--tls-key=/none"]),
            "--tls-key=/none: cannot read /none: No such file or directory (os error 2)"
        );
        assert_eq!(words(&["now"]), "unexpected \"now\"; see --help");
        assert!(words(&["--listen", "4570"]).starts_with("--listen: not an address like 127.0.0.1:4570"));
    }
}
