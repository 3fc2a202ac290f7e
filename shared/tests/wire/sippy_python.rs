//! The same client against Python's own XML-RPC server, with digest authentication in front of it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use shared::domain::money::{Currency, Money};
use shared::providers::sippy::Sippy;
use shared::providers::sippy::ledger::{Debit, PaymentOutcome};
use shared::providers::sippy::outcome::{Fault, SippyError};

use crate::sippy_setup::{PASSWORD, USER, account, credentials, debit, sippy, usd};

/// The server of `fixtures/sippy/switch.py`. Ends when dropped.
struct PythonSwitch {
    process: Child,
    lines: BufReader<ChildStdout>,
    url: String,
}

impl PythonSwitch {
    /// Starts one whose nonces are good for `uses` requests.
    fn start(uses: usize) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sippy/switch.py");
        let uses = uses.to_string();
        let mut process = Command::new("python3")
            .args([script, USER, PASSWORD, &uses])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Self { process, lines, url: format!("http://127.0.0.1:{}", port.trim()) }
    }

    fn client(&self) -> Sippy {
        sippy(&self.url)
    }

    /// Ends it, and tells every request that it saw.
    fn stop(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.lines.by_ref().lines().map(|line| line.unwrap()).collect()
    }
}

impl Drop for PythonSwitch {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        self.process.wait().unwrap();
    }
}

fn around_now() -> (Timestamp, Timestamp) {
    let now = Timestamp::now();
    (now - SignedDuration::from_mins(5), now + SignedDuration::from_mins(5))
}

#[tokio::test]
async fn a_debit_at_pythons_server_is_booked_and_found_again() {
    let switch = PythonSwitch::start(1000);
    let sippy = switch.client();
    sippy.debit(&debit()).await.unwrap();
    let acme = sippy.account(account(3)).await.unwrap();
    // 87.65 - 12.35 of Python's floats is 75.30000000000001.
    assert_eq!((acme.username.as_str(), acme.balance), ("acme", Some(usd(7530))));
    let (from, to) = around_now();
    let payments = sippy.payments(account(3), from, to).await.unwrap();
    assert_eq!(payments.len(), 1);
    let payment = &payments[0];
    assert_eq!((payment.id, payment.amount, payment.outcome), (991, Some(usd(1235)), PaymentOutcome::Booked));
    assert!(payment.names(debit().reference) && payment.notes.ends_with("247 messages & <b>"), "{payment:?}");
    assert!(payment.at.is_some_and(|at| (from..to).contains(&at)), "{payment:?}");
    let later = (to, to + SignedDuration::from_mins(5));
    assert_eq!(sippy.payments(account(3), later.0, later.1).await, Ok(Vec::new()));
    sippy.check().await.unwrap();
    let seen = switch.stop();
    assert_eq!(seen[..3], ["challenge 0", "call accountDebit", "call getAccountInfo"]);
    assert!(seen[3..6].iter().all(|line| line == "call getPaymentsList"), "{seen:?}");
    assert_eq!(seen[6..], ["call listAccounts"]);
}

#[tokio::test]
async fn pythons_faults_and_texts_are_read_with_their_markup() {
    let switch = PythonSwitch::start(1000);
    let sippy = switch.client();
    let text = r#"No account <9> & "none" of yours"#.to_owned();
    let unknown = Err(SippyError::Refused(Fault { code: 404, text }));
    assert_eq!(sippy.debit(&Debit { account: account(9), ..debit() }).await, unknown);
    let text = "USD is not the account's currency".to_owned();
    let other_currency = Err(SippyError::Refused(Fault { code: 400, text }));
    assert_eq!(sippy.debit(&Debit { account: account(5), ..debit() }).await, other_currency);
    let umbrella = sippy.account(account(5)).await.unwrap();
    assert_eq!(umbrella.username, "umbrella <&> Söhne");
    assert_eq!(umbrella.balance, Some(Money::new(-500, Currency::Eur)));
    let words = "ціна: 5 < 6 && \"7\"\u{1}\u{7} 🤷";
    sippy.debit(&Debit { words, ..debit() }).await.unwrap();
    let (from, to) = around_now();
    let payments = sippy.payments(account(3), from, to).await.unwrap();
    assert_eq!(payments[0].notes, format!("{} ціна: 5 < 6 && \"7\"   🤷", debit().reference));
}

#[tokio::test]
async fn pages_that_are_shorter_than_asked_for_are_all_read() {
    let switch = PythonSwitch::start(1000);
    let sippy = switch.client();
    let references: Vec<String> = (0..5).map(|number| format!("SMSBILL-{number}")).collect();
    for reference in &references {
        sippy.debit(&Debit { reference, ..debit() }).await.unwrap();
    }
    let (from, to) = around_now();
    let payments = sippy.payments(account(3), from, to).await.unwrap();
    for reference in &references {
        assert_eq!(payments.iter().filter(|payment| payment.names(reference)).count(), 1, "{reference}");
    }
}

/// The server counts each nonce, and takes no number but the next one.
#[tokio::test]
async fn many_debits_at_once_are_each_booked_once_however_short_a_nonce_lives() {
    for uses in [1, 3] {
        let switch = PythonSwitch::start(uses);
        let sippy = switch.client();
        let references: Vec<String> = (0..24).map(|number| format!("SMSBILL-{number}")).collect();
        for wave in references.chunks(8) {
            let debits = wave.iter().map(|reference| {
                let sippy = sippy.clone();
                async move { sippy.debit(&Debit { reference, amount: usd(1), ..debit() }).await }
            });
            let expected: Vec<Result<(), SippyError>> = wave.iter().map(|_| Ok(())).collect();
            assert_eq!(join_all(debits).await, expected);
        }
        let (from, to) = around_now();
        let payments = sippy.payments(account(3), from, to).await.unwrap();
        for reference in &references {
            assert_eq!(payments.iter().filter(|payment| payment.names(reference)).count(), 1, "{reference}");
        }
        let seen = switch.stop();
        assert_eq!(seen.iter().filter(|line| *line == "call accountDebit").count(), references.len());
        let challenges: Vec<_> = seen.iter().filter(|line| line.starts_with("challenge")).collect();
        assert!(
            challenges.len() <= 8 && challenges.iter().all(|line| *line == "challenge 0"),
            "{challenges:?}"
        );
        assert!(seen.iter().any(|line| line == "stale") && !seen.iter().any(|line| line == "wrong"));
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_from_an_old_nonce() {
    let switch = PythonSwitch::start(1);
    let right = switch.client();
    right.check().await.unwrap();
    right.check().await.unwrap();
    let wrong = right.with_credentials(credentials("another")).unwrap();
    assert_eq!(wrong.debit(&debit()).await, Err(SippyError::CredentialsRefused));
    right.debit(&debit()).await.unwrap();
    let expected = [
        "challenge 0",
        "call listAccounts",
        "stale",
        "call listAccounts",
        "wrong",
        "wrong",
        "challenge 0",
        "call accountDebit",
    ];
    assert_eq!(switch.stop(), expected);
}
