//! Many jobs at once find that there is no token, or that it is over: Billz sees one login.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use shared::retry::{Retry, Verdict};
use shared::workflows::billz_login::{BillzLogin, TokenError};
use tokio::time::{Instant, timeout};

use crate::setup::{Bench, bench, draft};

const JOBS: usize = 50;

fn instances(bench: &Bench, count: usize) -> Vec<BillzLogin> {
    (0..count).map(|_| bench.instance()).collect()
}

/// Fifty jobs, spread over these instances.
fn jobs(instances: &[BillzLogin]) -> impl Iterator<Item = &BillzLogin> {
    instances.iter().cycle().take(JOBS)
}

#[tokio::test]
async fn fifty_jobs_without_a_token_make_one_login() {
    for count in [1, 2, JOBS] {
        let bench = bench().await;
        let instances = instances(&bench, count);
        let asked = join_all(jobs(&instances).map(|login| login.token(bench.second(0)))).await;
        let tokens: BTreeSet<String> =
            asked.into_iter().map(|token| token.unwrap().expose_secret().to_owned()).collect();
        assert_eq!(tokens.len(), 1, "{count} instances");
        assert_eq!(bench.logins().await, (1, 0), "{count} instances");
        assert_eq!(instances.iter().map(BillzLogin::take_logins).sum::<usize>(), 1);
    }
}

#[tokio::test]
async fn fifty_jobs_in_flight_with_a_dead_token_make_one_login_and_fifty_drafts() {
    for count in [1, 2] {
        let bench = bench().await;
        let instances = instances(&bench, count);
        let mut tokens: Vec<SecretString> = Vec::new();
        for login in jobs(&instances) {
            tokens.push(login.token(bench.second(0)).await.unwrap());
        }
        bench.end_tokens().await;
        let with_tokens = jobs(&instances).zip(&tokens);
        let made = join_all(with_tokens.map(|(login, token)| draft(login, token, bench.second(60)))).await;
        let drafts: BTreeSet<String> = made.into_iter().map(Result::unwrap).collect();
        assert_eq!(drafts.len(), JOBS, "{count} instances");
        assert_eq!(bench.logins().await, (2, 0), "{count} instances");
        assert_eq!(bench.to_billz.count("POST /v2/order"), JOBS * 2, "{count} instances");
    }
}

#[tokio::test]
async fn who_comes_late_with_a_dead_token_takes_the_new_one() {
    let bench = bench().await;
    let (one, other) = (bench.instance(), bench.instance());
    let dead = one.token(bench.second(0)).await.unwrap();
    assert_eq!(other.token(bench.second(0)).await.unwrap().expose_secret(), dead.expose_secret());
    bench.end_tokens().await;
    let renewed = one.renew(&dead, bench.second(1)).await.unwrap();
    assert_ne!(renewed.expose_secret(), dead.expose_secret());
    for token in [other.renew(&dead, bench.second(2)).await, other.token(bench.second(3)).await] {
        assert_eq!(token.unwrap().expose_secret(), renewed.expose_secret());
    }
    assert_eq!(bench.logins().await, (2, 0));
}

#[tokio::test]
async fn fifty_jobs_with_a_wrong_secret_token_are_refused_once() {
    let bench = bench().await;
    let login = bench.instance_with("not the company's");
    let held = bench.to_billz.hold_answer_of(1);
    let all = join_all((0..JOBS).map(|_| login.token(bench.second(0))));
    let release = async {
        held.reached().await;
        // Everybody has looked, and found that somebody is at it.
        let deadline = Instant::now() + Duration::from_secs(20);
        while bench.to_table.count("GetItem") < JOBS * 2 {
            assert!(Instant::now() < deadline, "they do not look");
            timeout(Duration::from_millis(10), std::future::pending::<()>()).await.unwrap_err();
        }
        held.release();
    };
    let (asked, ()) = futures::join!(all, release);
    assert_eq!(asked.len(), JOBS);
    for answer in asked {
        let error = answer.unwrap_err();
        assert!(matches!(error, TokenError::Refused { .. }), "{error}");
        assert_eq!(error.retry(), Retry::Never);
    }
    assert_eq!(bench.logins().await, (0, 1));
    // Whoever comes later heeds it, for some minutes.
    for seconds in [30, 299] {
        let error = bench.instance_with("not the company's").token(bench.second(seconds)).await.unwrap_err();
        assert!(matches!(error, TokenError::Refused { .. }), "{error}");
        assert_eq!(bench.logins().await, (0, 1));
    }
    bench.instance_with("not the company's").token(bench.second(330)).await.unwrap_err();
    assert_eq!(bench.logins().await, (0, 2));
    // Another secret token is another matter.
    bench.instance().token(bench.second(331)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 2));
}
