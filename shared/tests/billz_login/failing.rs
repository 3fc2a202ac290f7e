//! Billz, the table, or the instance itself fails on the way to a token; or others' calls go first.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::CHATS;
use shared::domain::pace::Turn;
use shared::retry::{Retry, Verdict};
use shared::stores::paces::SharedPace;
use shared::workflows::billz_login::TokenError;
use tokio::time::Instant;

use crate::setup::{bench, draft};

const SAFE: Retry = Retry::Safe { after: None };

/// A turn for who has all the time in the world.
async fn turn(pace: &SharedPace, now: Timestamp) -> Timestamp {
    match pace.take(now, Timestamp::MAX).await.unwrap() {
        Turn::At(turn) => turn,
        Turn::NotBefore(turn) => panic!("no turn before {turn}"),
    }
}

#[tokio::test]
async fn a_login_that_failed_does_not_stand_in_the_way_of_the_next() {
    let bench = bench().await;
    let login = bench.instance();
    bench.to_billz.drop_request(1);
    bench.to_billz.answer(2, 503, "");
    bench.to_billz.answer(3, 200, "<html>");
    for number in 1..=3 {
        let error = login.token(bench.second(number)).await.unwrap_err();
        assert!(matches!(error, TokenError::Unavailable { .. }), "{number}: {error}");
        assert_eq!(error.retry(), SAFE, "{number}");
    }
    let token = login.token(bench.second(4)).await.unwrap();
    draft(&login, &token, bench.second(5)).await.unwrap();
    assert_eq!((login.take_logins(), bench.logins().await), (4, (1, 0)));
}

#[tokio::test]
async fn a_login_that_was_one_call_too_many_slows_everybody_down() {
    let bench = bench().await;
    let login = bench.instance();
    bench.to_billz.answer_next("/v1/auth/login", 1, (429, String::new()));
    let error = login.token(bench.second(0)).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Safe { after: Some(Duration::from_secs(2)) }, "{error}");
    let pace = SharedPace::new(bench.table(), "billz", SignedDuration::ZERO);
    assert!(turn(&pace, bench.second(0)).await >= bench.second(2));
    login.token(bench.second(2)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 0));
}

#[tokio::test]
async fn a_login_waits_for_its_turn() {
    let bench = bench().await;
    let gap = SignedDuration::from_millis(550);
    let login = bench.instance_at_pace(gap);
    for _ in 0..2 {
        turn(login.pace(), bench.second(0)).await;
    }
    let began = Instant::now();
    login.token(bench.second(0)).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(1100), "it took no turn of its own");
    assert!(turn(login.pace(), bench.second(0)).await >= bench.second(0) + gap * 3);
}

#[tokio::test]
async fn a_login_whose_turn_is_far_off_is_put_off() {
    let bench = bench().await;
    let login = bench.instance();
    login.pace().rest(bench.second(0), SignedDuration::from_secs(60)).await.unwrap();
    let error = login.token(bench.second(0)).await.unwrap_err();
    match error.retry() {
        Retry::Safe { after: Some(after) } => assert!((30..=60).contains(&after.as_secs()), "{after:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.to_billz.calls().len(), 0);
    login.token(bench.second(61)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 0));
}

#[tokio::test]
async fn a_login_under_way_elsewhere_is_waited_for_and_not_for_ever() {
    let bench = bench().await;
    let (one, other) = (bench.instance(), bench.instance().waiting_at_most(Duration::from_millis(600)));
    let held = bench.to_billz.hold_answer_of(1);
    let waits = async {
        held.reached().await;
        let error = other.token(bench.second(0)).await.unwrap_err();
        held.release();
        error
    };
    let (token, error) = futures::join!(one.token(bench.second(0)), waits);
    token.unwrap();
    assert_eq!(error.retry(), SAFE);
    assert!(error.to_string().contains("somebody else is logging in"), "{error}");
    other.token(bench.second(1)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 0));
}

#[tokio::test]
async fn a_crash_at_any_step_of_a_login_leaves_the_next_one_able() {
    let bench = bench().await;
    let mut crashes = 0;
    loop {
        bench.instance().forget().await.unwrap();
        bench.to_table.reset();
        bench.to_table.crash_at(crashes + 1);
        let answer = bench.instance().token(bench.second(crashes as i64 * 60)).await;
        if !bench.to_table.revive() {
            answer.unwrap();
            break;
        }
        crashes += 1;
        // Whoever comes when the lease has ended.
        let (login, now) = (bench.instance(), bench.second(crashes as i64 * 60));
        let token = login.token(now).await.unwrap();
        draft(&login, &token, now).await.unwrap();
    }
    assert!(crashes >= 4, "read, claim, turn, keep: {crashes}");
}

#[tokio::test]
async fn without_the_table_there_is_no_token_and_no_login() {
    let bench = bench().await;
    for number in 1..40 {
        bench.to_table.drop_request(number);
    }
    let error = bench.instance().token(bench.second(0)).await.unwrap_err();
    assert!(matches!(error, TokenError::Store(_)), "{error}");
    assert_eq!((error.retry(), bench.logins().await), (SAFE, (0, 0)));
    assert_eq!(bench.dynamodb.items(CHATS).len(), 0);
}
